//! Clauses that are waited for: `check`, `verify` and `needs`, `lift`.
//!
//! A condition over metrics is looked at when a tick closes that is later than the wait's beginning; one over reads alone also
//! once a second. Its clocks of `for` count from the beginning of the wait.

use nvp_plan::ids::ObservationId;
use nvp_plan::response::formula::{Clause, Formula};
use serde::{Deserialize, Serialize};

use super::{Action, Actions, Context};
use crate::effect::{ActionEvent, Effects};
use crate::formula::{Clocks, Scope};
use crate::value::Value;

/// How often a condition over reads alone is looked at, in ms.
pub(crate) const LOOK_EVERY_MS: i64 = 1_000;
/// How long a check without a time is waited for until it can be looked at once, in ms.
const FIRST_LOOK_MS: i64 = 120_000;
/// How much longer than the distance of the last two looks no look may be past, for the last one to count at the end, in ms.
const LOOK_STALE_MS: i64 = 15_000;

/// A wait.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Look {
    /// When it began, in ms since the Unix epoch.
    pub(crate) began_ms: i64,
    /// When it is over (mature ms).
    pub(crate) until_ms: i64,
    clocks: Clocks,
    needs_clocks: Clocks,
    /// The look in progress: its instant.
    looking_ms: Option<i64>,
    /// When reads alone are looked at next (mature ms).
    next_ms: i64,
    /// What the last look saw, and what `needs` was.
    last: Option<Seen>,
}

/// What a look saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Seen {
    /// The condition.
    pub(crate) is: Option<bool>,
    /// What it needs; true where nothing is needed.
    pub(crate) needs: Option<bool>,
    /// When, in mature ms.
    at_ms: i64,
    /// How long after the look before, in ms.
    distance_ms: i64,
}

/// What is looked at.
#[derive(Clone, Copy)]
pub(crate) struct Looked<'a> {
    /// Its name: `check`, `verify`, `lift`.
    pub(crate) name: &'static str,
    /// The condition.
    pub(crate) clause: &'a Clause<ObservationId>,
    /// What it needs.
    pub(crate) needs: Option<&'a Clause<ObservationId>>,
}

impl Look {
    /// A wait that begins now and lasts so long.
    pub(crate) fn new(context: Context<'_>, looked: Looked<'_>, within_ms: i64) -> Self {
        Self {
            began_ms: context.now_ms,
            until_ms: context.mature_ms.saturating_add(within_ms),
            clocks: Clocks::new(looked.clause.clocks),
            needs_clocks: Clocks::new(looked.needs.map_or(0, |needs| needs.clocks)),
            looking_ms: None,
            next_ms: context.mature_ms,
            last: None,
        }
    }

    /// Whether it was looked at at all.
    pub(crate) fn has_looked(&self) -> bool {
        self.last.is_some()
    }

    /// Whether a check that may take so long has had its time. One that is to be looked at once is given a while to be seen at all.
    pub(crate) fn is_over(&self, context: Context<'_>, within_ms: i64) -> bool {
        let patience_ms = if within_ms == 0 { FIRST_LOOK_MS } else { 0 };
        context.mature_ms >= self.until_ms.saturating_add(patience_ms)
    }

    /// What was last seen, where that is not too long ago.
    pub(crate) fn fresh(&self, mature_ms: i64) -> Option<Seen> {
        let stale_ms = |seen: &Seen| seen.distance_ms.saturating_add(LOOK_STALE_MS);
        self.last.filter(|seen| mature_ms.saturating_sub(seen.at_ms) <= stale_ms(seen))
    }

    /// The same with all instants so much earlier.
    pub(crate) fn rebase(&mut self, by_ms: i64) {
        for at_ms in [&mut self.began_ms, &mut self.until_ms, &mut self.next_ms] {
            *at_ms = at_ms.saturating_sub(by_ms);
        }
        self.looking_ms = self.looking_ms.map(|at_ms| at_ms.saturating_sub(by_ms));
        if let Some(seen) = &mut self.last {
            seen.at_ms = seen.at_ms.saturating_sub(by_ms);
        }
    }

    /// Nothing is known of the time since the last look.
    pub(crate) fn stop_clocks(&mut self) {
        self.clocks.stop();
        self.needs_clocks.stop();
    }

    /// When something is to be done by itself (mature ms).
    pub(crate) fn due_ms(&self, looked: Option<Looked<'_>>) -> i64 {
        let polls = looked.is_some_and(|looked| !observes(&looked.clause.formula));
        if polls { self.until_ms.min(self.next_ms) } else { self.until_ms }
    }

    /// The instant of the look to be done now, if one is.
    fn begin(&mut self, context: Context<'_>, looked: Looked<'_>) -> Option<i64> {
        if self.looking_ms.is_some() {
            return self.looking_ms;
        }
        let is_metric =
            observes(&looked.clause.formula) || looked.needs.is_some_and(|it| observes(&it.formula));
        let at_ms = if is_metric {
            context.tick_ms.filter(|tick_ms| *tick_ms > self.began_ms)
        } else {
            (context.mature_ms >= self.next_ms).then_some(context.now_ms)
        };
        if let Some(at_ms) = at_ms {
            self.looking_ms = Some(at_ms);
            self.next_ms = context.mature_ms.saturating_add(LOOK_EVERY_MS);
            self.clocks.begin(at_ms);
            self.needs_clocks.begin(at_ms);
        }
        at_ms
    }

    fn end(&mut self, mature_ms: i64, is: Option<bool>, needs: Option<bool>) -> Seen {
        let distance_ms = self.last.map_or(0, |last| mature_ms.saturating_sub(last.at_ms));
        let seen = Seen { is, needs, at_ms: mature_ms, distance_ms };
        self.looking_ms = None;
        self.last = Some(seen);
        seen
    }
}

impl Action {
    /// Looks, if it is time to; gives what it saw when it did. What changes is recorded.
    pub(super) fn look(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        look: &mut Look,
        looked: Looked<'_>,
    ) -> Option<Seen> {
        look.begin(context, looked)?;
        // Clocks move once a look: while reads are on the way they are looked at on the side.
        let (mut clocks, mut needs_clocks) = (look.clocks.clone(), look.needs_clocks.clone());
        let (arguments, locals) = (self.arguments.clone(), self.locals.clone());
        let scope = Scope { parameters: &arguments, locals: &locals, ..Scope::EMPTY };
        let (result, needs) = self.evaluate(actions, (context, out), scope, |evaluation| {
            let script = |name| context.script.map(|script| script(name));
            let is = match script(looked.name).filter(|_| observes(&looked.clause.formula)) {
                Some(is) => is,
                None => evaluation.waited(looked.clause, &mut clocks),
            };
            let needs = looked.needs.map_or(Some(true), |needs| match script("needs") {
                Some(is) => is,
                None => evaluation.waited(needs, &mut needs_clocks),
            });
            (is, needs)
        })?;
        (look.clocks, look.needs_clocks) = (clocks, needs_clocks);
        let before = look.last.map(|seen| (seen.is, seen.needs));
        let seen = look.end(context.mature_ms, result.0, result.1);
        if before != Some(result) {
            self.saw(context, out, looked.name, looked.clause, seen.is, needs.seen);
            if let Some(needs) = looked.needs {
                self.saw(context, out, "needs", needs, seen.needs, Vec::new());
            }
        }
        Some(seen)
    }

    /// Records what a clause was.
    pub(super) fn saw(
        &self,
        context: Context<'_>,
        out: &mut Effects,
        name: &str,
        clause: &Clause<ObservationId>,
        is: Option<bool>,
        values: Vec<(String, Value)>,
    ) {
        let event = ActionEvent::Looked { clause: name.to_owned(), text: clause.text.clone(), is, values };
        context.record(out, self.number, event);
    }
}

/// Whether a formula looks at metrics.
pub(crate) fn observes(formula: &Formula<ObservationId>) -> bool {
    any(formula, &|formula| matches!(formula, Formula::Observed(_)))
}

/// Whether a formula is the same for all runs, and can be known without asking a provider.
pub(crate) fn is_of_all_runs(formula: &Formula<ObservationId>) -> bool {
    !any(formula, &|formula| match formula {
        Formula::Parameter(_) | Formula::Local(_) | Formula::Item | Formula::Before(_) | Formula::Read(_) => {
            true
        }
        Formula::Observed(observed) => {
            observed.labels.iter().any(|(_, label)| !matches!(label, Formula::Constant(_)))
        }
        _ => false,
    })
}

/// Whether a formula or anything in it is so.
fn any(formula: &Formula<ObservationId>, is: &dyn Fn(&Formula<ObservationId>) -> bool) -> bool {
    is(formula)
        || match formula {
            Formula::Observed(_)
            | Formula::Constant(_)
            | Formula::Now
            | Formula::Parameter(_)
            | Formula::Local(_)
            | Formula::Item
            | Formula::Before(_)
            | Formula::Open(_) => false,
            Formula::Read(call) => call.arguments.iter().any(|of| any(of, is)),
            Formula::Function(_, of) => of.iter().any(|of| any(of, is)),
            Formula::Negate(of)
            | Formula::Not(of)
            | Formula::Present(of)
            | Formula::Missing(of)
            | Formula::IsSet(of)
            | Formula::Count(of)
            | Formula::For(of, _, _) => any(of, is),
            Formula::Arithmetic(_, a, b)
            | Formula::Compare(_, a, b)
            | Formula::And(a, b)
            | Formula::Or(a, b)
            | Formula::Default(a, b) => any(a, is) || any(b, is),
            Formula::If(condition, then, other) => {
                any(condition, is) || any(then, is) || other.as_deref().is_some_and(|other| any(other, is))
            }
        }
}
