//! Expressions evaluated once, or looked at again and again while something is waited for.
//!
//! A provider's read takes its time: an evaluation that needs one not yet answered says which ([`Needs::reads`]) and is done again when
//! it is. Operators treat missing numbers and unknown conditions as the plan's kernels do.

mod clocks;
mod numbers;

use std::collections::BTreeMap;

use nvp_plan::ids::{CalendarId, ObservationId, ProviderId};
use nvp_plan::response::formula::{Clause, Compare, Formula, Observed, Piece, ReadCall};
use serde::{Deserialize, Serialize};

pub(crate) use self::clocks::Clocks;
use crate::Observe;
use crate::value::Value;

/// A read with what it is given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct ReadKey {
    /// The provider's place.
    pub(crate) provider: u32,
    /// The read's place.
    pub(crate) read: u32,
    /// What it is given.
    pub(crate) arguments: Vec<Value>,
}

/// What reads gave; one that failed gave a missing number.
pub(crate) type Answers = BTreeMap<ReadKey, Value>;

/// What names in a formula stand for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The playbook's parameters, or the write's.
    pub(crate) parameters: &'a [Value],
    /// What `let` found.
    pub(crate) locals: &'a [Value],
    /// The one of `each`.
    pub(crate) item: Option<&'a Value>,
    /// The snapshot.
    pub(crate) before: &'a [Value],
}

impl Scope<'_> {
    /// Nothing has a name.
    pub(crate) const EMPTY: Scope<'static> = Scope { parameters: &[], locals: &[], item: None, before: &[] };
}

/// What the world is like.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    /// The evaluation's values.
    pub(crate) observe: &'a dyn Observe,
    /// Whether a calendar is open.
    pub(crate) is_open: &'a dyn Fn(CalendarId) -> bool,
    /// Now, in ms since the Unix epoch.
    pub(crate) now_ms: i64,
}

/// What an evaluation asked for and saw.
#[derive(Debug, Clone, Default)]
pub(crate) struct Needs {
    /// Reads that are not answered yet; the result means nothing while there are any.
    pub(crate) reads: Vec<ReadKey>,
    /// What was looked at and what it was, in the order met: metrics and reads, for people.
    pub(crate) seen: Vec<(String, Value)>,
}

/// One evaluation.
pub(crate) struct Evaluation<'a> {
    pub(crate) scope: Scope<'a>,
    pub(crate) world: World<'a>,
    pub(crate) answers: &'a Answers,
    /// The clocks of the clause's `for`s; without them a `for` is unknown until its condition is false.
    pub(crate) clocks: Option<Clocks>,
    pub(crate) needs: Needs,
}

impl<'a> Evaluation<'a> {
    /// One without clocks.
    pub(crate) fn new(scope: Scope<'a>, world: World<'a>, answers: &'a Answers) -> Self {
        Self { scope, world, answers, clocks: None, needs: Needs::default() }
    }

    /// A clause's condition.
    pub(crate) fn clause(&mut self, clause: &Clause<ObservationId>) -> Option<bool> {
        self.condition(&clause.formula)
    }

    /// A clause's condition, with its clocks.
    pub(crate) fn waited(&mut self, clause: &Clause<ObservationId>, clocks: &mut Clocks) -> Option<bool> {
        self.clocks = Some(std::mem::take(clocks));
        let is = self.condition(&clause.formula);
        *clocks = self.clocks.take().unwrap_or_default();
        is
    }

    /// Something evaluated for one of `each`.
    pub(crate) fn with_item<T>(&mut self, item: &Value, what: impl FnOnce(&mut Evaluation<'_>) -> T) -> T {
        let scope = Scope { item: Some(item), ..self.scope };
        let needs = std::mem::take(&mut self.needs);
        let mut inner = Evaluation { scope, world: self.world, answers: self.answers, clocks: None, needs };
        let result = what(&mut inner);
        self.needs = inner.needs;
        result
    }

    /// A text with its values.
    pub(crate) fn text(&mut self, pieces: &[Piece<ObservationId>]) -> String {
        pieces.iter().fold(String::new(), |text, piece| match piece {
            Piece::Plain(plain) => text + plain,
            Piece::Value(formula, unit) => text + &self.value(formula).shown(unit),
        })
    }

    /// The condition that a formula is; of a number that is a flag, whether it is set.
    pub(crate) fn condition(&mut self, formula: &Formula<ObservationId>) -> Option<bool> {
        match self.value(formula) {
            Value::Condition(is) => is,
            Value::Number(number) if !number.is_nan() => Some(number != 0.0),
            _ => None,
        }
    }

    /// What a formula is.
    pub(crate) fn value(&mut self, formula: &Formula<ObservationId>) -> Value {
        match formula {
            Formula::Constant(constant) => Value::from(constant),
            Formula::Now => Value::Number(self.world.now_ms as f64 / 1_000.0),
            Formula::Parameter(place) => at(self.scope.parameters, *place),
            Formula::Local(place) => at(self.scope.locals, *place),
            Formula::Before(place) => at(self.scope.before, *place),
            Formula::Item => self.scope.item.cloned().unwrap_or(Value::MISSING),
            Formula::Observed(observed) => self.observed(observed),
            Formula::Read(call) => self.read(call),
            Formula::Negate(of) => Value::Number(-self.number(of)),
            Formula::Arithmetic(how, a, b) => {
                Value::Number(numbers::arithmetic(*how, self.number(a), self.number(b)))
            }
            Formula::Function(which, of) => {
                let of: Vec<f64> = of.iter().map(|of| self.number(of)).collect();
                Value::Number(numbers::function(*which, &of))
            }
            Formula::Count(list) => match self.value(list) {
                Value::List(values) => Value::Number(values.len() as f64),
                _ => Value::MISSING,
            },
            Formula::Default(a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                if a.is_missing() { b } else { a }
            }
            Formula::If(condition, then, other) => self.choice(condition, then, other.as_deref()),
            _ => Value::Condition(self.logic(formula)),
        }
    }

    /// Conditions, three-valued.
    fn logic(&mut self, formula: &Formula<ObservationId>) -> Option<bool> {
        match formula {
            Formula::Compare(how, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                compare(*how, &a, &b)
            }
            Formula::Not(of) => self.condition(of).map(|is| !is),
            // Both sides are always looked at: reads are asked for together, and what was seen does not depend on luck.
            Formula::And(a, b) => match (self.condition(a), self.condition(b)) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Formula::Or(a, b) => match (self.condition(a), self.condition(b)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Formula::Present(of) => Some(!self.value(of).is_missing()),
            Formula::Missing(of) => Some(self.value(of).is_missing()),
            Formula::IsSet(of) => self.condition(of),
            Formula::Open(calendar) => Some((self.world.is_open)(*calendar)),
            Formula::For(of, lasts_ms, clock) => {
                let is = self.condition(of);
                match &mut self.clocks {
                    Some(clocks) => clocks.look(*clock, is, *lasts_ms),
                    None => is.filter(|is| !is),
                }
            }
            _ => None,
        }
    }

    fn number(&mut self, formula: &Formula<ObservationId>) -> f64 {
        self.value(formula).number()
    }

    fn choice(
        &mut self,
        condition: &Formula<ObservationId>,
        then: &Formula<ObservationId>,
        other: Option<&Formula<ObservationId>>,
    ) -> Value {
        let is = self.condition(condition);
        let (then, other) = (self.value(then), other.map(|other| self.value(other)));
        match is {
            Some(true) => then,
            Some(false) => other.unwrap_or(Value::MISSING),
            None => Value::MISSING,
        }
    }

    fn observed(&mut self, observed: &Observed<ObservationId>) -> Value {
        let label = |(name, is): &(String, Formula<ObservationId>)| (name.clone(), self.value(is).label());
        let labels: Vec<(String, String)> = observed.labels.iter().map(label).collect();
        let value = self.world.observe.observe(observed.of, &labels);
        self.saw(&observed.text, &value);
        value
    }

    /// What a read gave.
    pub(crate) fn read(&mut self, call: &ReadCall<ObservationId>) -> Value {
        let before = self.needs.reads.len();
        let arguments: Vec<Value> = call.arguments.iter().map(|argument| self.value(argument)).collect();
        if self.needs.reads.len() > before {
            // What it is given is itself still to be read.
            return Value::MISSING;
        }
        let ProviderId(provider) = call.provider;
        let key = ReadKey { provider, read: call.read, arguments };
        match self.answers.get(&key) {
            Some(value) => {
                let value = value.clone();
                self.saw(&call.text, &value);
                value
            }
            None => {
                if !self.needs.reads.contains(&key) {
                    self.needs.reads.push(key);
                }
                Value::MISSING
            }
        }
    }

    fn saw(&mut self, text: &str, value: &Value) {
        if !self.needs.seen.iter().any(|(seen, was)| seen == text && was == value) {
            self.needs.seen.push((text.to_owned(), value.clone()));
        }
    }
}

fn at(values: &[Value], place: u32) -> Value {
    values.get(place as usize).cloned().unwrap_or(Value::MISSING)
}

fn compare(how: Compare, a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => numbers::compare(how, *a, *b),
        _ if a.is_missing() || b.is_missing() => None,
        _ => match how {
            Compare::Equal => Some(a == b),
            Compare::NotEqual => Some(a != b),
            Compare::Less | Compare::LessOrEqual | Compare::Greater | Compare::GreaterOrEqual => None,
        },
    }
}
