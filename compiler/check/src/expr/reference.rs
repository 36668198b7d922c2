//! Names in expressions: metrics, derives, constants, parameters.

use nvp_dsl::Span;
use nvp_dsl::ast::Reference;

use super::build::Parts;
use super::operand::{Every, Operand, Shape};
use super::text;
use crate::checker::{Checker, Constant, Missing};
use crate::codes;
use crate::declared::Value;
use crate::library::Kind;
use crate::problems::names::WrongKind;
use crate::problems::types::{ConstantWanted, TextMisplaced};
use crate::scope::Parameter;
use crate::typed::{ExprKind, MetricKind};

impl<'a> Checker<'a> {
    /// A name with its selector.
    pub(super) fn reference(&mut self, reference: &'a Reference) -> Option<Operand> {
        let name = reference.name.node.as_str();
        let span = reference.span;
        if let Some(parameter) = self.scope.parameters.get(name).cloned() {
            self.refuse_selector(reference, "a parameter")?;
            return match parameter {
                Parameter::Operand(operand) => self.named_operand(operand, span),
                Parameter::Text(_) if self.deeds.is_on => {
                    self.thing_misplaced(name, None, span);
                    None
                }
                Parameter::Text(_) => self.text_misplaced(span),
                Parameter::Thing(slot) => {
                    self.thing_misplaced(name, Some(slot), span);
                    None
                }
                Parameter::Failed => None,
            };
        }
        let Some(value) = self.find_value(name) else {
            self.unknown_name(reference);
            return None;
        };
        match value {
            Value::Const(at) => self.constant(at, reference),
            Value::Metric(_) | Value::Derive(_) | Value::Alert(_) if self.scope.constants_only => {
                self.sink.report(ConstantWanted { text: name, span, wanted_by: "a `const`" });
                None
            }
            Value::Metric(at) => self.look(|checker| checker.metric(at, reference)),
            Value::Derive(at) => self.look(|checker| checker.derive(at, reference)),
            Value::Alert(_) => {
                let wanted = "a metric, a derive or a constant";
                let help = Some(format!("ask for its state: `{name} is red`, `{name} >= yellow`"));
                self.sink.report(WrongKind { name, span, is: "an alert", wanted, help });
                None
            }
            Value::Function(_) => {
                let wanted = "a metric, a derive or a constant";
                let help = Some(format!("call it: `{name}(…)`"));
                self.sink.report(WrongKind { name, span, is: "a function", wanted, help });
                None
            }
        }
    }

    fn constant(&mut self, at: usize, reference: &'a Reference) -> Option<Operand> {
        self.refuse_selector(reference, "a constant")?;
        match self.consts.get(at).cloned().flatten()? {
            Constant::Operand(mut operand) => {
                operand.expr.span = reference.span;
                self.charge(&operand)?;
                Some(operand)
            }
            Constant::Text(_) => self.text_misplaced(reference.span),
        }
    }

    fn metric(&mut self, at: usize, reference: &'a Reference) -> Option<Operand> {
        let id = *self.metric_ids.get(at)?;
        let info = self.metrics.get(id.0)?.as_ref()?;
        let dimension = info.dimension.clone();
        let shape = match info.metric.kind {
            MetricKind::Gauge | MetricKind::Instant => Shape::Value(dimension),
            MetricKind::Counter => Shape::Counter(dimension),
            MetricKind::Histogram => Shape::Histogram(dimension),
            MetricKind::Info => Shape::Info,
            MetricKind::Flag => Shape::Flag,
        };
        let (labels, every_ms, name) = (info.labels.clone(), info.metric.every_ms, info.metric.name.clone());
        let closed = Some(id);
        let selected = self.select(&name, &labels, closed, reference.selector.as_deref())?;
        self.note_open(&selected, reference.span);
        let parts = Parts {
            shape,
            labels: selected.labels,
            span: reference.span,
            text: text::reference(&name, &selected.matchers),
            every: Some(Every { min_ms: every_ms, max_ms: every_ms }),
            below: 0,
        };
        self.build(ExprKind::Metric(id, selected.matchers), parts)
    }

    fn derive(&mut self, at: usize, reference: &'a Reference) -> Option<Operand> {
        let info = self.derives.get(at)?.as_ref()?;
        let (id, shape, every, labels) = (info.id, info.shape.clone(), info.every, info.labels.clone());
        let name = reference.name.node.as_str();
        let selected = self.select(name, &labels, None, reference.selector.as_deref())?;
        self.note_open(&selected, reference.span);
        let parts = Parts {
            shape,
            labels: selected.labels,
            span: reference.span,
            text: text::reference(name, &selected.matchers),
            every,
            below: 0,
        };
        self.build(ExprKind::Derive(id, selected.matchers), parts)
    }

    fn refuse_selector(&mut self, reference: &Reference, is: &'static str) -> Option<()> {
        if reference.selector.is_none() {
            return Some(());
        }
        let help = Some("write the selector where the metric is named".to_owned());
        let name = reference.name.node.as_str();
        let wanted = "a metric, derive or alert before a selector";
        self.sink.report(WrongKind { name, span: reference.span, is, wanted, help });
        None
    }

    fn text_misplaced(&mut self, span: Span) -> Option<Operand> {
        let help = Some("texts stand in selectors: `cpu{region = name}`");
        self.sink.report(TextMisplaced { span, is: "a text", wanted: "a number or a condition", help });
        None
    }

    fn unknown_name(&mut self, reference: &'a Reference) {
        let name = reference.name.node.as_str();
        if self.uncalled_read(reference).is_some() {
            return;
        }
        let other = if self.items.severity_names.contains_key(name) {
            Some("a severity")
        } else if self.items.service_names.contains_key(name) {
            Some("a service")
        } else {
            None
        };
        if let Some(is) = other {
            let wanted = "a metric, a derive or a constant";
            let help = (is == "a severity").then(|| format!("name the alert first: `some_alert is {name}`"));
            self.sink.report(WrongKind { name, span: reference.name.span, is, wanted, help });
            return;
        }
        let near = self.nearest_value(name);
        let help = near.is_none().then(|| format!("declare it: `metric {name}: UNIT {{ labels … }}`"));
        let (code, span) = (codes::UNKNOWN_NAME, reference.name.span);
        let what = "metric, derive or constant";
        self.unknown_or_import(Kind::Metric, Missing { code, what, name, span, near, help });
    }
}
