//! Texts of labels, each kept once and counted, so that a label that no row has any more costs nothing.

use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use serde::{Deserialize, Serialize};
use std::hash::Hasher as _;

/// A text's number. It never shows: order is always that of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Symbol(pub(crate) u32);

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    text: Box<str>,
    uses: u32,
}

/// The texts.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    entries: Vec<Entry>,
    free: Vec<Symbol>,
    table: HashTable<Symbol>,
    bytes: usize,
}

impl Kept for Interner {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        to.value(&(&self.entries, &self.free))
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        (self.entries, self.free) = from.value()?;
        let Self { entries, table, .. } = self;
        table.clear();
        table.reserve(entries.len(), |&symbol| hash(text_of(entries, symbol)));
        for (entry, symbol) in entries.iter().zip(0..).filter(|(entry, _)| entry.uses > 0) {
            let hash_of = |&symbol: &Symbol| hash(text_of(entries, symbol));
            table.insert_unique(hash(&entry.text), Symbol(symbol), hash_of);
        }
        self.bytes = entries.iter().map(|entry| entry.text.len()).sum();
        Ok(())
    }
}

impl Interner {
    /// The symbol of a text, used once more; [`Interner::release`] gives the use back.
    pub(crate) fn acquire(&mut self, text: &str) -> Symbol {
        let Self { entries, table, .. } = self;
        let hash = hash(text);
        if let Some(&symbol) = table.find(hash, |&symbol| text_of(entries, symbol) == text) {
            if let Some(entry) = entries.get_mut(symbol.0 as usize) {
                entry.uses = entry.uses.saturating_add(1);
            }
            return symbol;
        }
        let entry = Entry { text: text.into(), uses: 1 };
        self.bytes += text.len();
        let symbol = match self.free.pop() {
            Some(symbol) => {
                if let Some(old) = self.entries.get_mut(symbol.0 as usize) {
                    *old = entry;
                }
                symbol
            }
            None => {
                let symbol = Symbol(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
                self.entries.push(entry);
                symbol
            }
        };
        let Self { entries, table, .. } = self;
        table.insert_unique(hash, symbol, |&symbol| self::hash(text_of(entries, symbol)));
        symbol
    }

    /// One more use of a symbol that is in use.
    pub(crate) fn retain(&mut self, symbol: Symbol) {
        if let Some(entry) = self.entries.get_mut(symbol.0 as usize) {
            entry.uses = entry.uses.saturating_add(1);
        }
    }

    /// One use less; the last one frees the text. (A text used 2³² times stays for good.)
    pub(crate) fn release(&mut self, symbol: Symbol) {
        let Some(entry) = self.entries.get_mut(symbol.0 as usize) else { return };
        if entry.uses == u32::MAX || entry.uses == 0 {
            return;
        }
        entry.uses -= 1;
        if entry.uses > 0 {
            return;
        }
        let hash = hash(&entry.text);
        self.bytes -= entry.text.len();
        entry.text = Box::default();
        if let Ok(found) = self.table.find_entry(hash, |&other| other == symbol) {
            found.remove();
        }
        self.free.push(symbol);
    }

    /// The symbol of a text that is in use.
    pub(crate) fn find(&self, text: &str) -> Option<Symbol> {
        self.table.find(hash(text), |&symbol| self.text(symbol) == text).copied()
    }

    /// The text of a symbol in use.
    pub(crate) fn text(&self, symbol: Symbol) -> &str {
        text_of(&self.entries, symbol)
    }

    /// How many bytes it takes, the tables included.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
            + self.entries.capacity() * size_of::<Entry>()
            + self.free.capacity() * size_of::<Symbol>()
            + self.table.allocation_size()
    }
}

fn text_of(entries: &[Entry], symbol: Symbol) -> &str {
    entries.get(symbol.0 as usize).map_or("", |entry| &entry.text)
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests;
