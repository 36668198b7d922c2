//! Texts stored once each: names and label values repeat over many series.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

/// A text's number in [`Symbols`].
pub(super) type Symbol = u32;

/// Texts, each stored once, numbered in order of appearance.
///
/// The hash is seeded at random (a hostile exporter cannot choose its collisions) and only ever used to look up, so its order
/// never shows.
#[derive(Debug, Clone, Default)]
pub(super) struct Symbols {
    text: String,
    ends: Vec<u32>,
    index: HashTable<Symbol>,
    hasher: DefaultHashBuilder,
}

impl Symbols {
    /// The text of `symbol`; empty for a number never given.
    pub(super) fn text(&self, symbol: Symbol) -> &str {
        let place = symbol as usize;
        let from = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let to = self.ends.get(place).copied().unwrap_or(from);
        self.text.get(from as usize..to as usize).unwrap_or_default()
    }

    /// The number of a text stored before.
    pub(super) fn find(&self, text: &str) -> Option<Symbol> {
        self.index.find(self.hasher.hash_one(text), |&s| self.text(s) == text).copied()
    }

    /// The number of `text`, stored if it is new; `None` when the store would grow over `bytes_max`.
    pub(super) fn intern(&mut self, text: &str, bytes_max: usize) -> Option<Symbol> {
        if let Some(symbol) = self.find(text) {
            return Some(symbol);
        }
        let end = self.text.len().checked_add(text.len()).filter(|&end| end <= bytes_max)?;
        let (end, symbol) = (u32::try_from(end).ok()?, u32::try_from(self.ends.len()).ok()?);
        self.text.push_str(text);
        self.ends.push(end);
        let Self { text: all, ends, index, hasher } = self;
        let hash_of = |&s: &Symbol| {
            let from =
                (s as usize).checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or_default();
            let to = ends.get(s as usize).copied().unwrap_or(from);
            hasher.hash_one(all.get(from as usize..to as usize).unwrap_or_default())
        };
        index.insert_unique(hasher.hash_one(text), symbol, hash_of);
        Some(symbol)
    }

    /// The bytes it holds, index and all.
    pub(super) fn memory_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<u32>() + self.index.allocation_size()
    }
}
