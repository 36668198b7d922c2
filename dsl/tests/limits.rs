//! Bad input: huge, deep, broken. Nothing panics, everything is told, the rest is read.

use nvp_dsl::{BRACKETS_MAX, BYTES_MAX, DIAGNOSTICS_MAX, FileId, decode, fuzz, parse};

fn codes(text: &str) -> Vec<&'static str> {
    parse(FileId(0), text).diagnostics.iter().map(|diagnostic| diagnostic.code.0).collect()
}

fn nested(depth: usize) -> String {
    format!("derive a = {}1{}", "(".repeat(depth), ")".repeat(depth))
}

#[test]
fn brackets_nest_up_to_the_limit_and_no_deeper() {
    assert_eq!(codes(&nested(BRACKETS_MAX)), Vec::<&str>::new());
    assert_eq!(codes(&nested(BRACKETS_MAX + 1)), ["E0022"]);
    let rest = format!("{}\nderive b = 1", nested(200_000));
    let parsed = parse(FileId(0), &rest);
    assert_eq!(parsed.diagnostics.len(), 1);
    assert_eq!(parsed.file.items.len(), 2);
}

#[test]
fn what_recurses_without_brackets_is_bounded_too() {
    for unit in
        ["not ", "- ", "if ", "a + ", "a and ", "if a then ", "if a then b else ", "(a + ", "(not ", "f(-"]
    {
        let text = format!("derive x = {}a", unit.repeat(20_000));
        assert!(!codes(&text).is_empty(), "{unit}");
    }
    let level = |inner: &str| format!("(if a then not not - - {inner} + b * c for 5m and d or e)");
    let deep = (0..60).fold("a".to_owned(), |inner, _| level(&inner));
    let _ = parse(FileId(0), &format!("derive x = {deep}"));
}

#[test]
fn the_deepest_texts_are_formatted_and_shown() {
    let nest = |open: &str, close: &str, levels: usize| {
        format!("derive x = {}a{}\n", open.repeat(levels), close.repeat(levels))
    };
    let deepest = [
        nest("f(", " over 5m by b)", BRACKETS_MAX),
        nest("a + f(to: not ", ", b overall)", BRACKETS_MAX),
        nest("(if a then -", " default b else c for 5m)", 40),
        nest("\"{", "}\"", BRACKETS_MAX / 2),
        nest("not ", "", 200),
        nest("if a then ", " else b", 100),
        nest("", " or a + b * -c", 60),
    ];
    for text in deepest {
        assert_eq!(codes(&text), Vec::<&str>::new(), "{text}");
        fuzz::format_round_trip(text.as_bytes());
        fuzz::parse(text.as_bytes());
    }
}

#[test]
fn a_long_chain_is_read_up_to_the_limit() {
    let chain = |operands: usize| format!("derive x = {}", vec!["a"; operands].join(" + "));
    assert_eq!(codes(&chain(200)), Vec::<&str>::new());
    assert_eq!(codes(&chain(300)), ["E0023"]);
}

/// An exponential or quadratic cost would not come to an end here.
#[test]
fn what_never_closes_is_read_in_time() {
    let many = |unit: &str| unit.repeat(30_000);
    for (opens, closes) in
        [("(", "}"), ("(", "#\n"), ("(", "\"\n"), ("{", ")"), ("{\n", "derive x = 1\n"), ("\"{", "\n")]
    {
        let _ = codes(&(many(opens) + &many(closes)));
    }
    for unit in
        ["{ ", "( ", "alert a {\n", "\"{", "a{", "derive x = (\n", "\" { ", "=~ \"{", "}", ") ", "{ } } { "]
    {
        let _ = codes(&unit.repeat(20_000));
    }
    for unit in [
        "playbook a() {\n",
        "playbook a() { step b { do c(",
        "provider a { write b( ",
        "escalation a {\n",
        "test \"a\" { given b is (",
    ] {
        let _ = codes(&unit.repeat(20_000));
    }
}

/// A block of nothing but slips is read once, not once for each of them.
#[test]
fn long_blocks_of_the_response_are_read_in_time() {
    for (begins, unit) in [
        ("playbook a() {", "step b { do c.d() timeut 5s } limit 1 of x\n"),
        ("playbook a() { step b {", "do c check d within e f\n"),
        ("provider a {", "write b() undo c idempotnt probe (d\n"),
        ("provider a { write b()", " once probe c > locks d e"),
        ("escalation a {", "b c for 5m d by e f\n"),
        ("calendar a in \"UTC\" {", "open monday-friday 9:00..1 also\n"),
        ("maintenance a {", "covers b from 2026-12-01 x "),
        ("test \"a\" {", "given b is (1, 2 expect by 3m step c dne given d of e "),
        ("test \"a\" {", "expect by 3m a{b = \"c\"} started given d is (((((1))))) until e done\n"),
        ("playbook a() { on success {", "notify b ticket c "),
    ] {
        let ends = "}".repeat(begins.matches('{').count());
        let parsed = parse(FileId(0), &format!("{begins}{}{ends}", unit.repeat(2_000)));
        assert!(parsed.diagnostics.len() <= DIAGNOSTICS_MAX + 1, "{unit}");
        assert_eq!(parsed.diagnostics.is_empty(), unit.contains("started"), "{unit}");
    }
}

/// A word that begins nothing was read once for each of its letters.
#[test]
fn a_word_of_half_a_megabyte_is_read_in_time_and_named_in_short() {
    let word = "b".repeat(1 << 19);
    for (text, code) in [
        (word.clone(), "E0002"),
        (format!("{word} x {{ y }}"), "E0002"),
        (format!("alert a {{ {word} 1 }}"), "E0003"),
        (format!("metric a: {word} of s"), "E0041"),
    ] {
        let parsed = parse(FileId(0), &text);
        let first = &parsed.diagnostics[0];
        assert_eq!(first.code.0, code, "{}", first.title);
        assert!(first.title.len() < 200, "{} bytes of title", first.title.len());
    }
    assert_eq!(codes(&format!("unit {word}")), Vec::<&str>::new());
}

#[test]
fn a_file_over_the_limit_is_refused() {
    assert_eq!(codes(&"#".repeat(BYTES_MAX + 1)), ["E0021"]);
    assert_eq!(codes(&"#".repeat(BYTES_MAX)), Vec::<&str>::new());
}

#[test]
fn diagnostics_are_bounded_and_the_rest_counted() {
    let parsed = parse(FileId(0), &"unit a = b\n".repeat(5_000));
    assert_eq!(parsed.diagnostics.len(), DIAGNOSTICS_MAX + 1);
    assert_eq!(
        parsed.diagnostics.last().map(|d| d.title.as_str()),
        Some("4000 more errors in this file are not shown")
    );
}

#[test]
fn what_is_nothing_but_mistakes_costs_no_memory_without_bound() {
    for unit in [")", "\0 ", "\"\n", "unit a=b "] {
        let parsed = parse(FileId(0), &unit.repeat(40_000));
        assert_eq!(parsed.diagnostics.len(), DIAGNOSTICS_MAX + 1, "{unit}");
    }
}

#[test]
fn a_carriage_return_alone_hides_what_is_before_it() {
    assert_eq!(
        codes("unit a # shown\rhidden\nderive b = \"c\rd\"\nunit\re\r\n"),
        ["E0016", "E0016", "E0016"]
    );
}

#[test]
fn control_characters_are_told_and_the_rest_read() {
    let parsed = parse(FileId(0), "unit a\0\0\0\nunit b # x\u{1b}\nseverity red is\u{7f} critical");
    let codes: Vec<_> = parsed.diagnostics.iter().map(|d| (d.code.0, d.primary.span.start)).collect();
    assert_eq!(codes, [("E0016", 6), ("E0016", 20), ("E0016", 37)]);
    let nul = &parsed.diagnostics[0];
    assert_eq!((nul.title.as_str(), nul.primary.span.end), ("3 NUL bytes stand here", 9));
    assert_eq!(nul.fix.as_ref().map(|fix| fix.edits[0].span), Some(nul.primary.span));
    assert_eq!(parsed.file.items.len(), 3);
}

#[test]
fn bytes_that_are_not_utf8_are_named() {
    let error = decode(FileId(0), b"unit a\nunit b\xff").expect_err("0xFF is never UTF-8");
    assert_eq!(error.title, "this file is not UTF-8: byte 0xFF at offset 13 in line 2 begins no character");
    assert_eq!(decode(FileId(0), b"\xef\xbb\xbfunit a").as_deref(), Ok("unit a"));
}
