//! Quantities and texts: from how they are written to what they say.

use pest::iterators::Pair;

use super::builder::Builder;
use super::grammar::Rule;
use super::mistakes;
use super::tree::Children;
use crate::ast::{Expr, ExprKind, Quantity, Reference, Text, TextPiece, UnaryOp};
use crate::span::Spanned;

const DURATION_UNITS: [&str; 8] = ["ns", "us", "ms", "s", "m", "h", "d", "w"];

impl Builder<'_> {
    /// `200ms`, `1h30m`, `120EUR/h`.
    pub(super) fn quantity(&self, pair: &Pair<'_, Rule>) -> Spanned<Quantity> {
        let span = self.span(pair);
        let quantity = split_quantity(pair.as_str());
        if let [(_, unit)] = quantity.parts.as_slice()
            && looks_like_duration(unit)
        {
            self.report(mistakes::duration_without_unit(&quantity.written, span));
        }
        Spanned { node: quantity, span }
    }

    /// A quantity or the name of a constant.
    pub(super) fn literal(&self, pair: &Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(pair);
        let kind = match pair.as_rule() {
            Rule::quantity => ExprKind::Quantity(self.quantity(pair).node),
            Rule::name => ExprKind::Reference(Reference { name: self.token(pair), selector: None, span }),
            _ => return None,
        };
        Some(Expr { kind, span })
    }

    /// A quantity or the name of a constant, perhaps with a minus before it.
    pub(super) fn bound(&self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut children = Children::of(pair);
        let minus = children.one(Rule::op_negate);
        let inner = self.literal(&children.next()?)?;
        let Some(minus) = minus else { return Some(inner) };
        let operator = Spanned { node: UnaryOp::Negate, span: self.span(&minus) };
        Some(Expr { kind: ExprKind::Unary(operator, Box::new(inner)), span })
    }

    /// A text with its insertions.
    pub(super) fn text(&self, pair: Pair<'_, Rule>) -> Text {
        let span = self.span(&pair);
        let pieces = pair.into_inner().filter_map(|piece| self.piece(piece)).collect();
        Text { pieces, span }
    }

    /// A text in a place where nothing can be inserted.
    pub(super) fn plain_text(&self, pair: Pair<'_, Rule>) -> Spanned<String> {
        let text = self.text(pair);
        let mut plain = String::new();
        for piece in text.pieces {
            match piece {
                TextPiece::Plain(piece) => plain.push_str(&piece),
                TextPiece::Insertion(expr) => self.report(mistakes::insertion_not_allowed(expr.span)),
            }
        }
        Spanned { node: plain, span: text.span }
    }

    /// `("eu", "us")`.
    pub(super) fn plain_texts(&self, pair: Pair<'_, Rule>) -> Vec<Spanned<String>> {
        Children::of(pair).map(|text| self.plain_text(text)).collect()
    }

    /// A pattern: all of it goes to the matcher of patterns but the backslash before a quote.
    pub(super) fn pattern(&self, pair: &Pair<'_, Rule>) -> Spanned<String> {
        let written = pair.as_str();
        let inner = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(written);
        Spanned { node: inner.replace("\\\"", "\""), span: self.span(pair) }
    }

    fn piece(&self, pair: Pair<'_, Rule>) -> Option<TextPiece> {
        if pair.as_rule() == Rule::text_plain {
            return Some(TextPiece::Plain(self.unescaped(&pair)));
        }
        let range = self.range(&pair);
        let inner = pair.into_inner().next()?;
        if inner.as_rule() == Rule::expr {
            return Some(TextPiece::Insertion(self.expression(inner)));
        }
        if !self.has_lexical_error(&range) {
            self.report(mistakes::bad_insertion(self.at(range)));
        }
        None
    }

    fn unescaped(&self, pair: &Pair<'_, Rule>) -> String {
        let start = pair.as_span().start();
        let mut plain = String::new();
        let mut characters = pair.as_str().char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some((_, escaped @ ('"' | '\\'))) => plain.push(escaped),
                    Some((_, 'n')) => plain.push('\n'),
                    Some((_, 't')) => plain.push('\t'),
                    Some((_, unknown)) => {
                        let range = start + at..start + at + 1 + unknown.len_utf8();
                        self.report(mistakes::unknown_escape(unknown, self.at(range)));
                    }
                    None => {}
                },
                '{' => {
                    // the grammar lets a brace pass here only as the first of two
                    characters.next();
                    plain.push('{');
                }
                other => plain.push(other),
            }
        }
        plain
    }
}

fn split_quantity(written: &str) -> Quantity {
    let (counted, per) = match written.split_once('/') {
        Some((counted, per)) => (counted, Some(per.to_owned())),
        None => (written, None),
    };
    // only durations have several parts: elsewhere a unit may hold digits
    let parts = durations(counted).unwrap_or_else(|| vec![number_and_unit(counted)]);
    Quantity { parts, per, written: written.to_owned() }
}

/// `1h30m` as its parts; `None` if it is anything else.
fn durations(mut rest: &str) -> Option<Vec<(f64, String)>> {
    let mut parts = Vec::new();
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (part, next) = rest.split_at(
            end + rest.get(end..)?.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len() - end),
        );
        let (number, unit) = number_and_unit(part);
        DURATION_UNITS.contains(&unit.as_str()).then(|| parts.push((number, unit)))?;
        rest = next;
    }
    Some(parts)
}

fn number_and_unit(part: &str) -> (f64, String) {
    let (number, unit) = split_at_first(part, |c| !c.is_ascii_digit() && c != '.');
    (number.parse().unwrap_or(f64::NAN), unit.to_owned())
}

fn split_at_first(text: &str, stop: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(stop).unwrap_or(text.len()))
}

/// Whether a unit reads like the end of a duration whose last unit is missing or unknown: the `h30` of `1h30`.
fn looks_like_duration(unit: &str) -> bool {
    let (letters, rest) = split_at_first(unit, |c| !c.is_ascii_alphabetic());
    DURATION_UNITS.contains(&letters) && rest.starts_with(|c: char| c.is_ascii_digit())
}
