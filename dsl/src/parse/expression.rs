//! Expressions: from the grammar's flat chains to trees.

use std::iter::Peekable;
use std::vec::IntoIter;

use pest::iterators::Pair;

use super::builder::Builder;
use super::grammar::Rule;
use super::operators::{BINDING, binary, compares, joins};
use super::tree::Children;
use super::{OPERATORS_MAX, lexical, mistakes};
use crate::ast::{
    AggregateClause, Argument, BinaryOp, Call, Expr, ExprKind, Ident, MatchOp, MatchValue, Matcher,
    Reference, UnaryOp,
};
use crate::span::{Span, Spanned};

/// An expression and how many nodes deep it is.
struct Built {
    expr: Expr,
    depth: u32,
}

type Tokens<'i> = Peekable<IntoIter<Pair<'i, Rule>>>;

impl Builder<'_> {
    /// An expression; what cannot be said as a tree is reported and stands as [`ExprKind::Elided`].
    pub(super) fn expression(&self, pair: Pair<'_, Rule>) -> Expr {
        match pair.as_rule() {
            Rule::value | Rule::of_what => self.chain(pair).expr,
            _ => self.expr(pair).expr,
        }
    }

    /// An expression in which the subject may be left out.
    pub(super) fn level_expression(&self, pair: Pair<'_, Rule>) -> Expr {
        let outer = self.in_level.replace(true);
        let expr = self.expression(pair);
        self.in_level.set(outer);
        expr
    }

    fn expr(&self, pair: Pair<'_, Rule>) -> Built {
        let span = self.span(&pair);
        let tokens: Vec<_> = pair.into_inner().collect();
        let conditions = tokens.iter().filter(|token| token.as_rule() == Rule::k_if).count();
        let mut tokens = tokens.into_iter().peekable();
        let built = self.deeper(conditions, span, || self.conditional(&mut tokens, span));
        if let Some(rest) = tokens.next().filter(|rest| rest.as_rule() != Rule::chain) {
            self.report(mistakes::branch_without_if(rest.as_str(), self.span(&rest)));
        }
        built
    }

    /// Goes `levels` deeper into recursion, if that is not too deep.
    fn deeper(&self, levels: usize, span: Span, build: impl FnOnce() -> Built) -> Built {
        let before = self.recursion.get();
        let deeper = before.saturating_add(u32::try_from(levels).unwrap_or(u32::MAX));
        if deeper > OPERATORS_MAX {
            return self.too_long(span);
        }
        self.recursion.set(deeper);
        let built = build();
        self.recursion.set(before);
        built
    }

    /// `if c then x else y`, or a chain of operators. The recursion is as deep as there are `if`s (`deeper` counts them).
    fn conditional(&self, tokens: &mut Tokens<'_>, whole: Span) -> Built {
        let Some(first) = tokens.next() else { return elided(whole) };
        if first.as_rule() != Rule::k_if {
            return self.chain(first);
        }
        let start = self.span(&first);
        let condition = self.conditional(tokens, whole);
        if tokens.next_if(|token| token.as_rule() == Rule::k_then).is_none() {
            self.report(mistakes::if_without_then(start));
            return condition;
        }
        let then = self.conditional(tokens, whole);
        let otherwise =
            tokens.next_if(|token| token.as_rule() == Rule::k_else).map(|_| self.conditional(tokens, whole));
        let end = otherwise.as_ref().map_or(then.expr.span, |built| built.expr.span);
        let depth = condition.depth.max(then.depth).max(otherwise.as_ref().map_or(0, |built| built.depth));
        let otherwise = otherwise.map(|built| Box::new(built.expr));
        self.node(
            ExprKind::If(Box::new(condition.expr), Box::new(then.expr), otherwise),
            start.to(end),
            depth,
        )
    }

    fn chain(&self, pair: Pair<'_, Rule>) -> Built {
        let span = self.span(&pair);
        let count = |rules: fn(Rule) -> bool| {
            pair.clone().into_inner().filter(|token| rules(token.as_rule())).count()
        };
        if count(is_operator) > OPERATORS_MAX as usize {
            return self.too_long(span);
        }
        let built = self.deeper(count(is_prefix), span, || {
            BINDING
                .map_primary(|pair| self.primary(pair))
                .map_prefix(|operator, operand| self.unary(&operator, operand))
                .map_postfix(|operand, operator| self.postfix(operand, operator))
                .map_infix(|left, operator, right| self.binary(left, &operator, right))
                .parse(pair.clone().into_inner())
        });
        self.refuse_list(&built.expr);
        self.refuse_for_on_last_operand(&built.expr);
        built
    }

    fn primary(&self, pair: Pair<'_, Rule>) -> Built {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::quantity => ExprKind::Quantity(self.quantity(&pair).node),
            Rule::boolean => ExprKind::Bool(pair.as_str() == "true"),
            Rule::now => ExprKind::Now,
            Rule::text => ExprKind::Text(self.text(pair)),
            Rule::elided => {
                if !self.in_level.get() {
                    self.report(mistakes::subject_left_out(span));
                }
                ExprKind::Elided
            }
            Rule::group => return self.group(pair),
            Rule::call => return self.call(pair).unwrap_or_else(|| self.unreadable(span)),
            Rule::reference => match self.reference(pair) {
                Some(reference) => ExprKind::Reference(reference),
                None => return self.unreadable(span),
            },
            _ => return self.unreadable(span),
        };
        Built { expr: Expr { kind, span }, depth: 1 }
    }

    fn group(&self, pair: Pair<'_, Rule>) -> Built {
        let span = self.span(&pair);
        let mut members: Vec<Built> = Children::of(pair).map(|member| self.expr(member)).collect();
        let depth = members.iter().map(|built| built.depth).max().unwrap_or_default();
        match members.pop() {
            Some(only) if members.is_empty() => self.node(ExprKind::Paren(Box::new(only.expr)), span, depth),
            Some(last) => {
                members.push(last);
                let members = members.into_iter().map(|built| built.expr).collect();
                self.node(ExprKind::List(members), span, depth)
            }
            None => self.unreadable(span),
        }
    }

    fn unary(&self, pair: &Pair<'_, Rule>, operand: Built) -> Built {
        self.refuse_list(&operand.expr);
        let operator = if pair.as_rule() == Rule::op_not { UnaryOp::Not } else { UnaryOp::Negate };
        let operator = Spanned { node: operator, span: self.span(pair) };
        let span = operator.span.to(operand.expr.span);
        if operator.node == UnaryOp::Negate && is_not(&operand.expr) {
            self.report(mistakes::parentheses_needed("not", "-", operand.expr.span, operator.span));
        }
        self.node(ExprKind::Unary(operator, Box::new(operand.expr)), span, operand.depth)
    }

    fn postfix(&self, operand: Built, pair: Pair<'_, Rule>) -> Built {
        let clause = self.span(&pair);
        let rule = pair.as_rule();
        let span = operand.expr.span.to(clause);
        self.refuse_list(&operand.expr);
        let Some(inner) = Children::of(pair).next() else { return self.unreadable(span) };
        if rule == Rule::post_with {
            self.refuse_loose_operand("with", &operand.expr, clause);
            let name = self.token(&inner);
            return self.node(ExprKind::With(Box::new(operand.expr), name), span, operand.depth);
        }
        let Some(literal) = self.literal(&inner) else { return self.unreadable(span) };
        let literal = Box::new(literal);
        if rule == Rule::post_for {
            return self.node(ExprKind::For(Box::new(operand.expr), literal), span, operand.depth);
        }
        self.refuse_loose_operand("ago", &operand.expr, clause);
        self.node(ExprKind::Ago(Box::new(operand.expr), literal), span, operand.depth)
    }

    fn binary(&self, left: Built, pair: &Pair<'_, Rule>, mut right: Built) -> Built {
        let operator_span = self.span(pair);
        let span = left.expr.span.to(right.expr.span);
        let Some(operator) = binary(pair.as_rule()) else { return self.unreadable(span) };
        self.refuse_list(&left.expr);
        if operator == BinaryOp::In {
            right.expr = listed(right.expr);
        } else {
            self.refuse_list(&right.expr);
        }
        self.refuse_loose_operands(&left.expr, operator, pair.as_str(), operator_span, &right.expr);
        let depth = left.depth.max(right.depth);
        let operator = Spanned { node: operator, span: operator_span };
        self.node(ExprKind::Binary(operator, Box::new(left.expr), Box::new(right.expr)), span, depth)
    }

    fn call(&self, pair: Pair<'_, Rule>) -> Option<Built> {
        let span = self.span(&pair);
        let mut children = Children::of(pair);
        let name = self.token(&children.one(Rule::call_head)?.into_inner().next()?);
        let mut depth = 0;
        let mut arguments = Vec::new();
        for argument in children.many(Rule::argument) {
            let mut parts = Children::of(argument);
            let name = parts
                .one(Rule::argument_name)
                .and_then(|name| name.into_inner().next())
                .map(|name| self.token(&name));
            let built = self.expr(parts.one(Rule::expr)?);
            depth = depth.max(built.depth);
            arguments.push(Argument { name, value: built.expr });
        }
        let clauses = children.filter_map(|clause| self.aggregate_clause(clause)).collect();
        Some(self.node(ExprKind::Call(Call { name, arguments, clauses }), span, depth))
    }

    /// A call where nothing else may stand.
    pub(super) fn only_call(&self, pair: Pair<'_, Rule>) -> Option<Call> {
        match self.call(pair)?.expr.kind {
            ExprKind::Call(call) => Some(call),
            _ => None,
        }
    }

    fn aggregate_clause(&self, pair: Pair<'_, Rule>) -> Option<Spanned<AggregateClause>> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        if rule == Rule::later_aggregate {
            let word = pair.as_str().split_ascii_whitespace().next().unwrap_or_default();
            self.report(mistakes::later_version(word, span));
            return None;
        }
        let mut children = Children::of(pair);
        let node = match rule {
            Rule::over => AggregateClause::Over(self.literal(&children.next()?)?),
            Rule::by => AggregateClause::By(self.idents(children)),
            Rule::without => AggregateClause::Without(self.idents(children)),
            _ => AggregateClause::Overall,
        };
        Some(Spanned { node, span })
    }

    pub(super) fn idents(&self, children: Children<'_>) -> Vec<Ident> {
        children.map(|ident| self.token(&ident)).collect()
    }

    /// A name with its selector.
    pub(super) fn reference(&self, pair: Pair<'_, Rule>) -> Option<Reference> {
        let span = self.span(&pair);
        let mut children = Children::of(pair);
        let name = self.token(&children.one(Rule::name)?);
        let selector = children
            .one(Rule::selector)
            .map(|selector| Children::of(selector).filter_map(|matcher| self.matcher(matcher)).collect());
        Some(Reference { name, selector, span })
    }

    fn matcher(&self, pair: Pair<'_, Rule>) -> Option<Matcher> {
        let span = self.span(&pair);
        let mut children = Children::of(pair);
        let label = self.token(&children.one(Rule::ident)?);
        let test = children.next().map(|test| self.match_test(test));
        let test = match test {
            Some(test) => Some(test?),
            None => None,
        };
        Some(Matcher { label, test, span })
    }

    fn match_test(&self, pair: Pair<'_, Rule>) -> Option<(Spanned<MatchOp>, MatchValue)> {
        let start = self.span(&pair);
        if pair.as_rule() == Rule::match_in {
            let operator = Spanned { node: MatchOp::In, span: Span { end: start.start + 2, ..start } };
            let texts = Children::of(pair).one(Rule::texts)?;
            return Some((operator, MatchValue::List(self.plain_texts(texts))));
        }
        let mut children = Children::of(pair);
        let operator = children.next()?;
        let node = match operator.as_str() {
            "=" => MatchOp::Equal,
            "!=" => MatchOp::NotEqual,
            "=~" => MatchOp::Matches,
            _ => MatchOp::NotMatches,
        };
        let operator = Spanned { node, span: self.span(&operator) };
        let value = children.next()?;
        let value = match value.as_rule() {
            Rule::pattern => MatchValue::Text(self.pattern(&value)),
            Rule::text => MatchValue::Text(self.plain_text(value)),
            _ => MatchValue::Name(self.token(&value)),
        };
        Some((operator, value))
    }

    fn refuse_list(&self, expr: &Expr) {
        if matches!(expr.kind, ExprKind::List(_)) {
            self.report(mistakes::list_misplaced(expr.span));
        }
    }

    fn refuse_loose_operand(&self, word: &str, operand: &Expr, clause: Span) {
        use ExprKind::{Ago, Call, Elided, Paren, Reference, With};
        if !matches!(operand.kind, Reference(_) | Call(_) | Paren(_) | Ago(..) | With(..) | Elided) {
            self.report(mistakes::postfix_misplaced(word, operand.span, clause));
        }
    }

    /// What a chain of operators lets through without parentheses and a reader would take for something else.
    fn refuse_loose_operands(&self, left: &Expr, operator: BinaryOp, word: &str, at: Span, right: &Expr) {
        if joins(operator) {
            return;
        }
        if let ExprKind::For(..) = left.kind {
            self.report(mistakes::parentheses_needed("for", word, left.span, at));
        } else if is_not(right) {
            self.report(mistakes::parentheses_needed("not", word, right.span, at));
        } else if compares(operator)
            && let ExprKind::Binary(inner, ..) = &left.kind
            && compares(inner.node)
        {
            self.report(mistakes::chained_comparison(at, left.span));
        }
    }

    /// `a and b for 5m`: does the `for` hold `b`, or both?
    fn refuse_for_on_last_operand(&self, chain: &Expr) {
        let mut operands = Vec::new();
        let mut open = vec![chain];
        while let Some(expr) = open.pop() {
            match &expr.kind {
                ExprKind::Binary(operator, left, right) if joins(operator.node) => {
                    open.extend([&**left, &**right])
                }
                _ => operands.push(expr),
            }
        }
        // right operands were taken first
        let Some((last, others)) = operands.split_first() else { return };
        let ExprKind::For(held, _) = &last.kind else { return };
        if !others.is_empty() && !others.iter().any(|other| matches!(other.kind, ExprKind::For(..))) {
            self.report(mistakes::for_on_last_operand(chain.span, last.span, held.span));
        }
    }

    /// A node over what is `depth` deep. What would be too deep is reported and cut, so that whoever walks over the tree by
    /// recursion is safe.
    fn node(&self, kind: ExprKind, span: Span, depth: u32) -> Built {
        if depth >= OPERATORS_MAX {
            return self.too_long(span);
        }
        Built { expr: Expr { kind, span }, depth: depth + 1 }
    }

    fn too_long(&self, span: Span) -> Built {
        self.report(lexical::expression_too_long(span));
        elided(span)
    }

    fn unreadable(&self, span: Span) -> Built {
        self.report(mistakes::unreadable(span));
        elided(span)
    }
}

/// What stands for an expression that cannot be read; its diagnostic is told already.
fn elided(span: Span) -> Built {
    Built { expr: Expr { kind: ExprKind::Elided, span: Span { end: span.start, ..span } }, depth: 1 }
}

/// On the right of `in`, `("eu")` is a list, too.
fn listed(expr: Expr) -> Expr {
    match expr.kind {
        ExprKind::Paren(only) => Expr { kind: ExprKind::List(vec![*only]), span: expr.span },
        kind => Expr { kind, span: expr.span },
    }
}

fn is_not(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Unary(operator, _) if operator.node == UnaryOp::Not)
}

fn is_operator(rule: Rule) -> bool {
    binary(rule).is_some()
        || is_prefix(rule)
        || matches!(rule, Rule::post_for | Rule::post_with | Rule::post_ago)
}

fn is_prefix(rule: Rule) -> bool {
    matches!(rule, Rule::op_not | Rule::op_negate)
}
