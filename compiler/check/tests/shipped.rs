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

#[test]
fn stdlib() {
    let texts: Vec<(String, String)> = crate::harness::stdlib()
        .into_keys()
        .map(|module| (String::new(), format!("use {module}\n")))
        .collect();
    let outcome = check_texts(&texts);
    let errors: Vec<_> = outcome
        .checked
        .diagnostics
        .iter()
        .filter(|found| found.severity == nvp_dsl::diagnostic::Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{}", outcome.report());
}
