//! How alerts become incidents, and what an alert does.

use super::formula::Constant;
use crate::ids::{LadderId, PlaybookId, ServiceId, TeamId};

/// A level as all alerts share it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Severity {
    /// `red`
    pub name: String,
    /// What it is on the outside.
    pub class: Class,
}

/// The four severities of the outside world, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// For information.
    Info,
    /// Something to see to.
    Minor,
    /// Something to see to soon.
    Major,
    /// Something to see to now.
    Critical,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// The values of a label `service` that mean it, its name first.
    pub is: Vec<String>,
    /// What it depends on.
    pub depends_on: Vec<ServiceId>,
    /// How much the business depends on it, from 1 (most) to 4; 2 where it is not said.
    pub tier: u8,
    /// Whose it is.
    pub owner: Option<TeamId>,
}

/// How alerts become incidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incidents {
    /// For so long after its last alert, alerts of services that depend on one another join an incident. Those of its own services
    /// always do.
    pub within_ms: i64,
    /// For so long after it was resolved, an incident is opened again and not anew.
    pub reopen_ms: i64,
}

impl Default for Incidents {
    fn default() -> Self {
        Self { within_ms: 5 * 60_000, reopen_ms: 30 * 60_000 }
    }
}

/// What an alert does while it stands at a level or above: `at LEVEL [for D] …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Reaction {
    /// The alert's name.
    pub alert: String,
    /// The place of the level among [`super::Response::severities`].
    pub level: u32,
    /// After it has stood there for so long.
    pub after_ms: i64,
    /// What.
    pub does: Does,
}

/// What an alert's reaction is.
#[derive(Debug, Clone, PartialEq)]
pub enum Does {
    /// People are called, by this ladder.
    Escalate(LadderId),
    /// Playbooks are run, one after the other until one helps.
    Run(Vec<Remedy>),
}

/// A playbook with what it is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Remedy {
    /// Which.
    pub playbook: PlaybookId,
    /// Its arguments, one a parameter.
    pub arguments: Vec<Argument>,
    /// If the alert still stands so long after this one began, the next is tried.
    pub within_ms: Option<i64>,
}

/// What a playbook is given by an alert's row.
#[derive(Debug, Clone, PartialEq)]
pub enum Argument {
    /// The value of this label of the row.
    Label(String),
    /// This.
    Constant(Constant),
}
