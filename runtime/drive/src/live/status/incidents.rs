//! Incidents as a run shows them: the most urgent of those that are open, with who has taken them up, how far they have come and what is done
//! about them.

use std::collections::BTreeMap;

use nvp_respond::incident::Incident;
use nvp_respond::responder::{At, Responder, Shown};
use nvp_respond::severity::Severity;

/// The most incidents shown.
pub const INCIDENTS_SHOWN_MAX: usize = 50;

/// An open incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentStatus {
    /// Its number.
    pub number: u64,
    /// How urgent it is, from 1 (most) to 5.
    pub priority: u8,
    /// How grave: `info`, `minor`, `major`, `critical`.
    pub severity: &'static str,
    /// The service that it is thought to come from, or the alert where it belongs to none.
    pub service: String,
    /// What it is about.
    pub title: String,
    /// When it was opened, in ms since the Unix epoch.
    pub opened_ms: i64,
    /// Who sees to it.
    pub standing: Standing,
    /// Its ladders: the rung reached, and the next one with when it begins, in ms since the Unix epoch.
    pub levels: Vec<(String, Option<(String, i64)>)>,
    /// Runs of playbooks for it that have not ended.
    pub runs: Vec<RunStatus>,
}

/// Who sees to an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nobody yet.
    Open,
    /// Somebody, and until when that holds (ms since the Unix epoch).
    Acknowledged {
        /// Who.
        by: String,
        /// Until when.
        until_ms: i64,
    },
    /// Nobody is called: why, and until when (ms since the Unix epoch; `i64::MAX` for ever).
    Silenced {
        /// Why.
        why: String,
        /// Until when.
        until_ms: i64,
    },
}

/// A run of a playbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStatus {
    /// Its number.
    pub number: u64,
    /// The playbook.
    pub playbook: String,
    /// What it is at, in a few words: `step grow_pool`.
    pub at: String,
    /// When it was planned, in ms since the Unix epoch.
    pub planned_ms: i64,
}

/// The most urgent incidents that are open, and how many there are in all.
pub(in crate::live) fn of(responder: &Responder) -> (Vec<IncidentStatus>, u64) {
    let mut open: Vec<&Incident> =
        responder.desk().incidents().filter(|incident| incident.is_open()).collect();
    let count = open.len() as u64;
    let urgency = |incident: &&Incident| (incident.priority(), incident.number());
    if open.len() > INCIDENTS_SHOWN_MAX {
        open.select_nth_unstable_by_key(INCIDENTS_SHOWN_MAX, urgency);
        open.truncate(INCIDENTS_SHOWN_MAX);
    }
    open.sort_unstable_by_key(urgency);
    if open.is_empty() {
        return (Vec::new(), 0);
    }
    let mut runs: BTreeMap<u64, Vec<RunStatus>> = BTreeMap::new();
    for Shown { number, playbook, incident, at, planned_ms } in responder.runs() {
        let Some(incident) = incident.filter(|number| open.iter().any(|one| one.number() == *number)) else {
            continue;
        };
        let run = RunStatus { number, playbook, at: words(&at), planned_ms };
        runs.entry(incident).or_default().push(run);
    }
    let shown = open.into_iter().map(|incident| {
        let runs = runs.remove(&incident.number()).unwrap_or_default();
        one(responder, incident, runs)
    });
    (shown.collect(), count)
}

fn one(responder: &Responder, incident: &Incident, runs: Vec<RunStatus>) -> IncidentStatus {
    let clock = responder.clock();
    let standing = match (incident.acknowledged(), incident.suppressed()) {
        (Some(taken_up), _) => {
            Standing::Acknowledged { by: taken_up.by.clone(), until_ms: taken_up.until_ms(clock) }
        }
        (None, Some(suppressed)) => {
            Standing::Silenced { why: suppressed.why.clone(), until_ms: suppressed.until_ms }
        }
        (None, None) => Standing::Open,
    };
    let levels = incident.levels(responder.plan(), clock).into_iter();
    IncidentStatus {
        number: incident.number(),
        priority: incident.priority(),
        severity: severity(incident.severity()),
        service: incident.cause().or_else(|| incident.services().next()).unwrap_or_default().to_owned(),
        title: incident.title().to_owned(),
        opened_ms: incident.opened_ms(),
        standing,
        levels: levels.map(|level| (level.rung, level.next)).collect(),
        runs,
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Minor => "minor",
        Severity::Major => "major",
        Severity::Critical => "critical",
    }
}

fn words(at: &At) -> String {
    match at {
        At::Looking => "looks whether to begin".to_owned(),
        At::Proposed => "waits for approval".to_owned(),
        At::Locking => "waits for locks".to_owned(),
        At::Step(step) => format!("step {step}"),
        At::Check(step) => format!("checks {step}"),
        At::Verifying => "verifies".to_owned(),
        At::Undoing(step) => format!("takes back {step}"),
        At::Standing => "stands".to_owned(),
    }
}
