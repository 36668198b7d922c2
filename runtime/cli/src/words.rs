//! Numbers with their nouns, and places, as people read them.

use std::collections::BTreeMap;

use nvp_dsl::{SourceMap, Span};

/// `1 file`, `3 files`, `235,755 samples`.
pub fn count(number: impl TryInto<u64>, one: &str, many: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A number with its thousands apart: `235,755`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `policies/cpu.nvp:12:3`
pub fn place(span: Span, sources: &SourceMap) -> String {
    let Some(file) = sources.file(span.file) else { return String::new() };
    let position = file.position(span.start);
    format!("{}:{}:{}", file.name(), position.line, position.column)
}

/// A row's labels for tables: `pod=a service=b`.
pub fn row(labels: &BTreeMap<String, String>) -> String {
    let pairs: Vec<_> = labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join(" ")
}

/// Names in a row: `a, b and c`; of many only the first, with how many more there are.
pub fn listed(names: &[String], names_max: usize) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] if names.len() <= names_max => format!("{} and {last}", first.join(", ")),
        _ => {
            let shown: Vec<_> = names.iter().take(names_max).map(String::as_str).collect();
            format!("{} and {} more", shown.join(", "), grouped((names.len() - shown.len()) as u64))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_thousands_apart() {
        assert_eq!(count(1u64, "file", "files"), "1 file");
        assert_eq!(count(0u64, "file", "files"), "0 files");
        assert_eq!(count(235_755u64, "sample", "samples"), "235,755 samples");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567_890), "1,234,567,890");
    }

    #[test]
    fn long_lists_say_how_many_more_there_are() {
        let names: Vec<_> = ["a", "b", "c", "d"].map(str::to_owned).into();
        assert_eq!(listed(&names, 4), "a, b, c and d");
        assert_eq!(listed(&names, 2), "a, b and 2 more");
        assert_eq!(listed(names.get(..1).unwrap(), 2), "a");
    }
}
