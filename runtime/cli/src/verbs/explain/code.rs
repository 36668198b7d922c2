//! The page of a diagnostic's code.

use std::io::Write as _;

use crate::failure::{Exit, Failure};
use crate::output::{Output, Paint};
use crate::pages;

/// Prints a page.
pub fn run(name: &str, out: &mut Output) -> Result<Exit, Failure> {
    let Some(page) = pages::page(name) else { return Err(unknown(name)) };
    out.write_all(shown(page.text, out.paint()).as_bytes())?;
    Ok(Exit::Good)
}

fn unknown(name: &str) -> Failure {
    let pages = pages::pages();
    let is_code = name.len() == 5 && name.chars().skip(1).all(|digit| digit.is_ascii_digit());
    if is_code {
        let near = nearest(name, &pages.iter().map(|page| page.code).collect::<Vec<_>>());
        let failure = Failure::new(format!("there is no code `{name}`"));
        return match near {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure,
        };
    }
    Failure::new(format!("`{name}` is no code")).help(
        "a code is like `E0312`; `plan PATH` explains a plan; an alert wants `--at`, `--recording` and `--policies`",
    )
}

/// The code whose number is nearest, of those that begin with the same letter.
fn nearest(name: &str, codes: &[&'static str]) -> Option<&'static str> {
    let number = |code: &str| code.get(1..).and_then(|digits| digits.parse::<i64>().ok());
    let wanted = number(name)?;
    let same_letter = |code: &&&'static str| code.chars().next() == name.to_ascii_uppercase().chars().next();
    codes
        .iter()
        .filter(same_letter)
        .min_by_key(|code| number(code).map(|number| number.abs_diff(wanted)))
        .copied()
}

/// A page for a terminal: its head stands out, fences become headings, examples are indented.
fn shown(page: &str, paint: Paint) -> String {
    let mut text = String::new();
    let mut in_example = false;
    for line in page.lines() {
        let shown = match line.strip_prefix("```") {
            Some(information) => {
                in_example = !in_example;
                match information {
                    "nvp bad" => paint.error("wrong:"),
                    "nvp good" => paint.good("right:"),
                    _ => continue,
                }
            }
            None if in_example => format!("    {line}"),
            None => line.strip_prefix("# ").map_or_else(|| line.to_owned(), |head| paint.bold(head)),
        };
        text.push_str(shown.trim_end());
        text.push('\n');
    }
    text
}
