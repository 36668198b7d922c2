//! Tells once of each metric that has had no data since the start. Whoever else looks on is told all the same.

use std::collections::BTreeSet;
use std::sync::Arc;

use nvp_check::typed::Policy;
use nvp_drive::against::{self, MissingPart};
use nvp_drive::decision::Decision;
use nvp_drive::generation::Generation;
use nvp_drive::live::Observer;
use nvp_drive::live::status::{SourceStatus, Status};
use nvp_dsl::FileId;
use nvp_engine::Engine;
use nvp_formats::SeriesTable;

/// Every source has answered this often before a metric is said to have no data.
const COLLECTED_MIN: u64 = 3;
/// So many of its `every` have passed by then.
const EVERIES_MIN: i64 = 3;

/// Looks for metrics without data.
pub struct Unfed {
    policy: Arc<Policy>,
    own_files: BTreeSet<FileId>,
    /// Metrics not looked for yet, and how long after the start that is due, in ms.
    waiting: Vec<(String, i64)>,
    /// How long the run goes on, in ms, once every source has answered often enough.
    passed_ms: Option<i64>,
    /// Somebody else who looks on.
    other: Option<Box<dyn Observer>>,
}

impl Unfed {
    /// For the metrics that alerts read, and those declared in these files.
    pub fn new(
        generation: &Generation,
        own_files: BTreeSet<FileId>,
        other: Option<Box<dyn Observer>>,
    ) -> Self {
        let policy = Arc::clone(&generation.policy);
        let waiting = against::compared(&policy, &own_files)
            .map(|metric| (metric.name.clone(), metric.every_ms.saturating_mul(EVERIES_MIN)))
            .collect();
        Self { policy, own_files, waiting, passed_ms: None, other }
    }

    /// Looks for the metrics whose time has come.
    fn look(&mut self, series: &SeriesTable) {
        let Some(passed_ms) = self.passed_ms else { return };
        let is_due = |due_ms: i64| due_ms <= passed_ms;
        if !self.waiting.iter().any(|(_, due_ms)| is_due(*due_ms)) {
            return;
        }
        let unfed = against::unfed(&self.policy, &self.own_files, series);
        for unfed in unfed {
            let MissingPart::Series { near, .. } = &unfed.missing else { continue };
            if self.waiting.iter().any(|(metric, due_ms)| *metric == unfed.metric && is_due(*due_ms)) {
                tracing::warn!("{}", words(&unfed.metric, near.as_deref()));
            }
        }
        self.waiting.retain(|(_, due_ms)| !is_due(*due_ms));
    }
}

fn words(metric: &str, near: Option<&str>) -> String {
    let said = format!("`{metric}` has had no data since the start");
    match near {
        Some(near) => format!("{said}: there is `{near}`, and `source \"{near}\"` reads it"),
        None => format!("{said}: look at its `source`, or ask `check --against URL`"),
    }
}

/// A source that has never answered is told of by itself, and may be the one that has the data.
fn have_answered(sources: &[SourceStatus]) -> bool {
    sources.iter().all(|source| source.collected >= COLLECTED_MIN)
}

impl Observer for Unfed {
    fn decided(&mut self, decision: &Decision) {
        if let Some(other) = &mut self.other {
            other.decided(decision);
        }
    }

    fn ticked(&mut self, engine: &Engine) {
        if let Some(other) = &mut self.other {
            other.ticked(engine);
        }
    }

    fn met(&mut self, series: &SeriesTable) {
        self.look(series);
        if let Some(other) = &mut self.other {
            other.met(series);
        }
    }

    fn published(&mut self, status: &Arc<Status>) {
        self.passed_ms =
            have_answered(&status.sources).then(|| status.now_ms.saturating_sub(status.started_ms));
        if let Some(other) = &mut self.other {
            other.published(status);
        }
    }
}
