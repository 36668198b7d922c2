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

#[test]
fn peek() {
    let outcome = check_texts(&policies(&root().join("tests/corpus/real-rules.nvp")));
    let policy = outcome.checked.policy.unwrap();
    println!("{} {} {} {}", policy.metrics.len(), policy.derives.len(), policy.alerts.len(), policy.tests.len());
    for alert in &policy.alerts {
        println!("{} {:?} on {:?} [{}]", alert.name, alert.labels, alert.subject.as_ref().map(|s| (&s.text, &s.ty)), alert.levels.iter().map(|l| l.when.as_ref().map(|w| w.text.clone()).unwrap_or_default()).collect::<Vec<_>>().join(" | "));
    }
}
