//! What serde says, without what stands in the configuration: that may be a secret in the wrong place.

/// Numbers of at most so many characters are shown.
const NUMBER_CHARACTERS_MAX: usize = 4;

/// What serde calls numbers, and what people do.
const NUMBERS: [(&str, &str); 5] = [
    ("a nonzero usize", "a whole number above 0"),
    ("usize", "a whole number"),
    ("u16", "a whole number"),
    ("u32", "a whole number"),
    ("u64", "a whole number"),
];

/// `invalid type: string "…", expected …` without the string; on one line.
#[must_use]
pub fn without_text(message: &str) -> String {
    let message = NUMBERS.iter().fold(message.to_owned(), |message, (theirs, ours)| {
        message.strip_suffix(theirs).map_or_else(|| message.clone(), |before| format!("{before}{ours}"))
    });
    let expected = |rest: &str| rest.rsplit_once(", expected ").map(|(_, expected)| expected.to_owned());
    for start in ["invalid type: ", "invalid value: "] {
        let Some(rest) = message.strip_prefix(start) else { continue };
        let number = rest.split('`').nth(1).unwrap_or_default();
        let shown = if rest.starts_with("string ") {
            "a text"
        } else if number.len() > NUMBER_CHARACTERS_MAX {
            "a number"
        } else {
            break;
        };
        return expected(rest).map_or_else(
            || format!("{shown} stands here, and it is not what is needed"),
            |expected| format!("{shown} stands here, and what is needed is {expected}"),
        );
    }
    message.lines().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::without_text;

    #[test]
    fn what_stands_there_is_not_repeated() {
        for (message, wanted) in [
            (
                "invalid type: string \"hunter2\", expected u16",
                "a text stands here, and what is needed is a whole number",
            ),
            (
                "invalid type: string \"a, expected b\", expected a map",
                "a text stands here, and what is needed is a map",
            ),
            (
                "invalid type: integer `424242`, expected a map",
                "a number stands here, and what is needed is a map",
            ),
            (
                "invalid value: integer `0`, expected a nonzero usize",
                "invalid value: integer `0`, expected a whole number above 0",
            ),
            ("missing field `base`", "missing field `base`"),
            ("one\ntwo", "one two"),
        ] {
            assert_eq!(without_text(message), wanted);
        }
    }
}
