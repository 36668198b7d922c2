//! What tests say of the answers to alerts: how providers answer, what people do, and what is expected to happen.

use std::collections::BTreeMap;

use nvp_dsl::span::Span;
use nvp_plan::ids::{ChannelId, PlaybookId, ProviderId, ServiceId, TeamId};
use nvp_plan::response::formula::Constant;

use super::{AlertId, Segment, SeverityClass};

/// The stretches until a step is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// The stretches; their times are from the phase's beginning: the test's start for the first phase.
    pub segments: Vec<Segment>,
    /// What ends the phase; `None` for the last phase.
    pub until: Option<Until>,
}

/// That a step has answered, in any playbook.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Until {
    /// The step.
    pub step: String,
    /// Whether it is what takes the step back that has answered (of an `each`, the first); the step's own `do` otherwise (of an
    /// `each`, the last).
    pub is_undone: bool,
}

/// What a provider's read answers.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenRead {
    /// Whose.
    pub provider: ProviderId,
    /// The read's place.
    pub read: u32,
    /// The parameters it is for, by place; others may have any value.
    pub arguments: BTreeMap<u32, Constant>,
    /// What it answers, one after the other.
    pub phases: Vec<ReadPhase>,
    /// Where it is written.
    pub span: Span,
}

/// What a read answers until a step is done.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadPhase {
    /// From so long after the phase began, in ms: the answer; `None` fails. In the order of time, the first at 0.
    pub answers: Vec<(i64, Option<ReadValue>)>,
    /// What ends it; `None` for the last.
    pub until: Option<Until>,
}

/// What a read answers.
#[derive(Debug, Clone, PartialEq)]
pub enum ReadValue {
    /// One value.
    One(Constant),
    /// A list.
    List(Vec<Constant>),
}

/// How a provider's write ends.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenWrite {
    /// Whose.
    pub provider: ProviderId,
    /// The write's place.
    pub write: u32,
    /// The parameters it is for, by place; others may have any value.
    pub arguments: BTreeMap<u32, Constant>,
    /// How.
    pub ends: nvp_dsl::ast::WriteEnds,
    /// After how long, in ms.
    pub after_ms: i64,
    /// Where it is written.
    pub span: Span,
}

/// What a person does.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenDeed {
    /// What.
    pub deed: Deed,
    /// When, in ms from the test's start.
    pub at_ms: i64,
    /// Where it is written.
    pub span: Span,
}

/// What a person can do.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Acknowledges the incident of an alert's rows that have these labels.
    Acknowledge(AlertId, BTreeMap<String, String>),
    /// Declares it resolved.
    Resolve(AlertId, BTreeMap<String, String>),
    /// Silences them for so long, in ms.
    Silence(AlertId, BTreeMap<String, String>, i64),
    /// Approves the run of a playbook that waits for it.
    Approve(PlaybookId),
    /// Aborts its run.
    Abort(PlaybookId),
}

/// Something expected to happen.
#[derive(Debug, Clone, PartialEq)]
pub struct ExpectedEvent {
    /// When.
    pub when: EventWhen,
    /// What.
    pub event: Event,
    /// As written, from its `at`, `by`, `within` or `never` on.
    pub text: String,
    /// Where it is written.
    pub span: Span,
}

/// When an event is expected, in ms from the test's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventWhen {
    /// It has happened by then, and nothing that ends it has.
    At(i64),
    /// It happens then or before.
    By(i64),
    /// It first happens in this range.
    Within(i64, i64),
    /// It does not happen.
    Never,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A rung of this name is called.
    Rung(String),
    /// A team is called, by this channel if one is said.
    Page(TeamId, Option<ChannelId>),
    /// A team is told for information.
    Notice(TeamId),
    /// A ticket is written.
    Ticket(ChannelId),
    /// A step of this name comes so far.
    Step(String, StepState),
    /// An incident with this service, or with this alert, comes so far.
    Incident(IncidentOf, IncidentState),
    /// A playbook comes so far; of its arguments those said, by place.
    Playbook(PlaybookId, BTreeMap<u32, Constant>, PlaybookState),
}

/// Which incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncidentOf {
    /// One with alerts of this service.
    Service(ServiceId),
    /// One with rows of this alert.
    Alert(AlertId),
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StepState {
    /// Its `do` has answered well.
    Done,
    /// It failed.
    Failed,
    /// It was taken back.
    Undone,
}

/// How far an incident has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IncidentState {
    /// It was opened.
    Opened,
    /// Somebody acknowledged it.
    Acknowledged,
    /// It was resolved.
    Resolved,
    /// It was opened again.
    Reopened,
}

/// How far a playbook's run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaybookState {
    /// It passed what it requires and its limits, and begins its first step.
    Started,
    /// It waits for an approval.
    Proposed,
    /// It would have begun, were its autonomy not `observe`.
    Observed,
    /// It ended well.
    Succeeded,
    /// It ended well and found nothing to change.
    NoChange,
    /// What it did was taken back as its `lift` says.
    Lifted,
    /// It was not begun.
    Refused,
    /// It could not be told whether it helped; what it did was taken back.
    Inconclusive,
    /// It failed and what it did was taken back.
    RolledBack,
    /// It failed and what it did could not be taken back.
    RollbackFailed,
    /// It cannot be known what it did.
    Indeterminate,
    /// Nobody approved it in time.
    Expired,
    /// Any end but `succeeded`, `no_change` and `lifted`.
    Failed,
}

impl From<SeverityClass> for nvp_plan::response::incident::Class {
    fn from(class: SeverityClass) -> Self {
        match class {
            SeverityClass::Info => Self::Info,
            SeverityClass::Minor => Self::Minor,
            SeverityClass::Major => Self::Major,
            SeverityClass::Critical => Self::Critical,
        }
    }
}
