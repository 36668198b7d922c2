//! `test`: what it gives and what it expects; events are in `test_event.rs`.

use pest::iterators::Pair;

use super::block::Block;
use super::builder::Builder;
use super::grammar::Rule;
use super::tree::Children;
use crate::ast::{Expectation, ExpectedWhen, Expr, ExprKind, Segment, SegmentUntil, Test, TestClause};

impl Builder<'_> {
    pub(super) fn test(&self, mut children: Children<'_>) -> Option<Test> {
        let name = self.plain_text(children.one(Rule::text)?);
        let block = children.one(Rule::test_block)?;
        Some(Test { name, clauses: self.clauses(block, Block::Test, |clause| self.test_clause(clause)) })
    }

    fn test_clause(&self, pair: Pair<'_, Rule>) -> Option<TestClause> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        if rule == Rule::expect {
            return Some(TestClause::Expect(self.expectation(children.next()?)?));
        }
        if let Some(deed) = children.one(Rule::given_deed) {
            return Some(TestClause::GivenEvent(self.given_deed(Children::of(deed))?));
        }
        let target = self.reference(children.one(Rule::reference)?)?;
        if let Some(outcome) = children.one(Rule::given_outcome) {
            return Some(TestClause::GivenEvent(self.given_outcome(target, Children::of(outcome))?));
        }
        // `then` is among the children: in an expression it is no mere marker.
        let segments = Children::of(children.one(Rule::given_values)?);
        let segments = segments.filter(|child| child.as_rule() == Rule::segment);
        let segments = segments.map(|segment| self.segment(segment)).collect::<Option<_>>()?;
        Some(TestClause::Given { target, segments })
    }

    fn segment(&self, pair: Pair<'_, Rule>) -> Option<Segment> {
        let span = self.span(&pair);
        let mut children = Children::of(pair);
        let value = children.next()?;
        let value = match value.as_rule() {
            Rule::missing_value => None,
            Rule::value_list => Some(self.value_list(value)),
            _ => Some(self.expression(value)),
        };
        let to = match children.one(Rule::segment_to) {
            Some(to) => Some(self.expression(Children::of(to).one(Rule::value)?)),
            None => None,
        };
        let lasts = match children.one(Rule::segment_for) {
            Some(lasts) => Some(self.only_literal(Children::of(lasts))?),
            None => None,
        };
        let until = match children.one(Rule::segment_until) {
            Some(until) => {
                let mut children = Children::of(until);
                let step = self.token(&children.one(Rule::ident)?);
                let is_undone = children.one(Rule::step_answered)?.as_str() == "undone";
                Some(SegmentUntil { step, is_undone })
            }
            None => None,
        };
        Some(Segment { value, to, lasts, until, span })
    }

    /// `("a", "b")`, `("a")`, `()`: what a read of a list gives.
    fn value_list(&self, pair: Pair<'_, Rule>) -> Expr {
        let span = self.span(&pair);
        let members = Children::of(pair).map(|member| match member.as_rule() {
            Rule::text => Expr { span: self.span(&member), kind: ExprKind::Text(self.text(member)) },
            _ => self.expression(member),
        });
        Expr { kind: ExprKind::List(members.collect()), span }
    }

    fn expectation(&self, pair: Pair<'_, Rule>) -> Option<Expectation> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        let when = match rule {
            Rule::expect_at => ExpectedWhen::At(self.literal(&children.next()?)?),
            Rule::expect_by => ExpectedWhen::By(self.literal(&children.next()?)?),
            Rule::expect_within => {
                ExpectedWhen::Within(self.literal(&children.next()?)?, self.literal(&children.next()?)?)
            }
            Rule::expect_never => ExpectedWhen::Never,
            Rule::expect_only => {
                return Some(Expectation::Only(children.map(|expr| self.expression(expr)).collect()));
            }
            _ => return None,
        };
        let what = children.next()?;
        if what.as_rule() != Rule::expr {
            return Some(Expectation::Event(when, self.event(what)?));
        }
        let condition = self.expression(what);
        Some(match when {
            ExpectedWhen::At(time) => Expectation::At(time, condition),
            ExpectedWhen::By(time) => Expectation::By(time, condition),
            ExpectedWhen::Within(from, to) => Expectation::Within(from, to, condition),
            ExpectedWhen::Never => Expectation::Never(condition),
        })
    }
}
