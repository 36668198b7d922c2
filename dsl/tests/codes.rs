//! Each code's page is true: its bad examples give the code and no other, its good ones pass.

use std::collections::BTreeSet;

use nvp_dsl::{FileId, codes, parse};

fn codes_of(text: &str) -> BTreeSet<&'static str> {
    parse(FileId(0), text).diagnostics.iter().map(|diagnostic| diagnostic.code.0).collect()
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
        assert!(
            code.0.starts_with("E0") && code.0 < "E0200",
            "{} is out of the range of syntax codes",
            code.0
        );
    }
}

#[test]
fn bad_examples_give_their_code_and_no_other() {
    // what only a whole file or its bytes can show is tested in `limits`
    let without_example = [codes::NOT_UTF8, codes::TOO_LARGE, codes::TOO_MANY_ERRORS];
    for page in codes::pages() {
        assert_eq!(
            page.bad.is_empty(),
            without_example.iter().any(|code| code.0 == page.code),
            "{}",
            page.code
        );
        for bad in &page.bad {
            assert_eq!(codes_of(bad), BTreeSet::from([page.code]), "{}:\n{bad}", page.code);
        }
    }
}

#[test]
fn good_examples_pass() {
    for page in codes::pages() {
        assert!(!page.good.is_empty(), "{} has no good example", page.code);
        for good in &page.good {
            assert_eq!(codes_of(good), BTreeSet::new(), "{}:\n{good}", page.code);
        }
    }
}
