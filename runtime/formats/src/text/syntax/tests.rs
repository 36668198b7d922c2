use proptest::prelude::*;

use super::*;
use crate::series::SeriesKey;

fn read(line: &str, escapes: Escapes) -> Result<String, DropReason> {
    let written = series(line.as_bytes(), escapes, &Limits::default())?;
    assert_eq!(written_bytes(line.as_bytes()), Some(written.bytes), "{line}");
    let (_, rest) = line.split_at(written.bytes);
    Ok(format!("{} | {rest}", SeriesKey::new(written.name, written.labels)))
}

#[test]
fn series_are_read() {
    for (line, wanted) in [
        ("up 1", "up |  1"),
        ("up{} 1", "up |  1"),
        ("a:b:c 1", "a:b:c |  1"),
        ("up{b=\"2\",a=\"1\"} 1", r#"up{a="1",b="2"} |  1"#),
        ("up { b = \"2\" , } 1", r#"up{b="2"} |  1"#),
        ("up{a=\"1\"}1", r#"up{a="1"} | 1"#),
        (r#"up{a="}\"\\\n\d"} 1"#, "up{a=\"}\\\"\\\\\\n\\\\d\"} |  1"),
        (r#"{"my.metric","my.label"="é"} 1"#, r#"{"my.metric","my.label"="é"} |  1"#),
        (r#"{__name__="up", job=""} 1 2"#, "up |  1 2"),
    ] {
        assert_eq!(read(line, Escapes::Exposition).as_deref(), Ok(wanted), "{line}");
    }
    let go = r#"{__name__="up", a="\x41\u00e9\U0001f600\t\101\""} 1"#;
    assert_eq!(read(go, Escapes::Go).unwrap(), "up{a=\"Aé😀\tA\\\"\"} |  1");
}

#[test]
fn what_is_none_says_why() {
    for (line, wanted) in [
        ("1up 1", DropReason::BadLine),
        ("{} 1", DropReason::BadLine),
        ("up{a=1} 1", DropReason::BadLine),
        ("up{a=\"1\" b=\"2\"} 1", DropReason::BadLine),
        ("up{,} 1", DropReason::BadLine),
        ("up{a:b=\"1\"} 1", DropReason::BadLine),
        ("up{a=\"1", DropReason::BadLine),
        ("up{a=\"1\\", DropReason::BadLine),
        ("up{a=\"1\"", DropReason::BadLine),
        ("up{\"x\"} 1", DropReason::BadLine),
        ("up{a=\"1\",a=\"2\"} 1", DropReason::RepeatedLabel),
    ] {
        let written = series(line.as_bytes(), Escapes::Exposition, &Limits::default());
        assert_eq!(written, Err(wanted), "{line}");
    }
    let bad_utf8 = series(b"up{a=\"\xff\"} 1", Escapes::Exposition, &Limits::default());
    assert_eq!(bad_utf8, Err(DropReason::NotUtf8));
    let half_rune = series(br#"up{a="\xff"} 1"#, Escapes::Go, &Limits::default());
    assert_eq!(half_rune, Err(DropReason::NotUtf8));
}

#[test]
fn what_follows_the_series_is_not_looked_at() {
    // A line whose series is remembered is not read here: bytes after it must not be judged here either.
    for line in [&b"up{a=\"1\"} 1 # {trace=\"\xff\"} 1"[..], b"up{a=\"1\"} \xff", b"up{a=\"1\"}\xff"] {
        let written = series(line, Escapes::Exposition, &Limits::default());
        assert_eq!(written.map(|written| written.bytes), Ok(9), "{}", line.escape_ascii());
    }
}

#[test]
fn limits_hold() {
    let limits = Limits { labels_max: 2, name_bytes_max: 4, label_value_bytes_max: 3, ..Limits::default() };
    for (line, wanted) in [
        (r#"up{a="1",b="2",c="3"} 1"#, DropReason::TooManyLabels),
        ("uptime 1", DropReason::NameTooLong),
        (r#"up{label="1"} 1"#, DropReason::NameTooLong),
        (r#"up{a="1234"} 1"#, DropReason::LabelTooLong),
        (r#"up{a="\\\\\\\\"} 1"#, DropReason::LabelTooLong),
    ] {
        assert_eq!(series(line.as_bytes(), Escapes::Exposition, &limits), Err(wanted), "{line}");
    }
    assert!(series(br#"up{a="123",b="\\\\\\"} 1"#, Escapes::Exposition, &limits).is_ok());
}

proptest! {
    #[test]
    fn what_is_shown_is_read_back(name in "[a-zA-Z_:][a-zA-Z0-9_:]{0,8}", labels in prop::collection::btree_map("[a-zA-Z_][a-zA-Z0-9_]{0,4}", ".{1,8}", 0..6)) {
        let key = SeriesKey::new(name, labels.into_iter().filter(|(n, v)| n != "__name__" && !v.contains('\r')));
        let line = key.to_string();
        let written = series(line.as_bytes(), Escapes::Exposition, &Limits::default()).unwrap();
        prop_assert_eq!(written.bytes, line.len());
        prop_assert_eq!(SeriesKey::new(written.name, written.labels), key);
    }

    #[test]
    fn the_quick_end_is_the_true_end(line in r#"[a-c{}=", \\1]{0,24}"#) {
        for escapes in [Escapes::Exposition, Escapes::Go] {
            if let Ok(written) = series(line.as_bytes(), escapes, &Limits::default()) {
                prop_assert_eq!(written_bytes(line.as_bytes()), Some(written.bytes));
            }
        }
    }
}
