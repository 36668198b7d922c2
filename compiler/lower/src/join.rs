//! Joins: operands brought to one label set, selections, groups, labels lent by an info metric.

use nvp_check::typed::{Expr, ExprKind, Matcher, MatcherTest, MetricId};
use nvp_plan::domain::{Lend, LentLabel, Match, Rows};
use nvp_plan::ids::{ColumnId, DomainId};
use nvp_plan::input::Part;
use nvp_plan::step::GroupFunction;
use nvp_plan::unit::Unit;

use crate::expression::{AgoTicks, Lowering};
use crate::graph::{Facts, Node, NodeId};
use crate::tables::SCALAR;

/// A typed matcher's test as the plan's.
pub(crate) fn matched(test: &MatcherTest) -> Match {
    match test {
        MatcherTest::Equal(value) => Match::Equal(value.clone()),
        MatcherTest::NotEqual(value) => Match::NotEqual(value.clone()),
        MatcherTest::Matches(pattern) => Match::Matches(pattern.clone()),
        MatcherTest::NotMatches(pattern) => Match::NotMatches(pattern.clone()),
        MatcherTest::In(values) => Match::In(values.clone()),
    }
}

/// Whether a matcher pins its label, and so removes it.
pub(crate) const fn pins(matcher: &Matcher) -> bool {
    matches!(matcher.test, MatcherTest::Equal(_))
}

impl Lowering<'_> {
    /// A node as an operand in a domain: as it is where the domain is the same or it has no labels, broadcast otherwise.
    pub(crate) fn operand(&mut self, node: NodeId, domain: DomainId) -> NodeId {
        let own = self.graph.facts(node).domain;
        if own == domain || own == SCALAR { node } else { self.broadcast(node, domain) }
    }

    /// A node with a row for each row of a domain.
    pub(crate) fn in_domain(&mut self, node: NodeId, domain: DomainId) -> NodeId {
        if self.graph.facts(node).domain == domain { node } else { self.broadcast(node, domain) }
    }

    fn broadcast(&mut self, node: NodeId, domain: DomainId) -> NodeId {
        let facts = self.graph.facts(node).clone();
        let map = self.tables.map(domain, facts.domain, Vec::new());
        let stage = facts.stage + 1;
        self.graph.add(Node::Broadcast(map, node), || Facts { domain, rows: None, stage, ..facts })
    }

    /// The rows of a node that match, with the pinned labels gone.
    pub(crate) fn select(
        &mut self,
        node: NodeId,
        matchers: &[Matcher],
        labels: &[String],
        text: &str,
    ) -> NodeId {
        if matchers.is_empty() || self.graph.node(node).is_constant() {
            return node;
        }
        let facts = self.graph.facts(node).clone();
        let domain = self.tables.domain(labels);
        let placed = matchers
            .iter()
            .filter_map(|matcher| {
                Some((self.tables.label(facts.domain, &matcher.label)?, matched(&matcher.test)))
            })
            .collect();
        let map = self.tables.map(facts.domain, domain, placed);
        let rows = facts.rows.map(|rows| self.tables.rows(Rows::Mapped(rows, map)));
        let stage = facts.stage + 1;
        let text = text.to_owned();
        self.graph.add(Node::Select(map, node), || Facts { domain, rows, stage, text, ..facts })
    }

    /// An aggregate of numbers across series.
    pub(crate) fn group(
        &mut self,
        function: GroupFunction,
        of: NodeId,
        domain: DomainId,
        text: &str,
    ) -> NodeId {
        let facts = self.graph.facts(of).clone();
        let map = self.tables.map(facts.domain, domain, Vec::new());
        let rows = self.grouped_rows(of, domain, map);
        let stage = facts.stage + 1;
        let text = text.to_owned();
        self.graph.add(Node::Group(function, map, of), || Facts { domain, rows, stage, text, ..facts })
    }

    /// The rows of what is grouped by a map; an expression without labels always has its one row.
    pub(crate) fn grouped_rows(
        &mut self,
        of: NodeId,
        domain: DomainId,
        map: nvp_plan::ids::MapId,
    ) -> Option<nvp_plan::ids::RowsId> {
        if domain == SCALAR {
            return Some(self.tables.rows(Rows::One));
        }
        let rows = self.graph.facts(of).rows?;
        Some(self.tables.rows(Rows::Mapped(rows, map)))
    }

    /// `x with info.label`.
    pub(crate) fn lend(
        &mut self,
        of: &Expr,
        info: MetricId,
        matchers: &[Matcher],
        ago: AgoTicks,
        expr: &Expr,
    ) -> NodeId {
        let of = self.expr(of, ago);
        let input = self.input(info, Part::Value, matchers, ago);
        let value = self.input_node(input, ago, &expr.text, &Unit::Number);
        let facts = self.graph.facts(of).clone();
        let (base, info_domain) = (facts.domain, self.graph.facts(value).domain);
        let to = self.tables.domain(&expr.labels);
        let ExprKind::With(_, _, _, lent) = &expr.kind else { return of };
        let labels_of = |this: &Self, domain| this.tables.labels(domain).to_vec();
        let on = labels_of(self, base)
            .iter()
            .filter(|label| !lent.contains(label))
            .filter_map(|label| {
                Some((self.tables.label(base, label)?, self.tables.label(info_domain, label)?))
            })
            .collect();
        let labels = labels_of(self, to)
            .iter()
            .filter_map(|label| {
                let from_base = self.tables.label(base, label).map(LentLabel::Base);
                from_base.or_else(|| self.tables.label(info_domain, label).map(LentLabel::Info))
            })
            .collect();
        // The info metric's column has no place yet; the schedule fills it in.
        let lend = Lend { base, info: info_domain, to, on, labels, value: ColumnId(u32::MAX) };
        let lend = self.tables.lend(lend, value);
        let rows = facts.rows.zip(self.graph.facts(value).rows);
        let rows = rows.map(|(base, info)| self.tables.rows(Rows::Lent(base, info, lend)));
        let warm_ticks = facts.warm_ticks.max(self.graph.facts(value).warm_ticks);
        let stage = facts.stage + 1;
        let text = expr.text.clone();
        self.graph.add(Node::Lend(lend, of), || Facts { domain: to, rows, warm_ticks, stage, text, ..facts })
    }
}
