//! `alert`.

use pest::iterators::Pair;

use super::block::Block;
use super::builder::Builder;
use super::grammar::Rule;
use super::mistakes;
use super::tree::Children;
use super::words::ALERT_CLAUSES;
use crate::ast::{Absent, Alert, AlertClause, Flapping, Level};

impl Builder<'_> {
    pub(super) fn alert(&self, mut children: Children<'_>) -> Option<Alert> {
        let name = self.token(&children.one(Rule::ident)?);
        let subject = children.one(Rule::expr).map(|subject| self.expression(subject));
        let block = children.one(Rule::alert_block)?;
        let clauses = self.clauses(block, Block::Alert, |clause| self.alert_clause(clause));
        Some(Alert { name, subject, clauses })
    }

    fn alert_clause(&self, pair: Pair<'_, Rule>) -> Option<AlertClause> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        Some(match rule {
            Rule::level => AlertClause::Level(self.level(children)?),
            Rule::absent_clause => AlertClause::Absent(self.absent(children)?),
            Rule::says_clause => AlertClause::Says(self.text(children.one(Rule::text)?)),
            Rule::runbook_clause => AlertClause::Runbook(self.text(children.one(Rule::text)?)),
            Rule::alert_service => AlertClause::Service(self.token(&children.one(Rule::ident)?)),
            Rule::flapping_clause => AlertClause::Flapping(self.flapping(children)?),
            Rule::formerly_clause => AlertClause::Formerly(self.token(&children.one(Rule::ident)?)),
            Rule::at_clause => AlertClause::At(self.reaction(children)?),
            _ => return None,
        })
    }

    fn level(&self, mut children: Children<'_>) -> Option<Level> {
        let severity = self.token(&children.one(Rule::ident)?);
        if ALERT_CLAUSES.contains(&severity.node.as_str()) {
            self.report(mistakes::named_like_clause("a level", &severity.node, severity.span));
        }
        let when = self.level_expression(children.one(Rule::expr)?);
        let clear = match children.one(Rule::clear) {
            Some(clear) => Some(self.level_expression(Children::of(clear).one(Rule::expr)?)),
            None => None,
        };
        Some(Level { severity, when, clear })
    }

    pub(super) fn absent(&self, mut children: Children<'_>) -> Option<Absent> {
        let what = children.next()?;
        Some(match what.as_rule() {
            Rule::absent_clears => Absent::Clears,
            Rule::absent_holds => Absent::Holds,
            _ => {
                let mut parts = Children::of(what);
                Absent::Becomes {
                    after: self.literal(&parts.next()?)?,
                    level: self.token(&parts.one(Rule::ident)?),
                }
            }
        })
    }

    pub(super) fn flapping(&self, mut children: Children<'_>) -> Option<Flapping> {
        let changes = self.quantity(&children.one(Rule::quantity)?);
        let within = self.literal(&children.next()?)?;
        Some(Flapping { changes, within })
    }
}
