//! What is nearly right in the blocks of the response: told with what to write instead.

use std::ops::Range;

use super::block::Block;
use super::builder::Builder;
use super::recover::Stop;
use super::token::{Found, is_word, last_word};
use super::words::Words;
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};

/// How a playbook can end, in tests.
const ENDS: [&str; 13] = [
    "started",
    "proposed",
    "observed",
    "succeeded",
    "no_change",
    "lifted",
    "refused",
    "inconclusive",
    "rolled_back",
    "rollback_failed",
    "indeterminate",
    "expired",
    "failed",
];

/// How far back the head of a clause is looked for.
const CLAUSE_BYTES_MAX: usize = 200;
/// A longer name is not repeated.
const NAME_BYTES_MAX: usize = 60;

/// Where a clause belongs that stands in another block.
const ELSEWHERE: [(Block, &str); 6] = [
    (Block::Step, "a step: `step NAME { … }`"),
    (Block::Playbook, "the playbook itself, outside of its steps"),
    (Block::Answers, "`on success { … }` or `on failure { … }`"),
    (Block::Write, "a `write` of a provider"),
    (Block::Provider, "a provider"),
    (Block::Escalation, "an escalation"),
];

/// A clause that could not be read.
pub(super) fn slip(
    builder: &Builder<'_>,
    block: Block,
    piece: &Range<usize>,
    stop: &Stop,
) -> Option<Diagnostic> {
    let found = builder.found(stop.at);
    let before = builder.clean.get(..stop.at)?.trim_end();
    call_missing(builder, stop).or_else(|| match block {
        Block::Playbook => limit(builder, &found, before, stop),
        Block::Escalation => rung(builder, &found, before, piece),
        Block::Calendar => calendar(builder, &found, before),
        Block::Maintenance => covers(builder, &found, before),
        Block::Provider => list(builder, &found, before),
        Block::Test => test(builder, &found, before),
        _ => None,
    })
}

/// What is told of a word that begins no clause of its block, and what to write in its place if that is clear.
pub(super) fn misplaced(block: Block, word: &str) -> Option<(String, Option<&'static str>)> {
    let two_words = match word {
        "on_success" | "onsuccess" | "success" => Some("on success"),
        "on_failure" | "onfailure" | "failure" | "on_error" | "on_fail" => Some("on failure"),
        _ => None,
    };
    if let Some(written) = two_words.filter(|_| block == Block::Playbook) {
        return Some((format!("write `{written}`, in two words"), Some(written)));
    }
    match (block, word) {
        (Block::Alert, "escalate" | "run") => {
            return Some((format!("say at which level: `at red {word} …`"), None));
        }
        (Block::Team, _) => {
            return Some(("who is in a team, and when, is said in the configuration".to_owned(), None));
        }
        _ => {}
    }
    let in_response = ELSEWHERE.iter().any(|(other, _)| *other == block);
    let belongs = ELSEWHERE.iter().find(|(other, _)| other.clause_words().contains(&word));
    let (_, place) = belongs.filter(|_| in_response)?;
    Some((format!("`{word}` belongs into {place}"), None))
}

/// An item of the response that could not be read.
pub(super) fn item_slip(builder: &Builder<'_>, stop: &Stop) -> Option<Diagnostic> {
    let found = builder.found(stop.at);
    let before = builder.clean.get(..stop.at)?.trim_end();
    let word = last_word(before)?;
    let behind = last_word(before.get(..before.len() - word.len())?.trim_end());
    match (word, found.token) {
        ("playbook", name) if is_word(name) => parentheses(builder, &found),
        (_, "{") if behind == Some("calendar") => Some(
            unexpected(builder, &found, "a calendar names its time zone")
                .help(format!("write `calendar {word} in \"Europe/Paris\" {{ … }}`")),
        ),
        ("in", zone) if is_word(zone) && names_calendar(before) && stop.expected == [TEXT] => Some(
            unexpected(builder, &found, "a time zone stands between quotes")
                .help("write it as a text: `in \"Europe/Paris\"`"),
        ),
        (_, "{") if behind == Some("channel") => Some(
            unexpected(builder, &found, "a channel has no block")
                .help("remove the block: what a channel is bound to is said in the configuration"),
        ),
        _ => None,
    }
}

/// `calendar office_hours in`.
fn names_calendar(before: &str) -> bool {
    let without_word = |text: &str| last_word(text).map_or(0, |word| text.len() - word.len());
    let before = before.get(..without_word(before)).unwrap_or_default().trim_end();
    let before = before.get(..without_word(before)).unwrap_or_default().trim_end();
    last_word(before) == Some("calendar")
}

const TEXT: Words = Words::Thing("a text");

fn unexpected(builder: &Builder<'_>, found: &Found<'_>, title: &str) -> Diagnostic {
    Diagnostic::error(codes::UNEXPECTED, title, builder.at(found.at.clone()))
}

/// Writes something else in the place of what was found.
fn instead(builder: &Builder<'_>, found: &Found<'_>, title: &str, write: &str) -> Diagnostic {
    let edit = Edit { span: builder.at(found.at.clone()), replacement: write.to_owned() };
    let help = format!("write `{}`", write.trim_end());
    unexpected(builder, found, title).help(help.clone()).fix(help, vec![edit])
}

/// `playbook relieve {`.
fn parentheses(builder: &Builder<'_>, found: &Found<'_>) -> Option<Diagnostic> {
    let rest = builder.clean.get(found.at.end..)?;
    let title = "a playbook has parentheses behind its name, also without parameters";
    let touching = Edit { span: builder.at(found.at.end..found.at.end), replacement: "()".to_owned() };
    if rest.trim_start().starts_with('{') {
        let help = format!("write `{}()`", found.token);
        return Some(unexpected(builder, found, title).help(help.clone()).fix(help, vec![touching]));
    }
    let blanks = rest.len() - rest.trim_start().len();
    let apart = Edit { span: builder.at(found.at.end..found.at.end + blanks), replacement: String::new() };
    (blanks > 0 && rest.trim_start().starts_with('(')).then(|| {
        unexpected(builder, found, "the parenthesis of a playbook touches its name")
            .help(format!("write it without the blank: `{}(…)`", found.token))
            .fix("remove the blank", vec![apart])
    })
}

/// `do pool.grow`, `run relieve`.
fn call_missing(builder: &Builder<'_>, stop: &Stop) -> Option<Diagnostic> {
    if !stop.expected.contains(&Words::Thing("a call")) || stop.expected.len() > 2 {
        return None;
    }
    let before = builder.clean.get(..stop.at)?.trim_end();
    let word = last_word(before).filter(|word| ["do", "undo", "run", "then"].contains(word))?;
    let found = builder.found(stop.at);
    let name = builder.clean.get(found.at.start..)?;
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').unwrap_or(name.len());
    let diagnostic = unexpected(builder, &found, &format!("`{word}` wants a call"));
    Some(match name.get(..end).filter(|name| is_word(name) && name.len() <= NAME_BYTES_MAX) {
        Some(name) => diagnostic.help(format!("put the arguments in parentheses: `{word} {name}(…)`")),
        None => diagnostic.help(format!("write what is called: `{word} NAME(…)`")),
    })
}

/// `limit 3 every 1h`, `limit 2 at once`.
fn limit(builder: &Builder<'_>, found: &Found<'_>, before: &str, stop: &Stop) -> Option<Diagnostic> {
    let counted = last_word(before).filter(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    if stop.expected != [Words::Keyword("per")] || !matches!(found.token, "every" | "at" | "of") {
        return None;
    }
    let at = before.len() - counted.len();
    let edit = Edit { span: builder.at(at..at), replacement: "at most ".to_owned() };
    let what = if found.token == "at" { "at once" } else { found.token };
    let help = format!("write `at most {counted} {what}`");
    Some(
        unexpected(builder, found, "a limit says `at most`, or `per` which parameter")
            .help(help.clone())
            .fix(help, vec![edit]),
    )
}

/// `N0 automatic for 20m`, `N2 leads for 1h`, `acknowledged 30m`.
fn rung(builder: &Builder<'_>, found: &Found<'_>, before: &str, piece: &Range<usize>) -> Option<Diagnostic> {
    let word = last_word(before)?;
    if word == "automatic" && found.token == "for" {
        return Some(instead(
            builder,
            found,
            "an automatic rung says how long it may take at most",
            "at most",
        ));
    }
    let head = builder.found(piece.start);
    if crate::suggest(head.token, ["acknowledged"]).is_some() || head.token == "acknowledged" {
        return Some(
            unexpected(builder, &head, "an acknowledgement says how long it holds")
                .help("write `acknowledged holds 30m`"),
        );
    }
    let channels_missing =
        found.at.start > piece.start && matches!(found.token, "for" | "every" | "then" | "via");
    channels_missing.then(|| {
        unexpected(builder, found, &format!("`{word}` is called by no channel"))
            .help(format!("name the channels right behind the team: `{word} by sms, email`"))
    })
}

/// `monday-friday`, `09:00-17:00`, `open 09:00..17:00`, `9..17`.
fn calendar(builder: &Builder<'_>, found: &Found<'_>, before: &str) -> Option<Diagnostic> {
    if found.token == "-" {
        return Some(instead(builder, found, "a range is written with two dots", ".."));
    }
    if last_word(before) == Some("open") && !is_word(found.token) {
        return Some(
            unexpected(builder, found, "`open` names its days before its hours")
                .help("write `open monday..sunday 09:00..17:00`"),
        );
    }
    let is_hour = !found.token.is_empty() && found.token.bytes().all(|byte| byte.is_ascii_digit());
    is_hour.then(|| {
        unexpected(builder, found, "a time of day has hours and minutes").help("write it like `09:00`")
    })
}

/// `covers database`.
fn covers(builder: &Builder<'_>, found: &Found<'_>, before: &str) -> Option<Diagnostic> {
    let listed = before.ends_with(',') || last_word(before) == Some("covers");
    let plain =
        is_word(found.token) && crate::suggest(found.token, ["service", "alert", "everything"]).is_none();
    (listed && plain).then(|| {
        unexpected(builder, found, "a maintenance says whether it covers a service or an alert")
            .help(format!("write `service {0}` or `alert {0}`", found.token))
    })
}

/// `-> list connections`.
fn list(builder: &Builder<'_>, found: &Found<'_>, before: &str) -> Option<Diagnostic> {
    let is_list = before.strip_suffix("list").is_some_and(|before| before.trim_end().ends_with("->"));
    (is_list && is_word(found.token)).then(|| {
        let span = builder.at(found.at.start..found.at.start);
        let help = format!("write `list of {}`", found.token);
        unexpected(builder, found, "a list says what it is of")
            .help(help.clone())
            .fix(help, vec![Edit { span, replacement: "of ".to_owned() }])
    })
}

/// Whether the last clause that begins in a text is an `expect`; an early one is not looked for.
fn expects(before: &str) -> bool {
    let bytes = before.as_bytes();
    let near = bytes.get(bytes.len().saturating_sub(CLAUSE_BYTES_MAX)..).unwrap_or_default();
    let last = |word: &[u8]| near.windows(word.len()).rposition(|window| window == word);
    last(b"expect") > last(b"given")
}

/// `until 5m`, `p stared`.
fn test(builder: &Builder<'_>, found: &Found<'_>, before: &str) -> Option<Diagnostic> {
    let word = last_word(before)?;
    if word == "until" && found.token.starts_with(|c: char| c.is_ascii_digit()) {
        let at = before.len() - word.len();
        let edit = Edit { span: builder.at(at..before.len()), replacement: "for".to_owned() };
        let help = format!("write `for {}`, or name a step: `until grow_pool done`", found.token);
        let diagnostic = unexpected(builder, found, "`until` waits for a step, not for a time").help(help);
        return Some(diagnostic.fix("write `for`", vec![edit]));
    }
    // an end stands behind a playbook's name or selector
    let behind_name = (is_word(word) || before.ends_with('}')) && expects(before);
    let near = crate::suggest(found.token, ENDS).filter(|near| behind_name && *near != found.token)?;
    let title = format!("`{}` is no end of a playbook", found.token);
    let edit = Edit { span: builder.at(found.at.clone()), replacement: near.to_owned() };
    Some(
        unexpected(builder, found, &title)
            .help(format!("did you mean `{near}`?"))
            .fix(format!("write `{near}`"), vec![edit]),
    )
}
