//! `escalation`, and what an alert does at a level.

use pest::iterators::Pair;

use super::block::Block;
use super::builder::Builder;
use super::grammar::Rule;
use super::mistakes;
use super::tree::Children;
use super::words::RUNG_WORDS;
use crate::ast::{Escalation, EscalationClause, Reaction, ReactionDoes, Remedy, Rung};

impl Builder<'_> {
    pub(super) fn escalation(&self, mut children: Children<'_>) -> Option<Escalation> {
        let name = self.token(&children.one(Rule::ident)?);
        let block = children.one(Rule::escalation_block)?;
        let clauses = self.clauses(block, Block::Escalation, |clause| self.escalation_clause(clause));
        Some(Escalation { name, clauses })
    }

    fn escalation_clause(&self, pair: Pair<'_, Rule>) -> Option<EscalationClause> {
        let rule = pair.as_rule();
        let children = Children::of(pair);
        match rule {
            Rule::acknowledged_clause => {
                Some(EscalationClause::AcknowledgedHolds(self.only_literal(children)?))
            }
            Rule::rung => Some(EscalationClause::Rung(self.rung(children)?)),
            _ => None,
        }
    }

    fn rung(&self, mut children: Children<'_>) -> Option<Rung> {
        let name = self.token(&children.one(Rule::ident)?);
        if RUNG_WORDS.contains(&name.node.as_str()) {
            self.report(mistakes::named_like_clause("a rung", &name.node, name.span));
        }
        let team = children.one(Rule::ident).map(|team| self.token(&team));
        let mut rung =
            Rung { name, team, at_most: None, by: Vec::new(), lasts: None, every: None, then_every: None };
        for part in children {
            let rule = part.as_rule();
            let parts = Children::of(part);
            match rule {
                Rule::automatic => {}
                Rule::rung_at_most => rung.at_most = Some(self.only_literal(parts)?),
                Rule::rung_by => rung.by = self.idents(parts),
                Rule::rung_for => rung.lasts = Some(self.only_literal(parts)?),
                Rule::rung_every => rung.every = Some(self.only_literal(parts)?),
                // its first child is the word `then`
                Rule::rung_then => rung.then_every = Some(self.literal(&parts.last()?)?),
                _ => return None,
            }
        }
        Some(rung)
    }

    pub(super) fn reaction(&self, mut children: Children<'_>) -> Option<Reaction> {
        let level = self.token(&children.one(Rule::ident)?);
        let after = match children.one(Rule::at_for) {
            Some(after) => Some(self.only_literal(Children::of(after))?),
            None => None,
        };
        let does = children.next()?;
        let does = match does.as_rule() {
            Rule::at_escalate => ReactionDoes::Escalate(self.only_ident(Children::of(does))?),
            _ => {
                // between the remedies stands the word `then`
                let remedies = Children::of(does).filter(|child| child.as_rule() == Rule::remedy);
                ReactionDoes::Run(remedies.map(|remedy| self.remedy(remedy)).collect::<Option<_>>()?)
            }
        };
        Some(Reaction { level, after, does })
    }

    fn remedy(&self, pair: Pair<'_, Rule>) -> Option<Remedy> {
        let mut children = Children::of(pair);
        let call = self.only_call(children.one(Rule::call)?)?;
        Some(Remedy { call, within: self.perhaps_literal(children)? })
    }
}
