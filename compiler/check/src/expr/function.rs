//! Declared functions: inlined where they are called, and looked over where nobody calls them.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, Call, Expr, ExprKind as Written, Reference, TextPiece};
use rustc_hash::FxHashMap;

use super::operand::{Operand, Shape};
use crate::checker::{Checker, Constant};
use crate::declared::Value;
use crate::problems::names::{Repeated, TooLarge};
use crate::problems::numbers::WrongArgumentUnit;
use crate::problems::types::{TextMisplaced, WrongArguments};
use crate::scope::{Parameter, Scope, TextValue};
use crate::typed::ExprKind;
use crate::units::Dimension;

/// What a parameter takes.
#[derive(Debug, Clone)]
pub(crate) enum Takes {
    Text,
    Condition,
    Number(Dimension),
}

impl<'a> Checker<'a> {
    /// A call of a declared function: its body with the arguments in place of the parameters.
    pub(super) fn inline(&mut self, at: usize, call: &'a Call, span: Span) -> Option<Operand> {
        let function = self.items.functions.get(at)?;
        let (node, file) = (function.node, function.file);
        let arguments = self.arguments(&node.name.node, &node.parameters, call, span);
        if self.broken_functions.get(at) == Some(&true) {
            return None;
        }
        let parameters = self.bind(node, arguments?)?;
        self.charge_call(span)?;
        let inside = Scope {
            parameters,
            constants_only: self.scope.constants_only,
            depth: self.scope.depth,
            calls: self.scope.calls + 1,
            now_s: self.scope.now_s,
            ..Scope::of_file(file)
        };
        let outside = std::mem::replace(&mut self.scope, inside);
        self.sink.enter_call(span);
        let body = self.root(&node.body);
        self.sink.leave_call();
        self.scope = outside;
        body
    }

    /// The parameters with what they stand for; `None` where an argument is wrong: the body would say nothing new of it.
    fn bind(
        &mut self,
        node: &'a ast::Function,
        arguments: Vec<&'a Expr>,
    ) -> Option<FxHashMap<&'a str, Parameter>> {
        let mut bound: Vec<Option<(&'a str, Parameter)>> = Vec::new();
        for (parameter, argument) in node.parameters.iter().zip(arguments) {
            let value = self.argument(&node.name.node, parameter, argument);
            bound.push(value.map(|value| (parameter.name.node.as_str(), value)));
        }
        bound.into_iter().collect()
    }

    /// Calls in one another multiply, so their number is bounded: how deep they stand, and how many there are in the set.
    fn charge_call(&mut self, span: Span) -> Option<()> {
        const CALLS_DEEP_MAX: usize = 24;
        if self.scope.calls >= CALLS_DEEP_MAX {
            self.sink
                .report(TooLarge { span, how: "calls functions that call functions, more than 24 deep" });
            return None;
        }
        let budget = &mut self.budget;
        match (budget.calls.checked_sub(1), budget.item_calls.checked_sub(1)) {
            (Some(calls), Some(item_calls)) => {
                (budget.calls, budget.item_calls) = (calls, item_calls);
                Some(())
            }
            (_, None) => {
                self.sink.report(TooLarge { span, how: "calls functions too often" });
                None
            }
            (None, _) => {
                self.sink.report(TooLarge { span, how: "makes the whole policy set too large" });
                None
            }
        }
    }

    /// Looks a function over without a call: what its parameters' labels and values are is left open.
    pub(crate) fn check_function(&mut self, at: usize) {
        let Some(function) = self.items.functions.get(at) else { return };
        let (node, file) = (function.node, function.file);
        self.begin(file);
        let mut parameters: FxHashMap<&'a str, Parameter> = FxHashMap::default();
        let mut seen: FxHashMap<&'a str, Span> = FxHashMap::default();
        for parameter in &node.parameters {
            let name = &parameter.name;
            if let Some(first) = seen.insert(&name.node, name.span) {
                self.sink.report(Repeated { what: "parameter", name: &name.node, span: name.span, first });
            }
            self.warn_shadowed("parameter", name);
            let value = match self.takes(&parameter.unit) {
                None => Parameter::Failed,
                Some(Takes::Text) => Parameter::Text(TextValue::Open),
                Some(Takes::Condition) => {
                    let kind = ExprKind::Bool(true);
                    Parameter::Operand(Operand::leaf(kind, Shape::Condition, name.span, name.node.clone()))
                }
                Some(Takes::Number(dimension)) => {
                    let shape = Shape::Parameter(dimension);
                    Parameter::Operand(Operand::leaf(ExprKind::Now, shape, name.span, name.node.clone()))
                }
            };
            parameters.insert(&name.node, value);
        }
        self.scope.parameters = parameters;
        if self.broken_functions.get(at) != Some(&true) {
            self.sink.set_labels_unknown(!node.parameters.is_empty());
            let errors = self.sink.errors();
            let body = self.root(&node.body);
            self.sink.set_labels_unknown(false);
            let failed = body.is_none() && self.sink.errors() > errors;
            // What labels keep from being known here, the calls will tell.
            if let (true, Some(broken)) = (failed, self.broken_functions.get_mut(at)) {
                *broken = true;
            }
        }
        self.scope = Scope::default();
    }

    /// The arguments of a call in the order of the parameters.
    pub(crate) fn arguments(
        &mut self,
        name: &str,
        parameters: &'a [ast::Parameter],
        call: &'a Call,
        span: Span,
    ) -> Option<Vec<&'a Expr>> {
        let form = || {
            let parameters: Vec<&str> =
                parameters.iter().map(|parameter| parameter.name.node.as_str()).collect();
            format!("{name}({})", parameters.join(", "))
        };
        let wrong = |problem: String| WrongArguments { function: name, span, problem, form: form() };
        if call.arguments.len() != parameters.len() {
            let (wanted, given) = (parameters.len(), call.arguments.len());
            let plural = if wanted == 1 { "" } else { "s" };
            let verb = if given == 1 { "is" } else { "are" };
            self.sink.report(wrong(format!("takes {wanted} argument{plural}, and {given} {verb} given")));
            return None;
        }
        let mut ordered: Vec<Option<&'a Expr>> = vec![None; parameters.len()];
        for (place, argument) in call.arguments.iter().enumerate() {
            let place = match &argument.name {
                None => Some(place),
                Some(by_name) => parameters.iter().position(|parameter| parameter.name.node == by_name.node),
            };
            match place.and_then(|place| ordered.get_mut(place)) {
                Some(free @ None) => *free = Some(&argument.value),
                Some(Some(_)) => {
                    self.sink.report(wrong("is given one argument twice".to_owned()));
                    return None;
                }
                None => {
                    let by_name =
                        argument.name.as_ref().map(|by_name| by_name.node.as_str()).unwrap_or_default();
                    self.sink.report(wrong(format!("has no parameter `{by_name}`")));
                    return None;
                }
            }
        }
        ordered.into_iter().collect()
    }

    /// What an argument gives a parameter.
    pub(crate) fn argument(
        &mut self,
        function: &str,
        parameter: &'a ast::Parameter,
        argument: &'a Expr,
    ) -> Option<Parameter> {
        let takes = self.takes(&parameter.unit);
        match takes? {
            Takes::Text => self.text_value(argument).map(Parameter::Text),
            Takes::Condition => {
                let wanted_by = format!("`{}` of `{function}`", parameter.name.node);
                let operand = self.expr(argument)?;
                let condition = self.condition(operand, argument.span, &wanted_by)?;
                Some(Parameter::Operand(condition))
            }
            Takes::Number(wanted) => {
                let mut operand = self.expr(argument)?;
                if matches!(operand.shape, Shape::Condition | Shape::Flag | Shape::Info | Shape::Bound { .. })
                {
                    let wanted_by = format!("`{}` of `{function}`", parameter.name.node);
                    self.number(operand, argument.span, &wanted_by);
                    return None;
                }
                let dimension = operand.dimension();
                if wanted.agree(&dimension).is_err() {
                    self.sink.report(WrongArgumentUnit {
                        function,
                        parameter: &parameter.name.node,
                        wanted: wanted.words(),
                        text: &operand.expr.text,
                        is: dimension.words(),
                        span: argument.span,
                        declared: parameter.unit.span,
                    });
                    return None;
                }
                if dimension.is_bare() || dimension == Dimension::Zero {
                    operand.shape = Shape::Value(wanted);
                    operand.expr.ty = operand.shape.ty();
                }
                Some(Parameter::Operand(operand))
            }
        }
    }

    /// What a parameter takes, by the unit written after it.
    pub(crate) fn takes(&mut self, unit: &'a ast::UnitExpr) -> Option<Takes> {
        if unit.under.is_none() {
            match unit.over.node.as_str() {
                "text" => return Some(Takes::Text),
                "flag" | "condition" => return Some(Takes::Condition),
                "time" => return Some(Takes::Number(Dimension::time())),
                "data" => return Some(Takes::Number(Dimension::base(crate::units::Base::Data))),
                "instant" => return Some(Takes::Number(Dimension::Instant)),
                _ => {}
            }
        }
        self.unit_of(unit).map(|(dimension, _)| Takes::Number(dimension))
    }

    /// A unit written after a colon.
    pub(crate) fn unit_of(&mut self, unit: &'a ast::UnitExpr) -> Option<(Dimension, crate::units::Scale)> {
        let mut used = Vec::new();
        let found = self.units.expression(unit, &mut |at| used.push(at));
        match found {
            Ok(found) => {
                self.mark_units(used);
                Some(found)
            }
            Err(name) => {
                self.unknown_unit(&name.node, name.span, true);
                None
            }
        }
    }

    /// A text: a literal, a constant or a parameter.
    pub(crate) fn text_value(&mut self, expr: &'a Expr) -> Option<TextValue> {
        match &expr.kind {
            Written::Paren(inner) => return self.text_value(inner),
            Written::Text(text) => {
                let plain: Option<Vec<&str>> = text
                    .pieces
                    .iter()
                    .map(|piece| match piece {
                        TextPiece::Plain(plain) => Some(plain.as_str()),
                        TextPiece::Insertion(_) => None,
                    })
                    .collect();
                if let Some(plain) = plain {
                    return Some(TextValue::Known(plain.concat()));
                }
                let (is, wanted) = ("a text with an insertion", "a text without insertions");
                self.sink.report(TextMisplaced { span: expr.span, is, wanted, help: None });
                return None;
            }
            Written::Reference(Reference { name, selector: None, .. }) => {
                if let Some(Parameter::Text(text)) = self.scope.parameters.get(name.node.as_str()) {
                    return Some(text.clone());
                }
                if let Some(Value::Const(at)) = self.items.values.get(name.node.as_str()).copied()
                    && let Some(Some(Constant::Text(text))) = self.consts.get(at).cloned()
                {
                    self.find_value(&name.node);
                    return Some(TextValue::Known(text));
                }
            }
            _ => {}
        }
        let operand = self.expr(expr)?;
        let is = operand.shape.words();
        self.sink.report(TextMisplaced {
            span: expr.span,
            is,
            wanted: "a text",
            help: Some("write it in quotes"),
        });
        None
    }
}
