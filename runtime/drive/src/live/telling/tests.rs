use super::{numbered, printable};

#[test]
fn labels_cannot_play_with_the_terminal() {
    assert_eq!(
        printable("a\u{1b}[2Jb\nc\r\td\u{9b}e ä"),
        "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\u{fffd}d\u{fffd}e ä"
    );
}

#[test]
fn a_number_stands_before_what_is_said() {
    assert_eq!(numbered(r#"{"at":1}"#, 7, false), r#"{"number":7,"at":1}"#);
    assert_eq!(numbered(r#"{"at":1}"#, 8, true), r#"{"number":8,"again":true,"at":1}"#);
}
