//! Comparisons of numbers, of histograms with a bound, and of what cannot be compared.

use nvp_dsl::ast::{BinaryOp, Expr, ExprKind as Written};
use nvp_dsl::{Span, Spanned};

use super::build::Parts;
use super::join::Placed;
use super::operand::{Every, Operand, Shape};
use super::text::{self, Strength};
use crate::checker::Checker;
use crate::problems::types::{ConstantWanted, FlagCompared, NumberWanted, ShareBound};
use crate::typed::{CompareOp, ExprKind, Type};

impl<'a> Checker<'a> {
    /// `a < b` and its like.
    pub(super) fn comparison(
        &mut self,
        op: &Spanned<BinaryOp>,
        left: &'a Expr,
        right: &'a Expr,
        span: Span,
    ) -> Option<Operand> {
        if let Some(alert) = self.alert_reference(left) {
            return self.state_at_least(op, alert, right, span);
        }
        if self.names_state(right)
            && let Some(reference) = self.unknown_alert(left)
        {
            self.no_such_alert(reference);
            return None;
        }
        if let Some(compared) = self.compare_things(op.node, left, right, span) {
            return compared;
        }
        // A subject that is left out stands where the alert names it.
        let subject = self.scope.subject.as_ref().map(|subject| subject.expr.span);
        let left_span = if left.kind == Written::Elided { subject.unwrap_or(left.span) } else { left.span };
        let (left_operand, right_operand) = (self.expr(left), self.expr(right));
        let (left_operand, right_operand) = (left_operand?, right_operand?);
        let (left_seen, right_seen) = ((&left_operand, left_span), (&right_operand, right.span));
        if let Some(compared) = self.compare_flags(op.node, left_seen, right_seen, span) {
            return compared;
        }
        let op_span = op.span;
        let op = compare_op(op.node);
        if matches!(left_operand.shape, Shape::Histogram(_)) {
            return self.bound(op, op_span, (left_operand, left_span), (right_operand, right.span), span);
        }
        self.refuse_conditions(op, &left_operand, &right_operand, span)?;
        let left_number = self.number(left_operand, left_span, "a comparison");
        let right_number = self.number(right_operand, right.span, "a comparison");
        let ((mut left_operand, _), (mut right_operand, _)) = (left_number?, right_number?);
        let left = Placed { operand: &left_operand, span: left_span };
        let right = Placed { operand: &right_operand, span: right.span };
        let dimension = self.agree("compared", left, right, span);
        let labels = self.join(left, right, span);
        let (dimension, labels) = (dimension?, labels?);
        // A literal without a unit is shown in the unit of what it is compared with.
        for operand in [&mut left_operand, &mut right_operand] {
            if operand.literal().is_some() {
                operand.expr.ty = Type::Value(dimension.unit());
            }
        }
        let parts = Parts {
            shape: Shape::Condition,
            labels,
            span,
            text: text::infix(
                &left_operand.expr,
                text::compare_sign(op),
                &right_operand.expr,
                Strength::Compare,
            ),
            every: Every::join(left_operand.every, right_operand.every),
            below: left_operand.size + right_operand.size,
        };
        self.build(ExprKind::Compare(op, Box::new(left_operand.expr), Box::new(right_operand.expr)), parts)
    }

    /// `up == 0` is `not up`; conditions are not compared with one another.
    fn refuse_conditions(
        &mut self,
        op: CompareOp,
        left: &Operand,
        right: &Operand,
        span: Span,
    ) -> Option<()> {
        let is_condition =
            |operand: &Operand| matches!(operand.shape, Shape::Condition | Shape::Flag | Shape::Info);
        let (condition, other) = match (is_condition(left), is_condition(right)) {
            (false, false) => return Some(()),
            (true, _) => (left, right),
            (false, true) => (right, left),
        };
        let text = condition.expr.text.as_str();
        let negated = || format!("not {}", text::within(&condition.expr, Strength::Not));
        let instead =
            match (op, other.literal(), &other.expr.kind) {
                (CompareOp::Equal, Some(0.0), _) | (CompareOp::NotEqual | CompareOp::Less, Some(1.0), _) => {
                    Some(negated())
                }
                (CompareOp::Equal, Some(1.0), _)
                | (CompareOp::NotEqual | CompareOp::Greater, Some(0.0), _) => Some(text.to_owned()),
                (CompareOp::Equal, _, ExprKind::Bool(true))
                | (CompareOp::NotEqual, _, ExprKind::Bool(false)) => Some(text.to_owned()),
                (CompareOp::Equal, _, ExprKind::Bool(false))
                | (CompareOp::NotEqual, _, ExprKind::Bool(true)) => Some(negated()),
                _ => None,
            };
        if condition.shape == Shape::Flag {
            self.sink.report(FlagCompared { text, span, instead });
        } else {
            let help = instead.map_or_else(
                || "join conditions with `and`, `or` and `not`".to_owned(),
                |instead| format!("write `{instead}`"),
            );
            self.sink.report(NumberWanted { text, span, wanted_by: "a comparison", help: Some(help) });
        }
        None
    }

    /// `h <= 300ms`, for `share`.
    fn bound(
        &mut self,
        op: CompareOp,
        op_span: Span,
        (histogram, histogram_span): (Operand, Span),
        (bound, bound_span): (Operand, Span),
        span: Span,
    ) -> Option<Operand> {
        let above = match op {
            CompareOp::LessOrEqual => false,
            CompareOp::Greater => true,
            _ => {
                let instead = match op {
                    CompareOp::Less => Some("<="),
                    CompareOp::GreaterOrEqual => Some(">"),
                    _ => None,
                };
                self.sink.report(ShareBound { operator: text::compare_sign(op), instead, span: op_span });
                return None;
            }
        };
        let (bound, _) = self.number(bound, bound_span, "a comparison")?;
        let left = Placed { operand: &histogram, span: histogram_span };
        self.agree("compared", left, Placed { operand: &bound, span: bound_span }, span)?;
        let Some(value) = bound.literal() else {
            self.sink.report(ConstantWanted {
                text: &bound.expr.text,
                span: bound_span,
                wanted_by: "a histogram's bound",
            });
            return None;
        };
        let mut operand = histogram;
        operand.expr.span = span;
        operand.expr.text = format!("{} {} {}", operand.expr.text, text::compare_sign(op), bound.expr.text);
        operand.shape = Shape::Bound { bound: value, above };
        Some(operand)
    }
}

pub(crate) fn compare_op(op: BinaryOp) -> CompareOp {
    match op {
        BinaryOp::Less => CompareOp::Less,
        BinaryOp::LessOrEqual => CompareOp::LessOrEqual,
        BinaryOp::Greater => CompareOp::Greater,
        BinaryOp::GreaterOrEqual => CompareOp::GreaterOrEqual,
        BinaryOp::NotEqual => CompareOp::NotEqual,
        _ => CompareOp::Equal,
    }
}
