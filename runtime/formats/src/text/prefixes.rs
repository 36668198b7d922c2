//! The memory of how each series was written, so that a line seen before is not understood again.
//!
//! Sources repeat themselves: a scrape has the lines of the last one in their order, a recording has one series' samples in a
//! row. So each remembered text knows which one came after it last time, and a line is first compared with that one. Only when
//! this fails is its end looked for and its hash looked up, and every match is verified byte by byte.

use std::hash::BuildHasher as _;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::text::syntax;

/// One remembered text.
#[derive(Debug, Clone, Copy)]
struct Entry {
    start: usize,
    bytes: usize,
    /// What the text stands for.
    slot: u32,
    /// The entry that came after this one last time.
    next: u32,
}

/// Texts of series as they were written, and what each stands for.
#[derive(Debug)]
pub(crate) struct Prefixes {
    text: Vec<u8>,
    /// Entry 0 is the beginning of the input; it has no text.
    entries: Vec<Entry>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
    last: u32,
}

impl Default for Prefixes {
    fn default() -> Self {
        Self {
            text: Vec::new(),
            entries: vec![Entry { start: 0, bytes: 0, slot: 0, next: 0 }],
            index: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            last: 0,
        }
    }
}

impl Prefixes {
    /// Begins the input anew: the first line is expected to be the first of last time.
    pub(crate) fn rewind(&mut self) {
        self.last = 0;
    }

    /// The texts remembered, and the bytes they take.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.entries.len() - 1, self.text.len())
    }

    /// What the series at the head of `line` stands for, and the bytes it takes there; `None` if it was not seen before.
    #[inline]
    pub(crate) fn find(&mut self, line: &[u8]) -> Option<(u32, usize)> {
        let guess = self.entries.get(self.last as usize)?.next;
        let entry = *self.entries.get(guess as usize)?;
        if guess != 0 && line.starts_with(self.text_of(entry)) && ends_there(line, entry.bytes) {
            self.last = guess;
            return Some((entry.slot, entry.bytes));
        }
        self.look_up(line)
    }

    fn look_up(&mut self, line: &[u8]) -> Option<(u32, usize)> {
        // The last brace is nearly always the series' own. Where it is not (an exemplar has one, too) nothing is found with it:
        // a remembered text that is the head of a line is the whole series of that line, whichever way its end was guessed.
        let guessed =
            memchr::memrchr(b'}', line).and_then(|brace| line.get(..=brace)).and_then(|w| self.number(w));
        let found = guessed.or_else(|| self.number(line.get(..syntax::written_bytes(line)?)?))?;
        let entry = *self.entries.get(found as usize)?;
        self.follow(found);
        Some((entry.slot, entry.bytes))
    }

    fn number(&self, written: &[u8]) -> Option<u32> {
        let same = |&e: &u32| self.entries.get(e as usize).is_some_and(|&e| self.text_of(e) == written);
        self.index.find(self.hasher.hash_one(written), same).copied()
    }

    /// Remembers that `written` stands for `slot`; it must not be remembered yet.
    pub(crate) fn insert(&mut self, written: &[u8], slot: u32) {
        let Ok(number) = u32::try_from(self.entries.len()) else { return };
        self.entries.push(Entry { start: self.text.len(), bytes: written.len(), slot, next: 0 });
        self.text.extend_from_slice(written);
        let Self { text, entries, index, hasher, .. } = self;
        index.insert_unique(hasher.hash_one(written), number, |&e| {
            let entry = entries.get(e as usize);
            hasher.hash_one(entry.and_then(|e| text.get(e.start..e.start + e.bytes)).unwrap_or_default())
        });
        self.follow(number);
    }

    /// The texts remembered whose slot `kept` gives a new number; the others are forgotten.
    pub(crate) fn retain(&mut self, kept: impl Fn(u32) -> Option<u32>) {
        let old = std::mem::take(self);
        for entry in old.entries.iter().skip(1) {
            if let Some(slot) = kept(entry.slot) {
                self.insert(old.text_of(*entry), slot);
            }
        }
    }

    fn follow(&mut self, number: u32) {
        if let Some(last) = self.entries.get_mut(self.last as usize) {
            last.next = number;
        }
        self.last = number;
    }

    fn text_of(&self, entry: Entry) -> &[u8] {
        self.text.get(entry.start..entry.start + entry.bytes).unwrap_or_default()
    }
}

/// Whether a series written in the first `bytes` of `line` ends there: `up` is not the series of `up {a="b"}` or `uptime`.
#[inline]
fn ends_there(line: &[u8], bytes: usize) -> bool {
    if bytes.checked_sub(1).and_then(|last| line.get(last)) == Some(&b'}') {
        return true;
    }
    match line.get(bytes..) {
        Some([b' ' | b'\t', rest @ ..]) => syntax::skip_blanks(rest).first() != Some(&b'{'),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
