//! What comes out of the engine: closed ticks and the decisions taken at them, in a reused arena.
//!
//! The engine only appends; the caller clears. Decisions of one tick stand in (rule name, labels) order, ticks in order of time.

use crate::why::{Clause, NodeValue, State, Why};
use nvp_plan::Plan;
use nvp_plan::alert::Alert;
use nvp_plan::ids::{AlertId, TreeId};
use std::ops::Range;
use std::sync::Arc;

/// A tick that was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClosedTick {
    /// Its instant, in ms since the Unix epoch.
    pub at_ms: i64,
    /// How many ticks just before it were passed over at once because nothing could change in them, or because nobody looked.
    pub skipped: u64,
    /// The places of its decisions among all of these effects.
    pub first_transition: u32,
    /// How many decisions were taken at it.
    pub transitions: u32,
}

/// A decision: an alert's row changed its shown state.
#[derive(Debug, Clone)]
pub struct Transition<'a> {
    /// The tick, in ms since the Unix epoch.
    pub at_ms: i64,
    /// Which alert.
    pub alert: AlertId,
    /// The alert as planned: its name, its levels, its texts.
    pub rule: Option<&'a Alert>,
    /// The row's labels, in the order of the domain's label names.
    pub labels: Labels<'a>,
    /// The state before.
    pub from: State,
    /// The state now.
    pub to: State,
    /// The subject's value, in base units; `None` if it is missing or the alert has no subject.
    pub value: Option<f64>,
    /// The values that the rule's texts show, as they were at the tick: those of `says`, then those of `runbook`.
    pub says: &'a [NodeValue],
    /// What decided.
    pub why: Why<'a>,
}

/// The labels of a row: pairs of name and value, sorted by name.
#[derive(Debug, Clone)]
pub struct Labels<'a> {
    names: std::slice::Iter<'a, String>,
    values: Values<'a>,
}

/// Where the values of a row's labels stand.
#[derive(Debug, Clone)]
pub(crate) enum Values<'a> {
    /// One after the other in an arena's text.
    Arena(&'a str, std::slice::Iter<'a, Range<u32>>),
    /// Symbols of the engine.
    Symbols(&'a crate::intern::Interner, std::slice::Iter<'a, crate::intern::Symbol>),
}

impl<'a> Labels<'a> {
    pub(crate) fn new(names: &'a [String], values: Values<'a>) -> Self {
        Self { names: names.iter(), values }
    }
}

impl<'a> Iterator for Labels<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let value = match &mut self.values {
            Values::Arena(text, ranges) => {
                let range = ranges.next()?;
                text.get(range.start as usize..range.end as usize)?
            }
            Values::Symbols(interner, symbols) => interner.text(*symbols.next()?),
        };
        Some((self.names.next()?.as_str(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.names.size_hint()
    }
}

impl ExactSizeIterator for Labels<'_> {}

/// A decision as it lies in the arena.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) at_ms: i64,
    pub(crate) alert: AlertId,
    pub(crate) labels: Range<u32>,
    pub(crate) from: State,
    pub(crate) to: State,
    pub(crate) value: f64,
    pub(crate) clause: Clause,
    pub(crate) flapping: bool,
    pub(crate) tree: Option<TreeId>,
    pub(crate) nodes: Range<u32>,
    pub(crate) says: Range<u32>,
}

/// The arena. Meant to be reused: [`Effects::clear`] keeps the memory.
#[derive(Debug, Clone)]
pub struct Effects {
    plan: Arc<Plan>,
    pub(crate) ticks: Vec<ClosedTick>,
    pub(crate) records: Vec<Record>,
    pub(crate) labels: Vec<Range<u32>>,
    pub(crate) text: String,
    pub(crate) nodes: Vec<NodeValue>,
}

impl Effects {
    /// An empty arena for the effects of this plan.
    #[must_use]
    pub fn new(plan: Arc<Plan>) -> Self {
        Self {
            plan,
            ticks: Vec::new(),
            records: Vec::new(),
            labels: Vec::new(),
            text: String::new(),
            nodes: Vec::new(),
        }
    }

    /// Takes everything out and keeps the memory.
    pub fn clear(&mut self) {
        self.ticks.clear();
        self.records.clear();
        self.labels.clear();
        self.text.clear();
        self.nodes.clear();
    }

    /// Whether no tick was closed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ticks.is_empty()
    }

    /// The ticks closed, in order of time.
    #[must_use]
    pub fn ticks(&self) -> &[ClosedTick] {
        &self.ticks
    }

    /// The decisions, in order of (tick, rule name, labels).
    pub fn transitions(&self) -> impl ExactSizeIterator<Item = Transition<'_>> {
        self.records.iter().map(|record| self.view(record))
    }

    fn view<'a>(&'a self, record: &Record) -> Transition<'a> {
        let rule = self.plan.alerts.get(record.alert.index());
        let names = rule
            .and_then(|rule| self.plan.domains.get(rule.domain.index()))
            .map_or(&[] as &[String], |domain| domain.labels.as_slice());
        let values = self.labels.get(span(&record.labels)).unwrap_or_default();
        Transition {
            at_ms: record.at_ms,
            alert: record.alert,
            rule,
            labels: Labels::new(names, Values::Arena(&self.text, values.iter())),
            from: record.from,
            to: record.to,
            value: Some(record.value).filter(|value| !value.is_nan()),
            says: self.nodes.get(span(&record.says)).unwrap_or_default(),
            why: Why {
                clause: record.clause,
                flapping: record.flapping,
                tree: record.tree,
                nodes: self.nodes.get(span(&record.nodes)).unwrap_or_default(),
            },
        }
    }

    /// Appends a label's value to the labels of the record to come.
    pub(crate) fn push_label(&mut self, value: &str) {
        let start = place(self.text.len());
        self.text.push_str(value);
        self.labels.push(start..place(self.text.len()));
    }
}

/// A length as a place in the arena, which no one fills with 4 GiB between two clears; what is beyond reads as empty.
pub(crate) fn place(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn span(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}
