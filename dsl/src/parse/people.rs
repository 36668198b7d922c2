//! Who must know: `team`, `channel` and `incidents`.

use pest::iterators::Pair;

use super::block::Block;
use super::builder::Builder;
use super::grammar::Rule;
use super::mistakes;
use super::tree::Children;
use super::words::TEAM_WORDS;
use crate::ast::{Channel, Incidents, IncidentsClause, Team, TeamClause};

impl Builder<'_> {
    pub(super) fn team(&self, mut children: Children<'_>) -> Option<Team> {
        let name = self.token(&children.one(Rule::ident)?);
        if TEAM_WORDS.contains(&name.node.as_str()) {
            self.report(mistakes::named_like_clause("a team", &name.node, name.span));
        }
        let clauses = match children.one(Rule::team_block) {
            Some(block) => self.clauses(block, Block::Team, |clause| self.team_clause(clause)),
            None => Vec::new(),
        };
        Some(Team { name, clauses })
    }

    fn team_clause(&self, pair: Pair<'_, Rule>) -> Option<TeamClause> {
        match pair.as_rule() {
            Rule::empty_clause => Some(TeamClause::EmptyTells(self.only_ident(Children::of(pair))?)),
            _ => None,
        }
    }

    pub(super) fn channel(&self, children: Children<'_>) -> Option<Channel> {
        Some(Channel { name: self.only_ident(children)? })
    }

    pub(super) fn incidents(&self, mut children: Children<'_>) -> Option<Incidents> {
        let block = children.one(Rule::incidents_block)?;
        let clauses = self.clauses(block, Block::Incidents, |clause| self.incidents_clause(clause));
        Some(Incidents { clauses })
    }

    fn incidents_clause(&self, pair: Pair<'_, Rule>) -> Option<IncidentsClause> {
        let rule = pair.as_rule();
        let time = self.only_literal(Children::of(pair))?;
        match rule {
            Rule::within_clause => Some(IncidentsClause::Within(time)),
            Rule::reopen_clause => Some(IncidentsClause::Reopen(time)),
            _ => None,
        }
    }
}
