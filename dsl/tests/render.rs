//! How diagnostics look: at a terminal, as JSON, as SARIF, on GitHub.

use nvp_dsl::{FileId, SourceMap, Span, codes, parse, render};

const TEXT: &str = "metric cpu: ratio { labels host, instance }

alert busy on cpu {
  red    when > 90% and load > 4 for 5m
  yelow  whn  > 80%
  says   \"é {host} 100%, busy\"
  sais   \"é {host}\"
  absent holds
}
";

fn sources() -> (SourceMap, Vec<nvp_dsl::Diagnostic>) {
    let mut sources = SourceMap::default();
    let file = sources.add("policies/my host.nvp", TEXT);
    (sources, parse(file, TEXT).diagnostics)
}

#[test]
fn for_people() {
    let (sources, diagnostics) = sources();
    insta::assert_snapshot!(render::human(&diagnostics, &sources, false));
}

#[test]
fn colour_changes_no_letter() {
    let (sources, diagnostics) = sources();
    let colored = render::human(&diagnostics, &sources, true);
    assert!(colored.contains("\u{1b}["));
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    assert_eq!(plain + rest, render::human(&diagnostics, &sources, false));
}

#[test]
fn as_json() {
    let (sources, diagnostics) = sources();
    insta::assert_snapshot!(render::json(&diagnostics, &sources));
}

#[test]
fn as_sarif() {
    let (sources, diagnostics) = sources();
    let title = |code: nvp_dsl::Code| {
        codes::page(code.0).and_then(codes::Page::parse).map(|page| page.title.to_owned())
    };
    insta::assert_snapshot!(render::sarif(&diagnostics, &sources, "0.1.0", title));
}

#[test]
fn for_github() {
    let (sources, diagnostics) = sources();
    insta::assert_snapshot!(render::github(&diagnostics, &sources));
}

#[test]
fn places_that_a_text_does_not_have_are_survived() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.nvp", "é\n");
    let lost = FileId(7);
    for (file, start, end) in [(file, 1, 2), (file, 0, 900), (file, 900, 901), (file, 2, 1), (lost, 3, 4)] {
        let span = Span { file, start, end };
        let fix = vec![nvp_dsl::diagnostic::Edit { span, replacement: "x".to_owned() }];
        let one = [nvp_dsl::Diagnostic::error(codes::UNEXPECTED, "here", span)
            .also(span, "there")
            .fix("mend", fix)];
        assert!(render::human(&one, &sources, false).contains("here"));
        assert!(render::json(&one, &sources).contains("here"));
        assert!(render::sarif(&one, &sources, "1", |_| None).contains("here"));
        assert!(render::github(&one, &sources).contains("here"));
    }
}
