//! What the repository ships checks without a remark.

use crate::harness::{check_texts, policies, root};

fn clean(path: &str) {
    let outcome = check_texts(&policies(&root().join(path)));
    let report = outcome.report();
    assert!(report.is_empty(), "{path}:\n{report}");
    assert!(outcome.checked.policy.is_some());
}

#[test]
fn real_rules() {
    clean("tests/corpus/real-rules.nvp");
}

#[test]
fn policies_as_one_set() {
    clean("policies");
}

#[test]
fn policies_one_by_one() {
    for folder in ["application", "experience", "infrastructure", "host", "online-boutique"] {
        clean(&format!("policies/{folder}"));
    }
}

/// Errors are looked for; that nothing of a module is used is no wonder here.
fn without_errors(name: &str, text: String) {
    let outcome = check_texts(&[(String::new(), text)]);
    let found = outcome.syntax.iter().chain(&outcome.checked.diagnostics);
    let errors = found.filter(|found| found.severity == nvp_dsl::diagnostic::Severity::Error).count();
    assert_eq!(errors, 0, "{name}:\n{}", outcome.report());
}

#[test]
fn each_module_of_the_stdlib_alone() {
    let library = crate::harness::stdlib();
    assert!(library.len() >= 6);
    for module in library.into_keys() {
        without_errors(&module, format!("use {module}\n"));
    }
}

#[test]
fn the_stdlib_as_one_set() {
    let uses = crate::harness::stdlib().into_keys().map(|module| format!("use {module}\n"));
    without_errors("all modules", uses.collect());
}
