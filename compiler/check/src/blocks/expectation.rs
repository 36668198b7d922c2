//! `test "…" { given … expect … }`: when something is expected, and what.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, Expr, TestClause};

use super::given::time_text;
use crate::checker::Checker;
use crate::expr::{DurationUse, Operand};
use crate::problems::clauses::RangeReversed;
use crate::problems::tests::OnlyStates;
use crate::scope::Scope;
use crate::typed::{
    Aggregate, AggregateFunction, Expectation, ExpectedWhen, Expr as Typed, ExprKind, Labels, OnlyState,
    TEST_STARTS_MS, Test, Type,
};

impl<'a> Checker<'a> {
    /// Checks a test; everything else is known.
    pub(crate) fn check_test(&mut self, at: usize) {
        let Some(item) = self.items.tests.get(at) else { return };
        let (node, file) = (item.node, item.file);
        let name = &node.name;
        let mut test = Test {
            name: name.node.clone(),
            givens: Vec::new(),
            reads: Vec::new(),
            writes: Vec::new(),
            deeds: Vec::new(),
            expectations: Vec::new(),
            events: Vec::new(),
            ends_ms: 0,
            span: name.span,
        };
        for clause in &node.clauses {
            self.begin(file);
            match &clause.node {
                TestClause::Given { target, segments } if target.name.node.contains('.') => {
                    self.scope.now_s = Some(TEST_STARTS_MS as f64 / 1000.0);
                    if let Some((read, ends_ms)) = self.given_read(target, segments, clause.span) {
                        test.ends_ms = test.ends_ms.max(ends_ms);
                        test.reads.push(read);
                    }
                }
                TestClause::Given { target, segments } => {
                    // Only a given's values are relative to the start of the test; an expectation's `now` is its own instant.
                    self.scope.now_s = Some(TEST_STARTS_MS as f64 / 1000.0);
                    if let Some((given, ends_ms)) = self.given(target, segments, clause.span) {
                        test.ends_ms = test.ends_ms.max(ends_ms);
                        test.givens.push(given);
                    }
                }
                TestClause::GivenEvent(event) => self.given_event(event, clause.span, &mut test),
                TestClause::Expect(ast::Expectation::Event(when, event)) => {
                    if let Some((expected, ends_ms)) = self.expected_event(when, event, clause.span) {
                        test.ends_ms = test.ends_ms.max(ends_ms);
                        test.events.push(expected);
                    }
                }
                TestClause::Expect(expectation) => {
                    if let Some((expectation, ends_ms)) = self.expectation(expectation, clause.span) {
                        test.ends_ms = test.ends_ms.max(ends_ms);
                        test.expectations.push(expectation);
                    }
                }
            }
        }
        test.deeds.sort_by_key(|deed| deed.at_ms);
        self.policy.tests.push(test);
        self.scope = Scope::default();
    }

    /// An expectation and the latest time it names, in ms.
    fn expectation(&mut self, written: &'a ast::Expectation, span: Span) -> Option<(Expectation, i64)> {
        let from_start = DurationUse::FromStart;
        let (when, condition, text, ends_ms) = match written {
            ast::Expectation::At(at, condition) => {
                let (at, condition) = (self.duration(at, from_start), self.expected(condition));
                let (at, condition) = (at?, condition?);
                let text = format!("at {} {}", time_text(at), condition.1);
                (ExpectedWhen::At(at), condition.0, text, at)
            }
            ast::Expectation::By(by, condition) => {
                let (by, condition) = (self.duration(by, from_start), self.expected(condition));
                let (by, condition) = (by?, condition?);
                let text = format!("by {} {}", time_text(by), condition.1);
                (ExpectedWhen::By(by), condition.0, text, by)
            }
            ast::Expectation::Within(from, to, condition) => {
                let range = self.time_range(from, to);
                let condition = self.expected(condition);
                let ((from_ms, to_ms), condition) = (range?, condition?);
                let text = format!("within {}..{} {}", time_text(from_ms), time_text(to_ms), condition.1);
                (ExpectedWhen::Within(from_ms, to_ms), condition.0, text, to_ms)
            }
            ast::Expectation::Event(..) => return None,
            ast::Expectation::Never(condition) => {
                let condition = self.expected(condition)?;
                (ExpectedWhen::Never, condition.0, format!("never {}", condition.1), 0)
            }
            ast::Expectation::Only(states) => {
                let states: Vec<Option<(OnlyState, String)>> =
                    states.iter().map(|state| self.only_state(state)).collect();
                let states: Option<Vec<_>> = states.into_iter().collect();
                let (states, texts): (Vec<OnlyState>, Vec<String>) = states?.into_iter().unzip();
                let condition = always(span);
                (ExpectedWhen::Only(states), condition, format!("only {}", texts.join(", ")), 0)
            }
        };
        Some((Expectation { when, condition, text, span }, ends_ms))
    }

    /// A range of times from the start of a test.
    pub(super) fn time_range(&mut self, from: &'a Expr, to: &'a Expr) -> Option<(i64, i64)> {
        let from_start = DurationUse::FromStart;
        let times = (self.duration(from, from_start), self.duration(to, from_start));
        let (from_ms, to_ms) = (times.0?, times.1?);
        if to_ms < from_ms {
            let swap = Some((from.span, time_text(from_ms), to.span, time_text(to_ms)));
            let title = "the range ends before it begins";
            self.sink.report(RangeReversed { span: from.span.to(to.span), title, swap });
            return None;
        }
        Some((from_ms, to_ms))
    }

    /// A condition without labels: where it has some, that it holds for any row. With its text as written.
    fn expected(&mut self, expr: &'a Expr) -> Option<(Typed, String)> {
        let operand = self.root(expr)?;
        let Operand { expr, .. } = self.condition(operand, expr.span, "an expectation")?;
        let written = expr.text.clone();
        if expr.labels.is_empty() {
            return Some((expr, written));
        }
        let (span, text) = (expr.span, format!("any({} overall)", expr.text));
        let aggregate = Aggregate {
            function: AggregateFunction::Any,
            of: expr,
            histogram: false,
            over_ms: None,
            across: Some(Labels::new()),
        };
        let kind = ExprKind::Aggregate(Box::new(aggregate));
        Some((Typed { kind, ty: Type::Condition, labels: Labels::new(), span, text }, written))
    }

    fn only_state(&mut self, expr: &'a Expr) -> Option<(OnlyState, String)> {
        let operand = self.root(expr)?;
        let ExprKind::AlertState(alert, state, matchers) = operand.expr.kind else {
            self.sink.report(OnlyStates { span: expr.span });
            return None;
        };
        let labels = self.pins(&matchers, expr.span)?;
        Some((OnlyState { alert, state, labels }, operand.expr.text))
    }
}

fn always(span: Span) -> Typed {
    let kind = ExprKind::Bool(true);
    Typed { kind, ty: Type::Condition, labels: Labels::new(), span, text: "true".to_owned() }
}
