//! In which range the values of an expression lie, as far as declarations and the meaning of functions tell.

use nvp_dsl::Span;

use super::Prover;
use crate::typed::{AggregateFunction as F, ArithmeticOp, Expr, ExprKind, Function, MetricKind};

/// A range of values, ends included.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Range {
    pub(super) low: f64,
    pub(super) high: f64,
    /// Where it is declared, if one metric's `range` is the reason.
    pub(super) declared: Option<Span>,
}

impl Range {
    fn of(low: f64, high: f64) -> Self {
        Self { low, high, declared: None }
    }

    fn from_zero() -> Self {
        Self::of(0.0, f64::INFINITY)
    }

    /// The smallest range that holds both.
    fn hull(self, other: Self) -> Self {
        let declared = self.declared.filter(|_| self.declared == other.declared);
        Self { low: self.low.min(other.low), high: self.high.max(other.high), declared }
    }

    /// After arithmetic the ends may be off by a rounding, so they are moved out a little.
    fn rounded(self) -> Self {
        let out = |end: f64| if end.is_finite() { end.abs() * 1e-12 } else { 0.0 };
        Self { low: self.low - out(self.low), high: self.high + out(self.high), ..self }
    }
}

impl Prover<'_> {
    /// The range of an expression; `None` where nothing is known.
    pub(super) fn range(&self, expr: &Expr) -> Option<Range> {
        match &expr.kind {
            ExprKind::Number(value) => Some(Range::of(*value, *value)),
            ExprKind::Metric(id, _) => {
                let metric = &self.metrics.get(id.0)?.as_ref()?.metric;
                match (metric.range, metric.kind) {
                    (Some((low, high)), _) => Some(Range { low, high, declared: Some(metric.span) }),
                    (None, MetricKind::Flag) => Some(Range::of(0.0, 1.0)),
                    _ => None,
                }
            }
            ExprKind::Derive(id, _) => self.ranges.get(id.0).copied().flatten(),
            ExprKind::Negate(inner) => {
                let range = self.range(inner)?;
                Some(Range { low: -range.high, high: -range.low, ..range })
            }
            ExprKind::Arithmetic(op, left, right) => arithmetic(*op, self.range(left)?, self.range(right)?),
            ExprKind::If(_, then, None) => self.range(then),
            ExprKind::If(_, then, Some(otherwise)) => Some(self.range(then)?.hull(self.range(otherwise)?)),
            ExprKind::Default(value, other) => Some(self.range(value)?.hull(self.range(other)?)),
            ExprKind::Ago(inner, _) | ExprKind::With(inner, ..) => self.range(inner),
            ExprKind::Function(function, arguments) => self.function(*function, arguments),
            ExprKind::Aggregate(aggregate) => match aggregate.function {
                F::Avg | F::Min | F::Max | F::Quantile(_) | F::First | F::Last | F::Top(_) | F::Bottom(_) => {
                    self.range(&aggregate.of)
                }
                F::Share | F::ShareBelow(..) => Some(Range::of(0.0, 1.0)),
                F::Count | F::Distinct | F::Changes | F::Resets | F::Rate | F::Increase | F::Stddev => {
                    Some(Range::from_zero())
                }
                F::Sum if !aggregate.histogram => {
                    self.range(&aggregate.of).filter(|range| range.low >= 0.0).map(|_| Range::from_zero())
                }
                F::Sum | F::Any | F::All | F::Delta | F::Slope => None,
            },
            _ => None,
        }
    }

    fn function(&self, function: Function, arguments: &[Expr]) -> Option<Range> {
        let ranges: Vec<Option<Range>> = arguments.iter().map(|argument| self.range(argument)).collect();
        match (function, ranges.as_slice()) {
            (Function::Sgn, _) => Some(Range::of(-1.0, 1.0)),
            (Function::Abs | Function::Sqrt | Function::Exp, _) => Some(Range::from_zero()),
            (Function::Floor | Function::Ceil | Function::Round, [Some(range)]) => {
                Some(Range { low: range.low.floor(), high: range.high.ceil(), ..*range })
            }
            (Function::Max, [Some(one), Some(other)]) => {
                Some(Range::of(one.low.max(other.low), one.high.max(other.high)))
            }
            (Function::Max, [Some(known), None] | [None, Some(known)]) => {
                Some(Range::of(known.low, f64::INFINITY))
            }
            (Function::Min, [Some(one), Some(other)]) => {
                Some(Range::of(one.low.min(other.low), one.high.min(other.high)))
            }
            (Function::Min, [Some(known), None] | [None, Some(known)]) => {
                Some(Range::of(f64::NEG_INFINITY, known.high))
            }
            (Function::Clamp, [_, Some(low), Some(high)]) => Some(Range::of(low.low, high.high)),
            _ => None,
        }
    }
}

fn arithmetic(op: ArithmeticOp, left: Range, right: Range) -> Option<Range> {
    let declared = left.declared.or(right.declared);
    let ends = match op {
        ArithmeticOp::Add => (left.low + right.low, left.high + right.high),
        ArithmeticOp::Subtract => (left.low - right.high, left.high - right.low),
        ArithmeticOp::Multiply if left.low >= 0.0 && right.low >= 0.0 => {
            (left.low * right.low, left.high * right.high)
        }
        ArithmeticOp::Divide if left.low >= 0.0 && right.low >= 0.0 => {
            (left.low / right.high, left.high / right.low)
        }
        _ => return None,
    };
    // ∞ − ∞, 0 × ∞ and 0 / 0 say nothing of that end.
    let low = if ends.0.is_nan() { f64::NEG_INFINITY } else { ends.0 };
    let high = if ends.1.is_nan() { f64::INFINITY } else { ends.1 };
    Some(Range { low, high, declared }.rounded())
}
