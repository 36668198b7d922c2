//! Classic histograms: quantiles, shares, means and counts from the growth of buckets, sum and count.

use nvp_check::typed::{Aggregate, AggregateFunction, Expr, ExprKind};
use nvp_plan::domain::BUCKET_LABEL;
use nvp_plan::ids::DomainId;
use nvp_plan::input::Part;
use nvp_plan::step::GroupFunction;
use nvp_plan::unit::{Scale, Unit};
use nvp_plan::window::{Keep, WindowFunction};

use crate::expression::{AgoTicks, Lowering, unit_of, wire_scale};
use crate::graph::{Bounds, Facts, Node, NodeId};
use crate::tick;

impl Lowering<'_> {
    /// An aggregate over a histogram; always over time.
    pub(crate) fn histogram(&mut self, aggregate: &Aggregate, ago: AgoTicks, expr: &Expr) -> NodeId {
        let unit = unit_of(&expr.ty);
        match aggregate.function {
            AggregateFunction::Quantile(quantile) => {
                let (buckets, bounds) = self.buckets(aggregate, ago, expr);
                self.read_buckets(buckets, expr, &unit, |map| {
                    Node::BucketQuantile(quantile, map, buckets, bounds)
                })
            }
            AggregateFunction::ShareBelow(bound, above) => {
                let (buckets, bounds) = self.buckets(aggregate, ago, expr);
                self.read_buckets(buckets, expr, &unit, |map| {
                    Node::BucketShare(bound, above, map, buckets, bounds)
                })
            }
            AggregateFunction::Avg => {
                let domain = self.tables.domain(&expr.labels);
                let sum = self.growth(aggregate, Part::Sum, WindowFunction::Increase, ago, expr);
                let count = self.growth(aggregate, Part::Count, WindowFunction::Increase, ago, expr);
                self.quotient_of_sums(sum, count, domain, &expr.text, &unit)
            }
            AggregateFunction::Sum => self.total(aggregate, Part::Sum, WindowFunction::Increase, ago, expr),
            AggregateFunction::Rate => self.total(aggregate, Part::Count, WindowFunction::Rate, ago, expr),
            _ => self.total(aggregate, Part::Count, WindowFunction::Increase, ago, expr),
        }
    }

    fn total(
        &mut self,
        aggregate: &Aggregate,
        part: Part,
        function: WindowFunction,
        ago: AgoTicks,
        expr: &Expr,
    ) -> NodeId {
        let domain = self.tables.domain(&expr.labels);
        let growth = self.growth(aggregate, part, function, ago, expr);
        if self.graph.facts(growth).domain == domain {
            return growth;
        }
        self.group(GroupFunction::Sum, growth, domain, &expr.text)
    }

    /// The growth of a part of the histogram, series by series.
    fn growth(
        &mut self,
        aggregate: &Aggregate,
        part: Part,
        function: WindowFunction,
        ago: AgoTicks,
        expr: &Expr,
    ) -> NodeId {
        let mut of = &aggregate.of;
        let mut ago = ago;
        while let ExprKind::Ago(inner, ago_ms) = &of.kind {
            ago = ago.saturating_add(tick::ticks(*ago_ms, self.tick_ms));
            of = inner;
        }
        let ExprKind::Metric(id, matchers) = &of.kind else {
            // INVARIANT (typed histogram): what is aggregated as a histogram is a metric.
            return self.number(f64::NAN);
        };
        let input = self.input(*id, part, matchers, ago);
        let over_ms = aggregate.over_ms.unwrap_or(self.tick_ms);
        let window = self.input_window(input, over_ms, Keep::Counter, ago, &of.text);
        self.read_off(window, function, &expr.text, &Unit::Number)
    }

    /// The growth of each bucket, summed over the series that the result puts together.
    fn buckets(&mut self, aggregate: &Aggregate, ago: AgoTicks, expr: &Expr) -> (NodeId, Bounds) {
        let each = self.growth(aggregate, Part::Bucket, WindowFunction::Rate, ago, expr);
        let mut labels = expr.labels.clone();
        labels.push(BUCKET_LABEL.to_owned());
        labels.sort_unstable();
        let domain = self.tables.domain(&labels);
        let buckets = if self.graph.facts(each).domain == domain {
            each
        } else {
            self.group(GroupFunction::Sum, each, domain, &expr.text)
        };
        let mut of = &aggregate.of;
        while let ExprKind::Ago(inner, _) = &of.kind {
            of = inner;
        }
        let scale = match &of.kind {
            ExprKind::Metric(id, _) => self.policy.metrics.get(id.0).map_or(Scale::ONE, wire_scale),
            _ => Scale::ONE,
        };
        let label = self.tables.label(domain, BUCKET_LABEL).unwrap_or(0);
        (buckets, Bounds { label, scale })
    }

    fn read_buckets(
        &mut self,
        buckets: NodeId,
        expr: &Expr,
        unit: &Unit,
        node: impl FnOnce(nvp_plan::ids::MapId) -> Node,
    ) -> NodeId {
        let domain: DomainId = self.tables.domain(&expr.labels);
        let facts = self.graph.facts(buckets).clone();
        let map = self.tables.map(facts.domain, domain, Vec::new());
        let rows = self.grouped_rows(buckets, domain, map);
        let (stage, text, unit) = (facts.stage + 1, expr.text.clone(), unit.clone());
        self.graph.add(node(map), || Facts { domain, rows, stage, text, unit, ..facts })
    }
}
