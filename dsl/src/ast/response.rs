//! The tree of what answers an alert: who must know (teams, channels, ladders, calendars, maintenance) and what is done (providers,
//! playbooks), and what tests say of both.

use super::{Call, Expr, Ident, Parameter, Quantity, Reference, Text, UnitExpr};
use crate::span::{Span, Spanned};

/// `team operations { empty tells leads }`: people are in the configuration, not here.
#[derive(Debug, Clone, PartialEq)]
pub struct Team {
    /// Its name.
    pub name: Ident,
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<TeamClause>>,
}

/// A clause of a team.
#[derive(Debug, Clone, PartialEq)]
pub enum TeamClause {
    /// `empty tells leads`: who is called when nobody of it is on call
    EmptyTells(Ident),
}

/// `channel sms`: a voice that the configuration binds.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// Its name.
    pub name: Ident,
}

/// `calendar office_hours in "Europe/Paris" { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// Its name.
    pub name: Ident,
    /// Its zone, an IANA name.
    pub zone: Spanned<String>,
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<CalendarClause>>,
}

/// A clause of a calendar.
#[derive(Debug, Clone, PartialEq)]
pub enum CalendarClause {
    /// `open monday..friday, sunday 09:00..12:00, 14:00..18:00`: each week; without hours the whole day
    Open {
        /// The days: one, or a range of them.
        days: Vec<(Ident, Option<Ident>)>,
        /// From and to in local time; a `to` at or before its `from` is on the next day. Empty: all day.
        hours: Vec<(ClockTime, ClockTime)>,
    },
    /// `except 2026-12-25, 2027-01-01`: closed on these dates
    Except(Vec<Date>),
    /// `also 2026-12-27 09:00..12:00`: open on these dates too
    Also {
        /// The dates.
        dates: Vec<Date>,
        /// As of `open`.
        hours: Vec<(ClockTime, ClockTime)>,
    },
}

/// `09:00`, as written and as minutes after midnight (0..=1440).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockTime {
    /// Minutes after midnight, at most 24 × 60.
    pub minutes: u16,
    /// Where.
    pub span: Span,
}

/// `2026-12-25`; whether there is such a day is the checker's to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    /// The year, 4 digits.
    pub year: u16,
    /// The month, 2 digits.
    pub month: u8,
    /// The day of the month, 2 digits.
    pub day: u8,
    /// Where.
    pub span: Span,
}

/// `maintenance database_upgrade { … }`: while it lasts nobody is paged for what it covers, and nothing is done by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Maintenance {
    /// Its name.
    pub name: Ident,
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<MaintenanceClause>>,
}

/// A clause of a maintenance window.
#[derive(Debug, Clone, PartialEq)]
pub enum MaintenanceClause {
    /// `covers service database, alert gateway_slow{region = "eu"}` or `covers everything`
    Covers(Vec<Covered>),
    /// `from 2026-12-01 22:00 to 2026-12-02 02:00 in "Europe/Paris"`
    From {
        /// Its beginning.
        from: (Date, ClockTime),
        /// Its end.
        to: (Date, ClockTime),
        /// The zone.
        zone: Spanned<String>,
    },
    /// `during patch_nights`: while this calendar is open
    During(Ident),
}

/// What maintenance covers.
#[derive(Debug, Clone, PartialEq)]
pub enum Covered {
    /// `everything`
    Everything(Span),
    /// `service database`
    Service(Ident),
    /// `alert gateway_slow{region = "eu"}`
    Alert(Reference),
}

/// `incidents { within 5m  reopen 30m }`: how alerts become incidents; at most once in a set.
#[derive(Debug, Clone, PartialEq)]
pub struct Incidents {
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<IncidentsClause>>,
}

/// A clause of `incidents`.
#[derive(Debug, Clone, PartialEq)]
pub enum IncidentsClause {
    /// `within 5m`: alerts of services that depend on one another join an incident for so long after its last alert
    Within(Expr),
    /// `reopen 30m`: an incident is opened again, and not anew, for so long after it was resolved
    Reopen(Expr),
}

/// `escalation standard { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Escalation {
    /// Its name.
    pub name: Ident,
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<EscalationClause>>,
}

/// A clause of an escalation.
#[derive(Debug, Clone, PartialEq)]
pub enum EscalationClause {
    /// `N1 operations by sms, email for 15m`
    Rung(Rung),
    /// `acknowledged holds 30m`
    AcknowledgedHolds(Expr),
}

/// One rung of a ladder.
#[derive(Debug, Clone, PartialEq)]
pub struct Rung {
    /// Its name (`N1`).
    pub name: Ident,
    /// `automatic` (`None`), or the team called.
    pub team: Option<Ident>,
    /// `at most 20m`, of an automatic rung.
    pub at_most: Option<Expr>,
    /// `by sms, email`: the channels, in order.
    pub by: Vec<Ident>,
    /// `for 15m`: after this the next rung is called.
    pub lasts: Option<Expr>,
    /// `every 5m`: it is called again while it lasts.
    pub every: Option<Expr>,
    /// `then every 30m`: what the last rung does when its time is over.
    pub then_every: Option<Expr>,
}

/// `at red for 2m run relieve(region) within 20m, then shed(region)` or `at yellow escalate standard`, in an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct Reaction {
    /// At this level or above.
    pub level: Ident,
    /// For so long.
    pub after: Option<Expr>,
    /// What.
    pub does: ReactionDoes,
}

/// What an alert's `at` does.
#[derive(Debug, Clone, PartialEq)]
pub enum ReactionDoes {
    /// `escalate standard`
    Escalate(Ident),
    /// `run a(region), then b(region)`
    Run(Vec<Remedy>),
}

/// A playbook with its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct Remedy {
    /// The playbook and what it is given.
    pub call: Call,
    /// `within 20m`: if the alert still stands so long after it began, the next one is tried.
    pub within: Option<Expr>,
}

/// `provider pgbouncer { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Provider {
    /// Its name.
    pub name: Ident,
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<ProviderClause>>,
}

/// A clause of a provider.
#[derive(Debug, Clone, PartialEq)]
pub enum ProviderClause {
    /// `config admin: secret`
    Config(Parameter),
    /// `read pool_size(db: text) -> connections`
    Read {
        /// Its name.
        name: Ident,
        /// Its parameters.
        parameters: Vec<Parameter>,
        /// `list of` stands before the type.
        is_list: bool,
        /// What it gives.
        gives: UnitExpr,
    },
    /// `write set_pool_size(db: text, to: connections) …`
    Write {
        /// Its name.
        name: Ident,
        /// Its parameters.
        parameters: Vec<Parameter>,
        /// What follows.
        clauses: Vec<Spanned<WriteClause>>,
    },
}

/// A clause of a write.
#[derive(Debug, Clone, PartialEq)]
pub enum WriteClause {
    /// `undo set_pool_size(db, to: before.pool_size(db))`
    Undo(Call),
    /// `expires ttl`
    Expires(Ident),
    /// `irreversible "the transaction is lost"`
    Irreversible(Text),
    /// `idempotent`
    Idempotent,
    /// `once`
    Once,
    /// `keyed by ip`
    KeyedBy(Ident),
    /// `probe pool_size(db) == to`
    Probe(Expr),
    /// `locks db`
    Locks(Ident),
}

/// `playbook relieve(region: text) { … }`
#[derive(Debug, Clone, PartialEq)]
pub struct Playbook {
    /// Its name.
    pub name: Ident,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<PlaybookClause>>,
}

/// A clause of a playbook.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaybookClause {
    /// `let size_before = db_pool_size{region}`
    Let(Ident, Expr),
    /// `require pool_saturated and cpu_normal`
    Require(Expr),
    /// `limit 1 per region every 30m, at most 2 at once, at most 10% of instances`
    Limit(Vec<Spanned<LimitPart>>),
    /// `breaker 3 in 1h holds 2h`: after 3 failed ends within 1h it does not start for 2h
    Breaker {
        /// How many.
        failures: Spanned<Quantity>,
        /// Within how long.
        within: Expr,
        /// For how long.
        holds: Expr,
    },
    /// `storm when COND holds 10m`: then it is another problem, and this playbook does not start
    Storm {
        /// The condition.
        when: Expr,
        /// How long after it was last true.
        holds: Expr,
    },
    /// `autonomy observe | propose | auto`
    Autonomy(Ident),
    /// `approved by dba_lead "why"`: a standing approval
    Approved(Ident, Text),
    /// `approval by dba_lead within 30m`: who approves each run, and how long it waits
    Approval(Ident, Option<Expr>),
    /// `step grow_pool { … }`
    Step(Step),
    /// `verify COND within 10m needs COND`
    Verify {
        /// What must become true.
        condition: Expr,
        /// In this time.
        within: Expr,
        /// Without this it is inconclusive.
        needs: Option<Expr>,
    },
    /// `lift when COND at latest 1d`
    Lift {
        /// When what was done is taken back.
        when: Expr,
        /// And when at the latest.
        at_latest: Expr,
    },
    /// `on success { … }`
    OnSuccess(Vec<Spanned<Answer>>),
    /// `on failure { … }`
    OnFailure(Vec<Spanned<Answer>>),
    /// `formerly old_name`
    Formerly(Ident),
}

/// A part of a `limit`.
#[derive(Debug, Clone, PartialEq)]
pub enum LimitPart {
    /// `1 per region every 30m`
    Per {
        /// How many.
        runs: Spanned<Quantity>,
        /// Of which parameter each value counts for itself.
        parameter: Ident,
        /// In how long.
        every: Expr,
    },
    /// `at most 200 every 1h`
    Every {
        /// How many.
        runs: Spanned<Quantity>,
        /// In how long.
        every: Expr,
    },
    /// `at most 2 at once`
    AtOnce(Spanned<Quantity>),
    /// `at most 10% of instances`: at least 1, counting what is in flight
    Share {
        /// The share, in percent.
        share: Spanned<Quantity>,
        /// Of this number.
        of: Expr,
    },
}

/// A step of a playbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its name.
    pub name: Ident,
    /// Its clauses in the order written.
    pub clauses: Vec<Spanned<StepClause>>,
}

/// A clause of a step.
#[derive(Debug, Clone, PartialEq)]
pub enum StepClause {
    /// `each victim in blockers at most 3`
    Each {
        /// The name of one of them.
        name: Ident,
        /// The list.
        list: Expr,
        /// The most.
        at_most: Spanned<Quantity>,
    },
    /// `do pgbouncer.set_pool_size(region, to: 30)`
    Do(Call),
    /// `timeout 30s`
    Timeout(Expr),
    /// `retry 2`
    Retry(Spanned<Quantity>),
    /// `check COND within 1m`
    Check(Expr, Option<Expr>),
    /// `keep "why"`
    Keep(Text),
}

/// What is done when a playbook has ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// `notify operations at info`
    Notify {
        /// Whom.
        team: Ident,
        /// As how grave.
        severity: Ident,
    },
    /// `ticket jira "…"`
    Ticket {
        /// Where: a channel.
        channel: Ident,
        /// What it says.
        says: Text,
    },
    /// `escalate to N1`: a rung of the ladder of the alert that started it
    EscalateTo(Ident),
}

/// What a test gives besides values: how a provider's write ends, and what people do.
#[derive(Debug, Clone, PartialEq)]
pub enum GivenEvent {
    /// `given pgbouncer.set_pool_size{db = "eu"} succeeds after 3s`; the parameters of the call are selected as labels are
    Write {
        /// The write.
        target: Reference,
        /// How it ends.
        ends: WriteEnds,
        /// `after 3s`.
        after: Option<Expr>,
    },
    /// `given acknowledgement of gateway_slow at 7m`, `approval of`, `resolution of`, `abort of`, `silence of … at 3m for 10m`
    Person {
        /// `acknowledgement`, `approval`, `resolution`, `abort`, `silence`.
        deed: Ident,
        /// The alert or playbook.
        of: Reference,
        /// When.
        at: Expr,
        /// For how long, of a silence.
        lasts: Option<Expr>,
    },
}

/// How a write ends in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WriteEnds {
    /// `succeeds`
    Succeeds,
    /// `fails`: nothing was changed, and that is known
    Fails,
    /// `hangs`: no answer ever comes
    Hangs,
    /// `lies`: it says that it succeeded, and nothing was changed
    Lies,
}

/// What a test expects to happen, rather than to be so.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// `escalation N1`: the rung is called
    Escalation(Ident),
    /// `page operations by sms`: somebody of the team is called
    Page(Ident, Option<Ident>),
    /// `notice operations`: the team is told for information
    Notice(Ident),
    /// `ticket jira`
    Ticket(Ident),
    /// `step grow_pool done | failed | undone`
    Step(Ident, Ident),
    /// `incident api_gateway opened | acknowledged | resolved | reopened`: by its service, or its alert
    Incident(Ident, Ident),
    /// `relieve_connection_pool succeeded` and the other ends, `started`, `proposed`, `failed`
    Playbook(Reference, Ident),
}
