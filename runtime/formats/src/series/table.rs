//! The table of series: an identity in, a dense number out.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::symbols::{Symbol, Symbols};
use super::{SeriesId, SeriesKey, WireKind};

/// The least room for names and label values, in bytes, however few series are allowed.
const TEXT_BYTES_MIN: usize = 64 << 20;
/// The room for names and label values of each allowed series, in bytes.
const TEXT_BYTES_PER_SERIES: usize = 512;
/// The most room for names and label values, in bytes.
const TEXT_BYTES_MAX: usize = 2 << 30;

/// One series: a range of the label pairs, and what the wire says of it.
#[derive(Debug, Clone, Copy)]
struct Entry {
    name: Symbol,
    labels_end: u32,
    kind: WireKind,
}

/// Gives each [`SeriesKey`] a dense number in order of appearance, and keeps it in little memory: names and values are stored
/// once each, a series is 12 bytes and 8 more a label, its index about 8.
///
/// Bounded in series and in text: over the limit a series is refused and counted, never stored.
#[derive(Debug, Clone)]
pub struct SeriesTable {
    series_max: usize,
    text_bytes_max: usize,
    symbols: Symbols,
    entries: Vec<Entry>,
    pairs: Vec<(Symbol, Symbol)>,
    index: HashTable<SeriesId>,
    hasher: DefaultHashBuilder,
    refused: u64,
    /// The pairs of the key being looked up; kept for its memory.
    scratch: Vec<(Symbol, Symbol)>,
}

impl Default for SeriesTable {
    fn default() -> Self {
        Self::with_limit(Self::SERIES_MAX_DEFAULT)
    }
}

impl SeriesTable {
    /// How many series a table takes unless told otherwise.
    pub const SERIES_MAX_DEFAULT: usize = 10_000_000;

    /// A table that takes at most `series_max` series.
    #[must_use]
    pub fn with_limit(series_max: usize) -> Self {
        let text_bytes_max = series_max.saturating_mul(TEXT_BYTES_PER_SERIES);
        Self {
            series_max: series_max.min(u32::MAX as usize),
            text_bytes_max: text_bytes_max.clamp(TEXT_BYTES_MIN, TEXT_BYTES_MAX),
            symbols: Symbols::default(),
            entries: Vec::new(),
            pairs: Vec::new(),
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            refused: 0,
            scratch: Vec::new(),
        }
    }

    /// The number of `key`, given now if it is new; `None` (counted in [`SeriesTable::refused`]) when the table is full.
    ///
    /// `key` must be canonical, as [`SeriesKey::new`] makes it. `kind` is noted for a new series; one known before keeps its own
    /// (see [`SeriesTable::set_kind`]).
    pub fn intern(&mut self, key: &SeriesKey, kind: WireKind) -> Option<SeriesId> {
        self.intern_parts(&key.name, key.labels.iter().map(|(n, v)| (n.as_str(), v.as_str())), kind)
    }

    /// As [`SeriesTable::intern`], from borrowed parts: `labels` sorted by name, no name twice, no value empty.
    pub fn intern_parts<'k>(
        &mut self,
        name: &str,
        labels: impl Iterator<Item = (&'k str, &'k str)> + Clone,
        kind: WireKind,
    ) -> Option<SeriesId> {
        if let Some(id) = self.find_parts(name, labels.clone()) {
            return Some(id);
        }
        let id = self.insert(name, labels, kind);
        if id.is_none() {
            self.refused = self.refused.saturating_add(1);
        }
        id
    }

    /// The number of a series known before.
    #[must_use]
    pub fn find(&self, key: &SeriesKey) -> Option<SeriesId> {
        self.find_parts(&key.name, key.labels.iter().map(|(n, v)| (n.as_str(), v.as_str())))
    }

    fn find_parts<'k>(
        &self,
        name: &str,
        labels: impl Iterator<Item = (&'k str, &'k str)> + Clone,
    ) -> Option<SeriesId> {
        let name = self.symbols.find(name)?;
        // Small keys are looked up without memory of their own; a text unknown to the table ends the search.
        let mut pairs = [(0, 0); 16];
        let mut count = 0;
        let mut long = Vec::new();
        for (label, value) in labels {
            let pair = (self.symbols.find(label)?, self.symbols.find(value)?);
            match pairs.get_mut(count) {
                Some(place) => *place = pair,
                None => long.push(pair),
            }
            count += 1;
        }
        let head = pairs.get(..count.min(pairs.len())).unwrap_or_default();
        if long.is_empty() {
            return self.find_symbols(name, head);
        }
        let all: Vec<_> = head.iter().copied().chain(long).collect();
        self.find_symbols(name, &all)
    }

    fn find_symbols(&self, name: Symbol, pairs: &[(Symbol, Symbol)]) -> Option<SeriesId> {
        let same = |&id: &SeriesId| {
            self.entries.get(id as usize).is_some_and(|e| e.name == name) && self.pairs_of(id) == pairs
        };
        self.index.find(self.hasher.hash_one((name, pairs)), same).copied()
    }

    fn insert<'k>(
        &mut self,
        name: &str,
        labels: impl Iterator<Item = (&'k str, &'k str)>,
        kind: WireKind,
    ) -> Option<SeriesId> {
        if self.entries.len() >= self.series_max {
            return None;
        }
        let bytes_max = self.text_bytes_max;
        let name = self.symbols.intern(name, bytes_max)?;
        self.scratch.clear();
        for (label, value) in labels {
            let pair = (self.symbols.intern(label, bytes_max)?, self.symbols.intern(value, bytes_max)?);
            self.scratch.push(pair);
        }
        let id = u32::try_from(self.entries.len()).ok()?;
        let labels_end = u32::try_from(self.pairs.len() + self.scratch.len()).ok()?;
        let hash = self.hasher.hash_one((name, self.scratch.as_slice()));
        self.pairs.extend_from_slice(&self.scratch);
        self.entries.push(Entry { name, labels_end, kind });
        let Self { entries, pairs, index, hasher, .. } = self;
        index.insert_unique(hash, id, |&id| {
            let name = entries.get(id as usize).map_or(0, |e| e.name);
            hasher.hash_one((name, pairs_in(entries, pairs, id)))
        });
        Some(id)
    }

    fn pairs_of(&self, id: SeriesId) -> &[(Symbol, Symbol)] {
        pairs_in(&self.entries, &self.pairs, id)
    }

    /// The identity of `id`; `None` for a number never given.
    #[must_use]
    pub fn key(&self, id: SeriesId) -> Option<SeriesKey> {
        let name = self.name(id)?.to_owned();
        Some(SeriesKey { name, labels: self.labels(id).map(|(n, v)| (n.to_owned(), v.to_owned())).collect() })
    }

    /// The metric name of `id`.
    #[must_use]
    pub fn name(&self, id: SeriesId) -> Option<&str> {
        self.entries.get(id as usize).map(|e| self.symbols.text(e.name))
    }

    /// The labels of `id`, sorted by name; none for a number never given.
    pub fn labels(&self, id: SeriesId) -> impl Iterator<Item = (&str, &str)> + '_ {
        self.pairs_of(id).iter().map(|&(n, v)| (self.symbols.text(n), self.symbols.text(v)))
    }

    /// The value of one label of `id`.
    #[must_use]
    pub fn label(&self, id: SeriesId, name: &str) -> Option<&str> {
        self.labels(id).find(|(n, _)| *n == name).map(|(_, value)| value)
    }

    /// What the wire last said `id` is; `Unknown` for a number never given.
    #[must_use]
    pub fn kind(&self, id: SeriesId) -> WireKind {
        self.entries.get(id as usize).map(|e| e.kind).unwrap_or_default()
    }

    /// Notes what the wire says `id` is now.
    pub fn set_kind(&mut self, id: SeriesId, kind: WireKind) {
        if let Some(entry) = self.entries.get_mut(id as usize) {
            entry.kind = kind;
        }
    }

    /// The number of series; ids are `0..len`.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no series has appeared yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All ids given, in order of appearance.
    pub fn ids(&self) -> impl Iterator<Item = SeriesId> + use<> {
        0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    /// How many times a series was refused because the table is full.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// The memory it holds, in bytes, index and all.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.symbols.memory_bytes()
            + self.entries.capacity() * size_of::<Entry>()
            + self.pairs.capacity() * size_of::<(Symbol, Symbol)>()
            + self.index.allocation_size()
    }
}

fn pairs_in<'t>(entries: &[Entry], pairs: &'t [(Symbol, Symbol)], id: SeriesId) -> &'t [(Symbol, Symbol)] {
    let place = id as usize;
    let from = place.checked_sub(1).and_then(|before| entries.get(before)).map_or(0, |e| e.labels_end);
    let to = entries.get(place).map_or(from, |e| e.labels_end);
    pairs.get(from as usize..to as usize).unwrap_or_default()
}

#[cfg(test)]
mod tests;
