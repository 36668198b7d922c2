//! `metric`, `service` and `defaults`.

use pest::iterators::Pair;

use super::block::Block;
use super::builder::Builder;
use super::grammar::Rule;
use super::mistakes;
use super::tree::Children;
use crate::ast::{
    Defaults, DefaultsClause, Expr, Ident, LabelDeclaration, Metric, MetricClause, Service, ServiceClause,
    UnitExpr,
};
use crate::span::Spanned;

const KINDS: [&str; 6] = ["gauge", "counter", "histogram", "info", "flag", "instant"];

impl Builder<'_> {
    pub(super) fn metric(&self, mut children: Children<'_>) -> Option<Metric> {
        let name = self.token(&children.one(Rule::ident)?);
        let (kind, unit) = self.metric_type(children.next()?)?;
        let clauses = match children.one(Rule::metric_block) {
            Some(block) => self.clauses(block, Block::Metric, |clause| self.metric_clause(clause)),
            None => Vec::new(),
        };
        Some(Metric { name, kind, unit, clauses })
    }

    fn metric_type(&self, pair: Pair<'_, Rule>) -> Option<(Option<Ident>, Option<UnitExpr>)> {
        if pair.as_rule() == Rule::unit_expr {
            let unit = self.unit_expr(pair)?;
            let is_kind = unit.under.is_none() && KINDS.contains(&unit.over.node.as_str());
            return Some(if is_kind { (Some(unit.over), None) } else { (None, Some(unit)) });
        }
        let mut children = Children::of(pair);
        let kind = self.token(&children.one(Rule::ident)?);
        if !KINDS.contains(&kind.node.as_str()) {
            self.report(mistakes::unknown_kind(&kind.node, kind.span));
        }
        Some((Some(kind), Some(self.unit_expr(children.one(Rule::unit_expr)?)?)))
    }

    fn metric_clause(&self, pair: Pair<'_, Rule>) -> Option<MetricClause> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        Some(match rule {
            Rule::labels_clause => MetricClause::Labels(self.labels(children)?),
            Rule::source_clause => MetricClause::Source(children.map(|text| self.plain_text(text)).collect()),
            Rule::every_clause => MetricClause::Every(self.only_literal(children)?),
            Rule::stale_clause => MetricClause::Stale(self.only_literal(children)?),
            Rule::forget_clause => MetricClause::Forget(self.only_literal(children)?),
            Rule::merge_clause => MetricClause::Merge(self.token(&children.next()?)),
            Rule::range_clause => {
                MetricClause::Range(self.bound(children.next()?)?, self.bound(children.next()?)?)
            }
            Rule::buckets_clause => {
                MetricClause::Buckets(children.map(|bound| self.bound(bound)).collect::<Option<_>>()?)
            }
            _ => return None,
        })
    }

    fn labels(&self, children: Children<'_>) -> Option<Vec<LabelDeclaration>> {
        children
            .map(|declaration| {
                let mut parts = Children::of(declaration);
                let name = self.token(&parts.one(Rule::ident)?);
                let source = parts.one(Rule::text).map(|text| self.plain_text(text));
                let values = parts.one(Rule::texts).map(|texts| self.plain_texts(texts));
                Some(LabelDeclaration { name, source, values })
            })
            .collect()
    }

    pub(super) fn only_literal(&self, mut children: Children<'_>) -> Option<Expr> {
        self.literal(&children.next()?)
    }

    /// The last child, if there is one; `None` if it is no literal.
    #[expect(clippy::option_option, reason = "not written is not unreadable")]
    pub(super) fn perhaps_literal(&self, mut children: Children<'_>) -> Option<Option<Expr>> {
        match children.next() {
            Some(literal) => Some(Some(self.literal(&literal)?)),
            None => Some(None),
        }
    }

    pub(super) fn only_ident(&self, mut children: Children<'_>) -> Option<Ident> {
        Some(self.token(&children.one(Rule::ident)?))
    }

    pub(super) fn service(&self, mut children: Children<'_>) -> Option<Service> {
        let name = self.token(&children.one(Rule::ident)?);
        let clauses = match children.one(Rule::service_block) {
            Some(block) => self.clauses(block, Block::Service, |clause| self.service_clause(clause)),
            None => Vec::new(),
        };
        Some(Service { name, clauses })
    }

    fn service_clause(&self, pair: Pair<'_, Rule>) -> Option<ServiceClause> {
        match pair.as_rule() {
            Rule::is_clause => {
                Some(ServiceClause::Is(Children::of(pair).map(|text| self.plain_text(text)).collect()))
            }
            Rule::depends_clause => Some(ServiceClause::DependsOn(self.idents(Children::of(pair)))),
            Rule::tier_clause => {
                Some(ServiceClause::Tier(self.quantity(&Children::of(pair).one(Rule::quantity)?)))
            }
            Rule::owner_clause => Some(ServiceClause::Owner(self.only_ident(Children::of(pair))?)),
            _ => None,
        }
    }

    pub(super) fn defaults(&self, mut children: Children<'_>) -> Option<Defaults> {
        let block = children.one(Rule::defaults_block)?;
        Some(Defaults {
            clauses: self.clauses(block, Block::Defaults, |clause| self.defaults_clause(clause)),
        })
    }

    fn defaults_clause(&self, pair: Pair<'_, Rule>) -> Option<DefaultsClause> {
        let rule = pair.as_rule();
        let children = Children::of(pair);
        Some(match rule {
            Rule::absent_clause => DefaultsClause::Absent(self.absent(children)?),
            Rule::forget_clause => DefaultsClause::Forget(self.only_literal(children)?),
            Rule::every_clause => DefaultsClause::Every(self.only_literal(children)?),
            Rule::stale_clause => DefaultsClause::Stale(self.only_literal(children)?),
            Rule::labels_clause => DefaultsClause::Labels(self.labels(children)?),
            Rule::flapping_clause => DefaultsClause::Flapping(self.flapping(children)?),
            Rule::autonomy_clause => DefaultsClause::Autonomy(self.only_ident(children)?),
            _ => return None,
        })
    }

    /// The clauses of a block, and the errors of what is none.
    pub(super) fn clauses<T>(
        &self,
        block: Pair<'_, Rule>,
        kind: Block,
        read: impl Fn(Pair<'_, Rule>) -> Option<T>,
    ) -> Vec<Spanned<T>> {
        let mut clauses = Vec::new();
        let mut previous = None;
        for pair in Children::of(block) {
            let range = self.range(&pair);
            let rule = pair.as_rule();
            match rule {
                _ if rule == kind.bad_rule() => self.bad_clause(kind, previous, range.clone()),
                _ => match read(pair) {
                    Some(node) => clauses.push(Spanned { node, span: self.at(range.clone()) }),
                    None => self.report(mistakes::unreadable(self.at(range.clone()))),
                },
            }
            previous = (rule != kind.bad_rule()).then_some(range.start);
        }
        clauses
    }
}
