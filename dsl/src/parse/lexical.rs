//! The diagnostics of what stands below the grammar: bytes, characters, quotes, brackets, sizes.

use super::{BRACKETS_MAX, BYTES_MAX, DIAGNOSTICS_MAX, OPERATORS_MAX};
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::span::Span;

/// `insertion` is the brace of the insertion that is open in it.
pub(super) fn text_not_closed(span: Span, insertion: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::error(codes::TEXT_NOT_CLOSED, "this text is not closed on its line", span)
        .here("begins here")
        .note("a text stands on one line");
    match insertion {
        Some(brace) => diagnostic
            .also(brace, "this insertion is not closed")
            .help("close the insertion with `}` and the text with `\"`; a brace that inserts nothing is written `{{`"),
        None => diagnostic
            .help("close it with `\"`; a line break inside is written `\\n`, a quote `\\\"`, a brace `{{`"),
    }
}

pub(super) fn not_closed(sign: &str, span: Span) -> Diagnostic {
    let partner = if sign == "(" { ")" } else { "}" };
    Diagnostic::error(codes::NOT_CLOSED, format!("this `{sign}` is not closed"), span)
        .here("opened here")
        .help(format!("add the `{partner}` that closes it"))
}

pub(super) fn closes_nothing(sign: &str, span: Span) -> Diagnostic {
    Diagnostic::error(codes::CLOSES_NOTHING, format!("this `{sign}` closes nothing"), span)
        .help(format!("remove it, or open it before with `{}`", if sign == ")" { "(" } else { "{" }))
        .fix("remove it", vec![Edit { span, replacement: String::new() }])
}

pub(super) fn nested_too_deeply(span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::NESTED_TOO_DEEPLY,
        format!("brackets are nested more than {BRACKETS_MAX} deep"),
        span,
    )
    .here("this one is too deep")
    .help("give the inner parts names with `derive`")
}

pub(super) fn expression_too_long(span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::EXPRESSION_TOO_LONG,
        format!("this expression has more than {OPERATORS_MAX} operators in a chain or in one another"),
        span,
    )
    .help("give its parts names with `derive`")
}

/// `span` is a run of one character, `times` in number.
pub(super) fn hidden_character(character: char, times: usize, span: Span) -> Diagnostic {
    let title = match (character, times) {
        ('\0', 1) => "a NUL byte stands here".to_owned(),
        ('\0', _) => format!("{times} NUL bytes stand here"),
        (_, 1) => format!("the invisible character U+{:04X} stands here", u32::from(character)),
        _ => format!("the invisible character U+{:04X} stands here {times} times", u32::from(character)),
    };
    let it = if times == 1 { "it" } else { "them" };
    let (mend, replacement) =
        if character.is_whitespace() { ("write a plain blank for", " ") } else { ("remove", "") };
    Diagnostic::error(codes::HIDDEN_CHARACTER, title, span)
        .note("what a policy says must be what a reader sees")
        .help(format!("{mend} {it}"))
        .fix(format!("{mend} {it}"), vec![Edit { span, replacement: replacement.to_owned() }])
}

pub(super) fn too_large(bytes: usize, span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::TOO_LARGE,
        format!("this file has {bytes} bytes, and a policy file may have {BYTES_MAX}"),
        span,
    )
    .help("split it: the files of a policy set are one namespace")
}

pub(super) fn not_utf8(byte: u8, offset: usize, line: usize, span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::NOT_UTF8,
        format!(
            "this file is not UTF-8: byte 0x{byte:02X} at offset {offset} in line {line} begins no character"
        ),
        span,
    )
    .help("save it as UTF-8")
}

pub(super) fn too_many_errors(left_out: usize, span: Span) -> Diagnostic {
    Diagnostic::error(
        codes::TOO_MANY_ERRORS,
        format!("{left_out} more errors in this file are not shown"),
        span,
    )
    .note(format!("the first {DIAGNOSTICS_MAX} are shown"))
    .help("mend those first")
}
