//! Expressions: from the tree to typed expressions, with their dimensions and labels.
//!
//! It knows the items by name only; how an alert or a test uses an expression is not its matter.

mod aggregate;
mod argument;
mod arithmetic;
mod build;
mod call;
mod comparison;
mod constant;
mod function;
mod histogram;
mod join;
mod logic;
mod operand;
mod pattern;
mod reference;
mod selector;
mod state;
pub(crate) mod text;
mod time;

use nvp_dsl::ast::{BinaryOp, Expr, ExprKind, UnaryOp};

pub(crate) use call::is_built_in_call;
pub(crate) use comparison::compare_op;
pub(crate) use constant::{Bounded, DurationUse};
pub(crate) use function::Takes;
pub(crate) use join::{Placed, subset};
pub(crate) use operand::{Every, Operand, Shape};
pub(crate) use selector::Selected;

use crate::checker::Checker;
use crate::problems::clauses::WithoutSubject;
use crate::problems::names::TooLarge;
use crate::problems::types::{ListMisplaced, TextMisplaced};
use crate::typed;
use crate::units::Dimension;
use crate::walk;

/// How deep the recursion may go, inlined functions included.
const RECURSION_MAX: usize = 220;

impl<'a> Checker<'a> {
    /// Checks an expression that stands by itself: one that is too deep to recurse over is refused first.
    pub(crate) fn root(&mut self, expr: &'a Expr) -> Option<Operand> {
        if walk::too_deep(expr) {
            self.sink.report(TooLarge { span: expr.span, how: "is nested too deeply" });
            return None;
        }
        self.expr(expr)
    }

    /// Checks an expression. `None` where a problem was reported, here or at what it reads.
    pub(super) fn expr(&mut self, expr: &'a Expr) -> Option<Operand> {
        self.scope.depth += 1;
        let checked = if self.scope.depth > RECURSION_MAX {
            self.sink.report(TooLarge { span: expr.span, how: "is nested too deeply" });
            None
        } else {
            self.dispatch(expr)
        };
        self.scope.depth -= 1;
        checked
    }

    fn dispatch(&mut self, expr: &'a Expr) -> Option<Operand> {
        match &expr.kind {
            ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Binary(op, left, right) => match op.node {
                BinaryOp::Is => self.state(left, right, expr.span),
                BinaryOp::In => self.membership(left, right, expr.span),
                BinaryOp::Default => self.default(left, right, expr.span),
                _ if walk::chain_left(expr).is_some() => self.chain(expr),
                _ => self.comparison(op, left, right, expr.span),
            },
            ExprKind::Unary(op, inner) => match op.node {
                UnaryOp::Negate => self.negate(inner, expr.span),
                UnaryOp::Not => self.negation(inner, expr.span),
            },
            ExprKind::Reference(reference) => self.reference(reference),
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::For(condition, lasts) => self.lasting(condition, lasts, expr.span),
            ExprKind::Ago(value, before) => self.look(|checker| checker.ago(value, before, expr.span)),
            ExprKind::With(value, info) => self.look(|checker| checker.with(value, info, expr.span)),
            ExprKind::If(condition, then, otherwise) => {
                self.choice(condition, then, otherwise.as_deref(), expr.span)
            }
            _ => self.leaf(expr),
        }
    }

    /// `a + b * c - d`, `a and b or c`: along the left operands in a loop, so that a long chain is no deep recursion.
    fn chain(&mut self, expr: &'a Expr) -> Option<Operand> {
        let mut operators: Vec<&'a Expr> = Vec::new();
        let mut first = expr;
        while let Some(left) = walk::chain_left(first) {
            operators.push(first);
            first = left;
        }
        let mut so_far = self.expr(first);
        for operator in operators.into_iter().rev() {
            let ExprKind::Binary(op, left, right) = &operator.kind else { continue };
            so_far = match op.node {
                BinaryOp::And | BinaryOp::Or => self.logic(op.node, (so_far, left), right, operator.span),
                _ => self.arithmetic(op.node, (so_far, left), right, operator.span),
            };
        }
        so_far
    }

    fn leaf(&mut self, expr: &'a Expr) -> Option<Operand> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Quantity(quantity) => self.quantity(quantity, span),
            ExprKind::Bool(value) => {
                Some(Operand::leaf(typed::ExprKind::Bool(*value), Shape::Condition, span, value.to_string()))
            }
            ExprKind::Now => Some(match self.scope.now_s {
                Some(now) => Operand::number(now, Dimension::Instant, span),
                None => Operand::leaf(
                    typed::ExprKind::Now,
                    Shape::Value(Dimension::Instant),
                    span,
                    "now".to_owned(),
                ),
            }),
            ExprKind::Elided => self.elided(expr),
            ExprKind::Text(_) => {
                let wanted = "a number or a condition";
                self.sink.report(TextMisplaced { span, is: "a text", wanted, help: None });
                None
            }
            _ => {
                self.sink.report(ListMisplaced { span });
                None
            }
        }
    }

    fn elided(&mut self, expr: &'a Expr) -> Option<Operand> {
        let Some(subject) = self.scope.subject.clone() else {
            self.sink.report(WithoutSubject {
                span: expr.span,
                title: "this comparison has no subject",
                help: "write what is compared before the sign, or name it after the alert: `alert slow on latency { … }`",
            });
            return None;
        };
        self.charge(&subject)?;
        Some(subject)
    }
}
