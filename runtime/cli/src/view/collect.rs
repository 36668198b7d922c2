//! Looks on while a run goes, and makes the model of what is seen.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nvp_drive::decision::{Decision, State};
use nvp_drive::generation::Generation;
use nvp_drive::live::Observer;
use nvp_drive::live::status::Status;
use nvp_engine::Engine;
use nvp_plan::Plan;
use tokio::sync::watch;

use super::ViewModel;
use super::model::{DECISIONS_MAX, DecisionView, LevelView, Rows, Tone};
use super::rows::{Roster, printable, shown, shown_short};
use super::troubles::Troubles;

/// Looking at the rows may take one part in this many of the evaluation's time; the next look waits as long as that needs.
const SHARE_OF_TIME: u32 = 10;

/// Looks on.
pub struct Collect {
    title: String,
    plan: Arc<Plan>,
    roster: Roster,
    rows: Arc<Rows>,
    decisions: VecDeque<Decided>,
    troubles: Troubles,
    /// Not to look at the rows again before this.
    rests_until: Option<Instant>,
    models: watch::Sender<Arc<ViewModel>>,
}

/// A decision, with its labels apart.
#[derive(Debug, Clone)]
struct Decided {
    at_ms: i64,
    from: Arc<str>,
    to: LevelView,
    alert: Arc<str>,
    labels: Vec<(String, String)>,
    saying: String,
}

/// Somebody who looks on, and where the newest model is to be had. `title` is what the person named.
#[must_use]
pub fn collect(title: &str, generation: &Generation) -> (Collect, watch::Receiver<Arc<ViewModel>>) {
    let model = ViewModel {
        title: title.to_owned(),
        status: Arc::default(),
        rows: Arc::default(),
        decisions: VecDeque::new(),
        troubles: Vec::new(),
    };
    let (models, seen) = watch::channel(Arc::new(model));
    let collect = Collect {
        title: title.to_owned(),
        plan: Arc::clone(&generation.plan),
        roster: Roster::new(Arc::clone(&generation.plan), &generation.policy),
        rows: Arc::default(),
        decisions: VecDeque::new(),
        troubles: Troubles::default(),
        rests_until: None,
        models,
    };
    (collect, seen)
}

impl Collect {
    /// A state of an alert as it is shown.
    fn level(&self, alert: &str, state: &State) -> LevelView {
        let tone = match state {
            State::Ok => Tone::Ok,
            State::Pending => Tone::Pending,
            State::Forgotten => Tone::Gone,
            State::Level(name) => {
                let place = self.plan.alerts.binary_search_by(|planned| planned.name.as_str().cmp(alert));
                let planned = place.ok().and_then(|place| self.plan.alerts.get(place));
                let level =
                    planned.and_then(|planned| planned.levels.iter().find(|level| level.name == *name));
                level.map_or(Tone::Info, |level| Tone::of_severity(&level.severity))
            }
        };
        LevelView { word: state.name().into(), tone }
    }
}

impl Observer for Collect {
    fn decided(&mut self, decision: &Decision) {
        self.decisions.truncate(DECISIONS_MAX - 1);
        let labels =
            decision.labels.iter().map(|(name, value)| (printable(name), printable(value))).collect();
        self.decisions.push_front(Decided {
            at_ms: decision.at_ms,
            from: decision.from.name().into(),
            to: self.level(&decision.name, &decision.to),
            alert: decision.name.as_str().into(),
            labels,
            saying: printable(&decision.saying()),
        });
    }

    fn ticked(&mut self, engine: &Engine) {
        let began = Instant::now();
        if self.rests_until.is_some_and(|until| began < until) {
            return;
        }
        self.rows = Arc::new(self.roster.look(engine));
        let rest = began.elapsed().saturating_mul(SHARE_OF_TIME - 1);
        // A look that took no time worth the name needs no rest.
        self.rests_until = (rest > Duration::from_millis(50)).then(|| Instant::now() + rest);
    }

    fn published(&mut self, status: &Arc<Status>) {
        let common = self.roster.common();
        let view = |decided: &Decided| DecisionView {
            at_ms: decided.at_ms,
            from: Arc::clone(&decided.from),
            to: decided.to.clone(),
            alert: Arc::clone(&decided.alert),
            labels: shown(&decided.labels, common),
            labels_short: shown_short(&decided.labels, common),
            saying: decided.saying.clone(),
        };
        self.models.send_replace(Arc::new(ViewModel {
            title: self.title.clone(),
            status: Arc::clone(status),
            rows: Arc::clone(&self.rows),
            decisions: self.decisions.iter().map(view).collect(),
            troubles: self.troubles.of(status, Instant::now()),
        }));
    }
}
