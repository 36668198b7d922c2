//! The design's examples: what belongs to this version reads wholly.

use nvp_dsl::{FileId, Parsed, parse};

fn read(name: &str) -> (String, Parsed) {
    let path = format!("{}/tests/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect("the corpus has this file");
    let parsed = parse(FileId(0), &text);
    (text, parsed)
}

fn told(text: &str, parsed: &Parsed) -> Vec<String> {
    parsed
        .diagnostics
        .iter()
        .map(|d| {
            let line = text[..d.primary.span.start as usize].matches('\n').count() + 1;
            format!("{line} {} {}", d.code.0, d.title)
        })
        .collect()
}

#[test]
fn rules_that_people_really_run_read_wholly() {
    let (text, parsed) = read("real-rules.nvp");
    assert_eq!(told(&text, &parsed), Vec::<String>::new());
    assert_eq!(parsed.file.items.len(), 44);
}

#[test]
fn the_gateway_reads_but_for_what_later_versions_bring() {
    let (text, parsed) = read("gateway.nvp");
    let told = told(&text, &parsed);
    assert!(told.iter().all(|line| line.contains("E0030")), "{told:#?}");
    insta::assert_debug_snapshot!(told);
}
