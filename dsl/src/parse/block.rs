//! The blocks that have clauses: the rules that read them, and their names for people.

use super::grammar::Rule;
use super::words::PLAYBOOK_CLAUSES;

/// A block, or what follows a provider's `write`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Metric,
    Service,
    Alert,
    Defaults,
    Test,
    Team,
    Escalation,
    Incidents,
    Calendar,
    Maintenance,
    Provider,
    Write,
    Playbook,
    Step,
    Answers,
}

impl Block {
    /// What the catch-all rule leaves.
    pub(super) fn bad_rule(self) -> Rule {
        match self {
            Self::Metric => Rule::bad_metric_clause,
            Self::Service => Rule::bad_service_clause,
            Self::Alert => Rule::bad_alert_clause,
            Self::Defaults => Rule::bad_defaults_clause,
            Self::Test => Rule::bad_test_clause,
            Self::Team => Rule::bad_team_clause,
            Self::Escalation => Rule::bad_escalation_clause,
            Self::Incidents => Rule::bad_incidents_clause,
            Self::Calendar => Rule::bad_calendar_clause,
            Self::Maintenance => Rule::bad_maintenance_clause,
            Self::Provider => Rule::bad_provider_clause,
            Self::Write => Rule::bad_write_part,
            Self::Playbook => Rule::bad_playbook_clause,
            Self::Step => Rule::bad_step_clause,
            Self::Answers => Rule::bad_answer,
        }
    }

    /// Its clauses and nothing else.
    pub(super) fn strict_rule(self) -> Rule {
        match self {
            Self::Metric => Rule::metric_clauses,
            Self::Service => Rule::service_clauses,
            Self::Alert => Rule::alert_clauses,
            Self::Defaults => Rule::defaults_clauses,
            Self::Test => Rule::test_clauses,
            Self::Team => Rule::team_clauses,
            Self::Escalation => Rule::escalation_clauses,
            Self::Incidents => Rule::incidents_clauses,
            Self::Calendar => Rule::calendar_clauses,
            Self::Maintenance => Rule::maintenance_clauses,
            Self::Provider => Rule::provider_clauses,
            Self::Write => Rule::write_parts,
            Self::Playbook => Rule::playbook_clauses,
            Self::Step => Rule::step_clauses,
            Self::Answers => Rule::answers,
        }
    }

    /// Its name.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Metric => "a metric",
            Self::Service => "a service",
            Self::Alert => "an alert",
            Self::Defaults => "the defaults",
            Self::Test => "a test",
            Self::Team => "a team",
            Self::Escalation => "an escalation",
            Self::Incidents => "the incidents",
            Self::Calendar => "a calendar",
            Self::Maintenance => "a maintenance",
            Self::Provider => "a provider",
            Self::Write => "a write",
            Self::Playbook => "a playbook",
            Self::Step => "a step",
            Self::Answers => "an answer to a playbook's end",
        }
    }

    /// The words that begin its clauses.
    pub(super) fn clause_words(self) -> &'static [&'static str] {
        match self {
            Self::Metric => &["labels", "source", "every", "stale", "forget", "merge", "range", "buckets"],
            Self::Service => &["is", "depends", "tier", "owner"],
            Self::Alert => &["absent", "says", "runbook", "service", "flapping", "formerly", "at"],
            Self::Defaults => &["absent", "forget", "every", "stale", "labels", "flapping", "autonomy"],
            Self::Test => &["given", "expect"],
            Self::Team => &["empty"],
            Self::Escalation => &["acknowledged"],
            Self::Incidents => &["within", "reopen"],
            Self::Calendar => &["open", "except", "also"],
            Self::Maintenance => &["covers", "from", "during"],
            Self::Provider => &["config", "read", "write"],
            Self::Write => {
                &["undo", "expires", "irreversible", "idempotent", "once", "keyed", "probe", "locks"]
            }
            Self::Playbook => PLAYBOOK_CLAUSES,
            Self::Step => &["each", "do", "timeout", "retry", "check", "keep"],
            Self::Answers => &["notify", "ticket", "escalate"],
        }
    }
}
