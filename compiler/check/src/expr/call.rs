//! Calls: which function a name means, and the functions that work row by row.

use nvp_dsl::Span;
use nvp_dsl::ast::{Argument, Call};

use super::build::Parts;
use super::join::Placed;
use super::operand::{Every, Operand, Shape};
use super::text;
use crate::checker::{Checker, Missing};
use crate::codes;
use crate::declared::Value;
use crate::library::Kind;
use crate::problems::clauses::ClauseMisplaced;
use crate::problems::names::{NotYet, WrongKind};
use crate::problems::numbers::{InstantArithmetic, NotFinite, PureNumberWanted};
use crate::problems::types::WrongArguments;
use crate::typed::{ExprKind, Function, Type};
use crate::units::{Core, Dimension};

/// The functions that work row by row, by name, with how many arguments they take.
const FUNCTIONS: &[(&str, Function, usize)] = &[
    ("abs", Function::Abs, 1),
    ("ceil", Function::Ceil, 1),
    ("floor", Function::Floor, 1),
    ("round", Function::Round, 1),
    ("sqrt", Function::Sqrt, 1),
    ("exp", Function::Exp, 1),
    ("ln", Function::Ln, 1),
    ("log2", Function::Log2, 1),
    ("log10", Function::Log10, 1),
    ("sgn", Function::Sgn, 1),
    ("clamp", Function::Clamp, 3),
];

/// Aggregates other than `p50`…`p99`.
pub(super) const AGGREGATES: &[&str] = &[
    "avg", "min", "max", "stddev", "sum", "count", "distinct", "quantile", "any", "all", "share", "top",
    "bottom", "rate", "increase", "delta", "slope", "changes", "resets", "first", "last",
];

const LATER: &[&str] = &["forecast", "anomaly", "saturates", "correlation"];

/// Whether a name is a function of the language.
pub(crate) fn is_built_in_call(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, ..)| *known == name)
        || AGGREGATES.contains(&name)
        || LATER.contains(&name)
        || matches!(name, "present" | "missing")
        || percentile(name).is_some()
}

/// `p95` → 95; from 50 to 99 only.
pub(super) fn percentile(name: &str) -> Option<u8> {
    let number: u8 = name.strip_prefix('p')?.parse().ok()?;
    (50..=99).contains(&number).then_some(number)
}

impl<'a> Checker<'a> {
    /// `name(…)`.
    pub(super) fn call(&mut self, call: &'a Call, span: Span) -> Option<Operand> {
        let name = call.name.node.as_str();
        if let Some(answered) = self.provider_call(call, span) {
            return answered;
        }
        if name == "count"
            && let Some(counted) = self.counted_list(call, span)
        {
            return counted;
        }
        if LATER.contains(&name) {
            self.sink.report(NotYet { what: &format!("`{name}`"), span });
            return None;
        }
        let several = matches!(name, "max" | "min") && call.arguments.len() > 1;
        if !several && (AGGREGATES.contains(&name) || percentile(name).is_some()) {
            return self.look(|checker| checker.aggregate(call, span));
        }
        let known = is_built_in_call(name) || matches!(self.items.values.get(name), Some(Value::Function(_)));
        if let (Some(clause), true) = (call.clauses.first(), known) {
            self.sink.report(ClauseMisplaced { function: name, span: clause.span });
            return None;
        }
        if several {
            let function = if name == "max" { Function::Max } else { Function::Min };
            return self.extreme(function, &call.arguments, span);
        }
        match name {
            "present" | "missing" => return self.presence(call, span),
            "clamp" => return self.clamp(call, span),
            _ => {}
        }
        if let Some((_, function, _)) = FUNCTIONS.iter().find(|(known, ..)| *known == name) {
            return self.function(*function, call, span);
        }
        match self.find_value(name) {
            Some(Value::Function(at)) => self.inline(at, call, span),
            Some(value) => {
                let is = match value {
                    Value::Metric(_) => "a metric",
                    Value::Derive(_) => "a derive",
                    Value::Alert(_) => "an alert",
                    _ => "a constant",
                };
                self.sink.report(WrongKind {
                    name,
                    span: call.name.span,
                    is,
                    wanted: "a function",
                    help: None,
                });
                None
            }
            None => {
                self.unknown_function(call);
                None
            }
        }
    }

    fn unknown_function(&mut self, call: &Call) {
        let name = call.name.node.as_str();
        let declared = self.items.functions.iter().map(|function| function.node.name.node.as_str());
        let built_in = FUNCTIONS.iter().map(|(known, ..)| *known).chain(AGGREGATES.iter().copied());
        let names: Vec<String> =
            declared.chain(built_in).chain(["present", "missing", "p95"]).map(str::to_owned).collect();
        let near = self.nearest(name, names.iter().map(String::as_str));
        let percent = name.strip_prefix('p').and_then(|rest| rest.parse::<f64>().ok());
        let help = match percent {
            Some(percent) if percent > 0.0 && percent < 100.0 => {
                Some(format!("write `quantile({}, …)`; short names go from `p50` to `p99`", percent / 100.0))
            }
            _ => self.meant_read(name),
        };
        let near = near.filter(|_| help.is_none());
        let (code, what, span) = (codes::UNKNOWN_FUNCTION, "function", call.name.span);
        self.unknown_or_import(Kind::Function, Missing { code, what, name, span, near, help });
    }

    /// The arguments of a function of the language: so many, and none by name.
    pub(super) fn positional<'c>(
        &mut self,
        call: &'c Call,
        wanted: usize,
        form: &str,
        span: Span,
    ) -> Option<&'c [Argument]> {
        let given = call.arguments.len();
        let by_name = call.arguments.iter().any(|argument| argument.name.is_some());
        if given == wanted && !by_name {
            return Some(&call.arguments);
        }
        let plural = if wanted == 1 { "" } else { "s" };
        let verb = if given == 1 { "is" } else { "are" };
        let problem = if by_name {
            "takes its arguments by place, not by name".to_owned()
        } else {
            format!("takes {wanted} argument{plural}, and {given} {verb} given")
        };
        self.sink.report(WrongArguments { function: &call.name.node, span, problem, form: form.to_owned() });
        None
    }

    fn function(&mut self, function: Function, call: &'a Call, span: Span) -> Option<Operand> {
        let name = call.name.node.as_str();
        self.positional(call, 1, &format!("{name}(x)"), span)?;
        let argument = &call.arguments.first()?.value;
        let operand = self.expr(argument)?;
        let (operand, dimension) = self.number(operand, argument.span, &format!("`{name}`"))?;
        if dimension == Dimension::Instant {
            let problem = format!("`{name}` makes no sense of it");
            self.sink.report(InstantArithmetic {
                text: &operand.expr.text,
                span: argument.span,
                problem: &problem,
            });
            return None;
        }
        let pure = dimension.is_plain();
        let result = match function {
            Function::Abs | Function::Ceil | Function::Floor | Function::Round => Some(dimension.clone()),
            Function::Sgn => Some(Dimension::plain(Core::Number)),
            Function::Sqrt => dimension.square_root(),
            _ => pure.then(|| Dimension::plain(Core::Number)),
        };
        let Some(result) = result else {
            let text = &operand.expr.text;
            self.sink.report(PureNumberWanted {
                function: name,
                text,
                dimension: &dimension,
                span: argument.span,
            });
            return None;
        };
        let written = format!("{name}({})", operand.expr.text);
        if let Some(value) = operand.literal() {
            let folded = fold(function, value);
            if !folded.is_finite() {
                self.sink.report(NotFinite { text: &written, span });
                return None;
            }
            return Some(Operand::number(folded, result, span));
        }
        let parts = Parts {
            shape: Shape::Value(result),
            labels: operand.expr.labels.clone(),
            span,
            text: written,
            every: operand.every,
            below: operand.size,
        };
        self.build(ExprKind::Function(function, vec![operand.expr]), parts)
    }

    /// `max(a, b)`, `min(a, b)`: row by row, two by two.
    fn extreme(&mut self, function: Function, arguments: &'a [Argument], span: Span) -> Option<Operand> {
        let name = if function == Function::Max { "max" } else { "min" };
        let operands: Vec<Option<(Operand, Span)>> = arguments
            .iter()
            .map(|argument| {
                let operand = self.expr(&argument.value)?;
                let (operand, _) = self.number(operand, argument.value.span, &format!("`{name}`"))?;
                Some((operand, argument.value.span))
            })
            .collect();
        let operands: Option<Vec<_>> = operands.into_iter().collect();
        let mut operands = operands?.into_iter();
        let (mut left, left_span) = operands.next()?;
        for (mut right, right_span) in operands {
            let placed_left = Placed { operand: &left, span: left_span };
            let placed_right = Placed { operand: &right, span: right_span };
            let dimension = self.agree("compared", placed_left, placed_right, span)?;
            let labels = self.join(placed_left, placed_right, span)?;
            if let (Some(a), Some(b)) = (left.literal(), right.literal()) {
                let value = if function == Function::Max { a.max(b) } else { a.min(b) };
                left = Operand::number(value, dimension, span);
                continue;
            }
            for operand in [&mut left, &mut right] {
                if operand.literal().is_some() {
                    operand.expr.ty = Type::Value(dimension.unit());
                }
            }
            let parts = Parts {
                shape: Shape::Value(dimension),
                labels,
                span,
                text: format!("{name}({}, {})", left.expr.text, right.expr.text),
                every: Every::join(left.every, right.every),
                below: left.size + right.size,
            };
            left = self.build(ExprKind::Function(function, vec![left.expr, right.expr]), parts)?;
        }
        Some(left)
    }

    /// `clamp(x, low, high)`.
    fn clamp(&mut self, call: &'a Call, span: Span) -> Option<Operand> {
        self.positional(call, 3, "clamp(x, low, high)", span)?;
        let operands: Vec<Option<(Operand, Span)>> = call
            .arguments
            .iter()
            .map(|argument| {
                let operand = self.expr(&argument.value)?;
                let (operand, _) = self.number(operand, argument.value.span, "`clamp`")?;
                Some((operand, argument.value.span))
            })
            .collect();
        let operands: Option<Vec<_>> = operands.into_iter().collect();
        let operands = operands?;
        let [(value, value_span), (low, low_span), (high, high_span)] = operands.as_slice() else {
            return None;
        };
        let placed = Placed { operand: value, span: *value_span };
        let placed_low = Placed { operand: low, span: *low_span };
        let placed_high = Placed { operand: high, span: *high_span };
        let with_low = self.agree("clamped", placed, placed_low, span)?;
        let dimension = self.agree("clamped", placed, placed_high, span)?;
        let dimension = if dimension.is_bare() { with_low } else { dimension };
        self.agree("clamped", placed_low, placed_high, span)?;
        let mut labels = self.join(placed, placed_low, span)?;
        for joined in [self.join(placed, placed_high, span)?, self.join(placed_low, placed_high, span)?] {
            if joined.len() > labels.len() {
                labels = joined;
            }
        }
        let parts = Parts {
            shape: Shape::Value(dimension),
            labels,
            span,
            text: format!("clamp({}, {}, {})", value.expr.text, low.expr.text, high.expr.text),
            every: Every::join(value.every, Every::join(low.every, high.every)),
            below: value.size + low.size + high.size,
        };
        let arguments = operands.into_iter().map(|(operand, _)| operand.expr).collect();
        self.build(ExprKind::Function(Function::Clamp, arguments), parts)
    }

    /// `present(x)`, `missing(x)`.
    fn presence(&mut self, call: &'a Call, span: Span) -> Option<Operand> {
        let name = call.name.node.as_str();
        self.positional(call, 1, &format!("{name}(x)"), span)?;
        let argument = &call.arguments.first()?.value;
        let operand = self.expr(argument)?;
        if matches!(operand.shape, Shape::Histogram(_) | Shape::Bound { .. }) {
            self.number(operand, argument.span, &format!("`{name}`"));
            return None;
        }
        let parts = Parts {
            shape: Shape::Condition,
            labels: operand.expr.labels.clone(),
            span,
            text: text::call(name, &operand.expr.text),
            every: operand.every,
            below: operand.size,
        };
        let inner = Box::new(operand.expr);
        let kind = if name == "present" { ExprKind::Present(inner) } else { ExprKind::Missing(inner) };
        self.build(kind, parts)
    }
}

/// The value of a function of a constant, by the same implementation that evaluates it at run time.
fn fold(function: Function, value: f64) -> f64 {
    match function {
        Function::Abs => value.abs(),
        Function::Ceil => value.ceil(),
        Function::Floor => value.floor(),
        Function::Round => value.round(),
        Function::Sqrt => value.sqrt(),
        Function::Exp => libm::exp(value),
        Function::Ln => libm::log(value),
        Function::Log2 => libm::log2(value),
        Function::Log10 => libm::log10(value),
        Function::Sgn if value == 0.0 => 0.0,
        Function::Sgn => value.signum(),
        Function::Clamp | Function::Max | Function::Min => value,
    }
}
