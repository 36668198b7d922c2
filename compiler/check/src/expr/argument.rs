//! What is wanted where an operand stands: a number, a condition, and what to say when it is the other.

use nvp_dsl::Span;

use super::build::Parts;
use super::operand::{Operand, Shape};
use crate::checker::Checker;
use crate::problems::types::{
    BareCounter, BareHistogram, BoundMisplaced, ConditionWanted, FlagCompared, NumberWanted,
};
use crate::typed::ExprKind;
use crate::units::Dimension;

impl Checker<'_> {
    /// The operand as a number, with its dimension.
    pub(crate) fn number(
        &mut self,
        operand: Operand,
        span: Span,
        wanted_by: &str,
    ) -> Option<(Operand, Dimension)> {
        let text = operand.expr.text.as_str();
        match &operand.shape {
            Shape::Value(dimension) | Shape::Parameter(dimension) => {
                let dimension = dimension.clone();
                return Some((operand, dimension));
            }
            Shape::Counter(_) => self.sink.report(BareCounter { text, span, under: None }),
            Shape::Histogram(_) => self.sink.report(BareHistogram { text, span }),
            Shape::Bound { .. } => self.sink.report(BoundMisplaced { text, span }),
            Shape::Flag if wanted_by == "a comparison" => {
                self.sink.report(FlagCompared { text, span, instead: None });
            }
            Shape::Condition | Shape::Flag | Shape::Info => {
                self.sink.report(NumberWanted { text, span, wanted_by, help: None });
            }
        }
        None
    }

    /// The operand as a condition.
    pub(crate) fn condition(&mut self, operand: Operand, span: Span, wanted_by: &str) -> Option<Operand> {
        let text = operand.expr.text.clone();
        let Operand { expr, shape, every, size } = operand;
        let (labels, below) = (expr.labels.clone(), size);
        let parts = Parts { shape: Shape::Condition, labels, span: expr.span, text, every, below };
        match shape {
            Shape::Condition => Some(Operand { expr, shape, every, size }),
            Shape::Flag => self.build(ExprKind::FlagIsSet(Box::new(expr)), parts),
            Shape::Info => self.build(ExprKind::Present(Box::new(expr)), parts),
            Shape::Histogram(_) => {
                self.sink.report(BareHistogram { text: &expr.text, span });
                None
            }
            Shape::Bound { .. } => {
                self.sink.report(BoundMisplaced { text: &expr.text, span });
                None
            }
            Shape::Value(_) | Shape::Counter(_) | Shape::Parameter(_) => {
                let is = match &shape {
                    Shape::Counter(_) => "a counter".to_owned(),
                    _ => shape.dimension().map(Dimension::words).unwrap_or_default(),
                };
                self.sink.report(ConditionWanted { text: &expr.text, is, span, wanted_by, help: None });
                None
            }
        }
    }
}
