//! Joins: which labels two operands have together.

use nvp_dsl::Span;

use super::operand::{Operand, Shape};
use crate::checker::Checker;
use crate::problems::labels::{self, DividendBroadcast, LabelsDiffer};
use crate::typed::Labels;

/// Whether every label of `small` is one of `large`; both are sorted.
pub(crate) fn subset(small: &[String], large: &[String]) -> bool {
    small.iter().all(|label| large.binary_search(label).is_ok())
}

/// All labels of both, sorted.
pub(crate) fn union(one: &[String], other: &[String]) -> Labels {
    let mut all: Labels = one.iter().chain(other).cloned().collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// An operand with the place where it was written, which for an inlined function or a subject is not where its text stands.
#[derive(Clone, Copy)]
pub(crate) struct Placed<'o> {
    pub(crate) operand: &'o Operand,
    pub(crate) span: Span,
}

impl Checker<'_> {
    /// The labels of two operands together: the same, or those of the one whose labels hold the other's.
    pub(crate) fn join(&mut self, left: Placed<'_>, right: Placed<'_>, span: Span) -> Option<Labels> {
        let (left_labels, right_labels) = (&left.operand.expr.labels, &right.operand.expr.labels);
        if subset(right_labels, left_labels) {
            return Some(left_labels.clone());
        }
        if subset(left_labels, right_labels) {
            return Some(right_labels.clone());
        }
        if self.sink.labels_unknown() {
            return Some(union(left_labels, right_labels));
        }
        let aggregate = match &left.operand.shape {
            Shape::Condition | Shape::Flag | Shape::Info => "any",
            shape
                if shape.dimension().is_some_and(|dimension| dimension.is_time() || dimension.is_ratio()) =>
            {
                "avg"
            }
            _ => "sum",
        };
        self.sink.report(LabelsDiffer { span, left: shown(left), right: shown(right), aggregate });
        None
    }

    /// The labels of a quotient: as [`Checker::join`], but a dividend is not broadcast.
    pub(crate) fn join_quotient(
        &mut self,
        left: Placed<'_>,
        right: Placed<'_>,
        span: Span,
    ) -> Option<Labels> {
        let labels = self.join(left, right, span)?;
        let own = |labels: &Labels| labels.len() - self.kept(labels).len();
        let fewer = own(&left.operand.expr.labels) < own(&labels);
        if fewer && !left.operand.is_constant() && !self.sink.labels_unknown() {
            self.sink.report(DividendBroadcast { span, left: shown(left), right: shown(right) });
            return None;
        }
        Some(labels)
    }
}

fn shown(placed: Placed<'_>) -> labels::Operand<'_> {
    labels::Operand {
        text: &placed.operand.expr.text,
        labels: &placed.operand.expr.labels,
        span: placed.span,
    }
}
