//! The diagnostics of what the grammar can read and the language does not mean.

use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::span::Span;

fn insert(at: Span, text: &str) -> Edit {
    Edit { span: at, replacement: text.to_owned() }
}

fn start_of(span: Span) -> Span {
    Span { end: span.start, ..span }
}

fn end_of(span: Span) -> Span {
    Span { start: span.end, ..span }
}

fn parenthesised(span: Span) -> Vec<Edit> {
    vec![insert(start_of(span), "("), insert(end_of(span), ")")]
}

pub(super) fn duration_without_unit(written: &str, span: Span) -> Diagnostic {
    Diagnostic::error(codes::DURATION_WITHOUT_UNIT, format!("`{written}` is no duration"), span)
        .help("each number of a duration has its unit (`1h30m`): `ns us ms s m h d w`")
}

pub(super) fn unknown_escape(escaped: char, span: Span) -> Diagnostic {
    Diagnostic::error(codes::UNKNOWN_ESCAPE, format!("a text knows no `\\{escaped}`"), span)
        .note("a text knows `\\\"`, `\\\\`, `\\n` and `\\t`, and `{{` for a brace")
        .help("write `\\\\` for a backslash")
        .fix("write `\\\\`", vec![insert(start_of(span), "\\")])
}

pub(super) fn bad_insertion(span: Span) -> Diagnostic {
    Diagnostic::error(codes::BAD_INSERTION, "this insertion is no expression", span)
        .note("a text inserts the value of what stands in braces: `{value}`, `{region}`, `{sum(users by region)}`")
        .help("write `{{` for a brace")
        .fix("write `{{`", vec![insert(start_of(span), "{")])
}

pub(super) fn insertion_not_allowed(expression: Span) -> Diagnostic {
    Diagnostic::error(codes::INSERTION_NOT_ALLOWED, "nothing can be inserted into this text", expression)
        .note("only `says`, `runbook` and texts inside expressions insert values")
        .help("write `{{` for a brace")
}

/// `what` is `a level`, `a rung`, …; `name` begins a clause beside it.
pub(super) fn named_like_clause(what: &str, name: &str, span: Span) -> Diagnostic {
    let title = format!("{what} may not be called `{name}`");
    let diagnostic = Diagnostic::error(codes::NAMED_LIKE_CLAUSE, title, span);
    let of =
        if what == "a level" { "another clause of an alert" } else { "something else in the same block" };
    let diagnostic = diagnostic.note(format!("`{name}` begins {of}"));
    match (what, name) {
        ("a level", "clear") => {
            diagnostic.help("`clear when` stands right behind its level: `red when > 3 clear when < 2`")
        }
        _ => diagnostic.help(format!("give the {} another name", what.trim_start_matches("a "))),
    }
}

/// A time of day that is none, or is not written with two digits each; `mended` when it is clear what was meant.
pub(super) fn not_a_clock_time(written: &str, mended: Option<String>, span: Span) -> Diagnostic {
    let title = format!("`{written}` is no time of day");
    let diagnostic = Diagnostic::error(codes::NOT_A_CLOCK_TIME, title, span)
        .note("a time of day has two digits for the hour and two for the minute: from `00:00` to `24:00`");
    mended_or(diagnostic, mended, "write it like `09:00`", span)
}

/// A date that is not written as year, month and day.
pub(super) fn not_a_date(written: &str, mended: Option<String>, span: Span) -> Diagnostic {
    let title = format!("`{written}` is no date");
    let diagnostic = Diagnostic::error(codes::NOT_A_DATE, title, span)
        .note("a date has four digits for the year, two for the month and two for the day");
    mended_or(diagnostic, mended, "write it like `2026-12-25`", span)
}

fn mended_or(diagnostic: Diagnostic, mended: Option<String>, otherwise: &str, span: Span) -> Diagnostic {
    match mended {
        Some(mended) => {
            let help = format!("write `{mended}`");
            diagnostic.help(help.clone()).fix(help, vec![Edit { span, replacement: mended }])
        }
        None => diagnostic.help(otherwise),
    }
}

/// `given … of x` with a deed that nobody does.
pub(super) fn unknown_deed(deed: &str, known: &[&str], span: Span) -> Diagnostic {
    let list = known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
    let title = format!("a test cannot give `{deed}`");
    let diagnostic =
        Diagnostic::error(codes::UNKNOWN_DEED, title, span).note(format!("what people do is {list}"));
    match crate::suggest(deed, known.iter().copied()) {
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .fix(format!("write `{near}`"), vec![Edit { span, replacement: near.to_owned() }]),
        None => diagnostic.help("write one of these"),
    }
}

pub(super) fn unknown_kind(kind: &str, span: Span) -> Diagnostic {
    let kinds = ["gauge", "counter", "histogram", "info", "flag", "instant"];
    let diagnostic = Diagnostic::error(codes::UNKNOWN_KIND, format!("`{kind}` is no kind of metric"), span)
        .note("the kinds are `gauge` (unless said), `counter`, `histogram`, `info`, `flag` and `instant`");
    match crate::suggest(kind, kinds) {
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .fix(format!("write `{near}`"), vec![Edit { span, replacement: near.to_owned() }]),
        None => diagnostic.help("write a kind, or leave out `… of`"),
    }
}

/// `chain` is all of it, `last` its last operand with the `for`, `held` that operand without its `for`.
pub(super) fn for_on_last_operand(chain: Span, last: Span, held: Span) -> Diagnostic {
    let whole = vec![insert(start_of(chain), "("), insert(end_of(held), ")")];
    Diagnostic::error(
        codes::FOR_ON_LAST_OPERAND,
        "in this chain only the last operand has a `for`, which reads two ways",
        last,
    )
    .here("holds this operand only")
    .note("`a and b for 5m` means `a and (b for 5m)`, and looks like `(a and b) for 5m`")
    .help("write `(a and b) for 5m` if all of it must hold that long")
    .help("write `a and (b for 5m)` if only the last operand must")
    .fix("hold the whole chain", whole)
    .or_fix("hold the last operand only", parenthesised(last))
}

pub(super) fn chained_comparison(span: Span, first: Span) -> Diagnostic {
    Diagnostic::error(codes::CHAINED_COMPARISON, "a comparison is compared once more", span)
        .also(first, "this is a condition already")
        .help("join two comparisons with `and`: `a < b and b < c`")
}

pub(super) fn subject_left_out(span: Span) -> Diagnostic {
    Diagnostic::error(codes::SUBJECT_LEFT_OUT, "this comparison has no left side", span)
        .note("only in a level may the subject be left out, for it is the alert's: `red when > 500ms`")
        .help("write what is compared")
}

pub(super) fn list_misplaced(span: Span) -> Diagnostic {
    Diagnostic::error(codes::LIST_MISPLACED, "a list stands here", span)
        .note("a list may stand on the right of `in` only")
        .help("write one expression, or compare with `in`")
}

pub(super) fn postfix_misplaced(word: &str, operand: Span, span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::POSTFIX_MISPLACED,
        format!("`{word}` follows a name, a selector, a call or a parenthesis"),
        span,
    )
    .also(operand, "and this is none of them")
    .help(format!("put parentheses round what `{word}` belongs to"))
    .fix("put parentheses", parenthesised(operand))
}

pub(super) fn parentheses_needed(inner: &str, outer: &str, operand: Span, span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::PARENTHESES_NEEDED,
        format!("`{inner}` binds less tightly than `{outer}` and needs parentheses here"),
        span,
    )
    .also(operand, format!("the operand with `{inner}`"))
    .help("put parentheses round that operand")
    .fix("put parentheses", parenthesised(operand))
}

pub(super) fn if_without_then(span: Span) -> Diagnostic {
    Diagnostic::error(codes::IF_INCOMPLETE, "this `if` has no `then`", span)
        .help("write `if CONDITION then VALUE`, with or without `else VALUE`")
}

pub(super) fn branch_without_if(word: &str, span: Span) -> Diagnostic {
    Diagnostic::error(codes::IF_INCOMPLETE, format!("this `{word}` has no `if`"), span)
        .help("write `if CONDITION then VALUE`, with or without `else VALUE`")
}

pub(super) fn later_version(what: &str, span: Span) -> Diagnostic {
    Diagnostic::error(codes::LATER_VERSION, format!("`{what}` is not part of this version"), span)
        .help("leave it out until the version that brings it")
}

pub(super) fn unreadable(span: Span) -> Diagnostic {
    Diagnostic::error(codes::UNEXPECTED, "this cannot be read", span).help("write it in a simpler way")
}
