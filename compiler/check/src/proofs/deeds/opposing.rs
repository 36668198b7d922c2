//! One playbook does not set one thing to two values.

use nvp_dsl::Diagnostic;
use nvp_plan::response::formula::Formula;

use super::{Book, does_span};
use crate::checker::Checker;
use crate::problems::playbooks::Opposing;

impl Checker<'_> {
    /// Two steps that do one write to the same thing with different constants. Which parameters name the thing, and which say what it
    /// is set to, the write's undo tells: it hands the first on as they are. Where no undo tells it, nothing is said.
    pub(super) fn opposing(&self, book: &Book<'_, '_>, found: &mut Vec<Diagnostic>) {
        let steps: Vec<_> = book.steps().collect();
        for (place, (step, written)) in steps.iter().enumerate() {
            let Some(undo) = self.write_done(step).and_then(|write| write.undo.as_ref()) else { continue };
            if (undo.provider, undo.write) != (step.call.provider, step.call.write) {
                continue;
            }
            for (other, other_written) in steps.iter().skip(place + 1) {
                if (other.call.provider, other.call.write) != (step.call.provider, step.call.write) {
                    continue;
                }
                let arguments = step.call.arguments.iter().zip(&other.call.arguments).zip(&undo.arguments);
                let (mut is_same_thing, mut is_opposed) = (true, false);
                for (parameter, ((one, another), undone)) in arguments.enumerate() {
                    if *undone == Formula::Parameter(parameter as u32) {
                        is_same_thing &= one == another;
                    } else if let (Formula::Constant(one), Formula::Constant(another)) = (one, another) {
                        is_opposed |= one != another;
                    }
                }
                if is_same_thing && is_opposed {
                    found.push(
                        Opposing {
                            first: &written.name.node,
                            first_span: does_span(written),
                            second: &other_written.name.node,
                            span: does_span(other_written),
                        }
                        .into(),
                    );
                }
            }
        }
    }
}
