//! Each code's page is true: its bad examples give the code and no other, its good ones pass without a remark.

use std::collections::BTreeSet;

use nvp_check::codes;

use crate::harness::{Outcome, check_texts};

fn outcome(text: &str) -> Outcome {
    check_texts(&[(String::new(), text.to_owned())])
}

fn codes_of(outcome: &Outcome) -> BTreeSet<&'static str> {
    outcome.syntax.iter().chain(&outcome.checked.diagnostics).map(|found| found.code.0).collect()
}

#[test]
fn each_code_has_a_page_under_its_name_and_only_one() {
    let numbers: BTreeSet<&str> = codes::ALL.iter().map(|code| code.0).collect();
    assert_eq!(numbers.len(), codes::ALL.len());
    let pages: Vec<_> = codes::pages().collect();
    assert_eq!(pages.len(), codes::ALL.len());
    for (code, page) in codes::ALL.iter().zip(&pages) {
        assert_eq!(page.code, code.0);
        assert_eq!(codes::page(code.0), Some(page.text));
        let range = if code.0.starts_with('W') { "W0700".."W0800" } else { "E0200".."E0900" };
        assert!(range.contains(&code.0), "{} is out of the range of the checker's codes", code.0);
    }
}

#[test]
fn bad_examples_give_their_code_and_no_other() {
    // what only modules can show is tested in `uses`; a gap of the checker has no example
    let needs_modules = [codes::CYCLIC_USE, codes::NOT_CHECKED];
    let mut wrong = String::new();
    for page in codes::pages().filter(|page| !needs_modules.iter().any(|code| code.0 == page.code)) {
        assert!(!page.bad.is_empty(), "{} has no bad example", page.code);
        for bad in &page.bad {
            let outcome = outcome(bad);
            if codes_of(&outcome) != BTreeSet::from([page.code]) {
                wrong.push_str(&format!("{}:\n{bad}\n{}\n", page.code, outcome.report()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn good_examples_pass() {
    let mut wrong = String::new();
    for page in codes::pages() {
        assert!(!page.good.is_empty(), "{} has no good example", page.code);
        for good in &page.good {
            let outcome = outcome(good);
            if !codes_of(&outcome).is_empty() {
                wrong.push_str(&format!("{}:\n{good}\n{}\n", page.code, outcome.report()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// A text with a fix's edits made.
fn mended(text: &str, fix: &nvp_dsl::diagnostic::Fix) -> String {
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|edit| std::cmp::Reverse((edit.span.start, edit.span.end)));
    let mut mended = text.to_owned();
    for edit in edits {
        mended.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.replacement);
    }
    mended
}

#[test]
fn fixes_mend() {
    let mut tried = 0;
    let mut wrong = String::new();
    for page in codes::pages() {
        for bad in &page.bad {
            for found in outcome(bad).checked.diagnostics.iter().filter(|found| found.fix.is_some()) {
                let mended = mended(bad, found.fix.as_ref().expect("a fix"));
                let after = outcome(&mended);
                let again = after.checked.diagnostics.iter().any(|other| other.code == found.code);
                if again || !after.syntax.is_empty() {
                    wrong.push_str(&format!("{}:\n{mended}\n{}\n", page.code, after.report()));
                }
                tried += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(tried > 25, "only {tried} fixes were tried");
}
