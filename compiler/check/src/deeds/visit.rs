//! Walking formulas.

use nvp_plan::response::formula::{Clause, Formula, Piece};
use nvp_plan::response::playbook::{Answer, Limit, Playbook, Step};

use crate::typed::Expr;

/// Tells `visit` of the parts of a formula, left to right.
pub(crate) fn parts<'f, L>(formula: &'f Formula<L>, visit: &mut dyn FnMut(&'f Formula<L>)) {
    match formula {
        Formula::Constant(_)
        | Formula::Now
        | Formula::Parameter(_)
        | Formula::Local(_)
        | Formula::Item
        | Formula::Before(_)
        | Formula::Open(_) => {}
        Formula::Observed(observed) => observed.labels.iter().for_each(|(_, is)| visit(is)),
        Formula::Read(call) => call.arguments.iter().for_each(visit),
        Formula::Function(_, arguments) => arguments.iter().for_each(visit),
        Formula::Negate(inner)
        | Formula::Not(inner)
        | Formula::Present(inner)
        | Formula::Missing(inner)
        | Formula::IsSet(inner)
        | Formula::Count(inner)
        | Formula::For(inner, ..) => visit(inner),
        Formula::Arithmetic(_, a, b)
        | Formula::Compare(_, a, b)
        | Formula::And(a, b)
        | Formula::Or(a, b)
        | Formula::Default(a, b) => {
            visit(a);
            visit(b);
        }
        Formula::If(condition, then, other) => {
            visit(condition);
            visit(then);
            if let Some(other) = other {
                visit(other);
            }
        }
    }
}

/// Tells `visit` of a formula and of all its parts.
pub(crate) fn all<'f, L>(root: &'f Formula<L>, visit: &mut dyn FnMut(&'f Formula<L>)) {
    let mut todo = vec![root];
    while let Some(formula) = todo.pop() {
        visit(formula);
        parts(formula, &mut |part| todo.push(part));
    }
}

/// Numbers the clocks of a condition, left to right, and says how many there are. A formula is never deep: it is bounded when made.
pub(super) fn number_clocks<L>(formula: &mut Formula<L>) -> u32 {
    fn number<L>(formula: &mut Formula<L>, next: &mut u32) {
        match formula {
            Formula::For(inner, _, clock) => {
                number(inner, next);
                *clock = *next;
                *next += 1;
            }
            Formula::Negate(inner)
            | Formula::Not(inner)
            | Formula::Present(inner)
            | Formula::Missing(inner)
            | Formula::IsSet(inner)
            | Formula::Count(inner) => number(inner, next),
            Formula::Arithmetic(_, a, b)
            | Formula::Compare(_, a, b)
            | Formula::And(a, b)
            | Formula::Or(a, b)
            | Formula::Default(a, b) => {
                number(a, next);
                number(b, next);
            }
            Formula::If(condition, then, other) => {
                number(condition, next);
                number(then, next);
                if let Some(other) = other {
                    number(other, next);
                }
            }
            Formula::Function(_, arguments) => arguments.iter_mut().for_each(|inner| number(inner, next)),
            // A `for` is no part of what a read is given, nor of what pins a label.
            Formula::Constant(_)
            | Formula::Now
            | Formula::Parameter(_)
            | Formula::Local(_)
            | Formula::Item
            | Formula::Before(_)
            | Formula::Open(_)
            | Formula::Observed(_)
            | Formula::Read(_) => {}
        }
    }
    let mut clocks = 0;
    number(formula, &mut clocks);
    clocks
}
/// The conditions of a playbook in which something is waited for after something was done: checks, `verify`, `lift`.
pub(crate) fn outcomes(playbook: &Playbook<Expr>) -> impl Iterator<Item = &Clause<Expr>> {
    let checks = playbook.steps.iter().filter_map(|step| Some(&step.check.as_ref()?.0));
    let verify =
        playbook.verify.iter().flat_map(|verify| std::iter::once(&verify.condition).chain(&verify.needs));
    checks.chain(verify).chain(playbook.lift.iter().map(|lift| &lift.when))
}

/// All formulas of a playbook.
pub(crate) fn formulas(playbook: &Playbook<Expr>) -> Vec<&Formula<Expr>> {
    let mut found: Vec<&Formula<Expr>> = playbook.lets.iter().map(|found| &found.value).collect();
    found.extend(playbook.requires.iter().map(|clause| &clause.formula));
    found.extend(playbook.storm.iter().map(|storm| &storm.when.formula));
    found.extend(outcomes(playbook).map(|clause| &clause.formula));
    found.extend(playbook.limits.iter().filter_map(|limit| match limit {
        Limit::Share(_, of, _) => Some(of),
        Limit::Rate { .. } | Limit::AtOnce(_) => None,
    }));
    for step in &playbook.steps {
        found.extend(step.each.iter().map(|(list, _)| list));
        found.extend(&step.call.arguments);
    }
    for answer in playbook.on_success.iter().chain(&playbook.on_failure) {
        let Answer::Ticket(_, pieces) = answer else { continue };
        found.extend(pieces.iter().filter_map(|piece| match piece {
            Piece::Value(formula, _) => Some(formula),
            Piece::Plain(_) => None,
        }));
    }
    found
}

/// All looks at metrics of a formula.
pub(crate) fn observed<'f>(root: &'f Formula<Expr>, visit: &mut dyn FnMut(&'f Expr)) {
    all(root, &mut |formula| {
        if let Formula::Observed(observed) = formula {
            visit(&observed.of);
        }
    });
}

/// Whether a step says the one of the list that it goes through; also where it goes through none.
pub(crate) fn says_item(step: &Step<Expr>) -> bool {
    let check = step.check.iter().map(|(clause, _)| &clause.formula);
    let mut says = step.each.is_none();
    for formula in step.call.arguments.iter().chain(check) {
        all(formula, &mut |part| says |= matches!(part, Formula::Item));
    }
    says
}
