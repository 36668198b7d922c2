//! Texts, handles and flags: what can be compared with `==` and `!=`, and handed to a provider.

use nvp_dsl::Span;
use nvp_dsl::ast::{BinaryOp, Expr, ExprKind as Written, Reference, TextPiece};
use nvp_plan::response::formula::{Constant, Formula};

use super::read::{Deed, thing_words};
use super::slot::{Seen, compare};
use super::{Is, Slot, SlotId};
use crate::checker::{self, Checker};
use crate::declared::Value;
use crate::expr::{Operand, Placed, Shape, compare_op};
use crate::problems::deeds::{ThingMisplaced, ThingsDiffer};
use crate::problems::types::TextMisplaced;
use crate::scope::{Parameter, TextValue};
use crate::typed::{self, ExprKind, Labels};

/// A text or a handle.
pub(super) struct Thing {
    pub(super) formula: Formula<typed::Expr>,
    pub(super) is: Is,
}

impl<'a> Checker<'a> {
    /// Whether an expression is a text or a handle, as far as its form tells.
    pub(super) fn is_thing(&self, expr: &Expr) -> bool {
        match &expr.kind {
            Written::Paren(inner) => self.is_thing(inner),
            Written::Text(_) => true,
            Written::Reference(Reference { name, selector: None, .. }) => {
                match self.scope.parameters.get(name.node.as_str()) {
                    Some(Parameter::Text(_)) => true,
                    Some(Parameter::Thing(slot)) => {
                        self.deeds.slots.get(slot.0).is_some_and(|slot| !slot.is_list)
                    }
                    Some(_) => false,
                    None => self.names_text_constant(&name.node),
                }
            }
            Written::Call(call) => match self.deed_named(&call.name.node) {
                Some(Deed::Read(provider, at)) => {
                    let read = self.providers.get(provider).and_then(|info| info.reads.get(at));
                    read.is_some_and(|read| !read.is_list && matches!(read.gives, Is::Text | Is::Handle(..)))
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn names_text_constant(&self, name: &str) -> bool {
        matches!(self.items.values.get(name), Some(Value::Const(at))
            if matches!(self.consts.get(*at), Some(Some(checker::Constant::Text(_)))))
    }

    /// A text or a handle; anything else is reported.
    pub(super) fn thing(&mut self, expr: &'a Expr) -> Option<Thing> {
        match &expr.kind {
            Written::Paren(inner) => return self.thing(inner),
            Written::Reference(Reference { name, .. }) => {
                let slot = match self.scope.parameters.get(name.node.as_str()) {
                    Some(Parameter::Text(TextValue::Local(slot)) | Parameter::Thing(slot)) => {
                        self.deeds.slots.get(slot.0).filter(|slot| !slot.is_list)
                    }
                    _ => None,
                };
                if let Some(slot) = slot {
                    return Some(Thing { formula: slot.formula.clone(), is: slot.is.clone() });
                }
            }
            Written::Call(call) if self.is_thing(expr) => {
                let (read, formula) = self.read_call(call, expr.span)?;
                return Some(Thing { formula, is: read.gives });
            }
            _ => {}
        }
        let TextValue::Known(text) = self.text_value(expr)? else { return None };
        Some(Thing { formula: Formula::Constant(Constant::Text(text)), is: Is::Text })
    }

    /// `stable != running`, of texts and handles; `None` where neither side is one.
    pub(crate) fn compare_things(
        &mut self,
        op: BinaryOp,
        left: &'a Expr,
        right: &'a Expr,
        span: Span,
    ) -> Option<Option<Operand>> {
        let (left_is, right_is) = (self.is_thing(left), self.is_thing(right));
        if !self.in_formula() || !(left_is || right_is) {
            return None;
        }
        Some(self.compared(op, left, right, (left_is, right_is), span))
    }

    fn compared(
        &mut self,
        op: BinaryOp,
        left: &'a Expr,
        right: &'a Expr,
        (left_is, right_is): (bool, bool),
        span: Span,
    ) -> Option<Operand> {
        if !(left_is && right_is) {
            let (thing, other) = if left_is { (left, right) } else { (right, left) };
            let (thing_is, other_is) = (self.thing(thing), self.root(other));
            let (thing_is, other_is) = (thing_is?, other_is?);
            self.sink.report(ThingsDiffer {
                left: &self.written(thing.span),
                left_is: &thing_is.is.words(),
                right: &self.written(other.span),
                right_is: other_is.shape.words(),
                span,
            });
            return None;
        }
        let (left_thing, right_thing) = (self.thing(left), self.thing(right));
        let (left_thing, right_thing) = (left_thing?, right_thing?);
        if left_thing.is != right_thing.is {
            self.sink.report(ThingsDiffer {
                left: &self.written(left.span),
                left_is: &left_thing.is.words(),
                right: &self.written(right.span),
                right_is: &right_thing.is.words(),
                span,
            });
            return None;
        }
        if !matches!(op, BinaryOp::Equal | BinaryOp::NotEqual) {
            let text = self.written(left.span);
            let (is, help) = thing_words(&left_thing.is, false);
            self.sink.report(ThingMisplaced { text: &text, span, is, help });
            return None;
        }
        let how = compare(compare_op(op));
        let formula = Formula::Compare(how, Box::new(left_thing.formula), Box::new(right_thing.formula));
        let text = self.written(span);
        self.plain_slot(Slot::one(formula, Is::Flag), span, text)
    }

    /// `firewall.enabled(ip) == to`, of two conditions in a playbook; `None` where they are something else.
    pub(crate) fn compare_flags(
        &mut self,
        op: BinaryOp,
        left: (&Operand, Span),
        right: (&Operand, Span),
        span: Span,
    ) -> Option<Option<Operand>> {
        let is_condition = |operand: &Operand| {
            matches!(operand.shape, Shape::Condition | Shape::Flag | Shape::Info)
                && !matches!(operand.expr.kind, ExprKind::Bool(_))
        };
        let equals = matches!(op, BinaryOp::Equal | BinaryOp::NotEqual);
        if !self.in_formula() || !equals || !is_condition(left.0) || !is_condition(right.0) {
            return None;
        }
        let placed = |side: (&'_ Operand, Span)| (side.0.clone(), side.1);
        let ((left, left_span), (right, right_span)) = (placed(left), placed(right));
        let left = self.condition(left, left_span, "a comparison")?;
        let right = self.condition(right, right_span, "a comparison")?;
        let labels: Labels = self.join(
            Placed { operand: &left, span: left_span },
            Placed { operand: &right, span: right_span },
            span,
        )?;
        let (a, b) = (self.formula(&left.expr)?, self.formula(&right.expr)?);
        let formula = Formula::Compare(compare(compare_op(op)), Box::new(a), Box::new(b));
        let text = self.written(span);
        let every = crate::expr::Every::join(left.every, right.every);
        let seen = Seen { shape: Shape::Condition, labels, every, span, text };
        Some(self.slot_operand(Slot::one(formula, Is::Flag), seen))
    }

    /// Reports that a text, a handle or a list stands where a number or a condition is wanted.
    pub(crate) fn thing_misplaced(&mut self, name: &str, slot: Option<SlotId>, span: Span) {
        let slot = slot.and_then(|slot| self.deeds.slots.get(slot.0));
        let (is, help) =
            slot.map_or_else(|| thing_words(&Is::Text, false), |slot| thing_words(&slot.is, slot.is_list));
        self.sink.report(ThingMisplaced { text: name, span, is, help });
    }

    /// Whether a text has no insertions.
    pub(super) fn plain_text(&mut self, text: &nvp_dsl::ast::Text) -> Option<String> {
        let mut plain = String::new();
        for piece in &text.pieces {
            match piece {
                TextPiece::Plain(piece) => plain.push_str(piece),
                TextPiece::Insertion(_) => {
                    let (is, wanted) = ("a text with an insertion", "a text without insertions");
                    self.sink.report(TextMisplaced { span: text.span, is, wanted, help: None });
                    return None;
                }
            }
        }
        Some(plain)
    }
}
