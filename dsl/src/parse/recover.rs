//! What is said about text that is no clause or no item.
//!
//! The catch-all rules of the grammar find such a region; the strict rule is then run over it once more to learn how far it
//! gets and what it expects there.

use std::ops::Range;

use pest::Parser as _;
use pest::error::InputLocation;

use super::block::Block;
use super::builder::Builder;
use super::expected::{expected, in_words};
use super::grammar::{Grammar, Rule};
use super::habits::habit;
use super::response_slips::{self, item_slip};
use super::slips::{duration_missing, slip};
use super::token::{Found, is_word, last_literal, lines_with_head, token};
use super::words::{ALERT_CLAUSES, ITEM_WORDS, LATER_ITEM_WORDS, RESERVED, Words};
use crate::codes;
use crate::diagnostic::{Diagnostic, Edit};
use crate::span::FileId;

/// How other languages say `use`.
const USE_ELSEWHERE: [&str; 4] = ["import", "include", "require", "from"];

/// How far the strict rule got.
pub(super) struct Stop {
    pub(super) at: usize,
    pub(super) expected: Vec<Words>,
}

impl Builder<'_> {
    /// A region of a block that is no clause; `previous` is where the clause before it begins if that one is well.
    pub(super) fn bad_clause(&self, block: Block, previous: Option<usize>, region: Range<usize>) {
        for (index, piece) in lines_with_head(self.clean, region).into_iter().enumerate() {
            let from = previous.filter(|_| index == 0).unwrap_or(piece.start);
            self.lose(self.cut_short(from, &piece)..piece.end, None);
            if self.has_lexical_error(&(from..piece.end)) || self.is_full() {
                continue;
            }
            match self.stop(block.strict_rule(), from, &piece) {
                Some(stop) => self.report(self.bad_clause_piece(block, &piece, stop)),
                // What is lost is always told, even where the strict rule finds nothing wrong with it by itself.
                None => self.report(self.no_clause(block, &piece)),
            }
        }
    }

    fn no_clause(&self, block: Block, piece: &Range<usize>) -> Diagnostic {
        let found = self.found(piece.start);
        let title = format!("`{}` begins no clause of {}", found.token, block.words());
        Diagnostic::error(codes::UNKNOWN_CLAUSE, title, self.at(found.at.clone()))
    }

    fn bad_clause_piece(&self, block: Block, piece: &Range<usize>, stop: Stop) -> Diagnostic {
        let found = self.found(stop.at);
        if let Some(habit) = habit(self, &found, stop.expected.contains(&Words::Thing("an operator"))) {
            return habit;
        }
        if let Some(slip) = slip(self, block, piece, &stop) {
            return slip;
        }
        let first = self.found(piece.start);
        // a word before something that is no `when` was meant for another clause than a level
        let no_level = block == Block::Alert
            && stop.at > piece.start
            && stop.expected == [Words::Keyword("when")]
            && crate::suggest(found.token, ["when"]).is_none();
        // `5 requests` may look like the beginning of a level
        if let Some(habit) = Some(&first).filter(|_| no_level).and_then(|first| habit(self, first, true)) {
            return habit;
        }
        let unknown = if stop.at <= piece.start { &found } else { &first };
        let known = block.clause_words();
        let may_be_unknown = is_word(unknown.token)
            && !known.contains(&unknown.token)
            && !ALERT_CLAUSES.contains(&unknown.token)
            && !RESERVED.contains(&unknown.token);
        if may_be_unknown && (no_level || stop.at <= piece.start) {
            let title = format!("`{}` begins no clause of {}", unknown.token, block.words());
            let diagnostic = Diagnostic::error(codes::UNKNOWN_CLAUSE, title, self.at(unknown.at.clone()));
            if ITEM_WORDS.contains(&unknown.token) {
                return diagnostic
                    .help(format!("`{}` begins an item: close the block before it", unknown.token));
            }
            if let Some((help, instead)) = response_slips::misplaced(block, unknown.token) {
                let edit =
                    |word: &str| Edit { span: self.at(unknown.at.clone()), replacement: word.to_owned() };
                let diagnostic = diagnostic.help(help);
                return match instead {
                    Some(word) => diagnostic.fix(format!("write `{word}`"), vec![edit(word)]),
                    None => diagnostic,
                };
            }
            let level = if block == Block::Alert { "a level (`red when …`), " } else { "" };
            let diagnostic = diagnostic.note(format!("what can stand here: {level}{}", quoted_list(known)));
            return self.did_you_mean(diagnostic, unknown, known);
        }
        self.unexpected(&found, &stop)
    }

    /// A region of the file that is no item; `previous` is where the item before it begins if that one is well.
    pub(super) fn bad_item(&self, previous: Option<usize>, region: Range<usize>) {
        for (index, piece) in lines_with_head(self.clean, region).into_iter().enumerate() {
            let starts_item = ITEM_WORDS.contains(&self.found(piece.start).token);
            let from = previous.filter(|_| index == 0 && !starts_item).unwrap_or(piece.start);
            self.lose(self.cut_short(from, &piece)..piece.end, self.name_of_item(&piece));
            if self.has_lexical_error(&(from..piece.end)) || self.is_full() {
                continue;
            }
            match self.stop(Rule::items, from, &piece) {
                Some(stop) => self.report(self.bad_item_piece(&piece, &stop)),
                None => self.report(self.no_item(&piece)),
            }
        }
    }

    fn no_item(&self, piece: &Range<usize>) -> Diagnostic {
        let found = self.found(piece.start);
        let title = format!("`{}` begins no item", found.token);
        Diagnostic::error(codes::UNKNOWN_ITEM, title, self.at(found.at))
    }

    /// Where begins what is wrong with a piece: `from`, unless the piece begins with a word on a line of its own, which goes on
    /// with nothing.
    fn cut_short(&self, from: usize, piece: &Range<usize>) -> usize {
        let before = self.clean.get(..piece.start).unwrap_or_default();
        let own_line = before.trim_end_matches([' ', '\t', '\r']).ends_with('\n') || before.is_empty();
        let head = self.found(piece.start).token;
        if own_line && is_word(head) && !RESERVED.contains(&head) { piece.start } else { from }
    }

    /// The name behind the first word of a region: what the item would have declared or used; `defaults` for that item.
    fn name_of_item(&self, piece: &Range<usize>) -> Option<&str> {
        let text = self.clean.get(piece.clone()).unwrap_or_default();
        if crate::suggest(self.found(piece.start).token, ["defaults"]).is_some() {
            return Some("defaults");
        }
        let word = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let name = word.trim_start();
        let end =
            name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '.').unwrap_or(name.len());
        name.get(..end).filter(|name| is_word(name) && word.len() < text.len())
    }

    fn bad_item_piece(&self, piece: &Range<usize>, stop: &Stop) -> Diagnostic {
        let found = self.found(stop.at);
        if let Some(habit) = habit(self, &found, stop.expected.contains(&Words::Thing("an operator"))) {
            return habit;
        }
        if let Some(slip) = duration_missing(self, stop).or_else(|| item_slip(self, stop)) {
            return slip;
        }
        // `default` is reserved, and a slip for `defaults`
        let reserved = RESERVED.contains(&found.token) && found.token != "default";
        let known = ITEM_WORDS.contains(&found.token) || reserved;
        if stop.at <= piece.start && is_word(found.token) && !known {
            let title = format!("`{}` begins no item", found.token);
            let diagnostic = Diagnostic::error(codes::UNKNOWN_ITEM, title, self.at(found.at.clone()))
                .note(format!("the items are {}", quoted_list(ITEM_WORDS)));
            if USE_ELSEWHERE.contains(&found.token) {
                let edit = Edit { span: self.at(found.at.clone()), replacement: "use".to_owned() };
                return diagnostic.help("write `use`").fix("write `use`", vec![edit]);
            }
            let all: Vec<&str> = ITEM_WORDS.iter().chain(LATER_ITEM_WORDS).copied().collect();
            return self.did_you_mean(diagnostic, &found, &all);
        }
        self.unexpected(&found, stop)
    }

    /// How far a strict rule gets from `from` to the end of a piece; `None` if it reads all of it.
    fn stop(&self, rule: Rule, from: usize, piece: &Range<usize>) -> Option<Stop> {
        let text = self.clean.get(from..piece.end).unwrap_or_default();
        let error = Grammar::parse(rule, text).err()?;
        let (InputLocation::Pos(offset) | InputLocation::Span((offset, _))) = error.location;
        let expected = expected(error.variant, text, rule != Rule::items);
        if expected == [Words::Keyword("ago")] {
            // any literal behind an expression could begin `week ago`; this one does not, so it is itself what is wrong
            let before = text.get(..offset).unwrap_or_default().trim_end();
            let at = from + before.len() - last_literal(before).map_or(0, str::len);
            let expected = match self.expected_before(rule, from..at) {
                Some(expected) if at > piece.start => expected,
                _ => return Some(Stop { at: piece.start, expected: vec![Words::Thing("an operator")] }),
            };
            return Some(Stop { at, expected });
        }
        Some(Stop { at: from + offset, expected })
    }

    /// What a strict rule expects behind a range that it reads to its end.
    fn expected_before(&self, rule: Rule, range: Range<usize>) -> Option<Vec<Words>> {
        let text = self.clean.get(range)?;
        let error = Grammar::parse(rule, text).err()?;
        let (InputLocation::Pos(offset) | InputLocation::Span((offset, _))) = error.location;
        (offset >= text.trim_end().len()).then(|| expected(error.variant, text, rule != Rule::items))
    }

    pub(super) fn found(&self, at: usize) -> Found<'_> {
        let rest = self.clean.get(at..).unwrap_or_default();
        let start = (at + rest.len() - rest.trim_start().len()).min(self.source.len());
        let token = token(self.source.get(start..).unwrap_or_default());
        Found { token, at: start..start + token.len() }
    }

    pub(super) fn did_you_mean(
        &self,
        diagnostic: Diagnostic,
        found: &Found<'_>,
        known: &[&str],
    ) -> Diagnostic {
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
            let title = format!("{what} is a reserved word and cannot be a name");
            return Diagnostic::error(codes::RESERVED_WORD, title, span)
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
}

/// The grammar as a whole could not read the text; its catch-all rules should have.
pub(super) fn unreadable(file: FileId, error: &pest::error::Error<Rule>) -> Diagnostic {
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    super::mistakes::unreadable(super::span_of(file, at..at))
}

fn quoted_list(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
