//! What a run is going to do, found out before it does anything: for whom each step is done, and which resources that locks.

use std::collections::BTreeSet;

use nvp_plan::ids::ObservationId;
use nvp_plan::response::formula::Formula;
use nvp_plan::response::playbook::{Playbook, Step};

use super::run::Flow;
use super::{Action, Actions, Context};
use crate::effect::{ActionEvent, Effects};
use crate::formula::{Evaluation, Scope};
use crate::value::Value;

/// What a step is done for, and what that locks; or why it cannot be.
type Found = Result<(Vec<Value>, Vec<String>), String>;

impl Action {
    /// Finds out what will be done, and takes the locks for all of it.
    pub(super) fn lock(
        &mut self,
        actions: &mut Actions,
        (context, out): (Context<'_>, &mut Effects),
        playbook: &Playbook<ObservationId>,
    ) -> Flow {
        let (parameters, locals) = (self.arguments.clone(), self.locals.clone());
        let scope = Scope { parameters: &parameters, locals: &locals, ..Scope::EMPTY };
        let found = self.evaluate(actions, (context, out), scope, |evaluation| {
            playbook.steps.iter().map(|step| step_of(evaluation, context, step)).collect::<Vec<Found>>()
        });
        let Some((steps, _)) = found else { return Flow::Wait };
        let mut resources = BTreeSet::new();
        self.items.clear();
        for step in steps {
            match step {
                Ok((items, locks)) => {
                    self.items.push(items);
                    resources.extend(locks);
                }
                Err(why) => return self.refuse(context, out, why),
            }
        }
        let wanted: Vec<String> = resources.into_iter().collect();
        match actions.locks.take(&wanted, self.number) {
            Err((resource, holder)) => {
                self.refuse(context, out, format!("`{resource}` is held by run {holder}"))
            }
            Ok(taken) => {
                if !taken.is_empty() {
                    context.record(out, self.number, ActionEvent::Locked(taken.clone()));
                }
                self.locks = taken;
                self.begin(actions, context, out, playbook)
            }
        }
    }
}

fn step_of(evaluation: &mut Evaluation<'_>, context: Context<'_>, step: &Step<ObservationId>) -> Found {
    let items = match &step.each {
        None => vec![Value::MISSING],
        Some((list, most)) => match evaluation.value(list) {
            Value::List(items) if items.len() > *most as usize => {
                let count = items.len();
                return Err(format!(
                    "`{}` would be done for {count}, and at most {most} are allowed",
                    step.name
                ));
            }
            Value::List(items) => items,
            _ => return Err(format!("what `{}` is to be done for could not be read", step.name)),
        },
    };
    let mut locks = Vec::new();
    let (provider, write) =
        (context.provider(step.call.provider), context.write(step.call.provider, step.call.write));
    if let (Some(provider), Some(write)) = (provider, write) {
        for item in &items {
            for place in &write.locks {
                let argument: Option<&Formula<ObservationId>> = step.call.arguments.get(*place as usize);
                let Some((argument, parameter)) = argument.zip(write.parameters.get(*place as usize)) else {
                    continue;
                };
                let value = evaluation.with_item(item, |evaluation| evaluation.value(argument));
                locks.push(format!("{}/{}={}", provider.name, parameter.name, value.label()));
            }
        }
    }
    Ok((items, locks))
}
