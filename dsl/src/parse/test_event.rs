//! What a test gives and expects besides values: how writes end, what people do, what happens.

use pest::iterators::Pair;

use super::builder::Builder;
use super::grammar::Rule;
use super::mistakes;
use super::tree::Children;
use crate::ast::{Event, GivenEvent, Reference, WriteEnds};

/// What people do in a test.
const DEEDS: [&str; 5] = ["acknowledgement", "approval", "resolution", "abort", "silence"];

impl Builder<'_> {
    /// `acknowledgement of gateway_slow at 7m`
    pub(super) fn given_deed(&self, mut children: Children<'_>) -> Option<GivenEvent> {
        let deed = self.token(&children.one(Rule::ident)?);
        if !DEEDS.contains(&deed.node.as_str()) {
            self.report(mistakes::unknown_deed(&deed.node, &DEEDS, deed.span));
        }
        let of = self.reference(children.one(Rule::reference)?)?;
        let at = self.literal(&children.next()?)?;
        Some(GivenEvent::Person { deed, of, at, lasts: self.perhaps_literal(children)? })
    }

    /// `succeeds after 3s`
    pub(super) fn given_outcome(&self, target: Reference, mut children: Children<'_>) -> Option<GivenEvent> {
        let ends = match children.one(Rule::write_ends)?.as_str() {
            "succeeds" => WriteEnds::Succeeds,
            "fails" => WriteEnds::Fails,
            "hangs" => WriteEnds::Hangs,
            _ => WriteEnds::Lies,
        };
        Some(GivenEvent::Write { target, ends, after: self.perhaps_literal(children)? })
    }

    /// What happens; `None` if it is a condition.
    pub(super) fn event(&self, pair: Pair<'_, Rule>) -> Option<Event> {
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        if rule == Rule::playbook_event {
            let playbook = self.reference(children.one(Rule::reference)?)?;
            return Some(Event::Playbook(playbook, self.token(&children.next()?)));
        }
        let name = self.token(&children.one(Rule::ident)?);
        Some(match rule {
            Rule::escalation_event => Event::Escalation(name),
            Rule::page_event => Event::Page(name, children.one(Rule::ident).map(|by| self.token(&by))),
            Rule::notice_event => Event::Notice(name),
            Rule::ticket_event => Event::Ticket(name),
            Rule::step_event => Event::Step(name, self.token(&children.next()?)),
            Rule::incident_event => Event::Incident(name, self.token(&children.next()?)),
            _ => return None,
        })
    }
}
