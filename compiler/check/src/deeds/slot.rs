//! Slots: what only a playbook knows, as a leaf of the expression being checked; and formulas, which slots become.

use nvp_dsl::Span;
use nvp_plan::response::formula::{Arithmetic, Compare, Constant, Formula, Function};

use super::{Is, Leaf};
use crate::checker::Checker;
use crate::expr::{Every, Operand, Shape};
use crate::problems::names::TooLarge;
use crate::tree;
use crate::typed::{self, ArithmeticOp, CompareOp, DeriveId, Expr, ExprKind, Labels};

/// The place of a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SlotId(pub(crate) usize);

/// What stands for something that only a playbook knows.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    /// What it becomes.
    pub(crate) formula: Formula<Expr>,
    pub(crate) is: Is,
    pub(crate) is_list: bool,
    /// Whether it can only be a whole number.
    pub(crate) is_whole: bool,
    /// Of a look at metrics: the expression, and what its labels are pinned to. A function may aggregate it further.
    pub(crate) leaf: Option<Box<(Operand, Leaf)>>,
}

/// How an operand that stands for a slot looks.
pub(super) struct Seen {
    pub(super) shape: Shape,
    /// The labels left open.
    pub(super) labels: Labels,
    pub(super) every: Option<Every>,
    pub(super) span: Span,
    pub(super) text: String,
}

/// In the expression being checked a slot is a derive from this number on: the policy has none so high.
const FIRST: usize = usize::MAX / 2;
/// Deeper formulas are refused, so that whoever evaluates them may recurse.
const DEPTH_MAX: usize = 400;

impl Slot {
    /// Something of one value.
    pub(crate) fn one(formula: Formula<Expr>, is: Is) -> Self {
        let is_whole = is.is_whole();
        Self { formula, is, is_list: false, is_whole, leaf: None }
    }
}

impl Checker<'_> {
    /// Keeps a slot.
    pub(crate) fn keep_slot(&mut self, slot: Slot) -> SlotId {
        self.deeds.slots.push(slot);
        SlotId(self.deeds.slots.len() - 1)
    }

    /// An operand that stands for a slot.
    pub(super) fn slot_operand(&mut self, slot: Slot, seen: Seen) -> Option<Operand> {
        let SlotId(id) = self.keep_slot(slot);
        let Seen { shape, labels, every, span, text } = seen;
        let kind = ExprKind::Derive(DeriveId(FIRST + id), Vec::new());
        let expr = Expr { kind, ty: shape.ty(), labels, span, text };
        let operand = Operand { expr, shape, every, size: 1 };
        self.charge(&operand)?;
        Some(operand)
    }

    /// A number or a condition without labels.
    pub(super) fn plain_slot(&mut self, slot: Slot, span: Span, text: String) -> Option<Operand> {
        let shape = match &slot.is {
            Is::Number(dimension) => Shape::Value(dimension.clone()),
            _ => Shape::Condition,
        };
        self.slot_operand(slot, Seen { shape, labels: Labels::new(), every: None, span, text })
    }

    /// The slot that an expression stands for, if it is one.
    pub(crate) fn slot_of(&self, expr: &Expr) -> Option<&Slot> {
        match &expr.kind {
            ExprKind::Derive(id, _) => self.deeds.slots.get(id.0.checked_sub(FIRST)?),
            _ => None,
        }
    }

    /// The expression behind a look at metrics; any other as it is.
    pub(crate) fn behind<'e>(&'e self, expr: &'e Expr) -> &'e Expr {
        let leaf = self.slot_of(expr).and_then(|slot| slot.leaf.as_deref());
        leaf.map_or(expr, |(operand, _)| &operand.expr)
    }

    /// What an expression over slots becomes; refused where it is too deep.
    pub(super) fn formula(&mut self, expr: &Expr) -> Option<Formula<Expr>> {
        let mut todo = vec![(expr, 1)];
        while let Some((inner, depth)) = todo.pop() {
            if depth > DEPTH_MAX {
                self.sink.report(TooLarge { span: expr.span, how: "is nested too deeply" });
                return None;
            }
            tree::children(inner, &mut |child| todo.push((child, depth + 1)));
        }
        Some(self.become_formula(expr))
    }

    fn become_formula(&self, expr: &Expr) -> Formula<Expr> {
        let one = |inner: &Expr| Box::new(self.become_formula(inner));
        if let Some(slot) = self.slot_of(expr) {
            return slot.formula.clone();
        }
        match &expr.kind {
            ExprKind::Number(value) => Formula::Constant(Constant::Number(*value)),
            ExprKind::Bool(value) => Formula::Constant(Constant::Condition(Some(*value))),
            ExprKind::Now => Formula::Now,
            ExprKind::Negate(inner) => Formula::Negate(one(inner)),
            ExprKind::Arithmetic(op, a, b) => Formula::Arithmetic(arithmetic(*op), one(a), one(b)),
            ExprKind::Compare(op, a, b) => Formula::Compare(compare(*op), one(a), one(b)),
            ExprKind::Not(inner) => Formula::Not(one(inner)),
            ExprKind::And(a, b) => Formula::And(one(a), one(b)),
            ExprKind::Or(a, b) => Formula::Or(one(a), one(b)),
            ExprKind::If(c, then, other) => {
                Formula::If(one(c), one(then), other.as_ref().map(|other| one(other)))
            }
            ExprKind::Default(a, b) => Formula::Default(one(a), one(b)),
            ExprKind::Present(inner) => Formula::Present(one(inner)),
            ExprKind::Missing(inner) => Formula::Missing(one(inner)),
            ExprKind::FlagIsSet(inner) => Formula::IsSet(one(inner)),
            ExprKind::Function(which, arguments) => {
                let arguments = arguments.iter().map(|argument| self.become_formula(argument));
                Formula::Function(function(*which), arguments.collect())
            }
            ExprKind::For(inner, ms) => Formula::For(one(inner), *ms, 0),
            // A look at metrics is always in a slot.
            ExprKind::Metric(..)
            | ExprKind::Derive(..)
            | ExprKind::AlertState(..)
            | ExprKind::Aggregate(_)
            | ExprKind::Ago(..)
            | ExprKind::With(..) => Formula::Constant(Constant::Number(f64::NAN)),
        }
    }

    /// Whether an expression over slots can only be a whole number.
    pub(super) fn is_whole(&self, expr: &Expr) -> bool {
        use typed::Function as F;
        let mut todo = vec![expr];
        while let Some(expr) = todo.pop() {
            match &expr.kind {
                ExprKind::Number(value) if value.fract() == 0.0 => {}
                ExprKind::Function(F::Ceil | F::Floor | F::Round | F::Sgn, _) => {}
                ExprKind::Function(F::Abs | F::Min | F::Max | F::Clamp, _)
                | ExprKind::Negate(_)
                | ExprKind::Default(..)
                | ExprKind::Arithmetic(
                    ArithmeticOp::Add | ArithmeticOp::Subtract | ArithmeticOp::Multiply,
                    ..,
                ) => tree::children(expr, &mut |child| todo.push(child)),
                ExprKind::If(_, then, other) => {
                    todo.push(then);
                    todo.extend(other.as_deref());
                }
                _ if self.slot_of(expr).is_some_and(|slot| slot.is_whole) => {}
                _ => return false,
            }
        }
        true
    }
}

fn arithmetic(op: ArithmeticOp) -> Arithmetic {
    match op {
        ArithmeticOp::Add => Arithmetic::Add,
        ArithmeticOp::Subtract => Arithmetic::Subtract,
        ArithmeticOp::Multiply => Arithmetic::Multiply,
        ArithmeticOp::Divide => Arithmetic::Divide,
    }
}

/// A comparison as the plan says it.
pub(super) fn compare(op: CompareOp) -> Compare {
    match op {
        CompareOp::Less => Compare::Less,
        CompareOp::LessOrEqual => Compare::LessOrEqual,
        CompareOp::Greater => Compare::Greater,
        CompareOp::GreaterOrEqual => Compare::GreaterOrEqual,
        CompareOp::Equal => Compare::Equal,
        CompareOp::NotEqual => Compare::NotEqual,
    }
}

fn function(which: typed::Function) -> Function {
    use typed::Function as F;
    match which {
        F::Abs => Function::Abs,
        F::Ceil => Function::Ceil,
        F::Floor => Function::Floor,
        F::Round => Function::Round,
        F::Sqrt => Function::Sqrt,
        F::Exp => Function::Exp,
        F::Ln => Function::Ln,
        F::Log2 => Function::Log2,
        F::Log10 => Function::Log10,
        F::Sgn => Function::Sgn,
        F::Clamp => Function::Clamp,
        F::Max => Function::Max,
        F::Min => Function::Min,
    }
}
