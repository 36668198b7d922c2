//! The values of the evaluation, as a run says them: by the expression as it is written in the policy.

use std::collections::BTreeMap;

use nvp_plan::ids::ObservationId;
use nvp_plan::response::Lowered;
use nvp_plan::response::formula::{Clause, Formula, Piece};
use nvp_plan::response::playbook::{Answer, Limit, Playbook};
use nvp_respond::Observe;
use nvp_respond::value::Value;

/// What is seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// What each value is called.
    names: BTreeMap<ObservationId, String>,
    values: BTreeMap<String, Value>,
}

impl Seen {
    /// Nothing yet, of this policy.
    pub fn new(plan: &Lowered) -> Self {
        let mut seen = Self::default();
        for playbook in &plan.playbooks {
            formulas(playbook, &mut |formula| seen.name(formula));
        }
        seen
    }

    fn name(&mut self, formula: &Formula<ObservationId>) {
        if let Formula::Observed(observed) = formula {
            self.names.insert(observed.of, observed.text.clone());
        }
        for inner in inside(formula) {
            self.name(inner);
        }
    }

    /// From now on this is so; of one row where the name ends in ` of VALUE` (a label's).
    pub fn set(&mut self, name: &str, value: Value) {
        let known =
            self.names.values().any(|known| name == known || name.starts_with(&format!("{known} of ")));
        assert!(known, "no playbook looks at `{name}`, but at {:?}", self.names);
        self.values.insert(name.to_owned(), value);
    }
}

impl Observe for Seen {
    fn observe(&self, observation: ObservationId, labels: &[(String, String)]) -> Value {
        let Some(name) = self.names.get(&observation) else { return Value::MISSING };
        let row = labels.first().and_then(|(_, value)| self.values.get(&format!("{name} of {value}")));
        row.or_else(|| self.values.get(name)).cloned().unwrap_or(Value::MISSING)
    }
}

/// All formulas of a playbook that look at the evaluation.
fn formulas<'p>(playbook: &'p Playbook<ObservationId>, look: &mut dyn FnMut(&'p Formula<ObservationId>)) {
    let clauses = playbook.requires.iter().chain(playbook.storm.iter().map(|storm| &storm.when));
    let checks = playbook.steps.iter().filter_map(|step| step.check.as_ref()).map(|(check, _)| check);
    let verify = playbook.verify.iter().flat_map(|verify| [Some(&verify.condition), verify.needs.as_ref()]);
    let lift = playbook.lift.iter().map(|lift| &lift.when);
    let clauses = clauses.chain(checks).chain(verify.flatten()).chain(lift);
    let of = |clause: &'p Clause<ObservationId>| &clause.formula;
    clauses.map(of).for_each(&mut *look);
    playbook.lets.iter().map(|found| &found.value).for_each(&mut *look);
    let shares = playbook.limits.iter().filter_map(|limit| match limit {
        Limit::Share(_, of, _) => Some(of),
        Limit::Rate { .. } | Limit::AtOnce(_) => None,
    });
    shares.for_each(&mut *look);
    playbook.steps.iter().flat_map(|step| &step.call.arguments).for_each(&mut *look);
    for answer in playbook.on_success.iter().chain(&playbook.on_failure) {
        if let Answer::Ticket(_, pieces) = answer {
            let values = pieces.iter().filter_map(|piece| match piece {
                Piece::Plain(_) => None,
                Piece::Value(formula, _) => Some(formula),
            });
            values.for_each(&mut *look);
        }
    }
}

/// What a formula is made of.
fn inside(formula: &Formula<ObservationId>) -> Vec<&Formula<ObservationId>> {
    match formula {
        Formula::Observed(observed) => observed.labels.iter().map(|(_, label)| label).collect(),
        Formula::Read(call) => call.arguments.iter().collect(),
        Formula::Function(_, of) => of.iter().collect(),
        Formula::Negate(of)
        | Formula::Not(of)
        | Formula::Present(of)
        | Formula::Missing(of)
        | Formula::IsSet(of)
        | Formula::Count(of)
        | Formula::For(of, _, _) => vec![of],
        Formula::Arithmetic(_, a, b)
        | Formula::Compare(_, a, b)
        | Formula::And(a, b)
        | Formula::Or(a, b)
        | Formula::Default(a, b) => vec![a, b],
        Formula::If(condition, then, other) => {
            [Some(condition), Some(then), other.as_ref()].into_iter().flatten().map(|it| &**it).collect()
        }
        _ => Vec::new(),
    }
}
