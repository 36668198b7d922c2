//! The book's examples: the policies of a page form one set that checks without a word, and whose tests pass; a block `nvp error CODE`
//! added to it gives that code.

use std::sync::Arc;

use nvp_drive::load::{Stdlib, load_text};
use nvp_drive::test_run::{TestOptions, run_test};
use nvp_dsl::SourceMap;
use nvp_dsl::diagnostic::Diagnostic;

use crate::house::{files, read, root, shown};
use crate::pages::{Block, blocks};

/// Checks texts as one set with the standard library.
fn check(name: &str, texts: &[&Block<'_>]) -> (nvp_check::Checked, SourceMap) {
    let stdlib = Stdlib::built_in();
    // Each block keeps its own line breaks, so a diagnostic's line is found again in the page.
    let text: String = texts.iter().map(|block| format!("{}\n", block.text)).collect();
    let set = load_text(name, &text, &stdlib);
    let checked = nvp_drive::generation::check(&set, &stdlib);
    (checked, set.sources)
}

fn told(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    diagnostics
        .iter()
        .map(|diagnostic| {
            format!(
                "  {} {} at `{}`\n",
                diagnostic.code.0,
                diagnostic.title,
                sources.text(diagnostic.primary.span)
            )
        })
        .collect()
}

fn pages() -> Vec<std::path::PathBuf> {
    let mut pages: Vec<_> = files(&root().join("docs"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.push(root().join("README.md"));
    pages
}

#[test]
fn the_policies_of_every_page_are_sound_and_their_tests_pass() {
    let mut wrong = Vec::new();
    let mut tests = 0;
    for path in pages() {
        let page = read(&path);
        let blocks = blocks(&page);
        let good: Vec<&Block<'_>> = blocks
            .iter()
            .filter(|block| block.info == "nvp" || block.info.starts_with("nvp file="))
            .collect();
        if good.is_empty() {
            continue;
        }
        let (checked, sources) = check(&shown(&path), &good);
        if !checked.diagnostics.is_empty() {
            wrong.push(format!("{}:\n{}", shown(&path), told(&checked.diagnostics, &sources)));
        }
        let Some(policy) = checked.policy.map(Arc::new) else { continue };
        for test in &policy.tests {
            let outcome = run_test(&policy, test, TestOptions::default()).expect("a page's policy compiles");
            tests += 1;
            if !outcome.passed() {
                wrong.push(format!("{}: test {:?} fails: {:#?}", shown(&path), test.name, outcome.failures));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tests >= 4, "the book's tests are gone");
}

#[test]
fn what_the_book_says_is_refused_is_refused_with_that_code() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for path in pages() {
        let page = read(&path);
        let blocks = blocks(&page);
        for bad in &blocks {
            let Some(code) = bad.info.strip_prefix("nvp error ") else { continue };
            seen += 1;
            let mut with: Vec<&Block<'_>> = blocks
                .iter()
                .filter(|block| block.info == "nvp" || block.info.starts_with("nvp file="))
                .collect();
            with.push(bad);
            let (checked, sources) = check(&shown(&path), &with);
            let codes: Vec<&str> = checked.diagnostics.iter().map(|diagnostic| diagnostic.code.0).collect();
            if codes != [code] {
                wrong.push(format!(
                    "{}:{}: wants {code}, has:\n{}",
                    shown(&path),
                    bad.line,
                    told(&checked.diagnostics, &sources)
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen >= 1, "the book shows no error");
}

/// Codes in a text: `E0300`, `W0910`.
fn codes(text: &str) -> std::collections::BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_code = |word: &&str| {
        word.len() == 5 && word.starts_with(['E', 'W']) && word.chars().skip(1).all(|c| c.is_ascii_digit())
    };
    words.filter(is_code).map(str::to_owned).collect()
}

#[test]
fn every_code_that_the_book_names_has_a_page_and_what_is_proved_of_deeds_is_all_in_it() {
    let all: std::collections::BTreeSet<String> = nvp_dsl::codes::pages()
        .chain(nvp_check::codes::pages())
        .chain(nvp_drive::codes::pages())
        .map(|page| page.code.to_owned())
        .collect();
    for path in pages() {
        let unknown: Vec<_> = codes(&read(&path)).difference(&all).cloned().collect();
        assert!(unknown.is_empty(), "{} names {unknown:?}", shown(&path));
    }
    let told = codes(&read(&root().join("docs/proved.md")));
    let is_of_deeds = |code: &&String| {
        ["E07", "E08", "E09", "W0706", "W0707", "W0708", "W0709", "W071", "W072", "W09"]
            .iter()
            .any(|start| code.starts_with(start))
    };
    let missing: Vec<_> = all.iter().filter(is_of_deeds).filter(|code| !told.contains(*code)).collect();
    assert!(missing.is_empty(), "docs/proved.md lacks {missing:?}");
}

/// Kept honest: a set with a wrong unit is refused.
#[test]
fn the_harness_can_fail() {
    let bad = Block {
        info: "nvp",
        text: "use std.severities\nmetric m: s\nalert a on m { red when > 90%  absent holds }\n",
        line: 1,
    };
    let (checked, _) = check("bad", &[&bad]);
    assert!(checked.policy.is_none());
}
