//! Putting a checked expression together, within the budget of the set.

use nvp_dsl::Span;

use super::operand::{Every, Operand, Shape};
use crate::checker::Checker;
use crate::problems::names::TooLarge;
use crate::typed::{Expr, ExprKind, Labels};

/// The largest expression, in nodes, once its functions are inlined.
const NODES_MAX: usize = 20_000;
/// The longest text of an expression.
const TEXT_BYTES_MAX: usize = 256 << 10;

/// An expression's parts beside its kind.
pub(crate) struct Parts {
    pub(crate) shape: Shape,
    pub(crate) labels: Labels,
    pub(crate) span: Span,
    pub(crate) text: String,
    pub(crate) every: Option<Every>,
    /// The nodes below.
    pub(crate) below: usize,
}

impl Checker<'_> {
    /// An expression of these parts; refused when it grows too large.
    pub(crate) fn build(&mut self, kind: ExprKind, parts: Parts) -> Option<Operand> {
        let Parts { shape, labels, span, text, every, below } = parts;
        let expr = Expr { kind, ty: shape.ty(), labels, span, text };
        let operand = Operand { expr, shape, every, size: below + 1 };
        self.charge(&operand)?;
        Some(operand)
    }

    /// Takes an expression's cost from the budget.
    pub(crate) fn charge(&mut self, operand: &Operand) -> Option<()> {
        let nodes = self.budget.nodes.checked_sub(1);
        let text_bytes = self.budget.text_bytes.checked_sub(operand.expr.text.len());
        let small = operand.size <= NODES_MAX && operand.expr.text.len() <= TEXT_BYTES_MAX;
        match (nodes, text_bytes) {
            (Some(nodes), Some(text_bytes)) if small => {
                self.budget.nodes = nodes;
                self.budget.text_bytes = text_bytes;
                Some(())
            }
            (Some(_), Some(_)) => {
                self.sink.report(TooLarge {
                    span: operand.expr.span,
                    how: "grows too large once its functions are inlined",
                });
                None
            }
            _ => {
                self.sink.report(TooLarge {
                    span: operand.expr.span,
                    how: "makes the whole policy set too large",
                });
                None
            }
        }
    }
}
