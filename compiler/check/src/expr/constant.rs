//! Literals, and the constants that may stand for them: durations, counts, thresholds.

use nvp_dsl::Span;
use nvp_dsl::ast::{Expr, ExprKind as ExprWritten, Quantity, Reference};

use super::operand::{Operand, Shape};
use crate::checker::{Checker, Missing};
use crate::codes;
use crate::library::Kind;
use crate::problems::types::{ConstantOutOfRange, ConstantWanted, DurationWanted};
use crate::typed::ExprKind;
use crate::units::{Core, Dimension};

/// Longer than this (a hundred years) is a slip of the pen, and would overflow sums of times.
const DURATION_MS_MAX: f64 = 3.156e12;

/// What a duration is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DurationUse {
    /// A length: more than zero.
    Positive,
    /// A time from the start of a test: zero is one.
    FromStart,
}

/// A constant number within bounds.
pub(crate) struct Bounded<'t> {
    /// `the quantile`
    pub(crate) what: &'t str,
    /// `between 0 and 1`
    pub(crate) allowed: &'t str,
    pub(crate) min: f64,
    pub(crate) max: f64,
    /// Whether only whole numbers are allowed.
    pub(crate) whole: bool,
    /// Whether a ratio is allowed.
    pub(crate) ratio: bool,
}

impl<'a> Checker<'a> {
    /// A literal.
    pub(crate) fn quantity(&mut self, quantity: &Quantity, span: Span) -> Option<Operand> {
        let mut used = Vec::new();
        let read = self.units.literal(quantity, &mut |unit| used.push(unit));
        match read {
            Ok((value, dimension)) => {
                self.mark_units(used);
                if !value.is_finite() {
                    self.sink.report(ConstantOutOfRange {
                        text: &quantity.written,
                        span,
                        what: "a number",
                        allowed: "less than 1.8e308",
                    });
                    return None;
                }
                Some(Operand::number(value, dimension, span))
            }
            Err(unit) => {
                let unit = unit.to_owned();
                self.unknown_unit(&unit, span, false);
                None
            }
        }
    }

    /// Reports a name that stands for a duration and that nothing declares.
    fn unknown_constant(&mut self, reference: &'a Reference) {
        let (name, span) = (reference.name.node.as_str(), reference.name.span);
        let names: Vec<&'a str> = self.items.consts.iter().map(|item| item.node.name.node.as_str()).collect();
        let near = self.nearest(name, names.into_iter());
        let help =
            near.is_none().then(|| format!("write how long (`5m`), or declare it: `const {name} = 5m`"));
        let (code, what) = (codes::UNKNOWN_NAME, "constant");
        self.unknown_or_import(Kind::Const, Missing { code, what, name, span, near, help });
    }

    /// A duration in whole ms.
    pub(crate) fn duration(&mut self, expr: &'a Expr, wanted: DurationUse) -> Option<i64> {
        if let ExprWritten::Reference(reference) = &expr.kind
            && self.names_nothing(&reference.name.node)
        {
            self.unknown_constant(reference);
            return None;
        }
        let operand = self.root(expr)?;
        let text = operand.expr.text.clone();
        if self.sink.labels_unknown() && operand.shape == Shape::Parameter(Dimension::time()) {
            // In a function's own text a parameter has no value yet; any length will do.
            return Some(3_600_000);
        }
        let is = match &operand.shape {
            Shape::Value(dimension) if dimension.is_time() => None,
            Shape::Value(Dimension::Zero) if wanted == DurationUse::FromStart => None,
            Shape::Value(dimension) => Some(dimension.words()),
            shape => Some(shape.words().to_owned()),
        };
        if let Some(is) = is {
            self.sink.report(DurationWanted { text: &text, is, span: expr.span });
            return None;
        }
        let Some(seconds) = operand.literal() else {
            self.sink.report(ConstantWanted { text: &text, span: expr.span, wanted_by: "a duration" });
            return None;
        };
        let ms = (seconds * 1000.0).round();
        let whole = (seconds * 1000.0 - ms).abs() <= ms.abs() * 1e-9;
        let long_enough = ms > 0.0 || (wanted == DurationUse::FromStart && ms == 0.0);
        if !whole || !long_enough || ms > DURATION_MS_MAX {
            let is = if !whole {
                "no whole number of milliseconds"
            } else if long_enough {
                "longer than a hundred years"
            } else {
                "not longer than zero"
            };
            self.sink.report(DurationWanted { text: &text, is: is.to_owned(), span: expr.span });
            return None;
        }
        // Exact: it is a whole number far below 2^53.
        Some(ms as i64)
    }

    /// A constant number in base units, within bounds.
    pub(crate) fn bounded(&mut self, expr: &'a Expr, wanted: &Bounded<'_>) -> Option<f64> {
        let operand = self.root(expr)?;
        self.within(operand, expr.span, wanted)
    }

    /// The number of a constant, within bounds.
    pub(crate) fn within(&mut self, operand: Operand, span: Span, wanted: &Bounded<'_>) -> Option<f64> {
        let text = operand.expr.text.clone();
        if self.sink.labels_unknown() && matches!(operand.shape, Shape::Parameter(_)) {
            return Some(wanted.min);
        }
        let Some(value) = operand.literal() else {
            self.sink.report(ConstantWanted { text: &text, span, wanted_by: wanted.what });
            return None;
        };
        let dimension = operand.dimension();
        let unit_fits = match &dimension {
            Dimension::Zero => true,
            Dimension::Of(Core::Bare | Core::Number | Core::Count, powers) => powers.is_empty(),
            Dimension::Of(Core::Ratio, powers) => wanted.ratio && powers.is_empty(),
            _ => false,
        };
        let fits = (wanted.min..=wanted.max).contains(&value) && (!wanted.whole || value.fract() == 0.0);
        if !unit_fits || !fits {
            let (what, allowed) = (wanted.what, wanted.allowed);
            self.sink.report(ConstantOutOfRange { text: &text, span, what, allowed });
            return None;
        }
        Some(value)
    }

    /// A constant number with its dimension.
    pub(crate) fn constant_number(&mut self, expr: &'a Expr, wanted_by: &str) -> Option<(f64, Dimension)> {
        let operand = self.root(expr)?;
        let (operand, dimension) = self.number(operand, expr.span, wanted_by)?;
        match operand.expr.kind {
            ExprKind::Number(value) => Some((value, dimension)),
            _ => {
                self.sink.report(ConstantWanted { text: &operand.expr.text, span: expr.span, wanted_by });
                None
            }
        }
    }
}
