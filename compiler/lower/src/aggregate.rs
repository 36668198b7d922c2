//! Aggregates over time, across series, and both at once (one pool).

use nvp_check::typed::{Aggregate, AggregateFunction, Expr, ExprKind, MetricKind, Type};
use nvp_plan::domain::Rows;
use nvp_plan::ids::{DomainId, RowsId};
use nvp_plan::input::Part;
use nvp_plan::kernel::Binary;
use nvp_plan::step::GroupFunction;
use nvp_plan::unit::Unit;
use nvp_plan::window::{Keep, SLOTS_MAX, WindowFunction, WindowTest};

use crate::expression::{AgoTicks, Lowering, merge_function, unit_of};
use crate::graph::{DraftId, Facts, Node, NodeId};
use crate::tables::{Draft, DraftSource, SCALAR};
use crate::tick;

impl Lowering<'_> {
    /// `agg(x [over D] [by …])`.
    pub(crate) fn aggregate(&mut self, aggregate: &Aggregate, ago: AgoTicks, expr: &Expr) -> NodeId {
        if aggregate.histogram {
            return self.histogram(aggregate, ago, expr);
        }
        let condition = aggregate.of.ty == Type::Condition;
        match (aggregate.over_ms, &aggregate.across, condition) {
            (Some(over_ms), None, false) => self.value_over(aggregate, over_ms, ago, expr),
            (Some(over_ms), None, true) => self.condition_over(aggregate, over_ms, ago, expr),
            (None, _, false) => self.value_across(aggregate, ago, expr),
            (None, _, true) => self.condition_across(aggregate, ago, expr),
            (Some(over_ms), Some(_), false) => self.value_pool(aggregate, over_ms, ago, expr),
            (Some(over_ms), Some(_), true) => self.condition_pool(aggregate, over_ms, ago, expr),
        }
    }

    /// A window over an expression, keeping this: over all samples of a metric, or over an expression's values at the ticks.
    pub(crate) fn window(&mut self, of: &Expr, over_ms: i64, keep: Keep, ago: AgoTicks) -> DraftId {
        if let ExprKind::Ago(of, ago_ms) = &of.kind {
            let ago = ago.saturating_add(tick::ticks(*ago_ms, self.tick_ms));
            return self.window(of, over_ms, keep, ago);
        }
        if let ExprKind::Metric(id, matchers) = &of.kind
            && let Some(metric) = self.policy.metrics.get(id.0)
            && (metric.merge.is_none() || metric.kind == MetricKind::Counter)
            && keep != Keep::Values
        {
            let input = self.input(*id, Part::Value, matchers, ago);
            return self.input_window(input, over_ms, keep, ago, &of.text);
        }
        let node = self.expr(of, ago);
        let domain = self.tables.domain(&of.labels);
        let node = self.in_domain(node, domain);
        let facts = self.graph.facts(node).clone();
        let draft = self.draft(DraftSource::Node(node), &facts, over_ms);
        self.tables.draft(draft, keep)
    }

    /// A window over all samples of an input.
    pub(crate) fn input_window(
        &mut self,
        input: nvp_plan::ids::InputId,
        over_ms: i64,
        keep: Keep,
        ago: AgoTicks,
        text: &str,
    ) -> DraftId {
        let rows = self.tables.rows(Rows::Input(input));
        let facts = Facts {
            domain: self.tables.inputs.get(input.index()).map_or(SCALAR, |input| input.domain),
            condition: false,
            rows: Some(rows),
            warm_ticks: if ago == 0 { 0 } else { ago.saturating_add(1) },
            stage: 0,
            text: text.to_owned(),
            unit: Unit::Number,
        };
        let draft = self.draft(DraftSource::Input(input), &facts, over_ms);
        self.tables.draft(draft, keep)
    }

    fn draft(&self, of: DraftSource, facts: &Facts, over_ms: i64) -> Draft {
        let ticks = tick::ticks(over_ms, self.tick_ms).max(1);
        Draft {
            of,
            domain: facts.domain,
            over_ms: i64::from(ticks).saturating_mul(self.tick_ms),
            ticks,
            keeps: Vec::new(),
            // The source is known from its own warming on, and the window when it has been known for all its ticks.
            warm_ticks: facts.warm_ticks.max(1).saturating_add(ticks - 1),
            stage: facts.stage + 1,
            rows: facts.rows,
            text: facts.text.clone(),
        }
    }

    /// A number read off a window.
    pub(crate) fn read_off(
        &mut self,
        window: DraftId,
        function: WindowFunction,
        text: &str,
        unit: &Unit,
    ) -> NodeId {
        let facts = self.window_facts(window, false, text, unit);
        self.graph.add(Node::WindowValue(window, function), || facts)
    }

    fn window_facts(&self, window: DraftId, condition: bool, text: &str, unit: &Unit) -> Facts {
        let draft = self.tables.drafts.get(window.0 as usize);
        Facts {
            domain: draft.map_or(SCALAR, |draft| draft.domain),
            condition,
            rows: draft.and_then(|draft| draft.rows),
            warm_ticks: draft.map_or(0, |draft| draft.warm_ticks),
            stage: draft.map_or(1, |draft| draft.stage),
            text: text.to_owned(),
            unit: unit.clone(),
        }
    }

    fn value_over(&mut self, aggregate: &Aggregate, over_ms: i64, ago: AgoTicks, expr: &Expr) -> NodeId {
        let (keep, function) = over_function(aggregate.function);
        let window = self.window(&aggregate.of, over_ms, keep, ago);
        let read = self.read_off(window, function, &expr.text, &unit_of(&expr.ty));
        // A merged counter is counted series by series, and then put together.
        let domain = self.tables.domain(&expr.labels);
        if self.graph.facts(read).domain == domain {
            return read;
        }
        let merge = match &aggregate.of.kind {
            ExprKind::Metric(id, _) => self.policy.metrics.get(id.0).and_then(|metric| metric.merge),
            _ => None,
        };
        self.group(merge.map_or(GroupFunction::Sum, merge_function), read, domain, &expr.text)
    }

    fn condition_over(&mut self, aggregate: &Aggregate, over_ms: i64, ago: AgoTicks, expr: &Expr) -> NodeId {
        let window = self.window(&aggregate.of, over_ms, Keep::Truth, ago);
        let domain = self.tables.domain(&expr.labels);
        match aggregate.function {
            AggregateFunction::Any => self.test_window(window, WindowTest::Any, &expr.text),
            AggregateFunction::All => self.test_window(window, WindowTest::All, &expr.text),
            _ => {
                let held = self.read_off(window, WindowFunction::TrueCount, &expr.text, &Unit::Number);
                let known = self.read_off(window, WindowFunction::KnownCount, &expr.text, &Unit::Number);
                self.row_by_row(Node::Binary(Binary::Divide, held, known), domain, &expr.text, &Unit::Ratio)
            }
        }
    }

    fn test_window(&mut self, window: DraftId, test: WindowTest, text: &str) -> NodeId {
        let facts = self.window_facts(window, true, text, &Unit::Number);
        self.graph.add(Node::WindowCondition(window, test), || facts)
    }

    fn value_across(&mut self, aggregate: &Aggregate, ago: AgoTicks, expr: &Expr) -> NodeId {
        let of = self.expr(&aggregate.of, ago);
        let of_domain = self.tables.domain(&aggregate.of.labels);
        let of = self.in_domain(of, of_domain);
        let domain = self.tables.domain(&expr.labels);
        let node = self.group(group_function(aggregate.function), of, domain, &expr.text);
        let node = self.shown_as(node, expr);
        if aggregate.function == AggregateFunction::Count { self.counted(node, domain) } else { node }
    }

    /// A count of what is still warming says nothing: it would count none.
    fn counted(&mut self, count: NodeId, domain: DomainId) -> NodeId {
        let facts = self.graph.facts(count).clone();
        if facts.warm_ticks == 0 {
            return count;
        }
        let node = self.once_warm(count, facts.warm_ticks);
        self.row_by_row(node, domain, &facts.text, &facts.unit)
    }

    /// Groups carry the unit of what they are of; a count has none.
    fn shown_as(&mut self, node: NodeId, expr: &Expr) -> NodeId {
        let unit = unit_of(&expr.ty);
        self.graph.show(node, unit);
        node
    }

    fn condition_across(&mut self, aggregate: &Aggregate, ago: AgoTicks, expr: &Expr) -> NodeId {
        let of = self.expr(&aggregate.of, ago);
        let of_domain = self.tables.domain(&aggregate.of.labels);
        let of = self.in_domain(of, of_domain);
        let domain = self.tables.domain(&expr.labels);
        match aggregate.function {
            AggregateFunction::Any => self.test_group(WindowTest::Any, of, domain, &expr.text),
            AggregateFunction::All => self.test_group(WindowTest::All, of, domain, &expr.text),
            AggregateFunction::Share => self.truth_group(true, of, domain, &expr.text),
            _ => {
                let count = self.truth_group(false, of, domain, &expr.text);
                self.counted(count, domain)
            }
        }
    }

    /// The rows of a node; where it brings none of its own, there are none to count but the one without labels.
    fn own_rows(&mut self, of: NodeId) -> RowsId {
        let facts = self.graph.facts(of);
        let (domain, rows) = (facts.domain, facts.rows);
        rows.unwrap_or_else(|| {
            let none = if domain == SCALAR { Rows::One } else { Rows::Union(Vec::new()) };
            self.tables.rows(none)
        })
    }

    fn test_group(&mut self, test: WindowTest, of: NodeId, domain: DomainId, text: &str) -> NodeId {
        let facts = self.graph.facts(of).clone();
        let map = self.tables.map(facts.domain, domain, Vec::new());
        let rows = self.grouped_rows(of, domain, map);
        let of_rows = self.own_rows(of);
        let (stage, text) = (facts.stage + 1, text.to_owned());
        self.graph.add(Node::GroupTest(test, map, of, of_rows), || Facts {
            domain,
            rows,
            stage,
            text,
            ..facts
        })
    }

    fn truth_group(&mut self, share: bool, of: NodeId, domain: DomainId, text: &str) -> NodeId {
        let facts = self.graph.facts(of).clone();
        let map = self.tables.map(facts.domain, domain, Vec::new());
        let rows = self.grouped_rows(of, domain, map);
        let of_rows = self.own_rows(of);
        let (stage, text) = (facts.stage + 1, text.to_owned());
        let unit = if share { Unit::Ratio } else { Unit::Number };
        let node = Node::GroupTruth(share, map, of, of_rows);
        self.graph.add(node, || Facts { domain, condition: false, rows, stage, text, unit, ..facts })
    }

    /// Over time and across series: one pool of samples.
    fn value_pool(&mut self, aggregate: &Aggregate, over_ms: i64, ago: AgoTicks, expr: &Expr) -> NodeId {
        let domain = self.tables.domain(&expr.labels);
        let (text, unit) = (expr.text.as_str(), unit_of(&expr.ty));
        match aggregate.function {
            AggregateFunction::Avg => {
                let window = self.window(&aggregate.of, over_ms, Keep::Sum, ago);
                let sum = self.read_off(window, WindowFunction::SumOrZero, text, &unit);
                let count = self.read_off(window, WindowFunction::Count, text, &Unit::Number);
                self.quotient_of_sums(sum, count, domain, text, &unit)
            }
            AggregateFunction::Min | AggregateFunction::Max => {
                let (keep, function) = over_function(aggregate.function);
                let window = self.window(&aggregate.of, over_ms, keep, ago);
                let each = self.read_off(window, function, text, &unit);
                let node = self.group(group_function(aggregate.function), each, domain, text);
                self.shown_as(node, expr)
            }
            function => {
                let keep = if function == AggregateFunction::Stddev { Keep::Moments } else { Keep::Values };
                let window = self.window(&aggregate.of, over_ms, keep, ago);
                let mut facts = self.window_facts(window, false, text, &unit);
                let map = self.tables.map(facts.domain, domain, Vec::new());
                facts.rows = match facts.rows {
                    _ if domain == SCALAR => Some(self.tables.rows(Rows::One)),
                    Some(rows) => Some(self.tables.rows(Rows::Mapped(rows, map))),
                    None => None,
                };
                facts.domain = domain;
                facts.stage += 1;
                self.graph.add(Node::Pool(group_function(function), window, map), || facts)
            }
        }
    }

    /// Sums across series, divided: of nothing, missing.
    pub(crate) fn quotient_of_sums(
        &mut self,
        dividend: NodeId,
        divisor: NodeId,
        domain: DomainId,
        text: &str,
        unit: &Unit,
    ) -> NodeId {
        let dividend = self.group(GroupFunction::Sum, dividend, domain, text);
        let divisor = self.group(GroupFunction::Sum, divisor, domain, text);
        self.row_by_row(Node::Binary(Binary::Divide, dividend, divisor), domain, text, unit)
    }

    fn condition_pool(&mut self, aggregate: &Aggregate, over_ms: i64, ago: AgoTicks, expr: &Expr) -> NodeId {
        let window = self.window(&aggregate.of, over_ms, Keep::Truth, ago);
        let domain = self.tables.domain(&expr.labels);
        let test = match aggregate.function {
            AggregateFunction::Any => WindowTest::Any,
            AggregateFunction::All => WindowTest::All,
            _ => {
                let held = self.read_off(window, WindowFunction::TrueCount, &expr.text, &Unit::Number);
                let known = self.read_off(window, WindowFunction::KnownCount, &expr.text, &Unit::Number);
                return self.quotient_of_sums(held, known, domain, &expr.text, &Unit::Ratio);
            }
        };
        let each = self.test_window(window, test, &expr.text);
        self.test_group(test, each, domain, &expr.text)
    }
}

/// What a window keeps for an aggregate over time, and what is read off it.
const fn over_function(function: AggregateFunction) -> (Keep, WindowFunction) {
    match function {
        AggregateFunction::Avg => (Keep::Sum, WindowFunction::Avg),
        AggregateFunction::Sum => (Keep::Sum, WindowFunction::SumOrZero),
        AggregateFunction::Count
        | AggregateFunction::Any
        | AggregateFunction::All
        | AggregateFunction::Share => (Keep::Sum, WindowFunction::Count),
        AggregateFunction::ShareBelow(..) | AggregateFunction::Rate => (Keep::Counter, WindowFunction::Rate),
        AggregateFunction::Min => (Keep::Min, WindowFunction::Min),
        AggregateFunction::Max => (Keep::Max, WindowFunction::Max),
        AggregateFunction::Stddev => (Keep::Moments, WindowFunction::Stddev),
        AggregateFunction::Quantile(q) => (Keep::Values, WindowFunction::Quantile(q)),
        AggregateFunction::Distinct => (Keep::Values, WindowFunction::Distinct),
        AggregateFunction::Top(n) => (Keep::Values, WindowFunction::Top(n)),
        AggregateFunction::Bottom(n) => (Keep::Values, WindowFunction::Bottom(n)),
        AggregateFunction::Increase => (Keep::Counter, WindowFunction::Increase),
        AggregateFunction::Resets => (Keep::Counter, WindowFunction::Resets),
        AggregateFunction::Delta => (Keep::Changes, WindowFunction::Delta),
        AggregateFunction::Changes => (Keep::Changes, WindowFunction::Changes),
        AggregateFunction::First => (Keep::Changes, WindowFunction::First),
        AggregateFunction::Last => (Keep::Changes, WindowFunction::Last),
        AggregateFunction::Slope => (Keep::Slope, WindowFunction::Slope),
    }
}

/// What an aggregate is across series.
const fn group_function(function: AggregateFunction) -> GroupFunction {
    match function {
        AggregateFunction::Avg => GroupFunction::Avg,
        AggregateFunction::Min => GroupFunction::Min,
        AggregateFunction::Max => GroupFunction::Max,
        AggregateFunction::Stddev => GroupFunction::Stddev,
        AggregateFunction::Count => GroupFunction::Count,
        AggregateFunction::Quantile(q) => GroupFunction::Quantile(q),
        AggregateFunction::Distinct => GroupFunction::Distinct,
        AggregateFunction::Top(n) => GroupFunction::Top(n),
        AggregateFunction::Bottom(n) => GroupFunction::Bottom(n),
        // The others are over time only, which checking has seen to.
        _ => GroupFunction::Sum,
    }
}

/// How many ticks make a slot of a window of so many.
pub(crate) const fn pane_ticks(ticks: u32) -> u32 {
    if ticks <= SLOTS_MAX { 1 } else { ticks.div_ceil(SLOTS_MAX) }
}
