//! `c for D` and `x D ago`, and what `with` lends.

use nvp_dsl::Span;
use nvp_dsl::ast::{Expr, Name};

use super::build::Parts;
use super::constant::DurationUse;
use super::join::union;
use super::operand::{Every, Operand, Shape};
use super::text::{self, Strength};
use crate::checker::{Checker, Missing};
use crate::codes;
use crate::declared::Value;
use crate::library::Kind;
use crate::problems::clauses::TooShort;
use crate::problems::deeds::ForWithoutBeginning;
use crate::problems::labels::BadWith;
use crate::problems::listed;
use crate::typed::{ExprKind, MetricKind};
use crate::walk::info_name;

impl<'a> Checker<'a> {
    /// `c for D`.
    pub(super) fn lasting(&mut self, inner: &'a Expr, lasts: &'a Expr, span: Span) -> Option<Operand> {
        let operand = self.expr(inner).and_then(|operand| self.condition(operand, inner.span, "`for`"));
        let ms = self.duration(lasts, DurationUse::Positive);
        let (operand, ms) = (operand?, ms?);
        if self.in_formula() && !self.deeds.waits {
            self.sink.report(ForWithoutBeginning { text: &self.written(lasts.span), span });
            return None;
        }
        if let Some(every) = operand.every
            && ms < every.min_ms
            && !self.sink.labels_unknown()
        {
            let every = text::duration(every.min_ms);
            self.sink.report(TooShort {
                code: codes::FOR_TOO_SHORT,
                title: format!("`for {}` is shorter than the time between two samples", text::duration(ms)),
                span: lasts.span,
                note: format!("the values come every {every}, so nothing can be seen to last less"),
                help: format!("write `for {every}` or longer, or leave `for` out"),
                replacement: Some(every),
            });
            return None;
        }
        let parts = Parts {
            shape: Shape::Condition,
            labels: operand.expr.labels.clone(),
            span,
            text: format!("{} for {}", text::within(&operand.expr, Strength::For), text::duration(ms)),
            every: operand.every,
            below: operand.size,
        };
        self.build(ExprKind::For(Box::new(operand.expr), ms), parts)
    }

    /// `x D ago`.
    pub(super) fn ago(&mut self, inner: &'a Expr, before: &'a Expr, span: Span) -> Option<Operand> {
        let (operand, ms) = (self.expr(inner), self.duration(before, DurationUse::Positive));
        let (operand, ms) = (operand?, ms?);
        if matches!(operand.shape, Shape::Histogram(_) | Shape::Bound { .. }) {
            self.number(operand, inner.span, "`ago`");
            return None;
        }
        let parts = Parts {
            shape: operand.shape.clone(),
            labels: operand.expr.labels.clone(),
            span,
            text: format!("{} {} ago", text::within(&operand.expr, Strength::Atom), text::duration(ms)),
            every: operand.every,
            below: operand.size,
        };
        self.build(ExprKind::Ago(Box::new(operand.expr), ms), parts)
    }

    /// `x with info.label`.
    pub(super) fn with(&mut self, inner: &'a Expr, name: &'a Name, span: Span) -> Option<Operand> {
        let operand = self.expr(inner);
        let (metric, label) = info_name(name);
        let lender = self.lender(name, metric, label)?;
        let operand = operand?;
        let (id, every, lent_labels) = lender;
        let label = label?;
        let bad = |title: String, note: Option<String>, help: &'static str| BadWith {
            span: name.span,
            title,
            note,
            help,
        };
        if matches!(operand.shape, Shape::Histogram(_) | Shape::Counter(_) | Shape::Bound { .. }) {
            self.number(operand, inner.span, "`with`");
            return None;
        }
        let labels = &operand.expr.labels;
        if labels.iter().any(|own| own == label) && !self.sink.labels_unknown() {
            let title = format!("`{}` has a label `{label}` already", operand.expr.text);
            self.sink.report(bad(title, None, "take the `with` away"));
            return None;
        }
        let common = labels.iter().any(|own| lent_labels.contains(own));
        if !common && !labels.is_empty() && !self.sink.labels_unknown() {
            let title = format!("`{metric}` has no label in common with `{}`", operand.expr.text);
            let note = format!("`{metric}` has {}, the other has {}", listed(&lent_labels), listed(labels));
            self.sink.report(bad(
                title,
                Some(note),
                "an info metric lends its labels to rows that share its other labels",
            ));
            return None;
        }
        let lent = vec![label.to_owned()];
        let parts = Parts {
            shape: operand.shape.clone(),
            labels: union(labels, &lent),
            span,
            text: format!("{} with {}", text::within(&operand.expr, Strength::Postfix), name.node),
            every: Every::join(operand.every, Some(Every { min_ms: every, max_ms: every })),
            below: operand.size,
        };
        self.build(ExprKind::With(Box::new(operand.expr), id, Vec::new(), lent), parts)
    }

    /// The info metric that lends a label: its number, its `every`, its labels.
    fn lender(
        &mut self,
        name: &Name,
        metric: &str,
        label: Option<&str>,
    ) -> Option<(crate::typed::MetricId, i64, crate::typed::Labels)> {
        let help =
            "write `with`, an info metric, a dot and one of its labels: `with node_uname_info.nodename`";
        let Some(label) = label else {
            let title = format!("`with {metric}` does not say which label it lends");
            self.sink.report(BadWith { span: name.span, title, note: None, help });
            return None;
        };
        let Some(Value::Metric(at)) = self.find_value(metric) else {
            if self.items.values.contains_key(metric) {
                let title = format!("`{metric}` is no metric, so it lends no labels");
                self.sink.report(BadWith { span: name.span, title, note: None, help });
            } else {
                let near = self.nearest_value(metric);
                let help = near.map(|near| format!("did you mean `{near}.{label}`?"));
                let (code, what, span) = (codes::UNKNOWN_NAME, "metric", name.span);
                let missing = Missing { code, what, name: metric, span, near: None, help };
                self.unknown_or_import(Kind::Metric, missing);
            }
            return None;
        };
        let id = *self.metric_ids.get(at)?;
        let info = self.metrics.get(id.0)?.as_ref()?;
        let (kind, every, labels) = (info.metric.kind, info.metric.every_ms, info.labels.clone());
        if kind != MetricKind::Info {
            let title = format!("`{metric}` is no info metric, so it lends no labels");
            self.sink.report(BadWith { span: name.span, title, note: None, help });
            return None;
        }
        if !labels.iter().any(|own| own == label) {
            let near = self.nearest(label, labels.iter().map(String::as_str));
            let title = format!("`{metric}` has no label `{label}` to lend");
            let note = format!("its labels are {}", listed(&labels));
            let note = near.map_or(note.clone(), |near| format!("{note}; did you mean `{near}`?"));
            self.sink.report(BadWith {
                span: name.span,
                title,
                note: Some(note),
                help: "name one of its labels",
            });
            return None;
        }
        Some((id, every, labels))
    }
}
