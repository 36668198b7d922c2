//! `playbook`; its steps are in `step.rs`.

use pest::iterators::Pair;

use super::block::Block;
use super::builder::Builder;
use super::grammar::Rule;
use super::tree::Children;
use crate::ast::{Answer, LimitPart, Playbook, PlaybookClause};
use crate::span::Spanned;

impl Builder<'_> {
    pub(super) fn playbook(&self, mut children: Children<'_>) -> Option<Playbook> {
        let (name, parameters) = self.signature(&mut children)?;
        let block = children.one(Rule::playbook_block)?;
        let clauses = self.clauses(block, Block::Playbook, |clause| self.playbook_clause(clause));
        Some(Playbook { name, parameters, clauses })
    }

    fn playbook_clause(&self, pair: Pair<'_, Rule>) -> Option<PlaybookClause> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        Some(match rule {
            Rule::let_clause => {
                let name = self.token(&children.one(Rule::ident)?);
                PlaybookClause::Let(name, self.expression(children.one(Rule::expr)?))
            }
            Rule::require_clause => PlaybookClause::Require(self.expression(children.one(Rule::expr)?)),
            Rule::limit_clause => {
                PlaybookClause::Limit(children.map(|part| self.limit_part(part)).collect::<Option<_>>()?)
            }
            Rule::autonomy_clause => PlaybookClause::Autonomy(self.only_ident(children)?),
            Rule::step => PlaybookClause::Step(self.step(children)?),
            Rule::on_success => PlaybookClause::OnSuccess(self.answers(children)?),
            Rule::on_failure => PlaybookClause::OnFailure(self.answers(children)?),
            Rule::formerly_clause => PlaybookClause::Formerly(self.only_ident(children)?),
            _ => return self.guard(rule, children),
        })
    }

    /// What stands between a playbook and the world.
    fn guard(&self, rule: Rule, mut children: Children<'_>) -> Option<PlaybookClause> {
        Some(match rule {
            Rule::breaker_clause => PlaybookClause::Breaker {
                failures: self.quantity(&children.one(Rule::quantity)?),
                within: self.literal(&children.next()?)?,
                holds: self.literal(&children.next()?)?,
            },
            Rule::storm_clause => PlaybookClause::Storm {
                when: self.expression(children.one(Rule::expr)?),
                holds: self.literal(&children.next()?)?,
            },
            Rule::approved_clause => {
                let team = self.token(&children.one(Rule::ident)?);
                PlaybookClause::Approved(team, self.text(children.one(Rule::text)?))
            }
            Rule::approval_clause => {
                let team = self.token(&children.one(Rule::ident)?);
                PlaybookClause::Approval(team, self.perhaps_literal(children)?)
            }
            Rule::verify_clause => PlaybookClause::Verify {
                condition: self.expression(children.one(Rule::expr)?),
                within: self.literal(&children.next()?)?,
                needs: children.one(Rule::expr).map(|needs| self.expression(needs)),
            },
            Rule::lift_clause => PlaybookClause::Lift {
                when: self.expression(children.one(Rule::expr)?),
                at_latest: self.literal(&children.next()?)?,
            },
            _ => return None,
        })
    }

    fn limit_part(&self, pair: Pair<'_, Rule>) -> Option<Spanned<LimitPart>> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        let count = self.quantity(&children.one(Rule::quantity)?);
        let node = if rule == Rule::limit_per {
            let parameter = self.token(&children.one(Rule::ident)?);
            LimitPart::Per { runs: count, parameter, every: self.literal(&children.next()?)? }
        } else {
            let what = children.next()?;
            match what.as_rule() {
                Rule::limit_at_once => LimitPart::AtOnce(count),
                Rule::limit_every => {
                    LimitPart::Every { runs: count, every: self.only_literal(Children::of(what))? }
                }
                _ => {
                    let of = self.expression(Children::of(what).one(Rule::of_what)?);
                    LimitPart::Share { share: count, of }
                }
            }
        };
        Some(Spanned { node, span })
    }

    fn answers(&self, mut children: Children<'_>) -> Option<Vec<Spanned<Answer>>> {
        let block = children.one(Rule::answer_block)?;
        Some(self.clauses(block, Block::Answers, |answer| self.answer(answer)))
    }

    fn answer(&self, pair: Pair<'_, Rule>) -> Option<Answer> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        let name = self.token(&children.one(Rule::ident)?);
        match rule {
            Rule::notify_clause => {
                Some(Answer::Notify { team: name, severity: self.token(&children.one(Rule::ident)?) })
            }
            Rule::ticket_clause => {
                Some(Answer::Ticket { channel: name, says: self.text(children.one(Rule::text)?) })
            }
            Rule::escalate_clause => Some(Answer::EscalateTo(name)),
            _ => None,
        }
    }
}
