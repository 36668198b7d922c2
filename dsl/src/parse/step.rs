//! A step of a playbook.

use pest::iterators::Pair;

use super::block::Block;
use super::builder::Builder;
use super::grammar::Rule;
use super::mistakes;
use super::tree::Children;
use super::words::PLAYBOOK_CLAUSES;
use crate::ast::{Step, StepClause};

impl Builder<'_> {
    pub(super) fn step(&self, mut children: Children<'_>) -> Option<Step> {
        let name = self.token(&children.one(Rule::ident)?);
        if PLAYBOOK_CLAUSES.contains(&name.node.as_str()) {
            self.report(mistakes::named_like_clause("a step", &name.node, name.span));
        }
        let block = children.one(Rule::step_block)?;
        Some(Step { name, clauses: self.clauses(block, Block::Step, |clause| self.step_clause(clause)) })
    }

    fn step_clause(&self, pair: Pair<'_, Rule>) -> Option<StepClause> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        Some(match rule {
            Rule::each_clause => StepClause::Each {
                name: self.token(&children.one(Rule::ident)?),
                list: self.expression(children.one(Rule::expr)?),
                at_most: self.quantity(&children.one(Rule::quantity)?),
            },
            Rule::do_clause => StepClause::Do(self.only_call(children.one(Rule::call)?)?),
            Rule::timeout_clause => StepClause::Timeout(self.only_literal(children)?),
            Rule::retry_clause => StepClause::Retry(self.quantity(&children.one(Rule::quantity)?)),
            Rule::check_clause => {
                let condition = self.expression(children.one(Rule::expr)?);
                StepClause::Check(condition, self.perhaps_literal(children)?)
            }
            Rule::keep_clause => StepClause::Keep(self.text(children.one(Rule::text)?)),
            _ => return None,
        })
    }
}
