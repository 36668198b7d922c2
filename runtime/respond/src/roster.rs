//! Who is in which team, and by which channels they can be reached: the configuration's part of a ladder, without any address.
//!
//! A roster is an input like any other: it is journaled when it changes, so that who was on call can be told later.

pub mod on_call;
pub mod reach;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// All teams and people of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub struct Roster {
    /// By name.
    pub teams: BTreeMap<String, TeamRoster>,
    /// By name: the channels by which each can be reached.
    pub people: BTreeMap<String, BTreeSet<String>>,
    /// The channels that are bound.
    pub channels: BTreeSet<String>,
    /// Those of them that show that somebody has acknowledged an incident: who was told by them is told of that too.
    pub show_acknowledgements: BTreeSet<String>,
    /// Those of them that close the tickets that they have written, when the incident is resolved.
    pub close_tickets: BTreeSet<String>,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
pub struct TeamRoster {
    /// Who is called always, beside those whose turn it is.
    pub members: Vec<String>,
    /// Who takes turns.
    pub rotations: Vec<Rotation>,
    /// The channels by which the team as such is reached, once: a shared room, a mailing list.
    pub shared: BTreeSet<String>,
}

impl TeamRoster {
    /// All who may be called, each once, sorted.
    #[must_use]
    pub fn everybody(&self) -> Vec<&str> {
        let turns = self.rotations.iter().flat_map(|rotation| {
            rotation.members.iter().chain(rotation.overrides.iter().map(|instead| &instead.person))
        });
        let all: BTreeSet<&str> = self.members.iter().chain(turns).map(String::as_str).collect();
        all.into_iter().collect()
    }
}

/// People who take turns.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rotation {
    /// Its name.
    pub name: String,
    /// Who, in order.
    pub members: Vec<String>,
    /// The IANA zone of its clocks.
    pub zone: String,
    /// The local date (year, month, day) of the first hand-over, when the first member's turn begins.
    pub first: (i16, i8, i8),
    /// The local time of hand-overs, in minutes after midnight. One that is skipped happens when the clocks have moved on; one that
    /// comes twice happens the first time.
    pub at_minutes: u16,
    /// A turn lasts so many local days.
    pub days: u16,
    /// Somebody else for a while; the later of two that overlap holds.
    pub overrides: Vec<Override>,
}

/// Somebody else for a while.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Override {
    /// From, in ms since the Unix epoch, inclusive.
    pub from_ms: i64,
    /// To, exclusive.
    pub to_ms: i64,
    /// Who.
    pub person: String,
}
