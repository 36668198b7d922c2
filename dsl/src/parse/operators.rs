//! How tightly operators bind, as LANGUAGE.md lists them.

use std::sync::LazyLock;

use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::grammar::Rule;
use crate::ast::BinaryOp;

/// Loosest first.
pub(super) static BINDING: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::op_or))
        .op(left(Rule::op_and))
        .op(Op::postfix(Rule::post_for))
        .op(Op::prefix(Rule::op_not))
        .op(left(Rule::op_less)
            | left(Rule::op_less_or_equal)
            | left(Rule::op_greater)
            | left(Rule::op_greater_or_equal)
            | left(Rule::op_equal)
            | left(Rule::op_not_equal)
            | left(Rule::op_is)
            | left(Rule::op_in))
        .op(left(Rule::op_add) | left(Rule::op_subtract))
        .op(left(Rule::op_of) | left(Rule::op_multiply) | left(Rule::op_divide))
        .op(Op::prefix(Rule::op_negate))
        .op(left(Rule::op_default))
        .op(Op::postfix(Rule::post_with))
        .op(Op::postfix(Rule::post_ago))
});

/// The operator between two operands that a rule stands for.
pub(super) fn binary(rule: Rule) -> Option<BinaryOp> {
    Some(match rule {
        Rule::op_default => BinaryOp::Default,
        Rule::op_of => BinaryOp::Of,
        Rule::op_multiply => BinaryOp::Multiply,
        Rule::op_divide => BinaryOp::Divide,
        Rule::op_add => BinaryOp::Add,
        Rule::op_subtract => BinaryOp::Subtract,
        Rule::op_less => BinaryOp::Less,
        Rule::op_less_or_equal => BinaryOp::LessOrEqual,
        Rule::op_greater => BinaryOp::Greater,
        Rule::op_greater_or_equal => BinaryOp::GreaterOrEqual,
        Rule::op_equal => BinaryOp::Equal,
        Rule::op_not_equal => BinaryOp::NotEqual,
        Rule::op_is => BinaryOp::Is,
        Rule::op_in => BinaryOp::In,
        Rule::op_and => BinaryOp::And,
        Rule::op_or => BinaryOp::Or,
        _ => return None,
    })
}

/// Whether the operator compares: two of these cannot stand in a chain.
pub(super) fn compares(operator: BinaryOp) -> bool {
    use BinaryOp::{Equal, Greater, GreaterOrEqual, In, Is, Less, LessOrEqual, NotEqual};
    matches!(operator, Less | LessOrEqual | Greater | GreaterOrEqual | Equal | NotEqual | Is | In)
}

/// Whether the operator joins conditions, and so binds less tightly than `not` and `for`.
pub(super) fn joins(operator: BinaryOp) -> bool {
    matches!(operator, BinaryOp::And | BinaryOp::Or)
}
