//! `+ - * / of` and `-x`: dimensions, labels, and constants folded.

use nvp_dsl::Span;
use nvp_dsl::ast::{BinaryOp, Expr};

use super::build::Parts;
use super::join::Placed;
use super::operand::{Every, Operand, Shape};
use super::text::{self, Strength};
use crate::checker::Checker;
use crate::problems::numbers::{
    InstantArithmetic, NotFinite, PercentMissing, Side, UnitMissing, UnitsDiffer,
};
use crate::typed::{ArithmeticOp, ExprKind};
use crate::units::{Clash, Core, Dimension};

impl<'a> Checker<'a> {
    /// `a + b` and its like; the left operand is checked.
    pub(super) fn arithmetic(
        &mut self,
        op: BinaryOp,
        (left_operand, left): (Option<Operand>, &'a Expr),
        right: &'a Expr,
        span: Span,
    ) -> Option<Operand> {
        let right_operand = self.expr(right);
        let wanted_by = wanted_by(op);
        let left_number = left_operand.and_then(|operand| self.number(operand, left.span, wanted_by));
        let right_number = right_operand.and_then(|operand| self.number(operand, right.span, wanted_by));
        let ((left_operand, left_dimension), (right_operand, right_dimension)) =
            (left_number?, right_number?);
        let left = Placed { operand: &left_operand, span: left.span };
        let right = Placed { operand: &right_operand, span: right.span };
        let typed_op = typed_op(op);
        let dimension = match op {
            BinaryOp::Add | BinaryOp::Subtract => {
                self.sum_dimension(op, (left, &left_dimension), (right, &right_dimension), span)?
            }
            _ => self.product_dimension(op, (left, &left_dimension), (right, &right_dimension))?,
        };
        if let (Some(a), Some(b)) = (left_operand.literal(), right_operand.literal()) {
            return self.fold(typed_op, a, b, dimension, (left, right), span);
        }
        if op == BinaryOp::Divide && right_operand.literal() == Some(0.0) {
            let text = format!("{} / {}", left_operand.expr.text, right_operand.expr.text);
            self.sink.report(NotFinite { text: &text, span });
            return None;
        }
        let labels = match op {
            BinaryOp::Divide => self.join_quotient(left, right, span)?,
            _ => self.join(left, right, span)?,
        };
        if op == BinaryOp::Divide {
            self.prove_selection(left, right);
        }
        let own =
            if matches!(op, BinaryOp::Add | BinaryOp::Subtract) { Strength::Sum } else { Strength::Product };
        let parts = Parts {
            shape: Shape::Value(dimension),
            labels,
            span,
            text: text::infix(&left_operand.expr, text::arithmetic_sign(typed_op), &right_operand.expr, own),
            every: Every::join(left_operand.every, right_operand.every),
            below: left_operand.size + right_operand.size,
        };
        let kind = ExprKind::Arithmetic(typed_op, Box::new(left_operand.expr), Box::new(right_operand.expr));
        self.build(kind, parts)
    }

    /// `-x`.
    pub(super) fn negate(&mut self, inner: &'a Expr, span: Span) -> Option<Operand> {
        let operand = self.expr(inner)?;
        let (operand, dimension) = self.number(operand, inner.span, "`-`")?;
        if dimension == Dimension::Instant {
            self.sink.report(InstantArithmetic {
                text: &operand.expr.text,
                span: inner.span,
                problem: "cannot be negated",
            });
            return None;
        }
        if let Some(value) = operand.literal() {
            return Some(Operand::number(-value, dimension, span));
        }
        let parts = Parts {
            shape: Shape::Value(dimension),
            labels: operand.expr.labels.clone(),
            span,
            text: format!("-{}", text::within(&operand.expr, Strength::Postfix)),
            every: operand.every,
            below: operand.size,
        };
        self.build(ExprKind::Negate(Box::new(operand.expr)), parts)
    }

    fn fold(
        &mut self,
        op: ArithmeticOp,
        a: f64,
        b: f64,
        dimension: Dimension,
        (left, right): (Placed<'_>, Placed<'_>),
        span: Span,
    ) -> Option<Operand> {
        let value = match op {
            ArithmeticOp::Add => a + b,
            ArithmeticOp::Subtract => a - b,
            ArithmeticOp::Multiply => a * b,
            ArithmeticOp::Divide => a / b,
        };
        if !value.is_finite() {
            let sign = text::arithmetic_sign(op);
            let text = format!("{} {sign} {}", left.operand.expr.text, right.operand.expr.text);
            self.sink.report(NotFinite { text: &text, span });
            return None;
        }
        let dimension = if value == 0.0 && dimension == Dimension::plain(Core::Bare) {
            Dimension::Zero
        } else {
            dimension
        };
        Some(Operand::number(value, dimension, span))
    }

    fn sum_dimension(
        &mut self,
        op: BinaryOp,
        (left, left_dimension): (Placed<'_>, &Dimension),
        (right, right_dimension): (Placed<'_>, &Dimension),
        span: Span,
    ) -> Option<Dimension> {
        let instant = Dimension::Instant;
        let moves = |dimension: &Dimension| dimension.is_time() || *dimension == Dimension::Zero;
        match (op, *left_dimension == instant, *right_dimension == instant) {
            (BinaryOp::Subtract, true, true) => return Some(Dimension::time()),
            (_, true, false) if moves(right_dimension) => return Some(instant),
            (BinaryOp::Add, false, true) if moves(left_dimension) => return Some(instant),
            (BinaryOp::Add, true, true) => {
                let text = &left.operand.expr.text;
                self.sink.report(InstantArithmetic { text, span, problem: "cannot be added to another" });
                return None;
            }
            (BinaryOp::Subtract, false, true) if moves(left_dimension) => {
                let text = &right.operand.expr.text;
                self.sink.report(InstantArithmetic {
                    text,
                    span,
                    problem: "cannot be subtracted from a time",
                });
                return None;
            }
            _ => {}
        }
        let done = if op == BinaryOp::Add { "added" } else { "subtracted" };
        self.agree(done, left, right, span)
    }

    fn product_dimension(
        &mut self,
        op: BinaryOp,
        (left, left_dimension): (Placed<'_>, &Dimension),
        (right, right_dimension): (Placed<'_>, &Dimension),
    ) -> Option<Dimension> {
        let dimension = match op {
            BinaryOp::Divide => left_dimension.over(right_dimension),
            // `150% of 200` is 300, not a ratio.
            BinaryOp::Of if left_dimension.is_ratio() && right_dimension.is_bare() => {
                Some(right_dimension.clone())
            }
            _ => left_dimension.times(right_dimension),
        };
        if dimension.is_none() {
            let wrong = if *left_dimension == Dimension::Instant { left } else { right };
            let problem = if op == BinaryOp::Divide { "cannot be divided" } else { "cannot be multiplied" };
            self.sink.report(InstantArithmetic { text: &wrong.operand.expr.text, span: wrong.span, problem });
        }
        dimension
    }

    /// The dimension that two numbers share; what to say when they share none.
    pub(crate) fn agree(
        &mut self,
        done: &'static str,
        left: Placed<'_>,
        right: Placed<'_>,
        span: Span,
    ) -> Option<Dimension> {
        let (left_dimension, right_dimension) = (left.operand.dimension(), right.operand.dimension());
        let clash = match left_dimension.agree(&right_dimension) {
            Ok(dimension) => return Some(dimension),
            Err(clash) => clash,
        };
        let left = side(left, &left_dimension);
        let right = side(right, &right_dimension);
        let (bare, other) = if left.dimension.is_bare() { (left, right) } else { (right, left) };
        match clash {
            Clash::BareWithRatio => self.sink.report(PercentMissing { bare, other }),
            Clash::BareWithUnit => self.sink.report(UnitMissing { bare, other }),
            Clash::Instant if bare.dimension.is_bare() => self.sink.report(UnitMissing { bare, other }),
            Clash::Instant | Clash::Different => self.sink.report(UnitsDiffer { done, span, left, right }),
        }
        None
    }
}

fn side<'o>(placed: Placed<'o>, dimension: &'o Dimension) -> Side<'o> {
    Side { text: &placed.operand.expr.text, dimension, span: placed.span, literal: placed.operand.literal() }
}

fn wanted_by(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => "`+`",
        BinaryOp::Subtract => "`-`",
        BinaryOp::Of => "`of`",
        BinaryOp::Divide => "`/`",
        _ => "`*`",
    }
}

fn typed_op(op: BinaryOp) -> ArithmeticOp {
    match op {
        BinaryOp::Add => ArithmeticOp::Add,
        BinaryOp::Subtract => ArithmeticOp::Subtract,
        BinaryOp::Divide => ArithmeticOp::Divide,
        _ => ArithmeticOp::Multiply,
    }
}
