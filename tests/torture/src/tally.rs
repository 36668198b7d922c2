//! What happened in scenarios, in figures.

use std::collections::BTreeMap;
use std::fmt;

/// What happened.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// How many scenarios.
    pub scenarios: u64,
    /// How much virtual time, in ms.
    pub virtual_ms: u64,
    /// How many inputs.
    pub inputs: u64,
    /// How often the process was cut.
    pub crashes: u64,
    /// How many inputs were lost by that.
    pub lost: u64,
    /// How many inputs were done again after it.
    pub replayed: u64,
    /// How many calls were made, and how many of them were writes.
    pub calls: u64,
    /// Of these.
    pub writes: u64,
    /// How many notifications.
    pub notifications: u64,
    /// How many rungs were called.
    pub rungs: u64,
    /// How often somebody else changed the world.
    pub meddlings: u64,
    /// How runs ended.
    pub ends: BTreeMap<&'static str, u64>,
}

impl Tally {
    /// Takes in another's.
    pub fn add(&mut self, other: &Self) {
        self.scenarios += other.scenarios;
        self.virtual_ms += other.virtual_ms;
        self.inputs += other.inputs;
        self.crashes += other.crashes;
        self.lost += other.lost;
        self.replayed += other.replayed;
        self.calls += other.calls;
        self.writes += other.writes;
        self.notifications += other.notifications;
        self.rungs += other.rungs;
        self.meddlings += other.meddlings;
        for (end, times) in &other.ends {
            *self.ends.entry(end).or_default() += times;
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = self.virtual_ms / 3_600_000;
        write!(
            formatter,
            "{} scenarios, {hours} h of virtual time, {} inputs, {} crashes ({} inputs lost, {} done again), {} calls, {} of \
             them writes, {} notifications, {} rungs, {} changes by others; runs: {:?}",
            self.scenarios,
            self.inputs,
            self.crashes,
            self.lost,
            self.replayed,
            self.calls,
            self.writes,
            self.notifications,
            self.rungs,
            self.meddlings,
            self.ends
        )
    }
}
