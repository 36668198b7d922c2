//! What stands between every playbook and the world: storm, breaker, limits on rate, on concurrency and on blast radius, and approval.
//! Every refusal has its reason.

use nvp_plan::ids::ObservationId;
use nvp_plan::response::playbook::{Autonomy, Limit, Playbook};
use serde::{Deserialize, Serialize};

use super::looking::is_of_all_runs;
use super::run::Flow;
use super::{Action, Actions, Context, Phase};
use crate::effect::{ActionEvent, Effects, End};
use crate::formula::{Answers, Clocks, Evaluation, Scope};
use crate::value::Value;

/// What limits look back on, of one playbook. Instants are mature ms.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub(crate) struct History {
    /// When it started, and with what.
    pub(crate) starts: Vec<(i64, Vec<Value>)>,
    /// When it ended badly.
    pub(crate) failures: Vec<i64>,
    /// Until when the breaker is open.
    pub(crate) open_until_ms: Option<i64>,
    /// When its storm was last true.
    pub(crate) storm_ms: Option<i64>,
    /// What it was at the last tick, and its clocks; `None` where it can only be asked for a run.
    pub(crate) storm: Option<(Option<bool>, Clocks)>,
}

impl History {
    /// A run has ended badly.
    pub(super) fn note_failure(&mut self, playbook: &Playbook<ObservationId>, mature_ms: i64) {
        let Some(breaker) = playbook.breaker else { return };
        self.failures.retain(|at_ms| *at_ms > mature_ms.saturating_sub(breaker.within_ms));
        self.failures.push(mature_ms);
        if self.failures.len() >= breaker.failures as usize {
            self.open_until_ms = Some(mature_ms.saturating_add(breaker.holds_ms));
            self.failures.clear();
        }
    }

    /// Forgets what no limit looks back on.
    fn prune(&mut self, playbook: &Playbook<ObservationId>, mature_ms: i64) {
        let longest = playbook.limits.iter().filter_map(|limit| match limit {
            Limit::Rate { every_ms, .. } => Some(*every_ms),
            Limit::AtOnce(_) | Limit::Share(..) => None,
        });
        let since_ms = mature_ms.saturating_sub(longest.max().unwrap_or_default());
        self.starts.retain(|(at_ms, _)| *at_ms > since_ms);
    }
}

impl Action {
    /// Asks whether it may.
    pub(super) fn admit(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        playbook: &Playbook<ObservationId>,
    ) -> Flow {
        if let Some(why) = self.is_double(actions) {
            return self.refuse(context, out, why);
        }
        let (parameters, locals) = (self.arguments.clone(), self.locals.clone());
        let scope = Scope { parameters: &parameters, locals: &locals, ..Scope::EMPTY };
        let history = actions.history.get(&playbook.name);
        let watched = history.and_then(|history| history.storm.as_ref()).map(|(is, _)| *is);
        let found = self.evaluate(actions, (context, out), scope, |evaluation| {
            let storm = playbook.storm.as_ref().map(|storm| match context.script {
                Some(script) => script("storm"),
                None => watched.unwrap_or_else(|| evaluation.clause(&storm.when)),
            });
            let shares = playbook.limits.iter().map(|limit| match limit {
                Limit::Share(_, of, _) => evaluation.value(of).number(),
                Limit::Rate { .. } | Limit::AtOnce(_) => f64::NAN,
            });
            (storm, shares.collect::<Vec<f64>>())
        });
        let Some(((storm, shares), needs)) = found else { return Flow::Wait };
        if let (Some(storm), Some(is)) = (&playbook.storm, storm) {
            self.saw(context, out, "storm", &storm.when, is, needs.seen);
        }
        if let Some(why) = refusal(actions, context, playbook, (&self.arguments, storm), &shares) {
            return self.refuse(context, out, why);
        }
        match playbook.autonomy {
            _ if actions.only_observes || playbook.autonomy == Autonomy::Observe => {
                context.record(out, self.number, ActionEvent::Observed);
                self.phase = Phase::Ended(End::Observed);
            }
            _ if playbook.approval.is_needed && !self.is_approved => {
                let until_ms = context.mature_ms.saturating_add(playbook.approval.within_ms);
                let wall_ms = context.now_ms.saturating_add(playbook.approval.within_ms);
                context.record(out, self.number, ActionEvent::Proposed(wall_ms));
                self.phase = Phase::Proposed(until_ms);
            }
            _ => {
                if let Some((team, why)) = playbook.standing_approval.as_ref().filter(|_| !self.is_approved) {
                    let team = context.plan.teams.get(team.index());
                    let team = team.map(|team| team.name.clone()).unwrap_or_default();
                    context.record(out, self.number, ActionEvent::Approved(team, Some(why.clone())));
                }
                self.phase = Phase::Locking;
            }
        }
        Flow::Next
    }

    /// Whether the same run is under way or stands.
    fn is_double(&self, actions: &Actions) -> Option<String> {
        let is_same = |other: &&Action| other.playbook == self.playbook && other.arguments == self.arguments;
        let other = actions.runs.values().filter(|other| other.number != self.number).find(is_same)?;
        let how = if other.is_standing() { "stands" } else { "is under way" };
        let is_before = other.number < self.number || other.has_started;
        is_before.then(|| format!("run {} of the same {how}", other.number))
    }

    /// It is not begun.
    pub(super) fn refuse(&mut self, _context: Context<'_>, _out: &mut Effects, why: String) -> Flow {
        self.phase = Phase::Ended(End::Refused(why));
        Flow::Next
    }
}

fn refusal(
    actions: &mut Actions,
    context: Context<'_>,
    playbook: &Playbook<ObservationId>,
    (arguments, storm): (&[Value], Option<Option<bool>>),
    shares: &[f64],
) -> Option<String> {
    if let Some(why) = &actions.halted {
        return Some(format!("nothing is done while {why}"));
    }
    let under_way = |run: &&Action| run.playbook == playbook.name && run.is_in_flight();
    let standing = |run: &&Action| run.playbook == playbook.name && run.is_standing();
    let in_flight = actions.runs.values().filter(under_way).count();
    let standing = actions.runs.values().filter(standing).count();
    // Those that are about to take their locks have been admitted already.
    let starting = actions.runs.values().filter(under_way).filter(|run| !run.has_started);
    let starting: Vec<Vec<Value>> = starting.map(|run| run.arguments.clone()).collect();
    let history = actions.history.entry(playbook.name.clone()).or_default();
    history.prune(playbook, context.mature_ms);
    if let (Some(planned), Some(is)) = (&playbook.storm, storm) {
        if is == Some(true) {
            history.storm_ms = Some(context.mature_ms);
        }
        let until_ms = history.storm_ms.map(|at_ms| at_ms.saturating_add(planned.holds_ms));
        if is.is_none() || until_ms.is_some_and(|until_ms| context.mature_ms <= until_ms) {
            let how = if is.is_none() { "it is not known whether" } else { "in the storm:" };
            return Some(format!("{how} `{}`: too many at once is another problem", planned.when.text));
        }
    }
    if let (Some(breaker), Some(until_ms)) = (playbook.breaker, history.open_until_ms)
        && context.mature_ms < until_ms
    {
        return Some(format!("its breaker is open: {} runs failed", breaker.failures));
    }
    let limits = playbook.limits.iter().zip(shares);
    limits
        .filter_map(|(limit, of)| {
            over(limit, *of, playbook, (history, &starting), (arguments, in_flight, standing))
        })
        .next()
}

/// Why a limit forbids another run.
fn over(
    limit: &Limit<ObservationId>,
    of: f64,
    playbook: &Playbook<ObservationId>,
    (history, starting): (&History, &[Vec<Value>]),
    (arguments, in_flight, standing): (&[Value], usize, usize),
) -> Option<String> {
    match limit {
        Limit::Rate { runs, per, every_ms } => {
            let argument = |arguments: &[Value]| per.and_then(|per| arguments.get(per as usize).cloned());
            let wanted = argument(arguments);
            let starts = history.starts.iter().map(|(_, with)| with).chain(starting);
            let counted = starts.filter(|with| argument(with) == wanted);
            let parameter = per.and_then(|per| playbook.parameters.get(per as usize));
            let per = parameter.map(|parameter| format!(" per {}", parameter.name)).unwrap_or_default();
            let every = Value::Number(*every_ms as f64 / 1_000.0).shown(&nvp_plan::unit::Unit::Time);
            (counted.count() >= *runs as usize).then(|| format!("its limit is {runs}{per} every {every}"))
        }
        Limit::AtOnce(runs) => {
            (in_flight >= *runs as usize).then(|| format!("its limit is at most {runs} at once"))
        }
        Limit::Share(_, _, text) if of.is_nan() => {
            Some(format!("its limit is a share of `{text}`, which is missing"))
        }
        Limit::Share(share, _, text) => {
            // Rounded down, but at least one.
            let most = (share * of).floor().max(1.0);
            let count = (in_flight + standing) as f64;
            let percent = share * 100.0;
            (count >= most).then(|| format!("its limit is at most {percent}% of `{text}`, which is {most}"))
        }
    }
}

impl Actions {
    /// Looks at the storms of all playbooks, at every tick: one that has passed when a run asks has its time after it nevertheless.
    pub(super) fn watch_storms(&mut self, context: Context<'_>) {
        let Some(tick_ms) = context.tick_ms else { return };
        for playbook in &context.plan.playbooks {
            let Some(storm) = playbook.storm.as_ref().filter(|storm| is_of_all_runs(&storm.when.formula))
            else {
                continue;
            };
            let history = self.history.entry(playbook.name.clone()).or_default();
            let mut clocks = match history.storm.take() {
                Some((_, clocks)) if clocks.count() == storm.when.clocks as usize => clocks,
                _ => Clocks::new(storm.when.clocks),
            };
            clocks.begin(tick_ms);
            let answers = Answers::new();
            let mut evaluation = Evaluation::new(Scope::EMPTY, context.world(), &answers);
            let is = evaluation.waited(&storm.when, &mut clocks);
            if is == Some(true) {
                history.storm_ms = Some(context.mature_ms);
            }
            history.storm = Some((is, clocks));
        }
    }

    /// Notes a start, which limits count.
    pub(super) fn note_start(&mut self, action: &Action, mature_ms: i64) {
        let history = self.history.entry(action.playbook.clone()).or_default();
        history.starts.push((mature_ms, action.arguments.clone()));
    }
}
