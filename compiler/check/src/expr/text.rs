//! The canonical text of expressions: equal for equal ones, with parentheses only where they are needed.

use crate::typed::{ArithmeticOp, CompareOp, Expr, ExprKind, Matcher, MatcherTest};

/// How tightly an expression's outermost operator binds; more is tighter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    If,
    Or,
    And,
    For,
    Not,
    Compare,
    Sum,
    Product,
    Negate,
    Postfix,
    Atom,
}

/// How tightly an expression binds.
pub(crate) fn strength(expr: &Expr) -> Strength {
    match &expr.kind {
        ExprKind::Number(value) if value.is_sign_negative() => Strength::Negate,
        ExprKind::Negate(_) => Strength::Negate,
        ExprKind::Arithmetic(ArithmeticOp::Add | ArithmeticOp::Subtract, ..) => Strength::Sum,
        ExprKind::Arithmetic(..) => Strength::Product,
        ExprKind::Compare(..) | ExprKind::AlertState(..) => Strength::Compare,
        ExprKind::Not(_) => Strength::Not,
        ExprKind::And(..) => Strength::And,
        ExprKind::Or(..) => Strength::Or,
        ExprKind::If(..) => Strength::If,
        ExprKind::For(..) => Strength::For,
        ExprKind::Default(..) | ExprKind::Ago(..) | ExprKind::With(..) => Strength::Postfix,
        // A flag or an info metric as a condition is written as the metric is; `present(x)` and `missing(x)` are calls.
        ExprKind::FlagIsSet(inner) => strength(inner),
        _ => Strength::Atom,
    }
}

/// An expression where something at least as tight as `wanted` must stand.
pub(crate) fn within(expr: &Expr, wanted: Strength) -> String {
    if strength(expr) >= wanted { expr.text.clone() } else { format!("({})", expr.text) }
}

/// `a + b`, left to right.
pub(crate) fn infix(left: &Expr, operator: &str, right: &Expr, own: Strength) -> String {
    let tighter = match own {
        Strength::Sum => Strength::Product,
        Strength::Product => Strength::Negate,
        Strength::Compare => Strength::Sum,
        Strength::And => Strength::For,
        Strength::Or => Strength::And,
        Strength::Postfix => Strength::Atom,
        other => other,
    };
    let left_wanted = if own == Strength::Compare { Strength::Sum } else { own };
    format!("{} {operator} {}", within(left, left_wanted), within(right, tighter))
}

/// The sign of an arithmetic operator.
pub(crate) fn arithmetic_sign(op: ArithmeticOp) -> &'static str {
    match op {
        ArithmeticOp::Add => "+",
        ArithmeticOp::Subtract => "-",
        ArithmeticOp::Multiply => "*",
        ArithmeticOp::Divide => "/",
    }
}

/// The sign of a comparison.
pub(crate) fn compare_sign(op: CompareOp) -> &'static str {
    match op {
        CompareOp::Less => "<",
        CompareOp::LessOrEqual => "<=",
        CompareOp::Greater => ">",
        CompareOp::GreaterOrEqual => ">=",
        CompareOp::Equal => "==",
        CompareOp::NotEqual => "!=",
    }
}

/// `cpu{region = "eu"}`, matchers sorted.
pub(crate) fn reference(name: &str, matchers: &[Matcher]) -> String {
    if matchers.is_empty() {
        return name.to_owned();
    }
    let inside: Vec<String> = matchers.iter().map(matcher).collect();
    format!("{name}{{{}}}", inside.join(", "))
}

fn matcher(matcher: &Matcher) -> String {
    let label = &matcher.label;
    match &matcher.test {
        MatcherTest::Equal(value) => format!("{label} = {}", quoted(value)),
        MatcherTest::NotEqual(value) => format!("{label} != {}", quoted(value)),
        MatcherTest::Matches(pattern) => format!("{label} =~ {}", quoted(pattern)),
        MatcherTest::NotMatches(pattern) => format!("{label} !~ {}", quoted(pattern)),
        MatcherTest::In(values) => {
            let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
            format!("{label} in ({})", values.join(", "))
        }
    }
}

/// A text in quotes, its own quotes and strokes marked.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

/// A duration as it is written: `5m`, `90s`, `1500ms`.
pub(crate) fn duration(ms: i64) -> String {
    const UNITS: &[(i64, &str)] =
        &[(604_800_000, "w"), (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    for (unit, name) in UNITS {
        if ms != 0 && ms % unit == 0 {
            return format!("{}{name}", ms / unit);
        }
    }
    format!("{ms}ms")
}

/// `name(x)`.
pub(crate) fn call(name: &str, argument: &str) -> String {
    format!("{name}({argument})")
}
