//! Coverage: which levels, clauses and conditions decided something in some test.
//!
//! A clause decided when a decision names it. A condition inside a clause decided when, at such a decision, the clause would have
//! been otherwise had the condition been otherwise.

use nvp_check::typed::{Absent, Alert, Expr, ExprKind, Level, Policy};

use super::nearest::values;
use crate::decision::{Clause, Decision, State};
use crate::value_tree::{Value, ValueTree};

/// What decided something, for all alerts of a policy that tests were run on.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// By alert, in the policy's order.
    pub alerts: Vec<CoveredAlert>,
}

/// An alert's coverage.
#[derive(Debug, Clone)]
pub struct CoveredAlert {
    /// Its name.
    pub name: String,
    /// Its clauses and their conditions.
    pub parts: Vec<Covered>,
}

/// A clause or condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    /// `red when`, `red clear`, `absent`.
    pub clause: String,
    /// The condition's text; `None` for the clause as a whole.
    pub condition: Option<String>,
    /// How many decisions it decided.
    pub decided: u64,
}

impl Coverage {
    /// Everything that could decide, with nothing decided yet.
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        let alert = |alert: &Alert| CoveredAlert { name: alert.name.clone(), parts: parts(policy, alert) };
        Self { alerts: policy.alerts.iter().map(alert).collect() }
    }

    /// Adds the decisions of a test.
    pub fn add(&mut self, policy: &Policy, decisions: &[Decision]) {
        for decision in decisions {
            let Some(place) = policy.alerts.iter().position(|alert| alert.name == decision.name) else {
                continue;
            };
            if let (Some(alert), Some(covered)) = (policy.alerts.get(place), self.alerts.get_mut(place)) {
                covered.add(policy, alert, decision);
            }
        }
    }

    /// How many parts decided something, and how many there are.
    #[must_use]
    pub fn decided_of(&self) -> (usize, usize) {
        let parts = || self.alerts.iter().flat_map(|alert| &alert.parts);
        (parts().filter(|part| part.decided > 0).count(), parts().count())
    }
}

fn parts(policy: &Policy, alert: &Alert) -> Vec<Covered> {
    let mut parts = Vec::new();
    let mut clause = |clause: String, expr: Option<&Expr>| {
        parts.push(Covered { clause: clause.clone(), condition: None, decided: 0 });
        let atoms = expr.map(atoms).unwrap_or_default();
        if atoms.len() > 1 {
            let part = |atom: &&Expr| Covered {
                clause: clause.clone(),
                condition: Some(atom.text.clone()),
                decided: 0,
            };
            parts.extend(atoms.iter().map(part));
        }
    };
    for level in &alert.levels {
        let name = level_name(policy, level);
        if let Some(when) = &level.when {
            clause(format!("{name} when"), Some(when));
            clause(format!("{name} clear"), level.clear.as_ref());
        }
    }
    if alert.absent != Absent::Holds {
        clause("absent".to_owned(), None);
    }
    parts
}

fn level_name<'p>(policy: &'p Policy, level: &Level) -> &'p str {
    policy.severities.get(level.severity.0).map(|severity| severity.name.as_str()).unwrap_or_default()
}

impl CoveredAlert {
    fn add(&mut self, policy: &Policy, alert: &Alert, decision: &Decision) {
        let level_named = decision.why.level.as_deref().unwrap_or_default();
        let level = alert.levels.iter().find(|level| level_name(policy, level) == level_named);
        let (clause, expr) = match decision.why.clause {
            Clause::When => (format!("{level_named} when"), level.and_then(|level| level.when.as_ref())),
            Clause::Clear => (format!("{level_named} clear"), level.and_then(|level| level.clear.as_ref())),
            Clause::Absent => ("absent".to_owned(), None),
            Clause::Pending | Clause::Forgotten | Clause::Flapping => return,
        };
        let decisive = match (expr, &decision.why.tree) {
            (Some(expr), Some(tree)) => decisive(expr, tree),
            _ => Vec::new(),
        };
        for part in self.parts.iter_mut().filter(|part| part.clause == clause) {
            let decided = part.condition.as_ref().is_none_or(|text| decisive.contains(&text.as_str()));
            part.decided += u64::from(decided);
        }
        if decision.why.clause == Clause::Clear {
            self.add_other_clears(policy, alert, decision);
        }
    }
}

impl CoveredAlert {
    /// A fall through several levels clears each of them, and the decision names the highest only.
    fn add_other_clears(&mut self, policy: &Policy, alert: &Alert, decision: &Decision) {
        let names: Vec<&str> = alert.levels.iter().map(|level| level_name(policy, level)).collect();
        let place = |state: &State| match state {
            State::Level(level) => names.iter().position(|name| name == level).map_or(0, |place| place + 1),
            State::Ok | State::Pending | State::Forgotten => 0,
        };
        let others = names.iter().take(place(&decision.from).saturating_sub(1)).skip(place(&decision.to));
        for name in others {
            let clause = format!("{name} clear");
            let whole = |part: &&mut Covered| part.clause == clause && part.condition.is_none();
            self.parts.iter_mut().filter(whole).for_each(|part| part.decided += 1);
        }
    }
}

/// The conditions that `and`, `or`, `not` and `for` put together.
fn atoms(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::And(a, b) | ExprKind::Or(a, b) => {
            let mut found = atoms(a);
            found.extend(atoms(b));
            found
        }
        ExprKind::Not(of) | ExprKind::For(of, _) => atoms(of),
        _ => vec![expr],
    }
}

/// The texts of the conditions without which the clause would have been otherwise.
fn decisive<'e>(expr: &'e Expr, tree: &ValueTree) -> Vec<&'e str> {
    let values = values(tree);
    let value_of = |atom: &Expr| match values.get(atom.text.as_str()) {
        Some(Value::Condition(is)) => *is,
        _ => None,
    };
    let whole = evaluate(expr, &value_of);
    let is_decisive = |atom: &&&Expr| {
        let flipped = |other: &Expr| {
            let is = value_of(other);
            if other.text == atom.text { is.map(|is| !is) } else { is }
        };
        value_of(atom).is_some() && evaluate(expr, &flipped) != whole
    };
    atoms(expr).iter().filter(is_decisive).map(|atom| atom.text.as_str()).collect()
}

/// Kleene's logic over a clause's conditions; a `for` counts as served.
fn evaluate(expr: &Expr, value_of: &dyn Fn(&Expr) -> Option<bool>) -> Option<bool> {
    match &expr.kind {
        ExprKind::And(a, b) => match (evaluate(a, value_of), evaluate(b, value_of)) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        },
        ExprKind::Or(a, b) => match (evaluate(a, value_of), evaluate(b, value_of)) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ => None,
        },
        ExprKind::Not(of) => evaluate(of, value_of).map(|is| !is),
        ExprKind::For(of, _) => evaluate(of, value_of),
        _ => value_of(expr),
    }
}
