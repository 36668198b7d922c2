//! A checked expression with what the checker still needs to know of it.

use nvp_dsl::Span;

use crate::typed::{Expr, ExprKind, Labels, Type};
use crate::units::{Core, Dimension};

/// A checked expression.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    /// The expression; of a flag or an info metric the number behind it.
    pub(crate) expr: Expr,
    /// What kind of thing it is.
    pub(crate) shape: Shape,
    /// How often its metrics bring samples; `None` for what reads no metric.
    pub(crate) every: Option<Every>,
    /// How many nodes it has.
    pub(crate) size: usize,
}

/// How often samples come, in ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Every {
    /// Of the most frequent metric.
    pub(crate) min_ms: i64,
    /// Of the least frequent one.
    pub(crate) max_ms: i64,
}

/// What kind of thing an expression is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    /// A number.
    Value(Dimension),
    /// True, false or unknown.
    Condition,
    /// A flag: a condition whose number is known.
    Flag,
    /// An info metric: a condition, true where it has a value.
    Info,
    /// A counter's readings.
    Counter(Dimension),
    /// A histogram of observations of that dimension.
    Histogram(Dimension),
    /// `h <= 300ms`, which only `share` understands.
    Bound {
        /// In base units.
        bound: f64,
        /// Whether what lies above is meant.
        above: bool,
    },
    /// A parameter of a function that is checked without a call: a number, counter or histogram of that dimension.
    Parameter(Dimension),
}

impl Shape {
    /// What it is, for people.
    pub(crate) fn words(&self) -> &'static str {
        match self {
            Self::Value(_) | Self::Parameter(_) => "a number",
            Self::Condition => "a condition",
            Self::Flag => "a flag",
            Self::Info => "an info metric",
            Self::Counter(_) => "a counter",
            Self::Histogram(_) => "a histogram",
            Self::Bound { .. } => "a histogram with a bound",
        }
    }

    /// The dimension of what it counts, shows or observes.
    pub(crate) fn dimension(&self) -> Option<&Dimension> {
        match self {
            Self::Value(dimension)
            | Self::Counter(dimension)
            | Self::Histogram(dimension)
            | Self::Parameter(dimension) => Some(dimension),
            Self::Condition | Self::Flag | Self::Info | Self::Bound { .. } => None,
        }
    }

    /// The type that its expression has.
    pub(crate) fn ty(&self) -> Type {
        match self {
            Self::Condition => Type::Condition,
            _ => Type::Value(self.dimension().map(Dimension::unit).unwrap_or_default()),
        }
    }
}

impl Operand {
    /// A literal.
    pub(crate) fn number(value: f64, dimension: Dimension, span: Span) -> Self {
        let text = crate::units::literal_text(value, &dimension);
        Self::leaf(ExprKind::Number(value), Shape::Value(dimension), span, text)
    }

    /// Something without labels that reads no metric.
    pub(crate) fn leaf(kind: ExprKind, shape: Shape, span: Span, text: String) -> Self {
        let expr = Expr { kind, ty: shape.ty(), labels: Labels::new(), span, text };
        Self { expr, shape, every: None, size: 1 }
    }

    /// The number, if it is a literal.
    pub(crate) fn literal(&self) -> Option<f64> {
        match self.expr.kind {
            ExprKind::Number(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it reads no metric.
    pub(crate) fn is_constant(&self) -> bool {
        self.every.is_none()
    }

    /// The dimension, where it is a number.
    pub(crate) fn dimension(&self) -> Dimension {
        self.shape.dimension().cloned().unwrap_or_else(|| Dimension::plain(Core::Number))
    }
}

impl Every {
    /// Of two expressions together.
    pub(crate) fn join(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        match (one, other) {
            (Some(one), Some(other)) => {
                Some(Self { min_ms: one.min_ms.min(other.min_ms), max_ms: one.max_ms.max(other.max_ms) })
            }
            (one, other) => one.or(other),
        }
    }
}
