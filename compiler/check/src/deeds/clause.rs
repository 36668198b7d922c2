//! A playbook's own expressions: conditions with their clocks, values, texts with insertions.

use nvp_dsl::Span;
use nvp_dsl::ast::{Expr, ExprKind as Written, Reference, Text, TextPiece};
use nvp_plan::response::formula::{Clause, Formula, Piece};
use nvp_plan::unit::Unit;

use super::Is;
use super::visit;
use crate::checker::Checker;
use crate::expr::Operand;
use crate::problems::deeds::LabelsLeftOpen;
use crate::scope::{Parameter, TextValue};
use crate::tree;
use crate::typed::{self, Type};

/// A value that was found out, and what it is.
pub(super) struct Found {
    pub(super) formula: Formula<typed::Expr>,
    pub(super) is: Is,
    pub(super) is_list: bool,
    pub(super) is_whole: bool,
}

impl<'a> Checker<'a> {
    /// An expression without labels left.
    pub(super) fn value_root(&mut self, expr: &'a Expr) -> Option<Operand> {
        let operand = self.root(expr)?;
        self.no_labels_left(&operand, expr.span)?;
        Some(operand)
    }

    /// Refuses what leaves labels open: which row would be meant?
    fn no_labels_left(&mut self, operand: &Operand, span: Span) -> Option<()> {
        if operand.expr.labels.is_empty() {
            return Some(());
        }
        let mut culprits: Vec<(String, Span, Vec<String>, Vec<String>)> = Vec::new();
        let mut todo = vec![&operand.expr];
        while let Some(expr) = todo.pop() {
            if self.slot_of(expr).is_some_and(|slot| slot.leaf.is_some()) && !expr.labels.is_empty() {
                let names = self.text_names();
                culprits.push((expr.text.clone(), expr.span, expr.labels.clone(), names));
            }
            tree::children(expr, &mut |child| todo.push(child));
        }
        if culprits.is_empty() {
            culprits.push((operand.expr.text.clone(), span, operand.expr.labels.clone(), self.text_names()));
        }
        for (text, span, labels, locals) in &culprits {
            self.sink.report(LabelsLeftOpen { text, span: *span, labels, locals });
        }
        None
    }

    /// The names of the texts that could pin a label.
    fn text_names(&self) -> Vec<String> {
        let texts = self.scope.parameters.iter();
        let texts = texts.filter(|(_, value)| matches!(value, Parameter::Text(TextValue::Local(_))));
        let mut names: Vec<String> = texts.map(|(name, _)| (*name).to_owned()).collect();
        names.sort_unstable();
        names
    }

    /// A condition in which a `for` has a clock that starts when the clause begins to be waited for.
    pub(super) fn waited_clause(&mut self, expr: &'a Expr, wanted_by: &str) -> Option<Clause<typed::Expr>> {
        self.deeds.waits = true;
        let clause = self.clause(expr, wanted_by);
        self.deeds.waits = false;
        clause
    }

    /// A condition.
    pub(super) fn clause(&mut self, expr: &'a Expr, wanted_by: &str) -> Option<Clause<typed::Expr>> {
        let operand = self.value_root(expr)?;
        let operand = self.condition(operand, expr.span, wanted_by)?;
        let mut formula = self.formula(&operand.expr)?;
        let clocks = visit::number_clocks(&mut formula);
        Some(Clause { formula, clocks, text: self.written(expr.span) })
    }

    /// Anything that a `let` can find: a number, a condition, a text, a handle, or a list.
    pub(super) fn found(&mut self, expr: &'a Expr) -> Option<Found> {
        if self.is_list(expr) {
            let (formula, is) = self.list(expr)?;
            return Some(Found { formula, is, is_list: true, is_whole: false });
        }
        if self.is_thing(expr) {
            let thing = self.thing(expr)?;
            return Some(Found { formula: thing.formula, is: thing.is, is_list: false, is_whole: false });
        }
        let operand = self.value_root(expr)?;
        let (operand, is) = match operand.shape.ty() {
            Type::Condition => (operand, Is::Flag),
            Type::Value(_) if operand.shape.dimension().is_none() => {
                (self.condition(operand, expr.span, "`let`")?, Is::Flag)
            }
            Type::Value(_) => {
                let (operand, dimension) = self.number(operand, expr.span, "`let`")?;
                (operand, Is::Number(dimension))
            }
        };
        let is_whole = is != Is::Flag && self.is_whole(&operand.expr);
        Some(Found { formula: self.formula(&operand.expr)?, is, is_list: false, is_whole })
    }

    /// A number without labels.
    pub(super) fn numeric(
        &mut self,
        expr: &'a Expr,
        wanted_by: &str,
    ) -> Option<(Formula<typed::Expr>, crate::units::Dimension)> {
        let operand = self.value_root(expr)?;
        let (operand, dimension) = self.number(operand, expr.span, wanted_by)?;
        Some((self.formula(&operand.expr)?, dimension))
    }

    /// A text with insertions: numbers, texts and handles.
    pub(super) fn text_pieces(&mut self, text: &'a Text) -> Option<Vec<Piece<typed::Expr>>> {
        let mut pieces: Vec<Piece<typed::Expr>> = Vec::new();
        let mut is_sound = true;
        for piece in &text.pieces {
            let piece = match piece {
                TextPiece::Plain(plain) => Some(Piece::Plain(plain.clone())),
                TextPiece::Insertion(expr) => self.inserted(expr),
            };
            match piece {
                Some(piece) => pieces.push(piece),
                None => is_sound = false,
            }
        }
        is_sound.then_some(pieces)
    }

    fn inserted(&mut self, expr: &'a Expr) -> Option<Piece<typed::Expr>> {
        if self.is_thing(expr) {
            return Some(Piece::Value(self.thing(expr)?.formula, Unit::Number));
        }
        // A condition that `let` found out is shown as it is.
        if let Written::Reference(Reference { name, selector: None, .. }) = &expr.kind
            && let Some(Parameter::Operand(operand)) = self.scope.parameters.get(name.node.as_str())
            && let Some(slot) = self.slot_of(&operand.expr)
            && slot.is == Is::Flag
        {
            return Some(Piece::Value(slot.formula.clone(), Unit::Number));
        }
        let (formula, dimension) = self.numeric(expr, "a text")?;
        Some(Piece::Value(formula, dimension.unit()))
    }
}
