//! What is said about text that is no clause or no item.
//!
//! The catch-all rules of the grammar find such a region; the strict rule is then run over it once more to learn how far it
//! gets and what it expects there.

use std::ops::Range;

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};

use super::builder::Builder;
use super::grammar::{Grammar, Rule};
use super::words::{ALERT_CLAUSES, ITEM_WORDS, RESERVED, Words, words};
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::span::FileId;

/// The blocks that have clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Block {
    Metric,
    Service,
    Alert,
    Defaults,
    Test,
}

impl Block {
    pub(super) fn bad_rule(self) -> Rule {
        match self {
            Self::Metric => Rule::bad_metric_clause,
            Self::Service => Rule::bad_service_clause,
            Self::Alert => Rule::bad_alert_clause,
            Self::Defaults => Rule::bad_defaults_clause,
            Self::Test => Rule::bad_test_clause,
        }
    }

    fn strict_rule(self) -> Rule {
        match self {
            Self::Metric => Rule::metric_clauses,
            Self::Service => Rule::service_clauses,
            Self::Alert => Rule::alert_clauses,
            Self::Defaults => Rule::defaults_clauses,
            Self::Test => Rule::test_clauses,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Metric => "a metric",
            Self::Service => "a service",
            Self::Alert => "an alert",
            Self::Defaults => "the defaults",
            Self::Test => "a test",
        }
    }

    fn clause_words(self) -> &'static [&'static str] {
        match self {
            Self::Metric => &["labels", "source", "every", "stale", "forget", "merge", "range", "buckets"],
            Self::Service => &["is", "depends"],
            Self::Alert => &["absent", "says", "runbook", "service", "flapping", "formerly"],
            Self::Defaults => &["absent", "forget", "every", "stale", "labels", "flapping"],
            Self::Test => &["given", "expect"],
        }
    }
}

/// How far the strict rule got.
struct Stop {
    at: usize,
    expected: Vec<Words>,
}

/// What stands at the stop.
struct Found<'i> {
    token: &'i str,
    at: Range<usize>,
}

impl Builder<'_> {
    /// A region of a block that is no clause; `previous` is where the clause before it begins.
    pub(super) fn bad_clause(&self, block: Block, previous: Option<usize>, region: Range<usize>) {
        let from = previous.unwrap_or(region.start);
        if self.has_lexical_error(&(from..region.end)) {
            return;
        }
        let stop = self.stop(block.strict_rule(), from..region.end);
        let found = self.found(stop.at);
        let begins = stop.at <= region.start && is_word(found.token);
        let known = block.clause_words();
        let first = self.found(region.start);
        // a word before something that is no `when` was meant for another clause than a level
        let no_level = block == Block::Alert
            && stop.at > region.start
            && stop.expected == [Words::Keyword("when")]
            && crate::suggest(found.token, ["when"]).is_none();
        let (found, begins) = if no_level && is_word(first.token) { (first, true) } else { (found, begins) };
        let diagnostic = match self.mistaken(&found, &stop) {
            Some(known_mistake) => known_mistake,
            None if begins
                && !known.contains(&found.token)
                && !ALERT_CLAUSES.contains(&found.token)
                && !RESERVED.contains(&found.token) =>
            {
                self.unknown_word(
                    Diagnostic::error(
                        codes::UNKNOWN_CLAUSE,
                        format!("`{}` begins no clause of {}", found.token, block.words()),
                        self.at(found.at.clone()),
                    ),
                    &found,
                    known,
                )
            }
            None => self.unexpected(&found, &stop),
        };
        self.report(diagnostic);
    }

    /// A region of the file that is no item; `previous` is where the item before it begins.
    pub(super) fn bad_item(&self, previous: Option<usize>, region: Range<usize>) {
        let first = self.found(region.start);
        let keyword = ITEM_WORDS.contains(&first.token);
        let from = if keyword { region.start } else { previous.unwrap_or(region.start) };
        if self.has_lexical_error(&(from..region.end)) {
            return;
        }
        let stop = self.stop(Rule::items, from..region.end);
        let found = self.found(stop.at);
        let begins = stop.at <= region.start && is_word(found.token) && !keyword;
        let diagnostic = match self.mistaken(&found, &stop) {
            Some(known_mistake) => known_mistake,
            None if begins && !RESERVED.contains(&found.token) => self.unknown_word(
                Diagnostic::error(
                    codes::UNKNOWN_ITEM,
                    format!("`{}` begins no item", found.token),
                    self.at(found.at.clone()),
                ),
                &found,
                ITEM_WORDS,
            ),
            None => self.unexpected(&found, &stop),
        };
        self.report(diagnostic);
    }

    fn stop(&self, rule: Rule, range: Range<usize>) -> Stop {
        let text = self.clean.get(range.clone()).unwrap_or_default();
        match Grammar::parse(rule, text) {
            Ok(_) => Stop { at: range.start, expected: Vec::new() },
            Err(error) => {
                let (InputLocation::Pos(offset) | InputLocation::Span((offset, _))) = error.location;
                Stop { at: range.start + offset, expected: expected(error.variant) }
            }
        }
    }

    fn found(&self, at: usize) -> Found<'_> {
        let rest = self.clean.get(at..).unwrap_or_default();
        let start = (at + rest.len() - rest.trim_start().len()).min(self.source.len());
        let token = token(self.source.get(start..).unwrap_or_default());
        Found { token, at: start..start + token.len() }
    }

    fn unknown_word(&self, diagnostic: Diagnostic, found: &Found<'_>, known: &[&'static str]) -> Diagnostic {
        let named = known.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>();
        let level =
            if named.iter().any(|word| word == "`says`") { "is a level (`red when …`) or " } else { "" };
        let diagnostic =
            diagnostic.note(format!("what can stand here {level}begins with {}", either(&named)));
        self.did_you_mean(diagnostic, found, known)
    }

    fn did_you_mean(&self, diagnostic: Diagnostic, found: &Found<'_>, known: &[&'static str]) -> Diagnostic {
        match crate::suggest(found.token, known.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")).fix(
                format!("write `{near}`"),
                vec![Edit { span: self.at(found.at.clone()), replacement: near.to_owned() }],
            ),
            None => diagnostic,
        }
    }

    fn unexpected(&self, found: &Found<'_>, stop: &Stop) -> Diagnostic {
        let span = self.at(found.at.clone());
        let wanted = in_words(&stop.expected);
        let what = match found.token {
            "" => "the end of the file".to_owned(),
            token => format!("`{token}`"),
        };
        if RESERVED.contains(&found.token) && stop.expected.contains(&Words::Thing("a name")) {
            return Diagnostic::error(codes::RESERVED_WORD, format!("{what} is a reserved word and cannot be a name"), span)
                .here(format!("expected {wanted}"))
                .help("choose another name; a metric keeps its name on the wire with `source`, a label with `= \"…\"`");
        }
        let title = if wanted.is_empty() {
            format!("{what} cannot stand here")
        } else {
            format!("expected {wanted}")
        };
        let keywords: Vec<&str> = stop
            .expected
            .iter()
            .filter_map(|words| match words {
                Words::Keyword(keyword) => Some(*keyword),
                _ => None,
            })
            .collect();
        let diagnostic = Diagnostic::error(codes::UNEXPECTED, title, span).here(format!("found {what}"));
        self.did_you_mean(diagnostic, found, &keywords)
    }

    /// Mistakes that people make who know other languages, or who put a blank where none may be.
    fn mistaken(&self, found: &Found<'_>, stop: &Stop) -> Option<Diagnostic> {
        let span = self.at(found.at.clone());
        let error = |title: String| Diagnostic::error(codes::UNEXPECTED, title, span);
        let write = |right: &str| {
            let edit = Edit { span, replacement: right.to_owned() };
            Some(
                error(format!("`{}` is no operator", found.token))
                    .help(format!("write `{right}`"))
                    .fix(format!("write `{right}`"), vec![edit]),
            )
        };
        let before = self.source.get(..found.at.start).unwrap_or_default();
        let touching = before.trim_end();
        let blanks = self.at(touching.len()..found.at.start);
        let joined = |title: &str, help: &str| {
            let edit = Edit { span: blanks, replacement: String::new() };
            (!before.is_empty() && touching.len() < before.len())
                .then(|| error(title.to_owned()).help(help.to_owned()).fix("remove the blank", vec![edit]))
        };
        let after_number =
            last_word(touching).is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
        let after_word = last_word(touching).is_some_and(|word| !RESERVED.contains(&word));
        match found.token {
            "&&" | "&" => write("and"),
            "||" | "|" => write("or"),
            "!" => write("not"),
            "=" => write("=="),
            "<>" => write("!="),
            "//" | "/*" => {
                Some(error(format!("`{}` begins no comment", found.token)).help("a comment begins with `#`"))
            }
            "'" => Some(error("a text stands between double quotes".to_owned()).help("write `\"…\"`")),
            ";" => Some(
                error("nothing separates clauses and items".to_owned())
                    .help("remove the `;`: every clause begins with its keyword")
                    .fix("remove it", vec![Edit { span, replacement: String::new() }]),
            ),
            "(" if after_word => {
                joined("a call's parenthesis touches its name", "write it without the blank: `avg(…)`")
            }
            "{" if after_word && stop.expected.contains(&Words::Thing("an operator")) => joined(
                "a selector's brace touches its name",
                "write it without the blank: `cpu{region = \"eu\"}`",
            ),
            word if after_number && (is_word(word) || word == "%") && !RESERVED.contains(&word) => {
                joined("a unit touches its number", "write it without the blank: `200ms`")
            }
            _ => None,
        }
    }
}

/// The grammar as a whole could not read the text; its catch-all rules should have.
pub(super) fn unreadable(file: FileId, error: &pest::error::Error<Rule>) -> Diagnostic {
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    super::mistakes::unreadable(super::span_of(file, at..at))
}

fn expected(variant: ErrorVariant<Rule>) -> Vec<Words> {
    let ErrorVariant::ParsingError { positives, .. } = variant else { return Vec::new() };
    let mut expected: Vec<Words> = positives
        .into_iter()
        .map(|rule| match rule {
            // inside a strict rule the end is the end of the block
            Rule::EOI => Words::Sign("}"),
            rule => words(rule),
        })
        .collect();
    expected.sort_unstable();
    expected.dedup();
    if expected.len() > 1 {
        // any name behind an expression could begin `week ago`
        expected.retain(|words| *words != Words::Keyword("ago"));
    }
    if expected.contains(&Words::Thing("an operator")) {
        // `for` and `with` are operators, and a number could only begin `1w ago`
        let part_of_operator = [Words::Keyword("for"), Words::Keyword("with"), Words::Thing("a number")];
        expected.retain(|words| !part_of_operator.contains(words));
    }
    expected
}

fn in_words(expected: &[Words]) -> String {
    let named: Vec<String> = expected
        .iter()
        .map(|words| match words {
            Words::Thing(thing) => (*thing).to_owned(),
            Words::Keyword(word) | Words::Sign(word) => format!("`{word}`"),
        })
        .collect();
    either(&named)
}

/// `a, b or c`.
fn either(named: &[String]) -> String {
    match named {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

fn last_word(text: &str) -> Option<&str> {
    let start = text
        .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .map_or(0, |at| at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    text.get(start..).filter(|word| !word.is_empty())
}

/// The token at the beginning of a text, cut where a message would become long.
fn token(rest: &str) -> &str {
    const SIGNS: [&str; 10] = ["&&", "||", "==", "<>", "//", "/*", "=~", "!~", "..", "->"];
    let length = match rest.chars().next() {
        None => 0,
        Some(c) if c.is_ascii_alphanumeric() || c == '_' => {
            rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len()).min(60)
        }
        Some('"') => {
            let inner = rest.strip_prefix('"').unwrap_or_default();
            inner
                .char_indices()
                .find(|(at, c)| *c == '"' || *c == '\n' || *at > 40)
                .map_or(rest.len(), |(at, c)| 1 + at + if c == '"' { 1 } else { 0 })
        }
        Some(c) => SIGNS.iter().find(|sign| rest.starts_with(**sign)).map_or(c.len_utf8(), |sign| sign.len()),
    };
    rest.get(..length).unwrap_or_default()
}
