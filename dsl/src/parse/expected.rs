//! What the grammar would have taken at a place, in few words: the likeliest first, nothing twice.

use pest::error::ErrorVariant;

use super::grammar::Rule;
use super::words::{ITEM_WORDS, PLAYBOOK_CLAUSES, Words, words};

/// A longer list is no help.
const EXPECTED_MAX: usize = 6;

/// What could stand where a rule stopped; `read` is the text that it was run over.
pub(super) fn expected(variant: ErrorVariant<Rule>, read: &str, in_block: bool) -> Vec<Words> {
    let ErrorVariant::ParsingError { positives, .. } = variant else { return Vec::new() };
    let mut expected: Vec<Words> = Vec::new();
    for rule in positives {
        match rule {
            // inside a strict rule the end is the end of the block, or of the file, which nobody means
            Rule::EOI if in_block => expected.push(Words::Sign("}")),
            Rule::EOI => {}
            rule => match words(rule) {
                Words::Keywords(all) => expected.extend(all.iter().copied().map(Words::Keyword)),
                Words::Head(word) => expected.push(Words::Keyword(word)),
                one => expected.push(one),
            },
        }
    }
    expected.sort_unstable();
    expected.dedup();
    // what the catch-all rules and later versions would take
    expected.retain(|words| !matches!(words, Words::Thing("a word" | "an outcome")) && !is_later(words));
    keep_what_is_not_said_otherwise(&mut expected);
    if expected.len() > 1 {
        // possible nearly everywhere, meant nearly nowhere
        expected.retain(|words| !matches!(words, Words::Keyword("ago") | Words::Thing("a selector")));
    }
    let has_if = read.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == "if");
    if expected.len() > 1 && !has_if {
        expected.retain(|words| !matches!(words, Words::Keyword("then" | "else")));
    }
    expected
}

/// A thing and its parts are one expectation.
fn keep_what_is_not_said_otherwise(expected: &mut Vec<Words>) {
    let has = |expected: &[Words], thing| expected.contains(&Words::Thing(thing));
    if has(expected, "an expression") {
        // all that an expression could begin with
        let begins = ["`now`", "`true` or `false`", "a name", "a number", "a text", "a call", "an operator"]
            .map(Words::Thing);
        let keyword = [Words::Keyword("if"), Words::Keyword("not")];
        expected.retain(|words| {
            !begins.contains(words) && !keyword.contains(words) && *words != Words::Sign("(")
        });
    }
    if has(expected, "an operator") {
        // `for` and `with` are operators, and a number could only begin `1w ago`
        let part_of_operator = [Words::Keyword("for"), Words::Keyword("with"), Words::Thing("a number")];
        expected.retain(|words| !part_of_operator.contains(words));
    }
    if has(expected, "an item") {
        expected.retain(|words| !matches!(words, Words::Keyword(word) if ITEM_WORDS.contains(word)));
    }
}

/// The clauses of each block under their common name.
const CLAUSES: [(&str, &[&str]); 6] = [
    (
        "a clause of the metric",
        &["labels", "source", "every", "stale", "forget", "merge", "range", "buckets"],
    ),
    ("a clause of the alert", &["absent", "says", "runbook", "service", "flapping", "formerly", "at"]),
    ("a clause of the playbook", PLAYBOOK_CLAUSES),
    (
        "a clause of the write",
        &["undo", "expires", "irreversible", "idempotent", "once", "keyed", "probe", "locks"],
    ),
    ("what happens", &["escalation", "page", "notice", "ticket", "step", "incident"]),
    ("how a write ends", &["succeeds", "fails", "hangs", "lies"]),
];

/// So many clauses of a block are told by their common name.
const CLAUSES_MIN: usize = 4;

/// What only later versions of the language take.
fn is_later(words: &Words) -> bool {
    matches!(words, Words::Keyword("ahead" | "season"))
}

/// The likeliest: words of the language, then what has a name of its own, then signs.
fn rank(words: &Words) -> (u8, &'static str) {
    match words {
        Words::Keyword(word) | Words::Head(word) => (0, word),
        Words::Thing(thing) => (1, thing),
        Words::Sign(",") => (3, ","),
        Words::Sign(sign) => (2, sign),
        Words::Keywords(_) => (4, ""),
    }
}

/// As a list with `or`.
pub(super) fn in_words(expected: &[Words]) -> String {
    let mut ranked = expected.to_vec();
    for (clause, keywords) in CLAUSES {
        let one = |words: &Words| matches!(words, Words::Keyword(word) if keywords.contains(word));
        if ranked.iter().filter(|words| one(words)).count() >= CLAUSES_MIN {
            ranked.retain(|words| !one(words));
            ranked.push(Words::Thing(clause));
        }
    }
    ranked.sort_by_key(rank);
    let named: Vec<String> = ranked
        .iter()
        .take(EXPECTED_MAX)
        .map(|words| match words {
            Words::Thing(thing) => (*thing).to_owned(),
            Words::Keyword(word) | Words::Head(word) | Words::Sign(word) => format!("`{word}`"),
            Words::Keywords(words) => words.join(", "),
        })
        .collect();
    match named.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
