//! `test`.

use pest::iterators::Pair;

use super::builder::Builder;
use super::grammar::Rule;
use super::mistakes;
use super::recover::Block;
use super::tree::Children;
use crate::ast::{Expectation, Segment, Test, TestClause};

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
        let target = self.reference(children.one(Rule::reference)?)?;
        // `then` is among the children: in an expression it is no mere marker.
        let segments = children.filter(|child| child.as_rule() == Rule::segment);
        let segments = segments.map(|segment| self.segment(segment)).collect::<Option<_>>()?;
        Some(TestClause::Given { target, segments })
    }

    fn segment(&self, pair: Pair<'_, Rule>) -> Option<Segment> {
        let span = self.span(&pair);
        let mut children = Children::of(pair);
        let value = match children.one(Rule::missing_value) {
            Some(_) => None,
            None => Some(self.expression(children.one(Rule::value)?)),
        };
        let to = match children.one(Rule::segment_to) {
            Some(to) => Some(self.expression(Children::of(to).one(Rule::value)?)),
            None => None,
        };
        let lasts = match children.one(Rule::segment_for) {
            Some(lasts) => Some(self.only_literal(Children::of(lasts))?),
            None => None,
        };
        Some(Segment { value, to, lasts, until: None, span })
    }

    fn expectation(&self, pair: Pair<'_, Rule>) -> Option<Expectation> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        Some(match rule {
            Rule::expect_at => {
                Expectation::At(self.literal(&children.next()?)?, self.expression(children.one(Rule::expr)?))
            }
            Rule::expect_by => {
                Expectation::By(self.literal(&children.next()?)?, self.expression(children.one(Rule::expr)?))
            }
            Rule::expect_within => Expectation::Within(
                self.literal(&children.next()?)?,
                self.literal(&children.next()?)?,
                self.expression(children.one(Rule::expr)?),
            ),
            Rule::expect_never => Expectation::Never(self.expression(children.one(Rule::expr)?)),
            Rule::expect_only => Expectation::Only(children.map(|expr| self.expression(expr)).collect()),
            _ => return None,
        })
    }

    /// A clause about playbooks, providers or ladders: its word tells which.
    pub(super) fn later_test_clause(&self, pair: Pair<'_, Rule>) {
        let clause = self.range(&pair);
        let marked = pair.into_inner().find(|child| {
            matches!(child.as_rule(), Rule::later_outcome | Rule::k_until | Rule::k_escalation)
        });
        let (word, span) = match &marked {
            Some(word) => (word.as_str(), self.span(word)),
            None => ("test", self.at(clause)),
        };
        self.report(mistakes::later_version(word, span));
    }
}
