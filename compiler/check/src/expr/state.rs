//! States of alerts in expressions: `a is red`, `a >= yellow`.

use nvp_dsl::ast::{BinaryOp, Expr, ExprKind as Written, Reference};
use nvp_dsl::{Span, Spanned};

use super::build::Parts;
use super::operand::{Operand, Shape};
use super::text;
use crate::checker::{Checker, Missing};
use crate::codes;
use crate::declared::{STATES, Value};
use crate::library::Kind;
use crate::problems::clauses::NoSuchLevel;
use crate::problems::listed;
use crate::problems::names::WrongKind;
use crate::problems::types::{ConstantWanted, StateComparison};
use crate::typed::{ExprKind, SeverityId, StateTest};

/// So many alerts are listed where none is near.
const ALERTS_SHOWN_MAX: usize = 6;

impl<'a> Checker<'a> {
    /// The alert that an operand names, if it names one.
    pub(super) fn alert_reference(&mut self, expr: &'a Expr) -> Option<(usize, &'a Reference)> {
        match &expr.kind {
            Written::Paren(inner) => self.alert_reference(inner),
            Written::Reference(reference)
                if !self.scope.parameters.contains_key(reference.name.node.as_str()) =>
            {
                match self.items.values.get(reference.name.node.as_str()) {
                    Some(Value::Alert(at)) => Some((*at, reference)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// `a is red`.
    pub(super) fn state(&mut self, left: &'a Expr, right: &'a Expr, span: Span) -> Option<Operand> {
        let Some((at, reference)) = self.alert_reference(left) else {
            if let Some(reference) = self.unknown_alert(left) {
                self.no_such_alert(reference);
                return None;
            }
            // What stands there may have a problem of its own, which says more.
            let operand = self.expr(left)?;
            let text = operand.expr.text;
            self.sink.report(WrongKind {
                name: &text,
                span: left.span,
                is: "no alert",
                wanted: "an alert before `is`",
                help: Some("numbers are compared with `==`, `<`, `>`".to_owned()),
            });
            return None;
        };
        let word = self.state_word(&reference.name.node, right)?;
        let test = match word {
            "ok" => StateTest::Ok,
            "pending" => StateTest::Pending,
            "cleared" => StateTest::Cleared,
            "forgotten" => StateTest::Forgotten,
            level => StateTest::Is(self.level_of(at, level, right.span, false)?),
        };
        self.state_operand((at, reference), test, &format!("is {word}"), span)
    }

    /// The name of an operand that is a name which nothing declares.
    pub(super) fn unknown_alert(&self, expr: &'a Expr) -> Option<&'a Reference> {
        match &expr.kind {
            Written::Paren(inner) => self.unknown_alert(inner),
            Written::Reference(reference) => self.names_nothing(&reference.name.node).then_some(reference),
            _ => None,
        }
    }

    /// Whether an operand is the bare name of a level or of another state.
    pub(super) fn names_state(&self, expr: &Expr) -> bool {
        let Written::Reference(Reference { name, selector: None, .. }) = &expr.kind else { return false };
        let name = name.node.as_str();
        let severity = self.items.severity_names.contains_key(name) || STATES.contains(&name);
        severity && !self.items.values.contains_key(name) && !self.scope.parameters.contains_key(name)
    }

    /// Whether nothing of the set has this name.
    pub(super) fn names_nothing(&self, name: &str) -> bool {
        !self.scope.parameters.contains_key(name)
            && !self.items.values.contains_key(name)
            && !self.items.severity_names.contains_key(name)
            && !self.items.service_names.contains_key(name)
    }

    /// Reports that an alert is asked for which nothing declares.
    pub(super) fn no_such_alert(&mut self, reference: &'a Reference) {
        let (name, span) = (reference.name.node.as_str(), reference.name.span);
        let names: Vec<&'a str> =
            self.items.alerts.iter().map(|alert| alert.node.name.node.as_str()).collect();
        let near = self.nearest(name, names.iter().copied());
        let help = match names.as_slice() {
            _ if near.is_some() => None,
            [only] => Some(format!("there is `{only}`")),
            [] => Some("no alert is declared in this policy set".to_owned()),
            few if few.len() <= ALERTS_SHOWN_MAX => Some(format!("there are {}", listed(few))),
            _ => Some(format!("declare it: `alert {name} on … {{ … }}`")),
        };
        let code = codes::UNKNOWN_NAME;
        self.unknown_or_import(Kind::Alert, Missing { code, what: "alert", name, span, near, help });
    }

    /// `a >= yellow`.
    pub(super) fn state_at_least(
        &mut self,
        op: &Spanned<BinaryOp>,
        (at, reference): (usize, &'a Reference),
        right: &'a Expr,
        span: Span,
    ) -> Option<Operand> {
        let alert = reference.name.node.as_str();
        let word = match &right.kind {
            Written::Reference(Reference { name, selector: None, .. }) => name.node.as_str(),
            _ => "red",
        };
        let help = if op.node == BinaryOp::Equal {
            format!("write `{alert} is {word}`")
        } else if op.node == BinaryOp::NotEqual {
            format!("write `not {alert} is {word}`")
        } else {
            format!("write `{alert} is {word}` or `{alert} >= {word}`")
        };
        if op.node != BinaryOp::GreaterOrEqual {
            self.sink.report(StateComparison { alert, span, help });
            return None;
        }
        let word = self.state_word(alert, right)?;
        if STATES.contains(&word) {
            let help = format!("write `{alert} is {word}`");
            self.sink.report(StateComparison { alert, span, help });
            return None;
        }
        let test = StateTest::AtLeast(self.level_of(at, word, right.span, true)?);
        self.state_operand((at, reference), test, &format!(">= {word}"), span)
    }

    /// The word that names a state.
    fn state_word(&mut self, alert: &str, right: &'a Expr) -> Option<&'a str> {
        if let Written::Reference(Reference { name, selector: None, .. }) = &right.kind {
            return Some(&name.node);
        }
        let help = format!("write a level or one of `{}`", STATES.join("`, `"));
        self.sink.report(StateComparison { alert, span: right.span, help });
        None
    }

    /// The severity of that name, which the alert must have, or one at least as bad.
    fn level_of(&mut self, at: usize, word: &str, span: Span, or_worse: bool) -> Option<SeverityId> {
        let Some(severity) = self.items.severity_names.get(word).copied() else {
            let severities = self.items.severities.iter().map(|severity| severity.node.name.node.as_str());
            let names: Vec<String> = STATES.iter().copied().chain(severities).map(str::to_owned).collect();
            let near = self.nearest(word, names.iter().map(String::as_str));
            let help = near.is_none().then(|| format!("there are `{}`", names.join("`, `")));
            self.unknown(codes::UNKNOWN_STATE, "state", word, span, near, help);
            return None;
        };
        let file = self.items.severities.get(severity).map(|item| item.file)?;
        self.mark_file(file);
        let id = *self.severity_ids.get(severity)?;
        let info = self.alerts.get(at)?.as_ref()?;
        let has = info.levels.iter().any(|level| *level == id || (or_worse && *level > id));
        if !has {
            let alert = self.items.alerts.get(at)?;
            let levels: Vec<String> = info
                .levels
                .iter()
                .filter_map(|level| self.policy.severities.get(level.0))
                .map(|severity| severity.name.clone())
                .collect();
            let (alert, declared) = (alert.node.name.node.as_str(), alert.node.name.span);
            self.sink.report(NoSuchLevel { alert, level: word, levels: &levels, span, declared });
            return None;
        }
        Some(id)
    }

    fn state_operand(
        &mut self,
        (at, reference): (usize, &'a Reference),
        test: StateTest,
        asked: &str,
        span: Span,
    ) -> Option<Operand> {
        let name = reference.name.node.as_str();
        self.find_value(name);
        if self.scope.constants_only {
            self.sink.report(ConstantWanted { text: name, span, wanted_by: "a `const`" });
            return None;
        }
        let info = self.alerts.get(at)?.as_ref()?;
        let (id, labels, every) = (info.id, info.labels.clone(), info.every);
        self.look(|checker| {
            let selected = checker.select(name, &labels, None, reference.selector.as_deref())?;
            checker.note_open(&selected, reference.span);
            let parts = Parts {
                shape: Shape::Condition,
                labels: selected.labels,
                span,
                text: format!("{} {asked}", text::reference(name, &selected.matchers)),
                every,
                below: 0,
            };
            checker.build(ExprKind::AlertState(id, test, selected.matchers), parts)
        })
    }
}
