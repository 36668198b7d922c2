//! Who must know, and by when.

use crate::ids::{ChannelId, TeamId};

/// A team; its people are in the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// Who is called when nobody of it is on call.
    pub empty_tells: Option<TeamId>,
}

/// A voice that the configuration binds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// Its name.
    pub name: String,
}

/// An escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ladder {
    /// Its name.
    pub name: String,
    /// Its rungs, in order; at least one.
    pub rungs: Vec<Rung>,
    /// How long an acknowledgement holds.
    pub acknowledged_ms: i64,
}

/// A rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// `N1`
    pub name: String,
    /// Who is called.
    pub calls: Calls,
    /// After so long the next rung is called. `None` for a last rung without an end: it is called once.
    pub lasts_ms: Option<i64>,
    /// It is called again so often while it lasts.
    pub every_ms: Option<i64>,
    /// And so often after that: of the last rung only.
    pub then_every_ms: Option<i64>,
}

/// Who a rung calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Calls {
    /// Nobody: playbooks are given the time.
    Automatic,
    /// Whoever of this team is on call, by these channels in this order, each by itself.
    Team(TeamId, Vec<ChannelId>),
}
