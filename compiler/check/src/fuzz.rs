//! What must hold for any bytes at all: plain functions, for tests and for fuzzers.

use nvp_dsl::ast::File;
use nvp_dsl::diagnostic::Severity;
use nvp_dsl::{FileId, parse};
use nvp_plan::response::formula::{Constant, Formula};

use crate::deeds::visit;
use crate::library::Module;
use crate::set::{Set, SetFile, uses};
use crate::typed::{Expr, Policy};

/// Checks a text. It must not panic; there is a policy exactly when there is no error; what comes out holds together: numbers are
/// finite, labels sorted, and everything refers to what is there. The second half of the text, from a line `---`, is a second file.
///
/// # Panics
/// When one of these does not hold.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let parts: Vec<&str> = text.splitn(2, "\n---\n").collect();
    let trees: Vec<_> =
        parts.iter().zip(0..).map(|(part, at)| (FileId(at), parse(FileId(at), part))).collect();
    let mut files: Vec<SetFile<'_>> = Vec::new();
    for ((id, parsed), part) in trees.iter().zip(&parts) {
        // The second file is the module that the first may use.
        let module = (id.0 == 1).then_some("std.second");
        let _ = uses(&parsed.file);
        files.push(SetFile { id: *id, text: part, tree: &parsed.file, module });
    }
    let modules = [Module::new("std.second", &File { items: Vec::new(), lost: Vec::new() })];
    let checked = crate::check(&Set { files: &files, modules: &modules });
    let refused = checked.diagnostics.iter().any(|found| found.severity == Severity::Error);
    let whole = files.iter().all(|file| file.tree.lost.is_empty());
    assert!(
        (refused || !whole) == checked.policy.is_none(),
        "a policy exactly when there is no error and nothing was lost"
    );
    assert!(
        checked.diagnostics.iter().all(|found| found.code.0 != "E0299"),
        "nothing is left unchecked without a word"
    );
    assert!(
        checked.diagnostics.iter().all(|found| files.iter().any(|file| file.id == found.primary.span.file)),
        "a diagnostic stands in a file of the set"
    );
    if let Some(policy) = checked.policy {
        sound(&policy, &files);
    }
}

fn sound(policy: &Policy, files: &[SetFile<'_>]) {
    let items = |wanted: fn(&nvp_dsl::ast::ItemKind) -> bool| {
        files.iter().flat_map(|file| &file.tree.items).filter(|item| wanted(&item.kind)).count()
    };
    assert!(
        policy.alerts.len() == items(|kind| matches!(kind, nvp_dsl::ast::ItemKind::Alert(_))),
        "no alert is lost"
    );
    assert!(
        policy.derives.len() == items(|kind| matches!(kind, nvp_dsl::ast::ItemKind::Derive(_))),
        "no derive is lost"
    );
    assert!(
        policy.metrics.len() == items(|kind| matches!(kind, nvp_dsl::ast::ItemKind::Metric(_))),
        "no metric is lost"
    );
    assert!(
        policy.tests.len() == items(|kind| matches!(kind, nvp_dsl::ast::ItemKind::Test(_))),
        "no test is lost"
    );
    assert!(
        policy.response.providers.len() == items(|kind| matches!(kind, nvp_dsl::ast::ItemKind::Provider(_))),
        "no provider is lost"
    );
    assert!(
        policy.response.playbooks.len() == items(|kind| matches!(kind, nvp_dsl::ast::ItemKind::Playbook(_))),
        "no playbook is lost"
    );
    let looked_at = deeds(policy);
    let levels = policy.alerts.iter().flat_map(|alert| &alert.levels);
    let roots = policy
        .derives
        .iter()
        .map(|derive| &derive.value)
        .chain(policy.alerts.iter().filter_map(|alert| alert.subject.as_ref()))
        .chain(levels.flat_map(|level| level.when.iter().chain(&level.clear)))
        .chain(
            policy.tests.iter().flat_map(|test| &test.expectations).map(|expectation| &expectation.condition),
        );
    for root in roots.chain(looked_at) {
        let mut todo = vec![root];
        while let Some(expr) = todo.pop() {
            node(expr, policy);
            crate::tree::children(expr, &mut |child| todo.push(child));
        }
    }
    for alert in &policy.alerts {
        for level in &alert.levels {
            for condition in level.when.iter().chain(&level.clear) {
                assert!(
                    crate::expr::subset(&condition.labels, &alert.labels),
                    "a condition has no more labels than its alert"
                );
            }
        }
    }
    for expectation in policy.tests.iter().flat_map(|test| &test.expectations) {
        assert!(expectation.condition.labels.is_empty(), "an expectation has no labels left");
    }
}

/// Formulas refer to what is there, and say of each label of what they look at which value is meant. Tells what they look at.
fn deeds(policy: &Policy) -> Vec<&Expr> {
    let mut looked_at = Vec::new();
    for playbook in &policy.response.playbooks {
        let (parameters, lets) = (playbook.parameters.len(), playbook.lets.len());
        for formula in visit::formulas(playbook) {
            visit::all(formula, &mut |part| {
                assert!(!matches!(part, Formula::Before(_)), "a snapshot is an undo's");
            });
            visit::all(formula, &mut |part| match part {
                Formula::Parameter(place) => assert!((*place as usize) < parameters, "a parameter is there"),
                Formula::Local(place) => assert!((*place as usize) < lets, "what `let` found is there"),
                Formula::Constant(Constant::Number(value)) => {
                    assert!(value.is_finite(), "a constant is finite")
                }
                Formula::Observed(observed) => {
                    let pinned = observed.labels.iter().map(|(label, _)| label);
                    assert!(pinned.eq(&observed.of.labels), "each label is pinned, and no other");
                    looked_at.push(&observed.of);
                }
                _ => {}
            });
        }
        for clause in visit::outcomes(playbook) {
            let mut clocks = Vec::new();
            visit::all(&clause.formula, &mut |part| {
                if let Formula::For(_, _, clock) = part {
                    clocks.push(*clock);
                }
            });
            clocks.sort_unstable();
            assert!(clocks.iter().copied().eq(0..clause.clocks), "each clock has its place");
        }
    }
    looked_at
}

fn node(expr: &Expr, policy: &Policy) {
    use crate::typed::ExprKind;
    assert!(expr.labels.is_sorted(), "labels are sorted");
    match &expr.kind {
        ExprKind::Number(value) => assert!(value.is_finite(), "a constant is finite"),
        ExprKind::Metric(id, _) => assert!(id.0 < policy.metrics.len(), "a metric is there"),
        ExprKind::Derive(id, _) => assert!(id.0 < policy.derives.len(), "a derive is there"),
        ExprKind::AlertState(id, ..) => assert!(id.0 < policy.alerts.len(), "an alert is there"),
        _ => {}
    }
}
