//! What was really done outside: of every deed whether it happened, was taken back, or was only said to be.

use std::collections::BTreeMap;

use nvp_respond::effect::Call;
use nvp_respond::input::ActionNumber;

/// A deed as the world knows it.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// For which run.
    pub action: ActionNumber,
    /// For which step.
    pub step: String,
    /// Of which provider.
    pub provider: String,
    /// Whether it stands: it was done, and not taken back since.
    pub stands: bool,
    /// How often it was done.
    pub times: u32,
    /// How often it was taken back.
    pub undone: u32,
    /// Whether an answer to it, or to its taking back, was a lie.
    pub is_lie: bool,
    /// How many changes by others there had been when it was first done.
    meddlings: u64,
}

/// What was done.
#[derive(Debug, Default)]
pub struct Ledger {
    deeds: BTreeMap<String, Entry>,
    meddlings: u64,
}

impl Ledger {
    fn entry(&mut self, call: &Call) -> Option<(&mut Entry, bool)> {
        let write = call.write.as_ref()?;
        let key = write.key.trim_end_matches("/undo").to_owned();
        let meddlings = self.meddlings;
        let entry = self.deeds.entry(key).or_insert_with(|| Entry {
            action: call.action,
            step: write.step.clone(),
            provider: call.provider.clone(),
            meddlings,
            ..Entry::default()
        });
        Some((entry, write.is_undo))
    }

    /// A write was carried out.
    pub fn done(&mut self, call: &Call) {
        if let Some((entry, is_undo)) = self.entry(call) {
            entry.stands = !is_undo;
            if is_undo {
                entry.undone += 1
            } else {
                entry.times += 1
            };
        }
    }

    /// A write said that it was carried out, and was not.
    pub fn lied(&mut self, call: &Call) {
        if let Some((entry, _)) = self.entry(call) {
            entry.is_lie = true;
        }
    }

    /// Somebody else changed something.
    pub fn meddled(&mut self) {
        self.meddlings += 1;
    }

    /// How often somebody else changed something.
    pub fn meddlings(&self) -> u64 {
        self.meddlings
    }

    /// Whether somebody else has changed something since a deed was first done.
    pub fn is_meddled(&self, entry: &Entry) -> bool {
        self.meddlings > entry.meddlings
    }

    /// What was done for a run.
    pub fn of(&self, action: ActionNumber) -> impl Iterator<Item = &Entry> {
        self.deeds.values().filter(move |entry| entry.action == action)
    }
}
