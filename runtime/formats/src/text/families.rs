//! What `# TYPE` lines said, and which family a sample belongs to.

use std::collections::HashMap;

use crate::dropped::{DropReason, Dropped};
use crate::limits::Limits;
use crate::series::WireKind;
use crate::text::syntax;

/// The most families remembered of one source.
const FAMILIES_MAX: usize = 1 << 16;

/// A family's number in [`Families`].
pub(crate) type Family = u32;

/// The suffixes of a family's samples: of which kinds they are, and what the sample then is.
const SUFFIXES: [(&str, &[WireKind], Option<WireKind>); 8] = [
    ("_bucket", &[WireKind::Histogram], None),
    ("_count", &[WireKind::Histogram, WireKind::Summary], None),
    ("_sum", &[WireKind::Histogram, WireKind::Summary], None),
    ("_total", &[WireKind::Counter], None),
    ("_created", &[WireKind::Counter, WireKind::Histogram, WireKind::Summary], Some(WireKind::Gauge)),
    ("_info", &[WireKind::Info], None),
    ("_gcount", &[WireKind::Histogram], None),
    ("_gsum", &[WireKind::Histogram], None),
];

/// The families declared so far. Never iterated, so the order of the map cannot show.
#[derive(Debug, Default)]
pub(crate) struct Families {
    numbers: HashMap<String, Family>,
    kinds: Vec<WireKind>,
    changes: u32,
}

impl Families {
    /// Notes a comment line: `# TYPE name kind` counts, all others are passed over.
    pub(crate) fn comment(&mut self, line: &[u8], limits: &Limits, number: u64, dropped: &mut Dropped) {
        let Some(rest) = line.strip_prefix(b"#").map(syntax::skip_blanks) else { return };
        let (word, rest) = syntax::token(rest);
        if word != b"TYPE" {
            return;
        }
        let (name, rest) = syntax::token(rest);
        let (kind, rest) = syntax::token(rest);
        let declared = syntax::name(name, limits).and_then(|name| {
            let kind = WireKind::from_word(kind).filter(|_| rest.is_empty()).ok_or(DropReason::BadLine)?;
            self.declare(name, kind)
        });
        if let Err(reason) = declared {
            dropped.count(reason, number, line);
        }
    }

    fn declare(&mut self, name: String, kind: WireKind) -> Result<(), DropReason> {
        if let Some(known) = self.numbers.get(&name).and_then(|&f| self.kinds.get_mut(f as usize)) {
            if *known == kind {
                return Ok(());
            }
            *known = kind;
            self.changes = self.changes.wrapping_add(1);
            return Err(DropReason::TypeChanged);
        }
        let number = u32::try_from(self.kinds.len()).unwrap_or(u32::MAX);
        if self.kinds.len() >= FAMILIES_MAX {
            return Err(DropReason::FamilyLimit);
        }
        self.numbers.insert(name, number);
        self.kinds.push(kind);
        self.changes = self.changes.wrapping_add(1);
        Ok(())
    }

    /// Grows with each declaration that says something new: what was found before may then be found differently.
    pub(crate) fn changes(&self) -> u32 {
        self.changes
    }

    /// The kind of the samples called `sample`, by the declarations so far.
    pub(crate) fn kind_of(&self, sample: &str) -> WireKind {
        if let Some(kind) = self.kind(sample) {
            return kind;
        }
        let with_suffix = SUFFIXES.iter().find_map(|(suffix, kinds, own)| {
            let kind = self.kind(sample.strip_suffix(suffix)?)?;
            kinds.contains(&kind).then_some(own.unwrap_or(kind))
        });
        with_suffix.unwrap_or_default()
    }

    fn kind(&self, family: &str) -> Option<WireKind> {
        self.numbers.get(family).and_then(|&f| self.kinds.get(f as usize)).copied()
    }
}
