//! The design's examples: what belongs to this version reads wholly.

use nvp_dsl::{FileId, SourceMap, parse};

const GATEWAY: &str = include_str!("corpus/gateway.nvp");
const PLAYBOOKS: &str = include_str!("corpus/playbooks.nvp");
const REAL_RULES: &str = include_str!("corpus/real-rules.nvp");

/// The errors in a text: line, code and title.
fn told(text: &str) -> Vec<String> {
    let mut sources = SourceMap::default();
    let id = sources.add("example.nvp", text);
    let line = |byte| sources.file(id).map_or(0, |file| file.position(byte).line);
    parse(id, text)
        .diagnostics
        .iter()
        .map(|d| format!("{} {} {}", line(d.primary.span.start), d.code.0, d.title))
        .collect()
}

#[test]
fn rules_that_people_really_run_read_wholly() {
    assert_eq!(told(REAL_RULES), Vec::<String>::new());
    assert_eq!(parse(FileId(0), REAL_RULES).file.items.len(), 44);
}

/// `scale` and what forecasts are made of come later; all the rest of the examples is read.
#[test]
fn the_examples_read_but_for_what_later_versions_bring() {
    assert_eq!(told(GATEWAY), ["72 E0030 `scale` is not part of this version"]);
    assert_eq!(told(PLAYBOOKS), ["87 E0030 `at` is not part of this version"]);
    assert_eq!(parse(FileId(0), GATEWAY).file.items.len(), 18);
    assert_eq!(parse(FileId(0), PLAYBOOKS).file.items.len(), 12);
}
