//! Playbooks that lock the same kinds of things lock them in the same order, so that two of them never wait for each other.

use std::collections::BTreeMap;

use nvp_dsl::{Diagnostic, Span};

use super::{Book, does_span};
use crate::checker::Checker;
use crate::graph::{circle, components};
use crate::problems::playbooks::LockOrder;

/// Of one kind locked before another, who does so first.
struct Before<'a> {
    playbook: &'a str,
    span: Span,
}

impl<'a> Checker<'a> {
    pub(super) fn lock_order(&self, books: &[Book<'_, 'a>], found: &mut Vec<Diagnostic>) {
        let mut kinds: Vec<String> = Vec::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut order: BTreeMap<(usize, usize), Before<'a>> = BTreeMap::new();
        for book in books {
            let mut held: Vec<usize> = Vec::new();
            for (step, written) in book.steps() {
                for kind in self.locked(step) {
                    let place = *places.entry(kind).or_insert_with_key(|kind| {
                        kinds.push(kind.clone());
                        kinds.len() - 1
                    });
                    if held.contains(&place) {
                        continue;
                    }
                    for before in &held {
                        let (playbook, span) = (book.node.name.node.as_str(), does_span(written));
                        order.entry((*before, place)).or_insert(Before { playbook, span });
                    }
                    held.push(place);
                }
            }
        }
        let mut edges: Vec<Vec<usize>> = vec![Vec::new(); kinds.len()];
        for (before, after) in order.keys() {
            if let Some(afters) = edges.get_mut(*before) {
                afters.push(*after);
            }
        }
        for component in components(&edges) {
            let Some(members) = circle(&component, &edges) else { continue };
            let next = members.iter().cycle().skip(1);
            let steps = members.iter().zip(next).filter_map(|(one, other)| {
                let Before { playbook, span } = order.get(&(*one, *other))?;
                Some((kinds.get(*one)?.as_str(), kinds.get(*other)?.as_str(), *playbook, *span))
            });
            found.push(LockOrder { steps: steps.collect() }.into());
        }
    }

    /// The kinds of things that a step locks: a provider's parameter each.
    fn locked(&self, step: &nvp_plan::response::playbook::Step<crate::typed::Expr>) -> Vec<String> {
        let providers = &self.policy.response.providers;
        let Some(provider) = providers.get(step.call.provider.index()) else { return Vec::new() };
        let Some(write) = self.write_done(step) else { return Vec::new() };
        let names = write.locks.iter().filter_map(|place| write.parameters.get(*place as usize));
        names.map(|parameter| format!("{} of {}", parameter.name, provider.name)).collect()
    }
}
