//! `step grow_pool { do … timeout 30s retry 2 check … }`.

use nvp_dsl::ast::{self, Call, Expr, Ident, Quantity, StepClause, Text};
use nvp_dsl::{Span, Spanned};
use nvp_plan::response::formula::{Clause, Formula};
use nvp_plan::response::playbook::Step;

use super::Slot;
use crate::checker::Checker;
use crate::expr::{Bounded, DurationUse};
use crate::problems::clauses::ClauseTwice;
use crate::problems::names::Repeated;
use crate::problems::playbooks::WithoutDo;
use crate::typed;

/// How long a write may take where the step does not say it.
const TIMEOUT_MS: i64 = 30_000;

/// The name of one, the list, and the most of them.
type Each<'a> = (&'a Ident, &'a Expr, &'a Spanned<Quantity>);

/// The clauses of a step, each at most once.
#[derive(Default)]
struct Said<'a> {
    each: Option<(Each<'a>, Span)>,
    does: Option<(&'a Call, Span)>,
    timeout: Option<(&'a Expr, Span)>,
    retry: Option<(&'a Spanned<Quantity>, Span)>,
    check: Option<((&'a Expr, Option<&'a Expr>), Span)>,
    keep: Option<(&'a Text, Span)>,
}

impl<'a> Checker<'a> {
    /// Checks a step; what the playbook knows can be named.
    pub(super) fn step(&mut self, step: &'a ast::Step, span: Span) -> Option<Step<typed::Expr>> {
        let said = self.step_clauses(step);
        let each = said.each.map(|(each, _)| self.each(each));
        // Another step may call its own by the same name; a name that was taken before stays what it was.
        let item = said
            .each
            .map(|((name, ..), _)| name)
            .filter(|name| self.deeds.named.get(&name.node) == Some(&name.span));
        let call = said
            .does
            .and_then(|(call, span)| self.write_call(call, Span { start: call.name.span.start, ..span }));
        let timeout_ms = said.timeout.map(|(timeout, _)| self.duration(timeout, DurationUse::Positive));
        let retries =
            said.retry.map(|(retry, _)| self.counted("how often it is tried again", retry, 0.0, 100.0));
        let check = said.check.map(|(check, _)| self.check_clause(check));
        let keep = said.keep.map(|(why, _)| self.plain_text(why));
        if let Some(item) = item {
            self.scope.parameters.remove(item.node.as_str());
            self.deeds.named.remove(&item.node);
        }
        if said.does.is_none() && !self.sink.lost().is_part_of(span) {
            self.sink.report(WithoutDo { step: &step.name.node, span: step.name.span });
        }
        Some(Step {
            name: step.name.node.clone(),
            each: whole(each)?,
            call: call?,
            timeout_ms: timeout_ms.unwrap_or(Some(TIMEOUT_MS))?,
            retries: retries.unwrap_or(Some(0))?,
            check: whole(check)?,
            keep: whole(keep)?,
        })
    }

    fn step_clauses(&mut self, step: &'a ast::Step) -> Said<'a> {
        let mut said = Said::default();
        for clause in &step.clauses {
            let span = clause.span;
            let (name, first) = match &clause.node {
                StepClause::Each { name, list, at_most } => {
                    ("each", set(&mut said.each, (name, list, at_most), span))
                }
                StepClause::Do(call) => ("do", set(&mut said.does, call, span)),
                StepClause::Timeout(timeout) => ("timeout", set(&mut said.timeout, timeout, span)),
                StepClause::Retry(retry) => ("retry", set(&mut said.retry, retry, span)),
                StepClause::Check(check, within) => {
                    ("check", set(&mut said.check, (check, within.as_ref()), span))
                }
                StepClause::Keep(why) => ("keep", set(&mut said.keep, why, span)),
            };
            if let Some(first) = first {
                self.sink.report(ClauseTwice { clause: name, span, first });
            }
        }
        said
    }

    /// `each victim in blockers at most 3`: from here on one of them can be named.
    fn each(&mut self, (name, list, at_most): Each<'a>) -> Option<(Formula<typed::Expr>, u32)> {
        let list = self.list(list);
        let at_most = self.counted("the most that a step goes through", at_most, 1.0, 10_000.0);
        if let Some(first) = self.deeds.named.get(&name.node).copied() {
            self.sink.report(Repeated { what: "value", name: &name.node, span: name.span, first });
            return None;
        }
        self.warn_shadowed("value", name);
        let Some((list, is)) = list else {
            self.scope.parameters.insert(&name.node, crate::scope::Parameter::Failed);
            self.deeds.named.insert(name.node.clone(), name.span);
            return None;
        };
        self.bind_slot(name, Slot::one(Formula::Item, is));
        Some((list, at_most?))
    }

    fn check_clause(
        &mut self,
        (condition, within): (&'a Expr, Option<&'a Expr>),
    ) -> Option<(Clause<typed::Expr>, i64)> {
        let clause = self.waited_clause(condition, "`check`");
        let within_ms = within.map(|within| self.duration(within, DurationUse::Positive));
        Some((clause?, within_ms.unwrap_or(Some(0))?))
    }

    /// A whole number within bounds.
    pub(super) fn counted(
        &mut self,
        what: &str,
        written: &'a Spanned<Quantity>,
        min: f64,
        max: f64,
    ) -> Option<u32> {
        let allowed = format!("a whole number from {min} to {max}");
        let operand = self.quantity(&written.node, written.span)?;
        let bounds = Bounded { what, allowed: &allowed, min, max, whole: true, ratio: false };
        // Exact: it is a whole number below 2^32.
        Some(self.within(operand, written.span, &bounds)? as u32)
    }
}

/// What was said and understood; `None` where it was said and not understood.
fn whole<T>(said: Option<Option<T>>) -> Option<Option<T>> {
    match said {
        Some(Some(value)) => Some(Some(value)),
        Some(None) => None,
        None => Some(None),
    }
}

/// Keeps the first; says where it was for another.
fn set<T>(place: &mut Option<(T, Span)>, value: T, span: Span) -> Option<Span> {
    match place {
        Some((_, first)) => Some(*first),
        None => {
            *place = Some((value, span));
            None
        }
    }
}
