//! What goes into the response. All instants are in ms since the Unix epoch. What names something unknown, or comes twice or too
//! late, changes nothing and is recorded.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub use crate::labels::Labels;

use crate::roster::Roster;
use crate::value::Value;

/// An incident's number, from 1.
pub type IncidentNumber = u64;
/// The number of a row of an alert that stands, from 1, in the order in which rows came.
pub type RowNumber = u64;
/// The number of a playbook's run, from 1.
pub type ActionNumber = u64;
/// A notification's number, from 1.
pub type NotificationNumber = u64;
/// A provider call's number, from 1.
pub type CallNumber = u64;
/// A silence's number, from 1.
pub type SilenceNumber = u64;

/// The last numbers that were given. None is given twice, also not by a response that begins anew beside a journal that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Numbers {
    /// Of an incident.
    pub incident: IncidentNumber,
    /// Of a playbook's run.
    pub action: ActionNumber,
    /// Of a notification.
    pub notification: NotificationNumber,
    /// Of a provider's call.
    pub call: CallNumber,
    /// Of a silence.
    pub silence: SilenceNumber,
}

/// One input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Input<'a> {
    /// The evaluation closed a tick: these rows of alerts changed, in the evaluation's order, and what is observed is as of now.
    Tick {
        /// The tick.
        at_ms: i64,
        /// What changed.
        alerts: &'a [AlertChange],
    },
    /// The journaled wall clock, at most 5 s after the last; what is more is a gap, in which nothing matures.
    Clock {
        /// What it shows.
        now_ms: i64,
    },
    /// The process started (again). What was under way outside is unknown; nobody is called until a tick has been closed.
    Started {
        /// When.
        now_ms: i64,
    },
    /// These numbers were given before, and perhaps forgotten.
    Numbers(&'a Numbers),
    /// Who is who.
    Roster(&'a Roster),
    /// Nothing new may be done outside from now on, and why (the journal cannot be written); or it may again.
    Halted(Option<&'a str>),
    /// A provider's call has ended.
    Outcome {
        /// Which.
        call: CallNumber,
        /// How.
        outcome: &'a Outcome,
    },
    /// A channel says how far a notification has come.
    Delivery {
        /// Which.
        notification: NotificationNumber,
        /// How far.
        delivery: &'a Delivery,
    },
    /// A person did something.
    Deed {
        /// Who: the name of the token.
        by: &'a str,
        /// What.
        deed: &'a Deed,
    },
}

/// A row of an alert changed its shown level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AlertChange {
    /// The alert's name.
    pub alert: SmolStr,
    /// The row's labels, sorted by name.
    pub labels: Labels,
    /// The service it belongs to, by name.
    pub service: Option<SmolStr>,
    /// The place of the level among the plan's severities; `None` when it is at none any more.
    pub level: Option<u32>,
    /// Whether it ended because its data ended.
    pub is_forgotten: bool,
    /// What the policy says of it.
    pub says: SmolStr,
    /// Where to read what to do.
    pub runbook: Option<SmolStr>,
}

/// How a call of a provider ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// A read's answer.
    Answered(Value),
    /// A write was done, the other side says.
    Done,
    /// It is known not to have happened, or a read gave nothing; why, for people, without secrets.
    Failed(String),
    /// It is not known whether it happened: no answer in time, the connection broke.
    Unknown(String),
}

/// How far a notification has come. Each step is kept apart; an acknowledgement is a [`Deed`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    /// The channel took it over.
    Accepted,
    /// It left.
    Sent,
    /// It arrived.
    Delivered,
    /// Somebody saw it.
    Seen,
    /// It was given up; why, for people, without secrets.
    Failed(String),
}

/// What a person does. All of it may be said again without changing anything.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Deed {
    /// Acknowledges an incident.
    Acknowledge(IncidentNumber),
    /// Declares an incident resolved; alerts that still stand open it again when they change.
    Resolve(IncidentNumber),
    /// Approves a run, of the playbook's text with this hash (`None`: whatever it is).
    Approve(ActionNumber, Option<String>),
    /// Ends a run: what it did is taken back.
    Abort(ActionNumber),
    /// Asks for a run.
    Start(Request),
    /// Silences what matches.
    Silence(Silence),
    /// Ends a silence.
    Unsilence(SilenceNumber),
}

/// A run of a playbook that a person asks for. All that stands between a playbook and the world stands before it too.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Request {
    /// A key of whoever asks: the same one again within a day is the same run.
    pub key: String,
    /// The playbook, by name.
    pub playbook: String,
    /// Its arguments as written, by parameter.
    pub arguments: Vec<(String, String)>,
    /// The incident it is for: its ladders say who is called when it fails.
    pub incident: IncidentNumber,
    /// Why.
    pub why: String,
}

/// Nobody is called for what matches, for a while.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Silence {
    /// A key of whoever asks: the same one again is the same silence.
    pub key: String,
    /// The alert, or all.
    pub alert: Option<String>,
    /// The service, or all.
    pub service: Option<String>,
    /// Labels that a row must have.
    pub labels: Vec<(String, String)>,
    /// From, inclusive.
    pub from_ms: i64,
    /// To, exclusive.
    pub to_ms: i64,
    /// Why.
    pub why: String,
}
