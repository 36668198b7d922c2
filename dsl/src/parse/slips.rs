//! Clauses that are nearly right: told with what is missing from them.

use std::ops::Range;

use super::block::Block;
use super::builder::Builder;
use super::recover::Stop;
use super::response_slips;
use super::token::{is_word, last_word};
use super::words::Words;
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};

/// Words that want a duration behind them.
const WANT_DURATION: [&str; 9] =
    ["for", "over", "every", "stale", "forget", "holds", "timeout", "latest", "reopen"];

/// What a clause that could not be read was probably meant to be.
pub(super) fn slip(
    builder: &Builder<'_>,
    block: Block,
    piece: &Range<usize>,
    stop: &Stop,
) -> Option<Diagnostic> {
    duration_missing(builder, stop)
        .or_else(|| absent(builder, block, piece, stop))
        .or_else(|| when_missing(builder, block, piece, stop))
        .or_else(|| response_slips::slip(builder, block, piece, stop))
}

/// `for absent holds`, `avg(x over)`.
pub(super) fn duration_missing(builder: &Builder<'_>, stop: &Stop) -> Option<Diagnostic> {
    let before = builder.clean.get(..stop.at)?.trim_end();
    let word = last_word(before).filter(|word| WANT_DURATION.contains(word))?;
    let found = builder.found(stop.at);
    let wanted = stop.expected.contains(&Words::Thing("a number"));
    // before a clause nothing is expected behind `for`
    let none_expected = word == "for" && stop.expected.is_empty();
    if !(wanted || none_expected) {
        return None;
    }
    let at = builder.at(before.len() - word.len()..before.len());
    let diagnostic = Diagnostic::error(codes::UNEXPECTED, format!("`{word}` wants a duration"), at)
        .help(format!("write how long: `{word} 5m`"));
    Some(match found.token {
        "" => diagnostic,
        token => diagnostic.also(builder.at(found.at.clone()), format!("found `{token}`")),
    })
}

/// `absent is red`, `absent for 5m`.
fn absent(builder: &Builder<'_>, block: Block, piece: &Range<usize>, stop: &Stop) -> Option<Diagnostic> {
    let clause = builder.found(piece.start);
    let has_clause = matches!(block, Block::Alert | Block::Defaults) && clause.token == "absent";
    if !has_clause || stop.at <= clause.at.start {
        return None;
    }
    let found = builder.found(stop.at);
    let found_here = found.at.start < piece.end;
    let written = builder.source.get(clause.at.start..stop.at).unwrap_or_default().trim_end();
    let error = |title: &str| {
        let end = clause.at.start + written.len();
        Diagnostic::error(codes::UNEXPECTED, title, builder.at(clause.at.start..end))
    };
    if stop.expected.contains(&Words::Keyword("holds")) {
        let known = ["holds", "clears", "for"];
        let diagnostic = error("`absent` does not say what missing data do").help(
            "write `absent holds`, `absent clears`, or `absent for 5m is red` with how long and which level",
        );
        let here = found_here && is_word(found.token);
        let diagnostic = match found.token {
            token if here => diagnostic.also(builder.at(found.at.clone()), format!("found `{token}`")),
            _ => diagnostic,
        };
        return Some(if here { builder.did_you_mean(diagnostic, &found, &known) } else { diagnostic });
    }
    let level_missing = stop.expected.contains(&Words::Keyword("is")) || written.ends_with(" is");
    if !level_missing {
        return None;
    }
    let clause = written.strip_suffix(" is").unwrap_or(written);
    let diagnostic = error(&format!("`{clause}` does not say which level the alert takes"));
    if found_here && is_word(found.token) && !written.ends_with(" is") {
        let span = builder.at(found.at.start..found.at.start);
        let help = format!("write `{clause} is {}`", found.token);
        let edit = Edit { span, replacement: "is ".to_owned() };
        return Some(diagnostic.help(help.clone()).fix(help, vec![edit]));
    }
    Some(diagnostic.help(format!("name it: `{clause} is red`")))
}

/// `red if > 5`, `red > 5`, `red: > 5`.
fn when_missing(
    builder: &Builder<'_>,
    block: Block,
    piece: &Range<usize>,
    stop: &Stop,
) -> Option<Diagnostic> {
    let found = builder.found(stop.at);
    if block != Block::Alert || stop.at <= piece.start || stop.expected != [Words::Keyword("when")] {
        return None;
    }
    let level = builder.found(piece.start).token;
    let span = builder.at(found.at.clone());
    let (title, span, replacement) = match found.token {
        "if" => ("a level says `when`, not `if`".to_owned(), span, "when"),
        ":" | "=" | "->" => (format!("a level says `when`, not `{}`", found.token), span, " when"),
        "<" | ">" => {
            let before = builder.at(found.at.start..found.at.start);
            (format!("`{level}` lacks its `when`"), before, "when ")
        }
        _ => return None,
    };
    let help = format!("write `{level} when`");
    let edit = Edit { span, replacement: replacement.to_owned() };
    let at = builder.at(found.at);
    Some(Diagnostic::error(codes::UNEXPECTED, title, at).help(help.clone()).fix(help, vec![edit]))
}
