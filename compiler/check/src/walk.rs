//! Walking a syntax tree without recursion: the names an expression uses, and how deep it is.

use nvp_dsl::ast::{BinaryOp, Expr, ExprKind, MatchValue, Matcher, Name, TextPiece};

/// Deeper than this is refused before anything recurses over the tree.
/// A chain of operators counts once: it is gone along in a loop.
pub(crate) const DEPTH_MAX: usize = 200;

/// Whether an expression is too deep to recurse over.
pub(crate) fn too_deep(root: &Expr) -> bool {
    let mut todo = vec![(root, 1)];
    while let Some((expr, depth)) = todo.pop() {
        if depth > DEPTH_MAX {
            return true;
        }
        let chained = chain_left(expr);
        children(expr, &mut |child| {
            let deeper = usize::from(chained.is_none_or(|left| !std::ptr::eq(left, child)));
            todo.push((child, depth + deeper));
        });
    }
    false
}

/// The left operand of an operator that chains (`a + b + c`, `a and b and c`).
pub(crate) fn chain_left(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Binary(op, left, _) => match op.node {
            BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Of
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Add
            | BinaryOp::Subtract => Some(left),
            _ => None,
        },
        _ => None,
    }
}

/// Tells `found` of every name that an expression uses: values, functions, constants in selectors.
pub(crate) fn names<'a>(root: &'a Expr, found: &mut dyn FnMut(&'a str)) {
    let mut todo = vec![root];
    while let Some(expr) = todo.pop() {
        match &expr.kind {
            ExprKind::Reference(reference) => {
                found(&reference.name.node);
                reference.selector.iter().flatten().for_each(|matcher| matcher_name(matcher, found));
            }
            ExprKind::Call(call) => found(&call.name.node),
            ExprKind::With(_, name) => found(info_name(name).0),
            _ => {}
        }
        children(expr, &mut |child| todo.push(child));
    }
}

/// `node_uname_info.nodename` → the metric's name and the label lent.
pub(crate) fn info_name(name: &Name) -> (&str, Option<&str>) {
    match name.node.rsplit_once('.') {
        Some((metric, label)) => (metric, Some(label)),
        None => (&name.node, None),
    }
}

fn matcher_name<'a>(matcher: &'a Matcher, found: &mut dyn FnMut(&'a str)) {
    match &matcher.test {
        None => found(&matcher.label.node),
        Some((_, MatchValue::Name(name))) => found(&name.node),
        Some(_) => {}
    }
}

fn children<'a>(expr: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    match &expr.kind {
        ExprKind::Quantity(_)
        | ExprKind::Bool(_)
        | ExprKind::Now
        | ExprKind::Elided
        | ExprKind::Reference(_) => {}
        ExprKind::Text(text) => text.pieces.iter().for_each(|piece| {
            if let TextPiece::Insertion(inner) = piece {
                visit(inner);
            }
        }),
        ExprKind::Call(call) => {
            call.arguments.iter().for_each(|argument| visit(&argument.value));
            for clause in &call.clauses {
                if let nvp_dsl::ast::AggregateClause::Over(inner) = &clause.node {
                    visit(inner);
                }
            }
        }
        ExprKind::Unary(_, inner) | ExprKind::Paren(inner) | ExprKind::With(inner, _) => visit(inner),
        ExprKind::Binary(_, left, right) | ExprKind::For(left, right) | ExprKind::Ago(left, right) => {
            visit(left);
            visit(right);
        }
        ExprKind::If(condition, then, otherwise) => {
            visit(condition);
            visit(then);
            if let Some(otherwise) = otherwise {
                visit(otherwise);
            }
        }
        ExprKind::List(items) => items.iter().for_each(visit),
    }
}
