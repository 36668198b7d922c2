//! `given pgbouncer.set_pool_size succeeds after 3s`, `given acknowledgement of gateway_slow at 7m`: how writes end, and what people do.

use std::collections::BTreeMap;

use nvp_dsl::Span;
use nvp_dsl::ast::{Expr, GivenEvent, Ident, Reference, WriteEnds};
use nvp_plan::ids::{PlaybookId, ProviderId};

use crate::checker::{Checker, Missing};
use crate::codes;
use crate::declared::Value;
use crate::deeds::Deed;
use crate::expr::DurationUse;
use crate::library::Kind;
use crate::problems::names::{UnknownWord, WrongKind};
use crate::problems::tests::GivenDeed;
use crate::typed::{self, AlertId, GivenWrite, Test};

const DEEDS: &[&str] = &["acknowledgement", "resolution", "silence", "approval", "abort"];

/// What a person does, as written.
struct Person<'a> {
    deed: &'a Ident,
    of: &'a Reference,
    at: &'a Expr,
    lasts: Option<&'a Expr>,
}

impl<'a> Checker<'a> {
    /// Checks how a write ends or what a person does, and adds it to a test.
    pub(super) fn given_event(&mut self, event: &'a GivenEvent, span: Span, test: &mut Test) {
        match event {
            GivenEvent::Write { target, ends, after } => {
                if let Some(write) = self.given_write(target, *ends, after.as_ref(), span) {
                    test.ends_ms = test.ends_ms.max(write.after_ms);
                    test.writes.push(write);
                }
            }
            GivenEvent::Person { deed, of, at, lasts } => {
                let person = Person { deed, of, at, lasts: lasts.as_ref() };
                if let Some((deed, ends_ms)) = self.given_person(&person, span) {
                    test.ends_ms = test.ends_ms.max(ends_ms);
                    test.deeds.push(deed);
                }
            }
        }
    }

    fn given_write(
        &mut self,
        target: &'a Reference,
        ends: WriteEnds,
        after: Option<&'a Expr>,
        span: Span,
    ) -> Option<GivenWrite> {
        let (provider, at) = match self.deed(&target.name, "write")? {
            Deed::Write(provider, at) => (provider, at),
            Deed::Read(..) => {
                let name = &target.name.node;
                let help = format!("say what it answers: `given {name} is …`, or `missing` where it fails");
                self.sink.report(GivenDeed { span: target.span, title: format!("`{name}` is a read"), help });
                return None;
            }
        };
        let write = self.providers.get(provider)?.writes.get(at)?.clone();
        let arguments = self.call_pins(target, &write.formals);
        let after_ms = match after {
            Some(after) => self.duration(after, DurationUse::FromStart),
            None => Some(0),
        };
        // There are never so many that a place would not fit.
        let (provider, write) = (ProviderId(provider as u32), at as u32);
        Some(GivenWrite { provider, write, arguments: arguments?, ends, after_ms: after_ms?, span })
    }

    /// What a person does, and the latest time that it names, in ms.
    fn given_person(&mut self, person: &Person<'a>, span: Span) -> Option<(typed::GivenDeed, i64)> {
        let at_ms = self.duration(person.at, DurationUse::FromStart);
        let lasts_ms = person.lasts.map(|lasts| self.duration(lasts, DurationUse::Positive));
        let word = person.deed.node.as_str();
        let deed = match word {
            "acknowledgement" | "resolution" | "silence" => {
                let (alert, labels) = self.alert_rows(person.of)?;
                match word {
                    "acknowledgement" => typed::Deed::Acknowledge(alert, labels),
                    "resolution" => typed::Deed::Resolve(alert, labels),
                    _ => {
                        let Some(lasts_ms) = lasts_ms else {
                            let title = "this silence does not say how long it lasts".to_owned();
                            let help = "add its length: `at 3m for 10m`".to_owned();
                            self.sink.report(GivenDeed { span, title, help });
                            return None;
                        };
                        typed::Deed::Silence(alert, labels, lasts_ms?)
                    }
                }
            }
            "approval" | "abort" => {
                let playbook = PlaybookId(self.named(Kind::Playbook, &person.of.name)? as u32);
                if word == "approval" { typed::Deed::Approve(playbook) } else { typed::Deed::Abort(playbook) }
            }
            other => {
                let near = self.nearest(other, DEEDS.iter().copied());
                let (code, what) = (codes::UNKNOWN_STATE, "what a person does");
                self.sink.report(UnknownWord { code, what, word: person.deed, known: DEEDS, near });
                return None;
            }
        };
        if let (Some(lasts), false) = (person.lasts, word == "silence") {
            let title = format!("an {word} happens at once, and does not last");
            self.sink.report(GivenDeed { span: lasts.span, title, help: "leave the `for` out".to_owned() });
            return None;
        }
        let lasts_ms = lasts_ms.flatten().unwrap_or_default();
        let at_ms = at_ms?;
        Some((typed::GivenDeed { deed, at_ms, span }, at_ms.saturating_add(lasts_ms)))
    }

    /// An alert with the labels that are pinned; others may have any value.
    fn alert_rows(&mut self, of: &'a Reference) -> Option<(AlertId, BTreeMap<String, String>)> {
        let (name, span) = (of.name.node.as_str(), of.name.span);
        let at = match self.find_value(name) {
            Some(Value::Alert(at)) => at,
            Some(other) => {
                let is = match other {
                    Value::Metric(_) => "a metric",
                    Value::Derive(_) => "a derive",
                    Value::Const(_) => "a constant",
                    _ => "a function",
                };
                self.sink.report(WrongKind { name, span, is, wanted: "an alert", help: None });
                return None;
            }
            None => {
                let alerts = self.items.alerts.iter().map(|item| item.node.name.node.as_str());
                let names: Vec<&'a str> = alerts.collect();
                let near = self.nearest(name, names.into_iter());
                let (code, what) = (codes::UNKNOWN_NAME, "alert");
                self.unknown_or_import(Kind::Alert, Missing { code, what, name, span, near, help: None });
                return None;
            }
        };
        let info = self.alerts.get(at)?.as_ref()?;
        let (id, labels) = (info.id, info.labels.clone());
        let selected = self.select(name, &labels, None, of.selector.as_deref())?;
        Some((id, self.pins(&selected.matchers, of.span)?))
    }
}
