//! A configuration as it may be shown: the same bytes at the same places, and nothing that may be a secret.
//!
//! Keys, and values that can be no secrets, stay. All else is covered, since a secret that somebody wrote down by mistake stands just where
//! the mistake is that a diagnostic shows.

use std::ops::Range;

use nvp_settings::Secret;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys whose texts are no secrets.
const PLAIN_KEYS: [&str; 22] = [
    "answer",
    "at",
    "channel",
    "days",
    "directory",
    "first",
    "from",
    "give_up_after",
    "grace",
    "host",
    "interval",
    "item",
    "listen",
    "members",
    "method",
    "name",
    "otherwise",
    "person",
    "timeout",
    "tls",
    "unit",
    "zone",
];
/// A longer text is covered all the same, in bytes.
const PLAIN_BYTES_MAX: usize = 32;
/// A number of more digits may be a PIN.
const NUMBER_BYTES_MAX: usize = 4;

/// The text without what may be a secret; where it is no TOML, `at` is the part to be shown.
pub(super) fn shown(text: &str, at: Option<Range<usize>>) -> String {
    match (DeTable::parse(text), at) {
        (Ok(table), _) => {
            let mut kept = Vec::new();
            let mut covered = Vec::new();
            walk_table(text, table.get_ref(), &mut kept, &mut covered);
            cover(text, &kept, &covered)
        }
        (Err(_), at) => broken(text, &at.unwrap_or_default()),
    }
}

type Ranges = Vec<Range<usize>>;

fn walk_table(text: &str, table: &DeTable<'_>, kept: &mut Ranges, covered: &mut Ranges) {
    for (key, value) in table {
        kept.push(key.span());
        walk(text, key.get_ref(), value, kept, covered);
    }
}

fn walk(text: &str, key: &str, value: &Spanned<DeValue<'_>>, kept: &mut Ranges, covered: &mut Ranges) {
    let is_plain = match value.get_ref() {
        DeValue::Table(table) => return walk_table(text, table, kept, covered),
        DeValue::Array(entries) => {
            for entry in entries {
                walk(text, key, entry, kept, covered);
            }
            return;
        }
        DeValue::String(string) => {
            let is_word = string.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            Secret::parse(string).is_ok()
                || (string.len() <= PLAIN_BYTES_MAX
                    && (PLAIN_KEYS.contains(&key) || (key == "kind" && is_word)))
        }
        DeValue::Integer(_) | DeValue::Float(_) => value.span().len() <= NUMBER_BYTES_MAX,
        DeValue::Boolean(_) | DeValue::Datetime(_) => true,
    };
    if is_plain { kept.push(value.span()) } else { covered.push(value.span()) }
}

/// Covers values, and takes comments away.
fn cover(text: &str, kept: &[Range<usize>], covered: &[Range<usize>]) -> String {
    let mut kinds = vec![0u8; text.len()];
    for (ranges, kind) in [(kept, 1u8), (covered, 2u8)] {
        for range in ranges {
            kinds.get_mut(range.clone()).unwrap_or_default().fill(kind);
        }
    }
    let mut is_comment = false;
    let shown = text.char_indices().map(|(at, letter)| match (kinds.get(at), letter) {
        (_, '\n' | '\r') => {
            is_comment = false;
            letter
        }
        (Some(1), _) | (Some(2), '"' | '\'') => letter,
        (Some(2), _) => covering(letter),
        _ => {
            is_comment |= letter == '#';
            if is_comment { blank(letter) } else { letter }
        }
    });
    shown.collect()
}

/// Of a text that is no TOML only the line that is wrong, as far as it is the head of a table or a key.
fn broken(text: &str, at: &Range<usize>) -> String {
    let mut start = 0;
    let mut shown = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let is_here = start <= at.end && (at.start < end || end == text.len());
        let keys = if is_here { keys_of(line) } else { 0 };
        for (place, letter) in line.char_indices() {
            let is_shown = place < keys || letter.is_ascii_whitespace();
            shown.push(match (is_shown, is_here) {
                (true, _) => letter,
                (false, true) => covering(letter),
                (false, false) => blank(letter),
            });
        }
        start = end;
    }
    shown
}

/// How many bytes of a line are the head of a table, or a key with its `=`.
fn keys_of(line: &str) -> usize {
    let is_of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | ' ' | '\t');
    let content = line.trim();
    if content.starts_with('[') && content.chars().all(|c| is_of_key(c) || matches!(c, '[' | ']')) {
        return line.len();
    }
    let Some((key, behind)) = line.split_once('=') else { return 0 };
    // The end of a line of Base64 is no key.
    let is_key = key.chars().all(is_of_key) && !key.trim().is_empty();
    if is_key && !behind.trim().is_empty() && !behind.starts_with('=') { key.len() + 1 } else { 0 }
}

/// A sign of as many bytes.
fn covering(letter: char) -> char {
    match letter.len_utf8() {
        1 => '*',
        2 => '·',
        3 => '•',
        _ => '𐄁',
    }
}

/// A blank of as many bytes.
fn blank(letter: char) -> char {
    match letter.len_utf8() {
        1 => ' ',
        2 => '\u{a0}',
        3 => '\u{2003}',
        _ => '𐄁',
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_may_be_a_secret_is_covered_and_the_rest_stays_where_it_was() {
        for (text, wanted) in [
            ("token = \"hunter2\" # hunter2\n", "token = \"*******\"          \n"),
            ("token = \"env:A\"\nzone = \"UTC\"\n", "token = \"env:A\"\nzone = \"UTC\"\n"),
            ("pin = 123456\ndays = 7\n", "pin = ******\ndays = 7\n"),
            ("kind = \"webhook\"\n", "kind = \"webhook\"\n"),
            ("kind = \"hunter2\"\n", "kind = \"*******\"\n"),
            ("a = { b = [\"x\", \"né\"] }\n", "a = { b = [\"*\", \"*·\"] }\n"),
            ("a = '''\nx\n'''\n", "a = '''\n*\n'''\n"),
        ] {
            assert_eq!(shown(text, None), wanted);
            assert_eq!(shown(text, None).len(), text.len());
        }
    }

    #[test]
    fn of_what_is_no_toml_only_a_key_is_shown() {
        for (text, at, wanted) in [
            ("a = \"x\"\nsecret = \"hunter2\n", 17..25, "       \nsecret = ********\n"),
            ("[channel.a\n", 10..10, "[channel.a\n"),
            ("k = \"\"\"\nQUJD=\nhunter2 =\n", 8..13, "       \n*****\n         \n"),
            ("hunter2\n", 0..7, "*******\n"),
        ] {
            assert_eq!(shown(text, Some(at)), wanted, "{text}");
        }
    }
}
