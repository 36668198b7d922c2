//! From a series on the wire to the rows it feeds: which inputs read its name, and which values their labels have.

use crate::intern::{Interner, Symbol};
use crate::matcher::Matcher;
use crate::plan_error::PlanError;
use nvp_plan::Plan;
use nvp_plan::input::{Input, WireLabel};
use rustc_hash::FxHashMap;

/// Which inputs read which names.
#[derive(Debug)]
pub(crate) struct Wire {
    inputs_of: FxHashMap<String, Vec<u32>>,
    /// For each input what a series' labels must match.
    matchers: Vec<Vec<(String, Matcher)>>,
}

impl Wire {
    pub(crate) fn new(plan: &Plan) -> Result<Self, PlanError> {
        let matchers = plan.inputs.iter().map(|input| Matcher::all(&input.matchers));
        let mut inputs_of: FxHashMap<String, Vec<u32>> = FxHashMap::default();
        for (input, place) in plan.inputs.iter().zip(0..) {
            for source in &input.sources {
                let inputs = inputs_of.entry(source.clone()).or_default();
                if !inputs.contains(&place) {
                    inputs.push(place);
                }
            }
        }
        Ok(Self { inputs_of, matchers: matchers.collect::<Result<_, _>>()? })
    }

    /// Whether a series of these labels belongs to an input that reads its name.
    pub(crate) fn accepts(&self, input: u32, labels: &[(&str, &str)]) -> bool {
        let matchers = self.matchers.get(input as usize).map_or(&[][..], Vec::as_slice);
        matchers.iter().all(|(label, matcher)| matcher.accepts(text_of(labels, label)))
    }

    /// The inputs that read this name, by their places.
    pub(crate) fn inputs_of(&self, name: &str) -> &[u32] {
        self.inputs_of.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The key of a series in an input's label set, one use of each symbol acquired; `None` if a closed label has a value that is not allowed.
pub(crate) fn key(input: &Input, labels: &[(&str, &str)], interner: &mut Interner) -> Option<Vec<Symbol>> {
    let closed = input.labels.iter().all(|label| match label {
        WireLabel::Named(name, Some(allowed)) => {
            let text = text_of(labels, name);
            allowed.iter().any(|allowed| allowed == text)
        }
        _ => true,
    });
    let symbol = |label: &WireLabel| match label {
        WireLabel::Named(name, _) => interner.acquire(text_of(labels, name)),
        WireLabel::Rest => interner.acquire(&rest(input, labels)),
    };
    closed.then(|| input.labels.iter().map(symbol).collect())
}

/// The value of a label; a label that the wire lacks is the empty text.
pub(crate) fn text_of<'a>(labels: &[(&str, &'a str)], name: &str) -> &'a str {
    labels.iter().find(|(given, _)| *given == name).map_or("", |(_, text)| text)
}

/// All labels that no entry names, as text in which no two sets of labels look alike.
fn rest(input: &Input, labels: &[(&str, &str)]) -> String {
    let named = |name: &str| {
        let is_it = |label: &WireLabel| matches!(label, WireLabel::Named(taken, _) if taken == name);
        input.labels.iter().any(is_it)
    };
    let mut text = String::new();
    for (name, value) in labels.iter().filter(|(name, value)| !named(name) && !value.is_empty()) {
        let comma = if text.is_empty() { "" } else { "," };
        text.push_str(&format!("{comma}{name}={value:?}"));
    }
    text
}

#[cfg(test)]
mod tests;
