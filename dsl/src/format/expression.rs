//! Expressions as documents: broken before `and` and `or` first, then before other operators and inside calls.

use super::Formatter;
use super::doc::Doc;
use super::texts;
use crate::ast::{
    AggregateClause, Argument, BinaryOp, Call, Expr, ExprKind, MatchOp, MatchValue, Matcher, Reference,
    UnaryOp,
};
use crate::span::{Span, Spanned};

impl Formatter<'_> {
    pub(super) fn expression(&self, expr: &Expr) -> Doc {
        match &expr.kind {
            ExprKind::Quantity(quantity) => Doc::text(&quantity.written),
            ExprKind::Text(text) => Doc::Text(self.text(text)),
            ExprKind::Bool(value) => Doc::text(if *value { "true" } else { "false" }),
            ExprKind::Now => Doc::text("now"),
            ExprKind::Elided => Doc::text(""),
            ExprKind::Reference(reference) => Doc::Text(self.reference(reference)),
            ExprKind::Call(call) => self.call(call),
            ExprKind::Unary(operator, operand) => {
                let sign = if operator.node == UnaryOp::Not { "not " } else { "-" };
                Doc::Cat(vec![Doc::text(sign), self.expression(operand)])
            }
            ExprKind::Binary(operator, left, right) => self.binary(expr, operator, left, right),
            ExprKind::For(condition, time) => self.followed(condition, " for ", time, ""),
            ExprKind::Ago(value, time) => self.followed(value, " ", time, " ago"),
            ExprKind::With(value, name) => {
                Doc::Cat(vec![self.expression(value), Doc::text(format!(" with {}", name.node))])
            }
            ExprKind::If(condition, then, otherwise) => {
                let mut parts = vec![Doc::text("if "), self.expression(condition)];
                parts.extend([Doc::Line(1), Doc::text("then "), self.expression(then).nest(2)]);
                if let Some(otherwise) = otherwise {
                    parts.extend([Doc::Line(1), Doc::text("else "), self.expression(otherwise)]);
                }
                Doc::group(parts)
            }
            ExprKind::Paren(inner) => Doc::Cat(vec![Doc::text("("), self.expression(inner), Doc::text(")")]),
            ExprKind::List(members) => {
                let list = Doc::list(members.iter().map(|member| self.expression(member)));
                Doc::Cat(vec![Doc::text("("), list.align(), Doc::text(")")])
            }
        }
    }

    fn followed(&self, operand: &Expr, before: &str, time: &Expr, after: &str) -> Doc {
        Doc::Cat(vec![self.expression(operand), Doc::text(before), self.expression(time), Doc::text(after)])
    }

    fn binary(&self, whole: &Expr, operator: &Spanned<BinaryOp>, left: &Expr, right: &Expr) -> Doc {
        let sign = sign_of(operator.node);
        if matches!(left.kind, ExprKind::Elided) {
            return Doc::Cat(vec![Doc::text(format!("{sign} ")), self.expression(right)]);
        }
        if matches!(operator.node, BinaryOp::Is | BinaryOp::In) {
            return Doc::Cat(vec![
                self.expression(left),
                Doc::text(format!(" {sign} ")),
                self.expression(right),
            ]);
        }
        let (first, others) = chain(whole);
        let mut parts = vec![self.expression(first).nest(2)];
        let mut before = first;
        for (operator, operand) in others {
            parts.extend(self.comments_between(before.span, operand.span));
            parts.push(Doc::Line(1));
            parts.push(Doc::text(format!("{} ", sign_of(operator.node))));
            parts.push(self.expression(operand).nest(2));
            before = operand;
        }
        Doc::group(parts)
    }

    /// The comments between two parts: behind the first if they follow it on its line, else on lines of their own.
    pub(super) fn comments_between(&self, before: Span, after: Span) -> Vec<Doc> {
        let mut docs = Vec::new();
        for comment in self.comments_in(before.end as usize..after.start as usize) {
            let gap = self.source.get(before.end as usize..comment.span.start as usize).unwrap_or_default();
            let behind = !comment.own_line && gap.trim().is_empty();
            docs.push(if behind { Doc::text("  ") } else { Doc::Line(1) });
            docs.push(Doc::Comment(self.written(comment.span).to_owned()));
            self.placed.borrow_mut().insert(comment.span.start);
        }
        docs
    }

    pub(super) fn reference(&self, reference: &Reference) -> String {
        let mut text = reference.name.node.clone();
        if let Some(selector) = &reference.selector {
            let matchers: Vec<String> = selector.iter().map(|matcher| self.matcher(matcher)).collect();
            text.push_str(&format!("{{{}}}", matchers.join(", ")));
        }
        text
    }

    fn matcher(&self, matcher: &Matcher) -> String {
        let label = &matcher.label.node;
        let Some((operator, value)) = &matcher.test else { return label.clone() };
        let sign = match operator.node {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Matches => "=~",
            MatchOp::NotMatches => "!~",
            MatchOp::In => "in",
        };
        let value = match (value, operator.node) {
            // a pattern is not taken apart, so it is written as it was
            (MatchValue::Text(pattern), MatchOp::Matches | MatchOp::NotMatches) => {
                self.written(pattern.span).to_owned()
            }
            (MatchValue::Text(text), _) => texts::quoted(&text.node),
            (MatchValue::Name(name), _) => name.node.clone(),
            (MatchValue::List(list), _) => texts::quoted_list(list),
        };
        format!("{label} {sign} {value}")
    }

    pub(super) fn call(&self, call: &Call) -> Doc {
        let mut parts = vec![Doc::Line(0)];
        for (index, argument) in call.arguments.iter().enumerate() {
            if index > 0 {
                parts.extend([Doc::text(","), Doc::Line(1)]);
            }
            parts.push(self.argument(argument));
        }
        for (index, clause) in call.clauses.iter().enumerate() {
            if index > 0 || !call.arguments.is_empty() {
                parts.push(Doc::Line(1));
            }
            parts.push(self.aggregate_clause(&clause.node));
        }
        let inner = Doc::Cat(parts).nest(2);
        Doc::group(vec![Doc::text(format!("{}(", call.name.node)), inner, Doc::Line(0), Doc::text(")")])
    }

    fn argument(&self, argument: &Argument) -> Doc {
        let value = self.expression(&argument.value);
        match &argument.name {
            Some(name) => Doc::Cat(vec![Doc::text(format!("{}: ", name.node)), value]),
            None => value,
        }
    }

    fn aggregate_clause(&self, clause: &AggregateClause) -> Doc {
        match clause {
            AggregateClause::Over(window) => Doc::Cat(vec![Doc::text("over "), self.expression(window)]),
            AggregateClause::By(labels) => Doc::text(format!("by {}", super::joined(labels))),
            AggregateClause::Without(labels) => Doc::text(format!("without {}", super::joined(labels))),
            AggregateClause::Overall => Doc::text("overall"),
        }
    }
}

/// How tightly an operator binds: those of one tier stand in one chain.
fn tier(operator: BinaryOp) -> u8 {
    match operator {
        BinaryOp::Default => 0,
        BinaryOp::Of | BinaryOp::Multiply | BinaryOp::Divide => 1,
        BinaryOp::Add | BinaryOp::Subtract => 2,
        BinaryOp::Less
        | BinaryOp::LessOrEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterOrEqual
        | BinaryOp::Equal
        | BinaryOp::NotEqual
        | BinaryOp::Is
        | BinaryOp::In => 3,
        BinaryOp::And => 4,
        BinaryOp::Or => 5,
    }
}

/// The operands of a chain of operators of one tier, each but the first with the operator before it.
fn chain(whole: &Expr) -> (&Expr, Vec<(&Spanned<BinaryOp>, &Expr)>) {
    let mut others = Vec::new();
    let mut first = whole;
    let mut outer = None;
    while let ExprKind::Binary(operator, left, right) = &first.kind {
        if outer.is_some_and(|tier_outside| tier_outside != tier(operator.node)) {
            break;
        }
        outer = Some(tier(operator.node));
        others.push((operator, &**right));
        first = left;
    }
    others.reverse();
    (first, others)
}

fn sign_of(operator: BinaryOp) -> &'static str {
    match operator {
        BinaryOp::Default => "default",
        BinaryOp::Of => "of",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Is => "is",
        BinaryOp::In => "in",
        BinaryOp::And => "and",
        BinaryOp::Or => "or",
    }
}
