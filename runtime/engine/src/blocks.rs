//! Which steps are carried out together, a block of rows at a time, so that what one writes is still at hand when the next reads it.
//!
//! Steps that follow one another and look at each row of one label set by itself are a run. Within a block they are done in the plan's
//! order, so no row sees any difference: INVARIANT (blocks do not show). A condition that is written and read within one run and that nobody
//! looks at afterwards *passes*: it has memory for one block only. Nothing here knows values.

use nvp_plan::Plan;
use nvp_plan::alert::{Alert, Says, Shown};
use nvp_plan::ids::{AlertId, ConditionId, DomainId};
use nvp_plan::kernel::Reach;
use nvp_plan::step::Step;
use nvp_plan::tree::Place;
use nvp_plan::window::WindowSource;
use std::collections::BTreeSet;
use std::ops::Range;

/// The words of a block: 8,192 rows, of which some hundred bitmaps lie in a second-level cache.
pub(crate) const BLOCK_WORDS: usize = 128;

/// Steps carried out together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    /// Their places in the plan.
    pub(crate) steps: Range<usize>,
    /// The label set over whose rows they go; `None` of one step that needs whole columns.
    pub(crate) domain: Option<usize>,
}

/// The rows that a run is at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Block {
    /// Their words.
    pub(crate) words: Range<usize>,
    /// Whether they are the first of the tick.
    pub(crate) is_first: bool,
    /// Whether they are the last of the tick.
    pub(crate) is_last: bool,
}

impl Block {
    /// The blocks of a label set of so many words; at least one, which may be empty.
    pub(crate) fn all(words: usize, each: usize) -> impl Iterator<Item = Self> {
        let each = each.max(1);
        (0..words.max(1)).step_by(each).map(move |from| {
            let to = from.saturating_add(each).min(words);
            Self { words: from..to, is_first: from == 0, is_last: to == words }
        })
    }

    /// The rows of the words.
    pub(crate) fn rows(&self) -> Range<usize> {
        self.words.start * 64..self.words.end * 64
    }
}

/// The runs of a plan, in order.
pub(crate) fn runs(plan: &Plan) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    // Alerts whose state the run looked at before they moved: what that shows depends on whether they moved in an earlier block.
    let mut asked: BTreeSet<AlertId> = BTreeSet::new();
    for (place, step) in plan.steps.iter().enumerate() {
        let domain = domain_of(plan, step).map(DomainId::index);
        let is_early = matches!(step, Step::Alert(alert) if asked.contains(alert));
        match runs.last_mut() {
            Some(run) if domain.is_some() && run.domain == domain && !is_early => run.steps.end = place + 1,
            _ => {
                runs.push(Run { steps: place..place + 1, domain });
                asked.clear();
            }
        }
        if let Step::AlertState { alert, .. } = step {
            asked.insert(*alert);
        }
    }
    runs
}

/// The label set of a step that looks at each row by itself.
fn domain_of(plan: &Plan, step: &Step) -> Option<DomainId> {
    let of_alert = |alert: &AlertId| plan.alerts.get(alert.index()).map(|alert| alert.domain);
    match step {
        Step::Kernel(step) => Some(step.domain),
        Step::Hold { hold, .. } => plan.holds.get(hold.index()).map(|hold| hold.domain),
        Step::Lag { lag, .. } => plan.lags.get(lag.index()).map(|lag| lag.domain),
        Step::Alert(alert) | Step::AlertState { alert, .. } => of_alert(alert),
        _ => None,
    }
}

/// For each condition whether it passes.
pub(crate) fn passing(plan: &Plan, runs: &[Run]) -> Vec<bool> {
    let mut uses = vec![Use::Unwritten; plan.conditions.len()];
    for run in runs {
        for step in plan.steps.get(run.steps.clone()).unwrap_or_default() {
            for condition in read_by(plan, step) {
                note(&mut uses, condition, |is| match is {
                    Use::In(since) if since == run.steps.start => is,
                    _ => Use::Kept,
                });
            }
            for condition in written_by(step) {
                note(&mut uses, condition, |is| match is {
                    Use::Unwritten if run.domain.is_some() => Use::In(run.steps.start),
                    _ => Use::Kept,
                });
            }
        }
    }
    for condition in looked_at(plan) {
        note(&mut uses, condition, |_| Use::Kept);
    }
    uses.into_iter().map(|is| matches!(is, Use::In(_))).collect()
}

/// What is known of a condition's readers and writer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Nobody wrote or read it yet.
    Unwritten,
    /// Written and read in the run that begins at this step.
    In(usize),
    /// Needed beyond a run.
    Kept,
}

fn note(uses: &mut [Use], condition: ConditionId, change: impl FnOnce(Use) -> Use) {
    if let Some(is) = uses.get_mut(condition.index()) {
        *is = change(*is);
    }
}

fn written_by(step: &Step) -> Vec<ConditionId> {
    match step {
        Step::Kernel(step) => step.to_conditions.clone(),
        Step::Window { conditions, .. } => conditions.iter().map(|(_, to)| *to).collect(),
        Step::Hold { to, .. }
        | Step::Lag { to, .. }
        | Step::AlertState { to, .. }
        | Step::BroadcastCondition { to, .. }
        | Step::SelectCondition { to, .. }
        | Step::GroupCondition { to, .. }
        | Step::LendCondition { to, .. } => vec![*to],
        _ => Vec::new(),
    }
}

fn read_by(plan: &Plan, step: &Step) -> Vec<ConditionId> {
    match step {
        Step::Kernel(step) => step.conditions.clone(),
        Step::Window { window, .. } => match plan.windows.get(window.index()).map(|window| window.of) {
            Some(WindowSource::Condition(of, _)) => vec![of],
            _ => Vec::new(),
        },
        Step::Alert(alert) => {
            let levels = plan.alerts.get(alert.index()).map_or(&[][..], |alert| alert.levels.as_slice());
            let of = |level: &nvp_plan::alert::Level| {
                [Some(level.set), Some(level.reset), level.pending, level.when].into_iter().flatten()
            };
            levels.iter().flat_map(of).collect()
        }
        Step::Hold { of, .. }
        | Step::Lag { of, .. }
        | Step::BroadcastCondition { of, .. }
        | Step::SelectCondition { of, .. }
        | Step::GroupCondition { of, .. }
        | Step::GroupTruth { of, .. }
        | Step::LendCondition { of, .. } => vec![*of],
        _ => Vec::new(),
    }
}

/// The conditions that are looked at between ticks, or when the tick's decisions are written out.
fn looked_at(plan: &Plan) -> Vec<ConditionId> {
    let in_trees = plan.trees.iter().flat_map(|tree| &tree.nodes).map(|node| node.at);
    let shown = plan.alerts.iter().flat_map(shown_of).chain(&plan.observations).map(|shown| shown.at);
    let mut found: Vec<ConditionId> = plan.probes.iter().map(|probe| probe.condition).collect();
    for at in in_trees.chain(shown) {
        match at {
            Place::Condition(condition) => found.push(condition),
            // Computed again from what the kernel read.
            Place::Register(step, _) => {
                if let Some(Step::Kernel(step)) = plan.steps.get(step.index()) {
                    found.extend(&step.conditions);
                }
            }
            Place::Number(_) | Place::Column(_) => {}
        }
    }
    found
}

fn shown_of(alert: &Alert) -> impl Iterator<Item = &Shown> {
    let says = alert.says.iter().chain(&alert.runbook);
    let values = says.filter_map(|says| if let Says::Value(shown) = says { Some(shown) } else { None });
    alert.subject.iter().chain(values)
}

/// The part of a column that a kernel needs of an operand.
pub(crate) fn reached(reach: Reach, rows: Range<usize>) -> Range<usize> {
    match reach {
        Reach::Row => rows,
        Reach::All => 0..1,
    }
}

#[cfg(test)]
mod tests;
