//! What must hold for any bytes at all: plain functions, for tests and for fuzzers.

use nvp_dsl::ast::File;
use nvp_dsl::diagnostic::Severity;
use nvp_dsl::{FileId, parse};

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
    for root in roots {
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
