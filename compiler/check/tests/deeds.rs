//! Providers and playbooks over whole sets, and what comes out of them that the summaries of the corpus do not show.

use nvp_check::typed::Policy;

use crate::harness::{Outcome, check_texts, policies, root};

fn errors(outcome: &Outcome) -> usize {
    let found = outcome.syntax.iter().chain(&outcome.checked.diagnostics);
    found.filter(|found| found.severity == nvp_dsl::diagnostic::Severity::Error).count()
}

fn set() -> Policy {
    let outcome = check_texts(&policies(&root().join("compiler/check/tests/sets")));
    assert_eq!(errors(&outcome), 0, "{}", outcome.report());
    outcome.checked.policy.expect("a policy")
}

#[test]
fn the_design_s_examples_check() {
    let policy = set();
    let names: Vec<&str> = policy.response.playbooks.iter().map(|playbook| playbook.name.as_str()).collect();
    let wanted = [
        "back_to_stable",
        "block_ip",
        "degraded_mode",
        "kill_blockers",
        "relieve_connection_pool",
        "spread_load",
    ];
    assert_eq!(names, wanted);
    assert_eq!(policy.response.providers.len(), 8);
}
