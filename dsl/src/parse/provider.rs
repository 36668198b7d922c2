//! `provider`: what can be read, and what can be written with its inverse.

use pest::iterators::Pair;

use super::block::Block;
use super::builder::Builder;
use super::grammar::Rule;
use super::tree::Children;
use crate::ast::{Ident, Parameter, Provider, ProviderClause, WriteClause};

impl Builder<'_> {
    pub(super) fn provider(&self, mut children: Children<'_>) -> Option<Provider> {
        let name = self.token(&children.one(Rule::ident)?);
        let block = children.one(Rule::provider_block)?;
        let clauses = self.clauses(block, Block::Provider, |clause| self.provider_clause(clause));
        Some(Provider { name, clauses })
    }

    fn provider_clause(&self, pair: Pair<'_, Rule>) -> Option<ProviderClause> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        match rule {
            Rule::config_clause => {
                Some(ProviderClause::Config(self.parameter(children.one(Rule::parameter)?)?))
            }
            Rule::read_clause => {
                let (name, parameters) = self.signature(&mut children)?;
                let is_list = children.one(Rule::list_of).is_some();
                let gives = self.unit_expr(children.one(Rule::unit_expr)?)?;
                Some(ProviderClause::Read { name, parameters, is_list, gives })
            }
            Rule::write_clause => {
                let (name, parameters) = self.signature(&mut children)?;
                let parts = children.one(Rule::write_block)?;
                let clauses = self.clauses(parts, Block::Write, |part| self.write_part(part));
                Some(ProviderClause::Write { name, parameters, clauses })
            }
            _ => None,
        }
    }

    fn write_part(&self, pair: Pair<'_, Rule>) -> Option<WriteClause> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        Some(match rule {
            Rule::undo_part => WriteClause::Undo(self.only_call(children.one(Rule::call)?)?),
            Rule::expires_part => WriteClause::Expires(self.only_ident(children)?),
            Rule::irreversible_part => WriteClause::Irreversible(self.text(children.one(Rule::text)?)),
            Rule::idempotent_part => WriteClause::Idempotent,
            Rule::once_part => WriteClause::Once,
            Rule::keyed_part => WriteClause::KeyedBy(self.only_ident(children)?),
            Rule::probe_part => WriteClause::Probe(self.expression(children.one(Rule::expr)?)),
            Rule::locks_part => WriteClause::Locks(self.only_ident(children)?),
            _ => return None,
        })
    }

    /// `pool_size(db: text)`: a name and its parameters.
    pub(super) fn signature(&self, children: &mut Children<'_>) -> Option<(Ident, Vec<Parameter>)> {
        let name = self.token(&children.one(Rule::fn_head)?.into_inner().next()?);
        let parameters = children.many(Rule::parameter).into_iter();
        Some((name, parameters.map(|parameter| self.parameter(parameter)).collect::<Option<_>>()?))
    }

    fn parameter(&self, pair: Pair<'_, Rule>) -> Option<Parameter> {
        let mut children = Children::of(pair);
        let name = self.token(&children.one(Rule::ident)?);
        Some(Parameter { name, unit: self.unit_expr(children.one(Rule::unit_expr)?)? })
    }
}
