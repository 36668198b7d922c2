//! What is read from the wire: an input for each metric (or part of one), selection of series, and lane of time.

use std::collections::BTreeMap;

use nvp_check::typed::{Expr, Matcher, MetricId, MetricKind, Type};
use nvp_plan::domain::Rows;
use nvp_plan::ids::DomainId;
use nvp_plan::input::{Input, Part, WireLabel};
use nvp_plan::kernel::Compare;
use nvp_plan::unit::{Scale, Unit};

use crate::expression::{AgoTicks, Lowering, unit_of, wire_scale};
use crate::graph::{Facts, Node, NodeId};
use crate::join;
use crate::tables::SCALAR;

/// The name on the virtual wire of a derive that a test gives.
pub(crate) fn given_derive_name(name: &str) -> String {
    format!("derive:{name}")
}

impl Lowering<'_> {
    /// The column of an input.
    pub(crate) fn input_node(
        &mut self,
        input: nvp_plan::ids::InputId,
        ago: AgoTicks,
        text: &str,
        unit: &Unit,
    ) -> NodeId {
        let rows = self.tables.rows(Rows::Input(input));
        let domain = self.tables.inputs.get(input.index()).map_or(SCALAR, |input| input.domain);
        let warm_ticks = if ago == 0 { 0 } else { ago.saturating_add(1) };
        let facts = || Facts {
            domain,
            condition: false,
            rows: Some(rows),
            warm_ticks,
            stage: 0,
            text: text.to_owned(),
            unit: unit.clone(),
        };
        self.graph.add(Node::Input(input), facts)
    }

    /// What is read from the wire for a part of a metric, a selection of its series, and a lane.
    pub(crate) fn input(
        &mut self,
        id: MetricId,
        part: Part,
        matchers: &[Matcher],
        ago: AgoTicks,
    ) -> nvp_plan::ids::InputId {
        let Some(metric) = self.policy.metrics.get(id.0) else {
            // INVARIANT (typed places): ids come from the same policy.
            return nvp_plan::ids::InputId(u32::MAX);
        };
        let declared = metric
            .labels
            .iter()
            .map(|label| (label.name.clone(), WireLabel::Named(label.source.clone(), label.values.clone())));
        let suffix = match part {
            Part::Value => "",
            Part::Bucket => "_bucket",
            Part::Sum => "_sum",
            Part::Count => "_count",
        };
        let histogram = metric.kind == MetricKind::Histogram;
        let key = format!("{} {part:?} {ago} {matchers:?}", metric.name);
        let (domain, labels) = self.wire_labels(declared.collect(), part, metric.merge.is_some(), matchers);
        let wire = |label: &str| {
            metric
                .labels
                .iter()
                .find(|known| known.name == label)
                .map_or_else(|| label.to_owned(), |l| l.source.clone())
        };
        let matchers =
            matchers.iter().map(|matcher| (wire(&matcher.label), join::matched(&matcher.test))).collect();
        let lane = self.tables.lane(i64::from(ago).saturating_mul(self.tick_ms));
        self.tables.input(key, || Input {
            name: metric.name.clone(),
            part,
            sources: metric.sources.iter().map(|source| format!("{source}{suffix}")).collect(),
            lane,
            domain,
            labels,
            matchers,
            counter: histogram || metric.kind == MetricKind::Counter,
            scale: if matches!(part, Part::Value | Part::Sum) { wire_scale(metric) } else { Scale::ONE },
            every_ms: metric.every_ms,
            stale_ms: metric.stale_ms,
            forget_ms: metric.forget_ms,
            column: None,
        })
    }

    /// The domain of an input and where its labels come from: the declared ones that no matcher pins, and the hidden ones.
    fn wire_labels(
        &mut self,
        declared: Vec<(String, WireLabel)>,
        part: Part,
        merges: bool,
        matchers: &[Matcher],
    ) -> (DomainId, Vec<WireLabel>) {
        let mut labels: BTreeMap<String, WireLabel> = declared.into_iter().collect();
        for matcher in matchers {
            if join::pins(matcher) {
                labels.remove(&matcher.label);
            }
        }
        if part == Part::Bucket {
            labels.insert(nvp_plan::domain::BUCKET_LABEL.to_owned(), WireLabel::Named("le".to_owned(), None));
        }
        if merges {
            labels.insert(nvp_plan::domain::SERIES_LABEL.to_owned(), WireLabel::Rest);
        }
        let names: Vec<String> = labels.keys().cloned().collect();
        (self.tables.domain(&names), labels.into_values().collect())
    }

    /// A derive that a test gives: a gauge of the same labels, selected as it comes in.
    pub(crate) fn given_derive(
        &mut self,
        derive: &nvp_check::typed::Derive,
        matchers: &[Matcher],
        ago: AgoTicks,
        expr: &Expr,
    ) -> NodeId {
        let key = format!("derive {} {ago} {matchers:?}", derive.name);
        let declared =
            derive.value.labels.iter().map(|label| (label.clone(), WireLabel::Named(label.clone(), None)));
        let (domain, labels) = self.wire_labels(declared.collect(), Part::Value, false, matchers);
        let lane = self.tables.lane(i64::from(ago).saturating_mul(self.tick_ms));
        let input = self.tables.input(key, || Input {
            name: derive.name.clone(),
            part: Part::Value,
            sources: vec![given_derive_name(&derive.name)],
            lane,
            domain,
            labels,
            matchers: matchers
                .iter()
                .map(|matcher| (matcher.label.clone(), join::matched(&matcher.test)))
                .collect(),
            counter: false,
            scale: Scale::ONE,
            every_ms: derive.every_ms,
            stale_ms: derive.every_ms.saturating_mul(3),
            forget_ms: i64::MAX,
            column: None,
        });
        let value = self.input_node(input, ago, &expr.text, &unit_of(&expr.ty));
        if derive.value.ty != Type::Condition {
            return value;
        }
        let zero = self.number(0.0);
        self.row_by_row(Node::Compare(Compare::NotEqual, value, zero), domain, &expr.text, &Unit::Number)
    }
}
