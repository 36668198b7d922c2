//! What comes out of the response: intents, which somebody outside carries out once they are durable, and records of what happened.

use crate::severity::Severity;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::input::{
    ActionNumber, CallNumber, Delivery, IncidentNumber, Labels, NotificationNumber, Outcome, SilenceNumber,
};
use crate::value::Value;

/// The effects of an input, in order. Meant to be reused: the caller clears.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Effects {
    /// What is to be done outside.
    pub intents: Vec<Intent>,
    /// What happened.
    pub records: Vec<Record>,
}

impl Effects {
    /// Takes everything out and keeps the memory.
    pub fn clear(&mut self) {
        self.intents.clear();
        self.records.clear();
    }

    /// Notes what happened.
    pub(crate) fn record(&mut self, at_ms: i64, event: Event) {
        self.records.push(Record { at_ms, event });
    }
}

/// What is to be done outside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Intent {
    /// Tell somebody.
    Notify(Notification),
    /// Call a provider.
    Call(Call),
    /// A call's answer is no longer wanted; it need not be stopped.
    Forget(CallNumber),
}

/// Something to tell somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Notification {
    /// Its number.
    pub number: NotificationNumber,
    /// The same for the same (incident, ladder, rung, attempt, channel, whom), and for nothing else: what services deduplicate by.
    pub key: String,
    /// About which incident; `None` for what belongs to none.
    pub incident: Option<IncidentNumber>,
    /// Why it is sent.
    pub reason: Reason,
    /// By which channel.
    pub channel: String,
    /// Which team is meant.
    pub team: Option<String>,
    /// Which person, where the channel reaches people; the team as such otherwise.
    pub person: Option<String>,
    /// How grave.
    pub severity: Severity,
    /// How urgent, from 1 (most) to 5.
    pub priority: u8,
    /// A line.
    pub title: String,
    /// What is known, a line each.
    pub lines: Vec<String>,
    /// Labels that all its alerts share, sorted by name.
    pub labels: Vec<(String, String)>,
    /// Where to read what to do.
    pub runbook: Option<String>,
    /// How many alerts it stands for.
    pub alerts: u32,
    /// Since when, in ms since the Unix epoch.
    pub since_ms: i64,
    /// How often its incident had been acknowledged when it was made, this time included where it tells of one.
    pub acknowledgements: u32,
}

/// Why a notification is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    /// A rung is called.
    Page {
        /// The ladder.
        ladder: String,
        /// The rung.
        rung: String,
        /// Which time, from 1.
        attempt: u32,
    },
    /// It got worse than was told.
    Worse,
    /// An acknowledgement ran out.
    Unacknowledged,
    /// It is resolved: to those who were told that it is not.
    Resolved,
    /// For information: `notify … at …`, rungs passed over while nobody could call, somebody else's fault.
    Notice,
    /// A ticket to be written.
    Ticket,
    /// A run waits for an approval.
    Approval(ActionNumber),
    /// Somebody has acknowledged it: to those who were told of it, by channels that show such a thing.
    Acknowledged,
}

/// A call of a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Its number.
    pub number: CallNumber,
    /// For which run.
    pub action: ActionNumber,
    /// The provider's name.
    pub provider: String,
    /// The name of the read or write.
    pub operation: String,
    /// What it is given: names and values.
    pub arguments: Vec<(String, Value)>,
    /// Only of a write.
    pub write: Option<WriteIntent>,
    /// After so long the answer is [`Outcome::Unknown`], in ms.
    pub timeout_ms: i64,
}

/// What a write must carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteIntent {
    /// The step's name, or the step's that is taken back.
    pub step: String,
    /// Whether it takes something back.
    pub is_undo: bool,
    /// Which time, from 1.
    pub attempt: u32,
    /// The same for every attempt of the same deed, and for no other.
    pub key: String,
    /// The locks held: resources and their tokens; a greater token is a later holder.
    pub fences: Vec<(String, u64)>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// When, in ms since the Unix epoch.
    pub at_ms: i64,
    /// What.
    pub event: Event,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Event {
    /// To an incident.
    Incident(IncidentNumber, IncidentEvent),
    /// To a notification.
    Notification(NotificationNumber, Delivery),
    /// To a run.
    Action(ActionNumber, ActionEvent),
    /// Nothing matured for a while: the clock jumped, in ms.
    Gap(i64),
    /// The process started (again).
    Started,
    /// Who is who has changed.
    RosterChanged,
    /// A silence began or was asked for again.
    Silenced(SilenceNumber, crate::input::Silence, String),
    /// A silence was ended by somebody.
    Unsilenced(SilenceNumber, String),
    /// An input that changes nothing: what, and why.
    Ignored(String),
}

/// What happens to an incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum IncidentEvent {
    /// It was opened.
    Opened {
        /// What it is about.
        title: String,
        /// The services, by name.
        services: Vec<String>,
        /// Whose it is.
        owner: Option<String>,
    },
    /// It was opened again.
    Reopened,
    /// An alert's row joined, or changed its level.
    Alert {
        /// The alert.
        alert: SmolStr,
        /// The row's labels.
        labels: Labels,
        /// The level's name; `None` when it cleared.
        level: Option<SmolStr>,
        /// What the policy says of it.
        says: SmolStr,
    },
    /// It is thought to come from this service.
    Cause(String),
    /// How urgent it is, from 1 to 5, and how grave.
    Priority(u8, Severity),
    /// A rung is called.
    Rung {
        /// The ladder.
        ladder: String,
        /// The rung.
        rung: String,
        /// Which time, from 1.
        attempt: u32,
    },
    /// A rung was passed over: why (`late by 12m`, `reaches nobody`).
    Skipped {
        /// The ladder.
        ladder: String,
        /// The rung.
        rung: String,
        /// Why.
        why: String,
    },
    /// Nobody was told: why (`silence 3: …`, `maintenance upgrade`).
    Suppressed(String),
    /// What suppressed it is over.
    Unsuppressed,
    /// Something could not be told to somebody.
    ReachesNobody {
        /// The team.
        team: String,
        /// The channel.
        channel: String,
        /// Why.
        why: String,
    },
    /// A notification was made.
    Notified(NotificationNumber),
    /// Somebody acknowledged it, until then.
    Acknowledged(String, i64),
    /// The acknowledgement ran out.
    AcknowledgementEnded,
    /// A ladder has come to its end.
    LadderEnded(String),
    /// A playbook was run for it.
    Remedy(ActionNumber, String),
    /// It was resolved: by whom, or by itself.
    Resolved(Option<String>),
}

/// That a person asked for a run.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Requested {
    /// Who.
    pub by: String,
    /// By which key.
    pub key: String,
    /// Why.
    pub why: String,
}

/// What happens to a run of a playbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ActionEvent {
    /// It began to look whether it should.
    Planned {
        /// The playbook.
        playbook: String,
        /// Its arguments.
        arguments: Vec<(String, Value)>,
        /// For which incident.
        incident: Option<IncidentNumber>,
        /// The hash of the playbook's text.
        source_hash: String,
        /// Who asked for it; `None` where an alert did.
        requested: Option<Requested>,
    },
    /// A `let` was found out.
    Found(String, Value),
    /// A condition was looked at: its text, what it was, and the values it looked at.
    Looked {
        /// Which clause: `require`, `check`, `verify`, `needs`, `lift`, `storm`.
        clause: String,
        /// As written.
        text: String,
        /// What it was.
        is: Option<bool>,
        /// What was looked at, and its value.
        values: Vec<(String, Value)>,
    },
    /// It waits for an approval, until then.
    Proposed(i64),
    /// Somebody approved it; or the policy did, with why.
    Approved(String, Option<String>),
    /// It would do all this, were it allowed to.
    Observed,
    /// It holds these resources, with these tokens.
    Locked(Vec<(String, u64)>),
    /// It begins its first step.
    Started,
    /// What a read gave just before a step: the snapshot.
    Snapshot {
        /// The step.
        step: String,
        /// Which of `each`, from 0.
        item: u32,
        /// The reads, and what they gave.
        values: Vec<(String, Value)>,
    },
    /// A write is about to be tried.
    Intent {
        /// The call.
        call: CallNumber,
        /// The step.
        step: String,
        /// Whether it takes something back.
        is_undo: bool,
        /// The write with its arguments, for people.
        text: String,
        /// Which time, from 1.
        attempt: u32,
        /// Its key.
        key: String,
    },
    /// A call has ended.
    Ended {
        /// Which.
        call: CallNumber,
        /// How.
        outcome: Outcome,
    },
    /// A step needed no doing, or no taking back: it was so already.
    AlreadySo(String),
    /// A step's `do` has answered that it is done, for all of its `each`.
    StepAnswered(String),
    /// A step is done, its check not yet looked at.
    StepDone(String),
    /// A step failed: why.
    StepFailed(String, String),
    /// A step was taken back, and that was verified.
    StepUndone(String),
    /// A step is not taken back: why.
    StepKept(String, String),
    /// A step could not be taken back: why.
    UndoFailed(String, String),
    /// Somebody else changed what a step had changed: it is left as it is.
    Drift {
        /// The step.
        step: String,
        /// What was read, what it should be, what it is.
        values: Vec<(String, Value, Value)>,
    },
    /// What it did is being taken back: why.
    RollingBack(String),
    /// It succeeded and stands as a measure, until then at the latest.
    Standing(i64),
    /// It was aborted by somebody.
    Aborted(String),
    /// It has ended.
    End(End),
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum End {
    /// It did what it should, and that helped.
    Succeeded,
    /// There was nothing to change.
    NoChange,
    /// What it did was taken back as `lift` says.
    Lifted,
    /// It was not begun: why.
    Refused(String),
    /// It cannot be told whether it helped; what it did was taken back.
    Inconclusive,
    /// It failed, and what it did was taken back: why.
    RolledBack(String),
    /// It failed, and what it did could not be taken back: why.
    RollbackFailed(String),
    /// It cannot be known what it did: why.
    Indeterminate(String),
    /// Nobody approved it in time.
    Expired,
    /// It would have begun, were its autonomy not `observe`.
    Observed,
}

impl End {
    /// Its name in policies and in the journal.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::NoChange => "no_change",
            Self::Lifted => "lifted",
            Self::Refused(_) => "refused",
            Self::Inconclusive => "inconclusive",
            Self::RolledBack(_) => "rolled_back",
            Self::RollbackFailed(_) => "rollback_failed",
            Self::Indeterminate(_) => "indeterminate",
            Self::Expired => "expired",
            Self::Observed => "observed",
        }
    }

    /// Why, where it says so.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Refused(why)
            | Self::RolledBack(why)
            | Self::RollbackFailed(why)
            | Self::Indeterminate(why) => Some(why),
            Self::Succeeded
            | Self::NoChange
            | Self::Lifted
            | Self::Inconclusive
            | Self::Expired
            | Self::Observed => None,
        }
    }

    /// Whether it counts for the breaker: something was done, or tried, and did not help.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        match self {
            Self::RolledBack(_) | Self::RollbackFailed(_) | Self::Inconclusive | Self::Indeterminate(_) => {
                true
            }
            Self::Succeeded
            | Self::NoChange
            | Self::Lifted
            | Self::Refused(_)
            | Self::Expired
            | Self::Observed => false,
        }
    }
}
