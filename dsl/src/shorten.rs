//! Messages stay readable whatever is quoted in them: a name, a number or a pattern may be megabytes long.

/// The longest run of characters without a blank that a message shows whole.
const RUN_CHARS_MAX: usize = 120;
/// What is kept of a longer run: its beginning and its end.
const RUN_KEPT_CHARS: (usize, usize) = (60, 20);
/// The longest message that is shown whole; of a longer one as much is kept at its beginning, and a little of its end.
const TEXT_CHARS_MAX: usize = 2_000;
/// What is kept of a longer message.
const TEXT_KEPT_CHARS: (usize, usize) = (1_500, 200);

/// A message with what is too long in it cut in the middle, `…` standing for what is left out.
pub(crate) fn shortened(text: String) -> String {
    if text.len() <= RUN_CHARS_MAX {
        return text;
    }
    let runs: Vec<String> = text
        .split_inclusive(char::is_whitespace)
        .map(|run| cut(run, RUN_CHARS_MAX, RUN_KEPT_CHARS))
        .collect();
    cut(&runs.concat(), TEXT_CHARS_MAX, TEXT_KEPT_CHARS)
}

fn cut(text: &str, chars_max: usize, (beginning, end): (usize, usize)) -> String {
    if text.len() <= chars_max || text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(beginning).collect();
    kept.push('…');
    let mut last: Vec<char> = text.chars().rev().take(end).collect();
    last.reverse();
    kept.extend(last);
    kept
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn what_is_of_a_readable_length_stays() {
        let text =
            "there is no metric `gateway_latency` in this set, and nothing that is near it; ".repeat(20);
        assert_eq!(shortened(text.clone()), text);
    }

    #[test]
    fn a_long_name_is_cut_in_its_middle_and_the_rest_stays() {
        let text = shortened(format!("there is no unit `a{}z`, alas", "é".repeat(1_000_000)));
        assert_eq!(text, format!("there is no unit `a{}…{}z`, alas", "é".repeat(58), "é".repeat(16)));
    }

    #[test]
    fn a_long_text_of_short_words_is_cut_too() {
        let text = shortened(format!("`{}` is no text", "a ".repeat(1_000_000)));
        assert!(text.chars().count() < 2_000 && text.ends_with("` is no text"), "{text}");
    }
}
