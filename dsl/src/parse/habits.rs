//! Mistakes of people who know other languages, or who put a blank where none may be: told with what to write instead.

use super::builder::Builder;
use super::token::{Found, last_word};
use super::words::RESERVED;
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::span::Span;

/// Units that people write apart from their number.
const UNITS: [&str; 30] = [
    "%",
    "ns",
    "us",
    "ms",
    "s",
    "m",
    "h",
    "d",
    "w",
    "B",
    "kB",
    "MB",
    "GB",
    "TB",
    "KiB",
    "MiB",
    "GiB",
    "TiB",
    "bytes",
    "seconds",
    "minutes",
    "hours",
    "days",
    "percent",
    "requests",
    "connections",
    "messages",
    "celsius",
    "EUR",
    "USD",
];

/// A longer duration is none.
const WINDOW_BYTES_MAX: usize = 40;

/// The habit behind what was found, if it is one; `operand` says whether an operand stands before it.
pub(super) fn habit(builder: &Builder<'_>, found: &Found<'_>, operand: bool) -> Option<Diagnostic> {
    let span = builder.at(found.at.clone());
    let error = |title: &str| Diagnostic::error(codes::UNEXPECTED, title, span);
    match found.token {
        "&&" | "&" => Some(operator(found, span, "and")),
        "||" | "|" => Some(operator(found, span, "or")),
        "!" => Some(operator(found, span, "not ")),
        "=" if operand => Some(operator(found, span, "==")),
        "<>" => Some(operator(found, span, "!=")),
        "=>" => Some(operator(found, span, ">=")),
        "=<" => Some(operator(found, span, "<=")),
        "[" => range(builder, found),
        "//" | "/*" => Some(error("this begins no comment").help("a comment begins with `#`")),
        "'" | "“" | "”" | "„" | "‘" | "’" | "«" | "»" | "`" => {
            Some(error("a text stands between plain double quotes").help("write `\"…\"`"))
        }
        ";" => Some(
            error("nothing separates clauses and items")
                .help("remove the `;`: every clause begins with its keyword")
                .fix("remove it", vec![Edit { span, replacement: String::new() }]),
        ),
        _ => blank(builder, found, operand),
    }
}

fn operator(found: &Found<'_>, span: Span, right: &str) -> Diagnostic {
    let title = format!("`{}` is no operator", found.token);
    let help = format!("write `{}`", right.trim_end());
    let edit = Edit { span, replacement: right.to_owned() };
    Diagnostic::error(codes::UNEXPECTED, title, span).help(help.as_str()).fix(help, vec![edit])
}

/// `requests[5m]`, a window as `PromQL` writes it.
fn range(builder: &Builder<'_>, found: &Found<'_>) -> Option<Diagnostic> {
    let rest = builder.source.get(found.at.end..)?;
    let inner = rest.get(..rest.find(']')?)?;
    // a step (`[1h:5m]`) has no place here: every tick is looked at
    let window = inner.split(':').next()?.trim();
    let is_duration = window.starts_with(|c: char| c.is_ascii_digit())
        && window.ends_with(|c: char| c.is_ascii_lowercase())
        && window.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    if !is_duration || window.len() > WINDOW_BYTES_MAX {
        return None;
    }
    let span = builder.at(found.at.start..found.at.end + inner.len() + 1);
    let help = format!("write `over {window}`");
    let edit = Edit { span, replacement: format!(" over {window}") };
    let title = "a window is not written in brackets";
    Some(Diagnostic::error(codes::UNEXPECTED, title, span).help(help.clone()).fix(help, vec![edit]))
}

/// A blank or a comma before what was found that should not be there.
fn blank(builder: &Builder<'_>, found: &Found<'_>, operand: bool) -> Option<Diagnostic> {
    let before = builder.source.get(..found.at.start)?;
    let touching = before.trim_end_matches([' ', '\t']);
    let mend = |title: &str, help: &str, from: usize, fix: &str| {
        let edit = Edit { span: builder.at(from..found.at.start), replacement: String::new() };
        let span = builder.at(found.at.clone());
        Diagnostic::error(codes::UNEXPECTED, title, span).help(help).fix(fix, vec![edit])
    };
    if matches!(found.token, ")" | "}") && touching.ends_with(',') {
        return Some(mend(
            "a list ends without a comma",
            "remove the comma",
            touching.len() - 1,
            "remove the comma",
        ));
    }
    if touching.len() == before.len() {
        return None;
    }
    let word = last_word(touching)?;
    let name = !RESERVED.contains(&word) && !word.starts_with(|c: char| c.is_ascii_digit());
    let (title, help) = match found.token {
        "(" if name => ("a call's parenthesis touches its name", "write it without the blank: `avg(…)`"),
        "{" if name && operand => {
            ("a selector's brace touches its name", "write it without the blank: `cpu{region = \"eu\"}`")
        }
        unit if UNITS.contains(&unit) && word.bytes().all(|byte| byte.is_ascii_digit()) => {
            ("a unit touches its number", "write it without the blank: `200ms`")
        }
        _ => return None,
    };
    Some(mend(title, help, touching.len(), "remove the blank"))
}
