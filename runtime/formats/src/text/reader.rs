//! Lines of one source to series: remembered where possible, understood where new.

use std::collections::HashMap;

use crate::dropped::{DropReason, Dropped};
use crate::limits::Limits;
use crate::series::{SeriesId, SeriesKey, SeriesTable, WireKind};
use crate::text::families::Families;
use crate::text::prefixes::Prefixes;
use crate::text::syntax::{self, Escapes};

/// The most texts remembered, in bytes; beyond, all are forgotten and learnt anew.
const REMEMBERED_BYTES_MAX: usize = 512 << 20;

/// A series of this source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slot {
    pub(crate) series: SeriesId,
    /// In which reading (a scrape) it last came.
    pub(crate) reading: u32,
    /// In which it came before that one.
    pub(crate) before: u32,
    /// The instant of its last sample in that reading, ms.
    pub(crate) instant_ms: i64,
    /// Whether that sample brought its own timestamp.
    pub(crate) timestamped: bool,
    /// [`Families::changes`] when its kind was looked up.
    changes: u32,
}

/// Reads the series at the head of lines, for one source and one [`SeriesTable`].
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) limits: Limits,
    pub(crate) families: Families,
    pub(crate) slots: Vec<Slot>,
    pub(crate) prefixes: Prefixes,
    escapes: Escapes,
    by_series: HashMap<SeriesId, u32>,
    labels: SourceLabels,
}

/// Labels that every series of a source gets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceLabels {
    /// Names and values.
    pub labels: Vec<(String, String)>,
    /// What becomes of a label that the source itself has under such a name.
    pub conflict: LabelConflict,
}

/// What becomes of a source's own label that bears the name of one that is added.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LabelConflict {
    /// It is renamed, `job` to `exported_job`, as Prometheus does.
    #[default]
    Rename,
    /// It stands, and the added one is left away (`honor_labels`).
    Honor,
}

impl Reader {
    pub(crate) fn new(limits: Limits, escapes: Escapes, labels: SourceLabels) -> Self {
        Self {
            limits,
            families: Families::default(),
            slots: Vec::new(),
            prefixes: Prefixes::default(),
            escapes,
            by_series: HashMap::new(),
            labels,
        }
    }

    /// The slot of the series at the head of `line`, and the bytes it takes there.
    ///
    /// # Errors
    /// Why there is none, or why it is refused.
    #[inline]
    pub(crate) fn series(
        &mut self,
        line: &[u8],
        table: &mut SeriesTable,
    ) -> Result<(u32, usize), DropReason> {
        let Some((number, bytes)) = self.prefixes.find(line) else { return self.learn(line, table) };
        if let Some(slot) = self.slots.get_mut(number as usize)
            && slot.changes != self.families.changes()
        {
            slot.changes = self.families.changes();
            refresh_kind(&self.families, slot.series, table);
        }
        Ok((number, bytes))
    }

    #[cold]
    fn learn(&mut self, line: &[u8], table: &mut SeriesTable) -> Result<(u32, usize), DropReason> {
        let written = syntax::series(line, self.escapes, &self.limits)?;
        let kind = self.families.kind_of(&written.name);
        let key = SeriesKey::new(written.name, self.labels.added_to(written.labels));
        let series = table.intern(&key, kind).ok_or(DropReason::SeriesLimit)?;
        if kind != WireKind::Unknown {
            table.set_kind(series, kind);
        }
        let slot = self.slot_of(series)?;
        if self.prefixes.size().1 > REMEMBERED_BYTES_MAX {
            self.prefixes = Prefixes::default();
        }
        self.prefixes.insert(line.get(..written.bytes).unwrap_or_default(), slot);
        Ok((slot, written.bytes))
    }

    /// The slot of a series of the table, made if there is none.
    pub(crate) fn slot_of(&mut self, series: SeriesId) -> Result<u32, DropReason> {
        if let Some(&slot) = self.by_series.get(&series) {
            return Ok(slot);
        }
        let slot = u32::try_from(self.slots.len()).map_err(|_| DropReason::SeriesLimit)?;
        let changes = self.families.changes();
        self.slots.push(Slot { series, reading: 0, before: 0, instant_ms: 0, timestamped: false, changes });
        self.by_series.insert(series, slot);
        Ok(slot)
    }

    /// Reads a comment line.
    pub(crate) fn comment(&mut self, line: &[u8], number: u64, dropped: &mut Dropped) {
        self.families.comment(line, &self.limits, number, dropped);
    }

    /// Looks all kinds up again: a declaration may have come after its samples.
    pub(crate) fn refresh_kinds(&mut self, table: &mut SeriesTable) {
        for slot in &mut self.slots {
            if slot.changes != self.families.changes() {
                slot.changes = self.families.changes();
                refresh_kind(&self.families, slot.series, table);
            }
        }
    }

    /// Forgets the series for which `keep` is false.
    pub(crate) fn retain(&mut self, keep: impl Fn(&Slot) -> bool) {
        let mut numbers = Vec::with_capacity(self.slots.len());
        let mut kept = 0;
        for slot in &self.slots {
            numbers.push(keep(slot).then_some(kept));
            kept += u32::from(keep(slot));
        }
        self.slots.retain(|slot| keep(slot));
        self.by_series = self.slots.iter().map(|slot| slot.series).zip(0..).collect();
        self.prefixes.retain(|slot| numbers.get(slot as usize).copied().flatten());
    }
}

fn refresh_kind(families: &Families, series: SeriesId, table: &mut SeriesTable) {
    let kind = table.name(series).map(|name| families.kind_of(name)).unwrap_or_default();
    if kind != WireKind::Unknown {
        table.set_kind(series, kind);
    }
}

impl SourceLabels {
    /// A series' own labels with these added. Of two that end up with one name the added one stands.
    fn added_to(&self, own: Vec<(String, String)>) -> Vec<(String, String)> {
        if self.labels.is_empty() {
            return own;
        }
        let own_names: Vec<String> =
            own.iter().filter(|(_, v)| !v.is_empty()).map(|(n, _)| n.clone()).collect();
        let stands = |name: &str| own_names.iter().any(|n| n == name);
        let is_added = |name: &str| self.labels.iter().any(|(n, _)| n == name);
        match self.conflict {
            LabelConflict::Honor => {
                let added = self.labels.iter().filter(|(name, _)| !stands(name)).cloned();
                own.into_iter().chain(added).collect()
            }
            LabelConflict::Rename => {
                let rename = |(mut name, value): (String, String)| {
                    if is_added(&name) {
                        // A source that says `exported_job` too keeps it, and its `job` moves one further.
                        while is_added(&name) || stands(&name) {
                            name.insert_str(0, "exported_");
                        }
                    }
                    (name, value)
                };
                self.labels.iter().cloned().chain(own.into_iter().map(rename)).collect()
            }
        }
    }
}
