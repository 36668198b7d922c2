//! The corpus: each `nvp` block of `tests/cases/*.md` is followed by a `text` block with what checking says of it.

use std::path::Path;

use crate::harness::check_texts;
use crate::summary::summary;

#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let bless = std::env::var_os("BLESS").is_some();
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let mut wrong = String::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let told = told(&text);
        if told == text {
            continue;
        }
        if bless {
            std::fs::write(&file, told).unwrap();
        } else {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            wrong.push_str(&format!("{name}, first difference:\n{}\n", first_difference(&text, &told)));
        }
    }
    assert!(
        wrong.is_empty(),
        "{wrong}\nBLESS=1 writes what comes out; read the difference before you commit it"
    );
}

/// The file with each `text` block said anew.
fn told(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, block)) = rest.split_once("```nvp\n") {
        let (source, after) = block.split_once("\n```").expect("a closed block");
        out.push_str(&format!("{before}```nvp\n{source}\n```\n\n```text\n{}```", said(source)));
        rest = match after.trim_start().strip_prefix("```text\n") {
            Some(old) => old.split_once("```").map(|(_, after)| after).expect("a closed block"),
            None => after,
        };
    }
    out.push_str(rest);
    out
}

fn said(source: &str) -> String {
    let outcome = check_texts(&[(String::new(), source.to_owned())]);
    let mut out = outcome.report();
    if let (Some(policy), true) = (&outcome.checked.policy, outcome.syntax.is_empty()) {
        out.push_str(&summary(policy));
    }
    for open in &outcome.checked.unproved {
        out.push_str(&format!("unproved: {}\n", open.what));
    }
    out
}

fn first_difference(old: &str, new: &str) -> String {
    let mut olds = old.lines();
    for line in new.lines() {
        match olds.next() {
            Some(same) if same == line => {}
            other => return format!("  - {}\n  + {line}", other.unwrap_or_default()),
        }
    }
    format!("  - {}", olds.next().unwrap_or_default())
}
