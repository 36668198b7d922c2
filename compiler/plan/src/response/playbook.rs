//! What is done about an alert: checked before, verified after, taken back when it did not help.

use super::formula::{Clause, Formula, Piece, WriteCall};
use super::provider::{Parameter, ValueType};
use crate::ids::{ChannelId, TeamId};

/// A playbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Playbook<L> {
    /// Its name.
    pub name: String,
    /// Its documentation.
    pub doc: Option<String>,
    /// Its text, as written: what an approval is for.
    pub source: String,
    /// The name it had before.
    pub formerly: Option<String>,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// What it finds out when it starts, in order; each may use those before.
    pub lets: Vec<Let<L>>,
    /// What must be true before anything is done.
    pub requires: Vec<Clause<L>>,
    /// How often, how many at once, how many of all.
    pub limits: Vec<Limit<L>>,
    /// When it has failed so often that it stops.
    pub breaker: Option<Breaker>,
    /// When it is another problem.
    pub storm: Option<Storm<L>>,
    /// What it may do by itself.
    pub autonomy: Autonomy,
    /// Who approved all runs, and why.
    pub standing_approval: Option<(TeamId, String)>,
    /// Who approves each run where one is needed (`None`: anybody who may), and how long that is waited for.
    pub approval: Approval,
    /// What is done, in order.
    pub steps: Vec<Step<L>>,
    /// What must become true after that.
    pub verify: Option<Verify<L>>,
    /// When it is taken back after it succeeded.
    pub lift: Option<Lift<L>>,
    /// What is done when it succeeded or found nothing to change.
    pub on_success: Vec<Answer<L>>,
    /// What is done when it ended otherwise, but for `lifted`.
    pub on_failure: Vec<Answer<L>>,
}

/// What a playbook finds out when it starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Let<L> {
    /// Its name.
    pub name: String,
    /// What is found out.
    pub value: Formula<L>,
    /// What it is.
    pub ty: ValueType,
    /// Whether it is a list of them.
    pub is_list: bool,
    /// As written.
    pub text: String,
}

/// A bound on runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Limit<L> {
    /// So many starts in so long, counted for each value of a parameter where one is said.
    Rate {
        /// How many.
        runs: u32,
        /// The parameter.
        per: Option<u32>,
        /// In how long.
        every_ms: i64,
    },
    /// So many at the same time.
    AtOnce(u32),
    /// This share (1 is all) of a number, rounded down but at least 1, at the same time and standing as measures.
    Share(f64, Formula<L>, String),
}

/// After so many failed ends in so long it does not start for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Breaker {
    /// How many.
    pub failures: u32,
    /// In how long.
    pub within_ms: i64,
    /// For how long it is open.
    pub holds_ms: i64,
}

/// Too many are unhealthy at once: it does not start while this is true, nor for a while after.
#[derive(Debug, Clone, PartialEq)]
pub struct Storm<L> {
    /// When.
    pub when: Clause<L>,
    /// How long after it was last true.
    pub holds_ms: i64,
}

/// What a playbook may do by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Autonomy {
    /// It finds out and says what it would do.
    Observe,
    /// It waits for an approval of each run.
    Propose,
    /// It does it.
    Auto,
}

/// How a run is approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approval {
    /// Whether each run needs one (`propose`, or an irreversible step without a standing approval).
    pub is_needed: bool,
    /// By whom; `None` for anybody who may approve.
    pub by: Option<TeamId>,
    /// How long it is waited for; then the run is expired.
    pub within_ms: i64,
}

/// A step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step<L> {
    /// Its name.
    pub name: String,
    /// It is done for each of a list: the list, and the most of them. More than that is a refusal before anything is done.
    pub each: Option<(Formula<L>, u32)>,
    /// What is done.
    pub call: WriteCall<L>,
    /// How long the write may take.
    pub timeout_ms: i64,
    /// How often it is tried again when it is known not to have happened, or may be repeated.
    pub retries: u32,
    /// What must become true after it, and in how long.
    pub check: Option<(Clause<L>, i64)>,
    /// Why it is not taken back.
    pub keep: Option<String>,
}

/// What must become true after all steps.
#[derive(Debug, Clone, PartialEq)]
pub struct Verify<L> {
    /// What.
    pub condition: Clause<L>,
    /// In how long.
    pub within_ms: i64,
    /// Without this it is inconclusive.
    pub needs: Option<Clause<L>>,
}

/// When what was done is taken back after it succeeded.
#[derive(Debug, Clone, PartialEq)]
pub struct Lift<L> {
    /// When.
    pub when: Clause<L>,
    /// At the latest so long after it succeeded.
    pub at_latest_ms: i64,
}

/// What is done when a playbook has ended.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer<L> {
    /// A team is told: as how grave (the place of the severity's class, 0 is information).
    Notify(TeamId, super::incident::Class),
    /// A ticket is written.
    Ticket(ChannelId, Vec<Piece<L>>),
    /// The ladders of the alert that started it go on at this rung.
    EscalateTo(String),
}
