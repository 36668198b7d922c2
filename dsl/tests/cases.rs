//! The corpus: a Markdown file a case in `tests/cases`, its source in a fence `nvp`, and below it what becomes of that source.
//!
//! To add a case, write its title, why it is there, and the source; `BLESS=1 cargo test -p nvp-dsl cases` writes the rest, which
//! is to be read before it is committed.

use std::path::PathBuf;

use nvp_dsl::{FileId, SourceMap, format, parse, render, shape};

const FENCE: &str = "```";

/// What stands behind a source: its diagnostics if it has any, else its tree and its layout.
fn becomes(source: &str) -> String {
    let mut sources = SourceMap::default();
    let file = sources.add("case.nvp", source);
    let parsed = parse(file, source);
    let fenced = |name: &str, body: &str| format!("\n{FENCE}{name}\n{}\n{FENCE}\n", body.trim_end());
    let mut text = String::new();
    if !parsed.diagnostics.is_empty() {
        text += &fenced("diagnostics", &render::human(&parsed.diagnostics, &sources, false));
    }
    text += &fenced("tree", &shape(&parsed.file));
    match format(FileId(0), source) {
        Ok(formatted) if formatted == source => text + "\nIts layout is canonical.\n",
        Ok(formatted) => text + &fenced("formatted", &formatted),
        Err(_) => text,
    }
}

fn cases() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut cases: Vec<_> = entries.map(|entry| entry.path()).collect();
    cases.sort();
    cases
}

#[test]
fn every_case_becomes_what_it_says() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 20, "the corpus has {} cases", cases.len());
    for path in cases {
        let text = std::fs::read_to_string(&path).expect("a case is a text");
        let (head, rest) = text.split_once("```nvp\n").expect("a case has a source fenced as nvp");
        let (source, _) = rest.split_once("```\n").expect("the source's fence is closed");
        let wanted = format!("{head}{FENCE}nvp\n{source}{FENCE}\n{}", becomes(source));
        if wanted == text {
            continue;
        }
        if bless {
            std::fs::write(&path, &wanted).expect("a case can be written");
        }
        wrong.push(format!("{}:\n{wanted}", path.display()));
    }
    assert!(bless || wrong.is_empty(), "BLESS=1 accepts what these became:\n{}", wrong.join("\n"));
}
