//! The fuzz function over the corpus, its pages, and mutations of them.

use std::path::Path;
use std::sync::LazyLock;

use nvp_check::fuzz;
use proptest::prelude::*;

use crate::harness::{policies, root};

/// All texts that the repository has: shipped policies, and the examples of pages and cases.
static TEXTS: LazyLock<Vec<String>> = LazyLock::new(texts);

fn texts() -> Vec<String> {
    let mut texts: Vec<String> = ["policies", "stdlib", "tests/corpus"]
        .iter()
        .flat_map(|folder| policies(&root().join(folder)))
        .map(|(_, text)| text)
        .collect();
    for page in nvp_check::codes::pages() {
        texts.extend(page.bad.iter().chain(&page.good).map(|example| (*example).to_owned()));
    }
    let set = policies(&root().join("compiler/check/tests/sets"));
    texts.push(set.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n"));
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    for entry in std::fs::read_dir(cases).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let blocks = text.split("```nvp\n").skip(1).filter_map(|block| block.split_once("\n```"));
        texts.extend(blocks.map(|(source, _)| source.to_owned()));
    }
    let severities = std::fs::read_to_string(root().join("stdlib/std/severities.nvp")).unwrap();
    texts
        .into_iter()
        .map(|text| format!("{}\n---\n{severities}", text.replace("std.severities", "std.second")))
        .collect()
}

#[test]
fn every_text_at_hand() {
    TEXTS.iter().for_each(|text| fuzz::check(text.as_bytes()));
}

/// Words that turn one rule into a nearby one.
const WORDS: &[&str] = &[
    "cpu",
    "ratio",
    "counter of",
    "histogram of s",
    "info",
    "flag",
    "instant",
    "70%",
    "5m",
    "200ms",
    "1",
    "0",
    "overall",
    "by service",
    "over 5m",
    "for 5m",
    "and",
    "or",
    "not",
    "default 0",
    "is red",
    ">= yellow",
    "> 1",
    "<= 300ms",
    "{service = \"a\"}",
    "rate(",
    "p95(",
    "share(",
    "any(",
    "(",
    ")",
    "now",
    "/",
    "*",
    "-",
    "if",
    "then",
    "else",
    "with",
    "ago",
    "true",
    "missing",
    "present(",
    "max(",
    ",",
    "{db}",
    "{region = db}",
    "pool.size(db)",
    "before.",
    "let x =",
    "x",
    "count(x) > 1",
    "each y in x at most 3",
    "check",
    "verify",
    "within 5m",
    "timeout 5s",
    "retry 2",
    "idempotent",
    "irreversible \"why\"",
    "undo",
    "keep \"why\"",
    "== \"eu\"",
    "until grow done",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Swapping, dropping and inserting words of texts that check never breaks what must hold.
    #[test]
    fn nearby_texts(which in any::<prop::sample::Index>(), edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..WORDS.len(), 0u8..3), 1..6)) {
        let text = which.get(&TEXTS);
        let mut words: Vec<&str> = text.split_inclusive([' ', '\n', '(', ')', '{', '}', ',']).collect();
        for (at, word, how) in edits {
            if words.is_empty() {
                break;
            }
            let at = at.index(words.len());
            match how {
                0 => { words.remove(at); }
                1 => words[at] = WORDS[word],
                _ => {
                    words.insert(at, WORDS[word]);
                    words.insert(at + 1, " ");
                }
            }
        }
        fuzz::check(words.concat().as_bytes());
    }
}
