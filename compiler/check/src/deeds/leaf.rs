//! Looks at metrics: the parts of a playbook's expressions that the evaluation computes, and the row of them that is meant.
//!
//! A label that is pinned by a parameter or a `let` stays with the expression (`avg(cpu{region} over 5m overall)` is computed as
//! `avg(cpu over 5m by region)`), and the formula says which row it looks at.

use std::collections::BTreeMap;

use nvp_dsl::Span;
use nvp_dsl::ast::{MatchOp, MatchValue, Matcher};
use nvp_plan::response::formula::{Constant, Formula, Observed};
use nvp_plan::unit::Unit;

use super::slot::Seen;
use super::{Is, Slot, SlotId};
use crate::checker::Checker;
use crate::expr::{Operand, Selected, Shape};
use crate::problems::deeds::{LocalInside, PinOperator, PinnedApart};
use crate::problems::labels::PinnedTwice;
use crate::scope::{Parameter, TextValue};
use crate::tree;
use crate::typed::{AggregateFunction, Expr, ExprKind, Labels, StateTest, Type};
use crate::units::{Core, Dimension};

/// What one look at metrics pins and leaves open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Leaf {
    /// The labels pinned by what only the playbook knows.
    pins: BTreeMap<String, (SlotId, Span)>,
    /// The labels that some metric of it leaves open.
    open: BTreeMap<String, Span>,
}

impl<'a> Checker<'a> {
    /// Checks what the evaluation computes; outside of playbooks, or inside of such a part, it is as it is.
    pub(crate) fn look(&mut self, check: impl FnOnce(&mut Self) -> Option<Operand>) -> Option<Operand> {
        if !self.deeds.is_on || self.deeds.leaf.is_some() {
            return check(self);
        }
        self.deeds.leaf = Some(Leaf::default());
        let operand = check(self);
        let leaf = self.deeds.leaf.take().unwrap_or_default();
        self.observed(operand?, leaf)
    }

    /// Whether the expression being checked is a playbook's own, and not what the evaluation computes.
    pub(crate) fn in_formula(&self) -> bool {
        self.deeds.is_on && self.deeds.leaf.is_none()
    }

    /// A slot for what the evaluation computes.
    fn observed(&mut self, operand: Operand, leaf: Leaf) -> Option<Operand> {
        if let Some((label, (_, span))) = leaf.pins.iter().find(|(label, _)| leaf.open.contains_key(*label)) {
            let other = leaf.open.get(label).copied().unwrap_or_default();
            self.sink.report(PinnedApart { label, span: *span, other, is_open: true });
            return None;
        }
        let mut labels = Vec::new();
        let mut left_open = Labels::new();
        for label in &operand.expr.labels {
            match leaf.pins.get(label).and_then(|(slot, _)| self.deeds.slots.get(slot.0)) {
                Some(slot) => labels.push((label.clone(), slot.formula.clone())),
                None => left_open.push(label.clone()),
            }
        }
        let text = self.written(operand.expr.span);
        let text = if text.is_empty() { operand.expr.text.clone() } else { text };
        let (is_condition, unit) = match &operand.expr.ty {
            Type::Condition => (true, Unit::Number),
            Type::Value(unit) => (false, unit.clone()),
        };
        let has_row = labels.is_empty();
        let observed = Observed { of: operand.expr.clone(), labels, is_condition, text: text.clone(), unit };
        let formula = without_row(Formula::Observed(observed), &operand.expr, has_row);
        let is = match operand.shape.dimension() {
            Some(dimension) => Is::Number(dimension.clone()),
            None => Is::Flag,
        };
        let seen = Seen {
            shape: operand.shape.clone(),
            labels: left_open,
            every: operand.every,
            span: operand.expr.span,
            text,
        };
        // What is sampled may be an average, whatever its unit; only a count is sure to be whole.
        let is_whole = matches!(operand.shape, Shape::Value(Dimension::Of(Core::Count, ref powers)) if powers.is_empty());
        let leaf = Some(Box::new((operand, leaf)));
        self.slot_operand(Slot { formula, is, is_list: false, is_whole, leaf }, seen)
    }

    /// A parameter of a function, or something that only the playbook knows, where it is named.
    pub(crate) fn named_operand(&mut self, mut operand: Operand, span: Span) -> Option<Operand> {
        operand.expr.span = span;
        if self.deeds.leaf.is_some()
            && let Some(slot) = self.slot_of(&operand.expr).cloned()
        {
            let Some((inner, pins)) = slot.leaf.map(|leaf| *leaf) else {
                self.sink.report(LocalInside { text: &operand.expr.text, span });
                return None;
            };
            self.join_leaf(pins)?;
            operand = inner;
        } else if self.deeds.leaf.is_some() && self.has_slot(&operand.expr) {
            self.sink.report(LocalInside { text: &operand.expr.text, span });
            return None;
        }
        self.charge(&operand)?;
        Some(operand)
    }

    fn has_slot(&self, expr: &Expr) -> bool {
        let mut todo = vec![expr];
        while let Some(expr) = todo.pop() {
            if self.slot_of(expr).is_some() {
                return true;
            }
            tree::children(expr, &mut |child| todo.push(child));
        }
        false
    }

    fn join_leaf(&mut self, other: Leaf) -> Option<()> {
        for (label, (slot, span)) in other.pins {
            self.pin(&label, slot, span)?;
        }
        if let Some(leaf) = &mut self.deeds.leaf {
            leaf.open.extend(other.open);
        }
        Some(())
    }

    fn pin(&mut self, label: &str, slot: SlotId, span: Span) -> Option<()> {
        let formula_of = |id: SlotId| self.deeds.slots.get(id.0).map(|slot| &slot.formula);
        let known = self.deeds.leaf.as_ref().and_then(|leaf| leaf.pins.get(label)).copied();
        if let Some((other, other_span)) = known {
            if formula_of(other) != formula_of(slot) {
                self.sink.report(PinnedApart { label, span, other: other_span, is_open: false });
                return None;
            }
            return Some(());
        }
        if let Some(leaf) = &mut self.deeds.leaf {
            leaf.pins.insert(label.to_owned(), (slot, span));
        }
        Some(())
    }

    /// Whether a matcher pins its label by what only the playbook knows: `Some(Some(()))` where it is so and noted, `Some(None)` where
    /// it cannot be so.
    pub(crate) fn local_pin(&mut self, matcher: &'a Matcher, already: Option<Span>) -> Option<Option<()>> {
        let (op, name) = match &matcher.test {
            None => (MatchOp::Equal, &matcher.label),
            Some((op, MatchValue::Name(name))) => (op.node, name),
            Some(_) => return None,
        };
        let Some(Parameter::Text(TextValue::Local(slot))) = self.scope.parameters.get(name.node.as_str())
        else {
            return None;
        };
        let slot = *slot;
        if op != MatchOp::Equal {
            self.sink.report(PinOperator { name: &name.node, span: matcher.span });
            return Some(None);
        }
        if let Some(first) = already {
            self.sink.report(PinnedTwice { label: &matcher.label.node, span: matcher.span, first });
            return Some(None);
        }
        Some(self.pin(&matcher.label.node, slot, matcher.span))
    }

    /// Notes the labels that a selector leaves open.
    pub(crate) fn note_open(&mut self, selected: &Selected, span: Span) {
        let Some(leaf) = &mut self.deeds.leaf else { return };
        for label in selected.labels.iter().filter(|label| !selected.kept.contains(label)) {
            leaf.open.entry(label.clone()).or_insert(span);
        }
    }

    /// Those of some labels that the playbook pins, so that they stay.
    pub(crate) fn kept(&self, labels: &[String]) -> Labels {
        let Some(leaf) = &self.deeds.leaf else { return Labels::new() };
        labels.iter().filter(|label| leaf.pins.contains_key(*label)).cloned().collect()
    }
}

/// Where the row that is meant does not exist, `count` is 0 as it is of nothing, and an alert that does not know it is `ok`.
fn without_row(observed: Formula<Expr>, expr: &Expr, has_row: bool) -> Formula<Expr> {
    let instead = match &expr.kind {
        _ if has_row => return observed,
        ExprKind::Aggregate(aggregate)
            if aggregate.function == AggregateFunction::Count && !aggregate.histogram =>
        {
            Constant::Number(0.0)
        }
        ExprKind::AlertState(_, test, _) => Constant::Condition(Some(*test == StateTest::Ok)),
        _ => return observed,
    };
    Formula::Default(Box::new(observed), Box::new(Formula::Constant(instead)))
}
