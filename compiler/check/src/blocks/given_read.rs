//! `given pgbouncer.pool_size{db = "eu"} is 100 until grow_pool done, then 150`: what a provider's read answers.

use std::collections::BTreeMap;

use nvp_dsl::Span;
use nvp_dsl::ast::{
    Expr, ExprKind as Written, Ident, MatchOp, MatchValue, Matcher, PlaybookClause, Reference, Segment,
    SegmentUntil,
};
use nvp_plan::ids::ProviderId;
use nvp_plan::response::formula::Constant;

use crate::checker::{self, Checker};
use crate::codes;
use crate::declared::Value;
use crate::deeds::{Deed, Formal, Is};
use crate::problems::deeds::{NotWhole, UnknownParameter};
use crate::problems::labels::PinnedTwice;
use crate::problems::tests::{GivenDeed, PinWanted};
use crate::problems::types::{ConstantWanted, TextMisplaced};
use crate::scope::TextValue;
use crate::typed::{ExprKind, GivenRead, ReadPhase, ReadValue, Until};

impl<'a> Checker<'a> {
    /// Checks what a read answers. The second value is the latest time that it names, in ms.
    pub(super) fn given_read(
        &mut self,
        target: &'a Reference,
        segments: &'a [Segment],
        span: Span,
    ) -> Option<(GivenRead, i64)> {
        let (provider, at) = match self.deed(&target.name, "read")? {
            Deed::Read(provider, at) => (provider, at),
            Deed::Write(..) => {
                let name = &target.name.node;
                let help = format!("say how it ends: `given {name} succeeds after 3s`");
                self.sink.report(GivenDeed {
                    span: target.span,
                    title: format!("`{name}` is a write"),
                    help,
                });
                return None;
            }
        };
        let read = self.providers.get(provider)?.reads.get(at)?.clone();
        let arguments = self.call_pins(target, &read.formals);
        let phases = self.read_phases(&target.name.node, (&read.gives, read.is_list), segments);
        let (phases, named_ms) = phases?;
        // There are never so many that a place would not fit.
        let (provider, read) = (ProviderId(provider as u32), at as u32);
        Some((GivenRead { provider, read, arguments: arguments?, phases, span }, named_ms))
    }

    fn read_phases(
        &mut self,
        name: &str,
        gives: (&Is, bool),
        segments: &'a [Segment],
    ) -> Option<(Vec<ReadPhase>, i64)> {
        let mut phases = Vec::new();
        let mut answers = Vec::new();
        let (mut at_ms, mut before_ms) = (0_i64, 0_i64);
        let mut sound = true;
        for (place, segment) in segments.iter().enumerate() {
            let last = place + 1 == segments.len() || segment.until.is_some();
            let length = self.segment_length(segment, last);
            let until = segment.until.as_ref().map(|until| self.step_answered(until));
            let value = segment.value.as_ref().map(|value| self.read_value(name, gives, value));
            if let Some(to) = &segment.to {
                let title = format!("what `{name}` answers does not move in a straight line");
                let help = "give one value after the other: `100 for 5m, then 150`".to_owned();
                self.sink.report(GivenDeed { span: to.span, title, help });
                sound = false;
            }
            let (Some(lasts), false, false) =
                (length, matches!(until, Some(None)), matches!(value, Some(None)))
            else {
                sound = false;
                continue;
            };
            answers.push((at_ms, value.flatten()));
            at_ms = at_ms.saturating_add(lasts.unwrap_or_default());
            if last {
                phases.push(ReadPhase { answers: std::mem::take(&mut answers), until: until.flatten() });
                before_ms = before_ms.saturating_add(std::mem::take(&mut at_ms));
            }
        }
        if segments.last().is_some_and(|segment| segment.until.is_some()) {
            // After the step nothing is given, so it fails.
            phases.push(ReadPhase { answers: vec![(0, None)], until: None });
        }
        sound.then_some((phases, before_ms))
    }

    fn read_value(&mut self, name: &str, (is, is_list): (&Is, bool), expr: &'a Expr) -> Option<ReadValue> {
        match (&expr.kind, is_list) {
            (Written::Paren(inner), false) => self.read_value(name, (is, is_list), inner),
            // A list of one is written as a parenthesis is.
            (Written::Paren(inner), true) => {
                Some(ReadValue::List(vec![self.given_constant(name, is, inner)?]))
            }
            (Written::List(items), true) => {
                let items: Vec<Option<Constant>> =
                    items.iter().map(|item| self.given_constant(name, is, item)).collect();
                Some(ReadValue::List(items.into_iter().collect::<Option<_>>()?))
            }
            (_, true) => {
                let title = format!("`{name}` gives a list");
                let help = "write it in parentheses: `(\"a\", \"b\")`".to_owned();
                self.sink.report(GivenDeed { span: expr.span, title, help });
                None
            }
            (Written::List(_), false) => {
                let title = format!("`{name}` gives one value, and this is a list");
                self.sink.report(GivenDeed { span: expr.span, title, help: "give one value".to_owned() });
                None
            }
            (_, false) => Some(ReadValue::One(self.given_constant(name, is, expr)?)),
        }
    }

    /// A constant of a kind.
    pub(super) fn given_constant(&mut self, name: &str, is: &Is, expr: &'a Expr) -> Option<Constant> {
        match is {
            Is::Text | Is::Handle(..) => match self.text_value(expr)? {
                TextValue::Known(text) => Some(Constant::Text(text)),
                TextValue::Open | TextValue::Local(_) => None,
            },
            Is::Flag => {
                let operand = self.root(expr)?;
                if let ExprKind::Bool(value) = operand.expr.kind {
                    return Some(Constant::Condition(Some(value)));
                }
                let title = format!("`{name}` is true or false, and `{}` is neither", operand.expr.text);
                let help = "write `true` or `false`".to_owned();
                self.sink.report(GivenDeed { span: expr.span, title, help });
                None
            }
            Is::Number(dimension) => {
                let operand = self.root(expr)?;
                let (operand, _) = self.number(operand, expr.span, &format!("`{name}`"))?;
                let Some(value) = operand.literal() else {
                    let text = &operand.expr.text;
                    self.sink.report(ConstantWanted { text, span: expr.span, wanted_by: "a given" });
                    return None;
                };
                self.given_fits(&operand, dimension, expr.span, name)?;
                if is.is_whole() && value.fract() != 0.0 {
                    let (wanted_by, text) = (format!("`{name}`"), &operand.expr.text);
                    self.sink.report(NotWhole { wanted_by: &wanted_by, text, span: expr.span });
                    return None;
                }
                Some(Constant::Number(value))
            }
        }
    }

    /// The parameters that a selector after a read, write or playbook pins, by place.
    pub(super) fn call_pins(
        &mut self,
        target: &'a Reference,
        formals: &[Formal],
    ) -> Option<BTreeMap<u32, Constant>> {
        let mut pins = BTreeMap::new();
        let mut spans: BTreeMap<usize, Span> = BTreeMap::new();
        let mut sound = true;
        for matcher in target.selector.iter().flatten() {
            let label = &matcher.label;
            let Some(place) = formals.iter().position(|formal| formal.name == label.node) else {
                let names: Vec<String> = formals.iter().map(|formal| formal.name.clone()).collect();
                let near = self.nearest(&label.node, names.iter().map(String::as_str));
                self.sink.report(UnknownParameter { clause: "given", name: label, names: &names, near });
                sound = false;
                continue;
            };
            if let Some(first) = spans.insert(place, matcher.span) {
                self.sink.report(PinnedTwice { label: &label.node, span: matcher.span, first });
                sound = false;
            }
            let is = formals.get(place).map(|formal| formal.is.clone())?;
            match self.pinned_constant(matcher, &is) {
                Some(constant) => {
                    pins.insert(place as u32, constant);
                }
                None => sound = false,
            }
        }
        sound.then_some(pins)
    }

    fn pinned_constant(&mut self, matcher: &'a Matcher, is: &Is) -> Option<Constant> {
        let value = match &matcher.test {
            Some((op, value)) if op.node == MatchOp::Equal => Some(value),
            None => None,
            Some(_) => {
                self.sink.report(PinWanted { label: &matcher.label.node, span: matcher.span });
                return None;
            }
        };
        let name = match value {
            Some(MatchValue::Text(text)) => {
                if matches!(is, Is::Text | Is::Handle(..)) {
                    return Some(Constant::Text(text.node.clone()));
                }
                let help = Some("name a `const` that is one");
                let wanted = if *is == Is::Flag { "true or false" } else { "a number" };
                self.sink.report(TextMisplaced { span: text.span, is: "a text", wanted, help });
                return None;
            }
            Some(MatchValue::Name(name)) => name,
            Some(MatchValue::List(_)) => return None,
            None => &matcher.label,
        };
        self.named_constant(name, is)
    }

    fn named_constant(&mut self, name: &'a Ident, is: &Is) -> Option<Constant> {
        let Some(Value::Const(at)) = self.find_value(&name.node) else {
            let consts: Vec<&'a str> =
                self.items.consts.iter().map(|item| item.node.name.node.as_str()).collect();
            let near = self.nearest(&name.node, consts.into_iter());
            let help = near.is_none().then(|| format!("write the text itself: `= \"{}\"`", name.node));
            self.unknown(codes::UNKNOWN_TEXT, "constant", &name.node, name.span, near, help);
            return None;
        };
        match (self.consts.get(at).cloned().flatten()?, is) {
            (checker::Constant::Text(text), Is::Text | Is::Handle(..)) => Some(Constant::Text(text)),
            (checker::Constant::Operand(operand), Is::Number(dimension)) => {
                self.given_fits(&operand, dimension, name.span, &name.node)?;
                operand.literal().map(Constant::Number)
            }
            (checker::Constant::Operand(operand), Is::Flag) if operand.expr.kind == ExprKind::Bool(true) => {
                Some(Constant::Condition(Some(true)))
            }
            (checker::Constant::Operand(operand), Is::Flag) if operand.expr.kind == ExprKind::Bool(false) => {
                Some(Constant::Condition(Some(false)))
            }
            _ => {
                let wanted = match is {
                    Is::Number(_) => "a number",
                    Is::Flag => "true or false",
                    Is::Text | Is::Handle(..) => "a text",
                };
                self.sink.report(TextMisplaced {
                    span: name.span,
                    is: "of another kind",
                    wanted,
                    help: None,
                });
                None
            }
        }
    }

    /// A step of any playbook.
    /// What ends a phase.
    pub(super) fn step_answered(&mut self, until: &SegmentUntil) -> Option<Until> {
        let step = self.step_named(&until.step)?;
        Some(Until { step, is_undone: until.is_undone })
    }

    pub(super) fn step_named(&mut self, name: &Ident) -> Option<String> {
        let books = self.items.playbooks.iter().flat_map(|item| &item.node.clauses);
        let steps = books.filter_map(|clause| match &clause.node {
            PlaybookClause::Step(step) => Some(step.name.node.as_str()),
            _ => None,
        });
        let steps: Vec<&'a str> = steps.collect();
        if steps.contains(&name.node.as_str()) {
            return Some(name.node.clone());
        }
        let near = self.nearest(&name.node, steps.iter().copied());
        let help = match (&near, steps.is_empty()) {
            (None, true) => Some("no playbook is declared in this policy set".to_owned()),
            (None, false) => Some("name a step of one of the playbooks".to_owned()),
            _ => None,
        };
        self.unknown(codes::UNKNOWN_STEP, "step", &name.node, name.span, near, help);
        None
    }
}
