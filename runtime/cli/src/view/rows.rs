//! The alerts' rows at a tick: which stand, which of the others are near, and how their values went lately.
//!
//! Bounded in memory: beyond a number of rows, ok ones are only counted, and histories are not kept.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use nvp_engine::{Engine, State};
use nvp_plan::Plan;
use nvp_plan::alert::{Alert, Shown};
use nvp_plan::ids::AlertId;
use nvp_plan::tree::Place;

use super::model::{LevelView, RowView, Rows, Tone};
use super::thresholds::{self, Threshold};

/// The most rows that stand and are listed.
const STANDING_MAX: usize = 2_000;
/// The most ok rows that are listed.
const NEAREST_MAX: usize = 500;
/// The most rows whose labels and values are kept from tick to tick.
const KEPT_MAX: usize = 20_000;
/// How many values are kept of each.
const HISTORY_TICKS: usize = 60;

/// Watches the rows of all alerts.
pub(super) struct Roster {
    plan: Arc<Plan>,
    rules: Vec<Rule>,
    /// By alert and by the row's labels as text.
    kept: Vec<HashMap<String, Kept>>,
    kept_count: usize,
    round: u64,
    common: Vec<(String, String)>,
}

/// What of an alert does not change.
struct Rule {
    name: Arc<str>,
    levels: Vec<LevelView>,
    thresholds: Vec<Option<Threshold>>,
}

/// What is kept of a row.
#[derive(Debug, Default)]
struct Kept {
    history: Vec<f64>,
    /// The last round in which it was there.
    round: u64,
}

/// A row as it is now.
#[derive(Debug)]
struct Seen {
    rule: usize,
    labels: Vec<(String, String)>,
    state: State,
    value: f64,
    is_warming: bool,
    since_ms: i64,
    is_flapping: bool,
    distance: f64,
    history: Vec<f64>,
}

impl Roster {
    /// For the alerts of this plan.
    pub(super) fn new(plan: Arc<Plan>, policy: &nvp_check::typed::Policy) -> Self {
        let rule = |alert: &Alert| Rule {
            name: alert.name.as_str().into(),
            levels: alert
                .levels
                .iter()
                .map(|level| LevelView {
                    word: level.name.as_str().into(),
                    tone: Tone::of_severity(&level.severity),
                })
                .collect(),
            thresholds: thresholds::of_alert(policy, &alert.name),
        };
        let rules: Vec<_> = plan.alerts.iter().map(rule).collect();
        let kept = rules.iter().map(|_| HashMap::new()).collect();
        Self { plan, rules, kept, kept_count: 0, round: 0, common: Vec::new() }
    }

    /// The labels that all rows have in common.
    pub(super) fn common(&self) -> &[(String, String)] {
        &self.common
    }

    /// Looks at the rows after a tick.
    pub(super) fn look(&mut self, engine: &Engine) -> Rows {
        self.round += 1;
        let (mut standing, mut nearest) = (Vec::new(), Vec::new());
        let mut rows = Rows::default();
        let mut common = Common::default();
        for place in 0..self.rules.len() {
            let id = AlertId(u32::try_from(place).unwrap_or(u32::MAX));
            for row in engine.rows_of_alert(id) {
                let stands = matches!(row.state, State::Pending | State::Level(_));
                let is_ok = row.state == State::Ok;
                common.see(row.labels.clone());
                rows.ok += usize::from(is_ok);
                rows.missing += usize::from(is_ok && row.value.is_none() && self.has_subject(place));
                if let Some(seen) = self.see(place, &row, stands) {
                    if stands { &mut standing } else { &mut nearest }.push(seen);
                } else if stands {
                    rows.standing_more += 1;
                }
            }
        }
        self.forget();
        self.common = common.labels;
        self.sort(&mut standing, &mut nearest);
        rows.standing_more += standing.len().saturating_sub(STANDING_MAX);
        rows.standing = standing.into_iter().take(STANDING_MAX).map(|seen| self.view(seen)).collect();
        rows.nearest = nearest.into_iter().take(NEAREST_MAX).map(|seen| self.view(seen)).collect();
        rows.common = shown(&self.common, &[]);
        rows
    }

    fn subject(&self, place: usize) -> Option<&Shown> {
        self.plan.alerts.get(place)?.subject.as_ref()
    }

    fn has_subject(&self, place: usize) -> bool {
        self.subject(place).is_some()
    }

    /// Notes a row; `None` for one that is only counted.
    fn see(&mut self, place: usize, row: &nvp_engine::AlertRow<'_>, stands: bool) -> Option<Seen> {
        if !stands && row.state != State::Ok {
            return None;
        }
        let value = row.value.unwrap_or(f64::NAN);
        let labels: Vec<(String, String)> =
            row.labels.clone().map(|(name, value)| (printable(name), printable(value))).collect();
        let key = shown(&labels, &[]);
        let kept = self.kept.get_mut(place)?;
        let is_new = !kept.contains_key(&key);
        let history = if is_new && self.kept_count >= KEPT_MAX {
            if !stands {
                return None;
            }
            vec![value]
        } else {
            self.kept_count += usize::from(is_new);
            let kept = kept.entry(key).or_default();
            kept.round = self.round;
            if kept.history.len() >= HISTORY_TICKS {
                kept.history.remove(0);
            }
            kept.history.push(value);
            kept.history.clone()
        };
        let threshold = self.threshold(place, row.state);
        let distance = threshold.map_or(f64::INFINITY, |threshold| threshold.distance(value));
        let nvp_engine::AlertRow { state, is_warming, since_ms, is_flapping, .. } = *row;
        Some(Seen { rule: place, labels, state, value, is_warming, since_ms, is_flapping, distance, history })
    }

    /// The threshold that matters next: the next level's, or that of the highest level where it stands.
    fn threshold(&self, place: usize, state: State) -> Option<&Threshold> {
        let thresholds = &self.rules.get(place)?.thresholds;
        let next = match state {
            State::Level(level) => (level as usize + 1).min(thresholds.len().saturating_sub(1)),
            State::Ok | State::Pending | State::Forgotten => 0,
        };
        thresholds.get(next)?.as_ref()
    }

    fn forget(&mut self) {
        let round = self.round;
        for kept in &mut self.kept {
            kept.retain(|_, row| row.round == round);
        }
        self.kept_count = self.kept.iter().map(HashMap::len).sum();
    }

    /// Worst first; nearest first. What is equal stands in the order of names and labels.
    fn sort(&self, standing: &mut [Seen], nearest: &mut Vec<Seen>) {
        standing.sort_by_key(|seen| self.level(seen).tone);
        let by_distance = |a: &Seen, b: &Seen| {
            // A missing value is the last.
            let missing = a.value.is_nan().cmp(&b.value.is_nan());
            missing.then(a.distance.partial_cmp(&b.distance).unwrap_or(Ordering::Equal))
        };
        nearest.sort_by(by_distance);
        nearest.truncate(NEAREST_MAX);
    }

    fn level(&self, seen: &Seen) -> LevelView {
        let named = |word: &str, tone| LevelView { word: word.into(), tone };
        match seen.state {
            State::Ok => named("ok", Tone::Ok),
            State::Pending => named("pending", Tone::Pending),
            State::Forgotten => named("forgotten", Tone::Gone),
            State::Level(level) => {
                let levels = self.rules.get(seen.rule).map(|rule| rule.levels.as_slice()).unwrap_or_default();
                levels.get(level as usize).cloned().unwrap_or_else(|| named("?", Tone::Info))
            }
        }
    }

    fn view(&self, seen: Seen) -> RowView {
        let threshold = self.threshold(seen.rule, seen.state).map(|threshold| Arc::clone(&threshold.shown));
        let flapping = |mut labels: String| {
            if seen.is_flapping {
                labels.push_str(if labels.is_empty() { "flapping" } else { " flapping" });
            }
            Arc::from(labels)
        };
        RowView {
            level: self.level(&seen),
            alert: self.rules.get(seen.rule).map(|rule| Arc::clone(&rule.name)).unwrap_or_default(),
            labels: flapping(shown(&seen.labels, &self.common)),
            labels_short: flapping(shown_short(&seen.labels, &self.common)),
            value: self.subject(seen.rule).map(|subject| value_of(&seen, subject)).unwrap_or_default(),
            threshold: threshold.unwrap_or_default(),
            since_ms: seen.since_ms,
            history: seen.history,
        }
    }
}

fn value_of(seen: &Seen, subject: &Shown) -> String {
    let value = seen.value;
    match subject.at {
        _ if seen.is_warming => "warming".to_owned(),
        Place::Condition(_) if value.is_nan() => "unknown".to_owned(),
        Place::Condition(_) => if value == 0.0 { "false" } else { "true" }.to_owned(),
        _ => nvp_plan::show::value(value, &subject.unit),
    }
}

/// The labels that all rows seen have, with the same values; rows without labels do not count.
#[derive(Debug, Default)]
struct Common {
    labels: Vec<(String, String)>,
    has_seen: bool,
}

impl Common {
    fn see<'r>(&mut self, labels: impl ExactSizeIterator<Item = (&'r str, &'r str)> + Clone) {
        if labels.len() == 0 {
            return;
        }
        if !self.has_seen {
            self.has_seen = true;
            self.labels = labels.map(|(name, value)| (printable(name), printable(value))).collect();
        } else if !self.labels.is_empty() {
            self.labels.retain(|(name, value)| labels.clone().any(|(n, v)| n == name && v == value));
        }
    }
}

/// Labels as they are shown: `device=sda instance=a`, without those in `without`, and without empty ones.
pub(super) fn shown(labels: &[(String, String)], without: &[(String, String)]) -> String {
    let texts: Vec<String> =
        telling(labels, without).map(|(name, value)| format!("{name}={value}")).collect();
    texts.join(" ")
}

/// Their values alone: `sda a`.
pub(super) fn shown_short(labels: &[(String, String)], without: &[(String, String)]) -> String {
    let texts: Vec<&str> = telling(labels, without).map(|(_, value)| value.as_str()).collect();
    texts.join(" ")
}

fn telling<'l>(
    labels: &'l [(String, String)],
    without: &'l [(String, String)],
) -> impl Iterator<Item = &'l (String, String)> {
    labels.iter().filter(|label| !label.1.is_empty() && !without.contains(label))
}

/// A text that does nothing to a terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests;
