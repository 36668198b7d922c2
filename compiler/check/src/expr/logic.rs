//! `and or not`, `if then else`, `default`, and membership, which this version leaves to selectors.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, BinaryOp, Expr};

use super::build::Parts;
use super::join::Placed;
use super::operand::{Every, Operand, Shape};
use super::text::{self, Strength};
use crate::checker::Checker;
use crate::problems::names::NotYet;
use crate::problems::types::{ConditionWanted, ListMisplaced};
use crate::typed::ExprKind;

impl<'a> Checker<'a> {
    /// `a and b`, `a or b`; the left operand is checked.
    pub(super) fn logic(
        &mut self,
        op: BinaryOp,
        (left_operand, left): (Option<Operand>, &'a Expr),
        right: &'a Expr,
        span: Span,
    ) -> Option<Operand> {
        let word = if op == BinaryOp::And { "and" } else { "or" };
        let wanted_by = if op == BinaryOp::And { "`and`" } else { "`or`" };
        let left_operand = left_operand.and_then(|operand| self.condition(operand, left.span, wanted_by));
        let right_operand =
            self.expr(right).and_then(|operand| self.condition(operand, right.span, wanted_by));
        let (left_operand, right_operand) = (left_operand?, right_operand?);
        let placed_left = Placed { operand: &left_operand, span: left.span };
        let labels = self.join(placed_left, Placed { operand: &right_operand, span: right.span }, span)?;
        let own = if op == BinaryOp::And { Strength::And } else { Strength::Or };
        let parts = Parts {
            shape: Shape::Condition,
            labels,
            span,
            text: text::infix(&left_operand.expr, word, &right_operand.expr, own),
            every: Every::join(left_operand.every, right_operand.every),
            below: left_operand.size + right_operand.size,
        };
        let (left, right) = (Box::new(left_operand.expr), Box::new(right_operand.expr));
        let kind = if op == BinaryOp::And { ExprKind::And(left, right) } else { ExprKind::Or(left, right) };
        self.build(kind, parts)
    }

    /// `not c`.
    pub(super) fn negation(&mut self, inner: &'a Expr, span: Span) -> Option<Operand> {
        let operand = self.expr(inner)?;
        let operand = self.condition(operand, inner.span, "`not`")?;
        let parts = Parts {
            shape: Shape::Condition,
            labels: operand.expr.labels.clone(),
            span,
            text: format!("not {}", text::within(&operand.expr, Strength::Not)),
            every: operand.every,
            below: operand.size,
        };
        self.build(ExprKind::Not(Box::new(operand.expr)), parts)
    }

    /// `if c then x else y`.
    pub(super) fn choice(
        &mut self,
        condition: &'a Expr,
        then: &'a Expr,
        otherwise: Option<&'a Expr>,
        span: Span,
    ) -> Option<Operand> {
        let asked = self.expr(condition).and_then(|operand| self.condition(operand, condition.span, "`if`"));
        let then_operand = self.expr(then);
        let else_operand = otherwise.map(|otherwise| (otherwise, self.expr(otherwise)));
        let (asked, then_operand) = (asked?, then_operand?);
        let (then_operand, else_operand, shape) = match else_operand {
            None => {
                let (operand, shape) = self.branch(then_operand, then.span, "`then`")?;
                (operand, None, shape)
            }
            Some((otherwise, else_operand)) => {
                let pair =
                    self.alike((then_operand, then.span), (else_operand?, otherwise.span), "`if`", span)?;
                (pair.0, Some((pair.1, otherwise.span)), pair.2)
            }
        };
        let placed_then = Placed { operand: &then_operand, span: then.span };
        let mut labels = self.join(Placed { operand: &asked, span: condition.span }, placed_then, span)?;
        let mut every = Every::join(asked.every, then_operand.every);
        let mut below = asked.size + then_operand.size;
        let mut written = format!(
            "if {} then {}",
            text::within(&asked.expr, Strength::Or),
            text::within(&then_operand.expr, Strength::Or)
        );
        if let Some((otherwise, else_span)) = &else_operand {
            let placed_else = Placed { operand: otherwise, span: *else_span };
            let with_then = self.join(placed_then, placed_else, span)?;
            let with_asked =
                self.join(Placed { operand: &asked, span: condition.span }, placed_else, span)?;
            labels = [labels, with_then, with_asked].into_iter().max_by_key(Vec::len).unwrap_or_default();
            every = Every::join(every, otherwise.every);
            below += otherwise.size;
            written.push_str(&format!(" else {}", text::within(&otherwise.expr, Strength::Or)));
        }
        let parts = Parts { shape, labels, span, text: written, every, below };
        let kind = ExprKind::If(
            Box::new(asked.expr),
            Box::new(then_operand.expr),
            else_operand.map(|(otherwise, _)| Box::new(otherwise.expr)),
        );
        self.build(kind, parts)
    }

    /// `x default y`.
    pub(super) fn default(&mut self, left: &'a Expr, right: &'a Expr, span: Span) -> Option<Operand> {
        let (left_operand, right_operand) = (self.expr(left), self.expr(right));
        let (left_operand, right_operand, shape) =
            self.alike((left_operand?, left.span), (right_operand?, right.span), "`default`", span)?;
        let placed_left = Placed { operand: &left_operand, span: left.span };
        let labels = self.join(placed_left, Placed { operand: &right_operand, span: right.span }, span)?;
        let parts = Parts {
            shape,
            labels,
            span,
            text: text::infix(&left_operand.expr, "default", &right_operand.expr, Strength::Postfix),
            every: Every::join(left_operand.every, right_operand.every),
            below: left_operand.size + right_operand.size,
        };
        self.build(ExprKind::Default(Box::new(left_operand.expr), Box::new(right_operand.expr)), parts)
    }

    /// Two operands of which either may be the result: both conditions or both numbers that agree.
    fn alike(
        &mut self,
        (left, left_span): (Operand, Span),
        (right, right_span): (Operand, Span),
        wanted_by: &'static str,
        span: Span,
    ) -> Option<(Operand, Operand, Shape)> {
        let conditions =
            |operand: &Operand| matches!(operand.shape, Shape::Condition | Shape::Flag | Shape::Info);
        if conditions(&left) || conditions(&right) {
            if let (true, "`default`", Shape::Value(dimension)) = (conditions(&left), wanted_by, &right.shape)
            {
                let of = &left.expr.text;
                self.sink.report(ConditionWanted {
                    text: &right.expr.text,
                    is: dimension.words(),
                    span: right_span,
                    wanted_by: "`default` after a condition",
                    help: Some(format!("write `{of} default false` or `{of} default true`")),
                });
                return None;
            }
            let left = self.condition(left, left_span, wanted_by);
            let right = self.condition(right, right_span, wanted_by);
            return Some((left?, right?, Shape::Condition));
        }
        let left = self.number(left, left_span, wanted_by);
        let right = self.number(right, right_span, wanted_by);
        let ((left, _), (right, _)) = (left?, right?);
        let placed_left = Placed { operand: &left, span: left_span };
        let dimension = self.agree(
            "one the other's stand-in",
            placed_left,
            Placed { operand: &right, span: right_span },
            span,
        )?;
        Some((left, right, Shape::Value(dimension)))
    }

    /// One operand that is the result as it is.
    fn branch(&mut self, operand: Operand, span: Span, wanted_by: &str) -> Option<(Operand, Shape)> {
        match operand.shape {
            Shape::Condition | Shape::Flag | Shape::Info => {
                Some((self.condition(operand, span, wanted_by)?, Shape::Condition))
            }
            _ => {
                let (operand, dimension) = self.number(operand, span, wanted_by)?;
                Some((operand, Shape::Value(dimension)))
            }
        }
    }

    /// `x in (…)`, `now in calendar`.
    pub(super) fn membership(&mut self, left: &'a Expr, right: &'a Expr, span: Span) -> Option<Operand> {
        if matches!(right.kind, ast::ExprKind::List(_)) {
            self.sink.report(ListMisplaced { span: right.span });
        } else {
            if let (true, ast::ExprKind::Now, ast::ExprKind::Reference(calendar)) =
                (self.in_formula(), &left.kind, &right.kind)
            {
                return self.open_calendar(calendar, span);
            }
            let what = if matches!(left.kind, ast::ExprKind::Now) {
                "`now in` a calendar"
            } else {
                "`in` outside of selectors"
            };
            self.sink.report(NotYet { what, span });
        }
        None
    }
}
