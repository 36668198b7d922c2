//! The texts of alerts: `says "p95 in {region} is {value}"`, `runbook "…"`.

use nvp_dsl::ast::{AlertClause, Expr, ExprKind as Written, Reference, Text, TextPiece};
use rustc_hash::FxHashMap;

use crate::checker::{Checker, Constant, Missing};
use crate::declared::Value;
use crate::expr::subset;
use crate::library::Kind;
use crate::problems::clauses::WithoutSubject;
use crate::problems::labels::TextLabels;
use crate::typed::{self, ExprKind, Matcher, MatcherTest, SaysPiece};

impl<'a> Checker<'a> {
    /// Reads the texts of an alert; all metrics, derives and alerts are known.
    pub(crate) fn check_says(&mut self, at: usize) {
        let (Some(item), Some(Some(info))) = (self.items.alerts.get(at), self.alerts.get(at)) else { return };
        let (node, file, id) = (item.node, item.file, info.id);
        self.begin(file);
        let pins = self.policy.alerts.get(id.0).map(pins).unwrap_or_default();
        for clause in &node.clauses {
            let (text, is_says) = match &clause.node {
                AlertClause::Says(text) => (text, true),
                AlertClause::Runbook(text) => (text, false),
                _ => continue,
            };
            let Some(pieces) = self.pieces(text, id, &pins) else { continue };
            if let Some(alert) = self.policy.alerts.get_mut(id.0) {
                let place = if is_says { &mut alert.says } else { &mut alert.runbook };
                place.get_or_insert(pieces);
            }
        }
    }

    fn pieces(
        &mut self,
        text: &'a Text,
        alert: typed::AlertId,
        pins: &FxHashMap<String, Option<String>>,
    ) -> Option<Vec<SaysPiece>> {
        let mut pieces: Vec<SaysPiece> = Vec::new();
        let mut sound = true;
        for piece in &text.pieces {
            let piece = match piece {
                TextPiece::Plain(plain) => Some(SaysPiece::Plain(plain.clone())),
                TextPiece::Insertion(expr) => self.insertion(expr, alert, pins),
            };
            match (piece, pieces.last_mut()) {
                (None, _) => sound = false,
                (Some(SaysPiece::Plain(plain)), Some(SaysPiece::Plain(before))) => before.push_str(&plain),
                (Some(piece), _) => pieces.push(piece),
            }
        }
        sound.then_some(pieces)
    }

    fn insertion(
        &mut self,
        expr: &'a Expr,
        alert: typed::AlertId,
        pins: &FxHashMap<String, Option<String>>,
    ) -> Option<SaysPiece> {
        let labels = self.policy.alerts.get(alert.0).map(|alert| alert.labels.clone()).unwrap_or_default();
        if let Written::Reference(Reference { name, selector: None, .. }) = &expr.kind {
            let word = name.node.as_str();
            if labels.iter().any(|label| label == word) {
                return Some(SaysPiece::Label(word.to_owned()));
            }
            if let Some(Some(value)) = pins.get(word) {
                return Some(SaysPiece::Plain(value.clone()));
            }
            if word == "value" {
                return self.shown_value(expr, alert);
            }
            if let Some(Value::Const(at)) = self.items.values.get(word).copied()
                && let Some(Some(Constant::Text(text))) = self.consts.get(at).cloned()
            {
                self.find_value(word);
                return Some(SaysPiece::Plain(text));
            }
            if !self.items.values.contains_key(word) {
                self.unknown_insertion(word, expr, &labels);
                return None;
            }
        }
        let operand = self.root(expr)?;
        let (operand, _) = self.number(operand, expr.span, "a text")?;
        if !subset(&operand.expr.labels, &labels) {
            let more = operand.expr.labels.iter().filter(|label| !labels.contains(label)).cloned().collect();
            let text = &operand.expr.text;
            self.sink.report(TextLabels { text, span: expr.span, more, alert_labels: &labels });
            return None;
        }
        Some(SaysPiece::Value(operand.expr))
    }

    fn shown_value(&mut self, expr: &Expr, alert: typed::AlertId) -> Option<SaysPiece> {
        let subject = self.policy.alerts.get(alert.0).and_then(|alert| alert.subject.clone());
        if subject.is_none() {
            self.sink.report(WithoutSubject {
                span: expr.span,
                title: "`{value}` has nothing to show: this alert compares more than one thing, or none",
                help: "name what it shows after the alert: `alert slow on latency { … }`, or insert an expression",
            });
        }
        subject.map(SaysPiece::Value)
    }

    fn unknown_insertion(&mut self, word: &str, expr: &Expr, labels: &[String]) {
        let near = self.nearest(word, labels.iter().map(String::as_str).chain(["value"]));
        let near = near.or_else(|| self.nearest_value(word));
        let help = near.is_none().then(|| {
            let labels: Vec<&str> = labels.iter().map(String::as_str).chain(["value"]).collect();
            format!("a text sees {}, constants, metrics and derives", crate::problems::listed(&labels))
        });
        let code = crate::codes::UNKNOWN_NAME;
        let (what, span) = ("label, metric, derive or constant", expr.span);
        self.unknown_or_import(Kind::Metric, Missing { code, what, name: word, span, near, help });
    }
}

/// The labels that selectors of an alert pin, with their value where all selectors pin the same.
pub(super) fn pins(alert: &typed::Alert) -> FxHashMap<String, Option<String>> {
    let mut found: FxHashMap<String, Option<String>> = FxHashMap::default();
    let levels = alert.levels.iter().flat_map(|level| level.when.iter().chain(&level.clear));
    let mut todo: Vec<&typed::Expr> = alert.subject.iter().chain(levels).collect();
    while let Some(expr) = todo.pop() {
        match &expr.kind {
            ExprKind::Metric(_, matchers)
            | ExprKind::Derive(_, matchers)
            | ExprKind::AlertState(_, _, matchers) => {
                matchers.iter().for_each(|matcher| pin(matcher, &mut found));
            }
            _ => crate::tree::children(expr, &mut |child| todo.push(child)),
        }
    }
    found
}

fn pin(matcher: &Matcher, found: &mut FxHashMap<String, Option<String>>) {
    let MatcherTest::Equal(value) = &matcher.test else { return };
    found
        .entry(matcher.label.clone())
        .and_modify(|known| {
            if known.as_ref() != Some(value) {
                *known = None;
            }
        })
        .or_insert_with(|| Some(value.clone()));
}
