//! `const hold = 2m`: a literal, or an expression of literals, with a name.

use nvp_dsl::Span;
use nvp_dsl::ast::Ident;

use crate::checker::{Checker, Constant};
use crate::declared::Value;
use crate::problems::names::Shadowed;
use crate::problems::types::ConstantWanted;
use crate::scope::{Scope, TextValue};
use crate::typed::ExprKind;

impl<'a> Checker<'a> {
    /// Evaluates a constant; those that it reads are known.
    pub(crate) fn check_const(&mut self, at: usize) {
        let Some(item) = self.items.consts.get(at) else { return };
        let (node, file) = (item.node, item.file);
        self.begin(file);
        self.scope.constants_only = true;
        let value = match &node.value.kind {
            nvp_dsl::ast::ExprKind::Text(_) => self.constant_text(&node.value),
            nvp_dsl::ast::ExprKind::Reference(reference) if self.names_text(&reference.name.node) => {
                self.constant_text(&node.value)
            }
            _ => self.constant_operand(&node.value),
        };
        if let Some(place) = self.consts.get_mut(at) {
            *place = value;
        }
        self.scope = Scope::default();
    }

    fn constant_text(&mut self, value: &'a nvp_dsl::ast::Expr) -> Option<Constant> {
        match self.text_value(value)? {
            TextValue::Known(text) => Some(Constant::Text(text)),
            TextValue::Open | TextValue::Local(_) => None,
        }
    }

    fn names_text(&self, name: &str) -> bool {
        matches!(self.items.values.get(name), Some(Value::Const(at))
            if matches!(self.consts.get(*at), Some(Some(Constant::Text(_)))))
    }

    fn constant_operand(&mut self, value: &'a nvp_dsl::ast::Expr) -> Option<Constant> {
        let operand = self.root(value)?;
        if matches!(operand.expr.kind, ExprKind::Number(_) | ExprKind::Bool(_)) {
            return Some(Constant::Operand(operand));
        }
        self.sink.report(ConstantWanted {
            text: &operand.expr.text,
            span: value.span,
            wanted_by: "a `const`",
        });
        None
    }

    /// Warns of a parameter, or of what a `let` finds, that hides a name of the set.
    pub(crate) fn warn_shadowed(&mut self, is: &'static str, name: &'a Ident) {
        let Some(value) = self.items.values.get(name.node.as_str()).copied() else { return };
        let Some((hidden, what)) = self.declaration(value) else { return };
        // Who wrote a module could not know what the sets that use it declare.
        let here = self.set.files.get(self.scope.file);
        if here.is_some_and(|here| here.module.is_some() && here.id != hidden.file) {
            return;
        }
        let inside = if self.deeds.is_on { "playbook" } else { "function" };
        self.sink.report(Shadowed { is, inside, name, what, hidden });
    }

    /// Where a name is declared, and as what.
    pub(crate) fn declaration(&self, value: Value) -> Option<(Span, &'static str)> {
        let span = match value {
            Value::Metric(at) => self.items.metrics.get(at)?.node.name.span,
            Value::Derive(at) => self.items.derives.get(at)?.node.name.span,
            Value::Alert(at) => self.items.alerts.get(at)?.node.name.span,
            Value::Const(at) => self.items.consts.get(at)?.node.name.span,
            Value::Function(at) => self.items.functions.get(at)?.node.name.span,
        };
        Some((span, value.kind()))
    }
}
