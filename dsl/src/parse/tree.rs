//! Walking over what the grammar recognised: the children of a pair without their keywords and signs, one after the other.

use std::iter::Peekable;
use std::vec::IntoIter;

use pest::iterators::Pair;

use super::grammar::Rule;
use super::words::is_marker;

/// The children of a pair that carry meaning, in order.
pub(super) struct Children<'i> {
    pairs: Peekable<IntoIter<Pair<'i, Rule>>>,
}

impl<'i> Children<'i> {
    pub(super) fn of(pair: Pair<'i, Rule>) -> Self {
        let pairs: Vec<_> = pair.into_inner().filter(|child| !is_marker(child.as_rule())).collect();
        Self { pairs: pairs.into_iter().peekable() }
    }

    /// The next child if it is of this rule.
    pub(super) fn one(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        self.pairs.next_if(|pair| pair.as_rule() == rule)
    }

    /// All next children of this rule.
    pub(super) fn many(&mut self, rule: Rule) -> Vec<Pair<'i, Rule>> {
        std::iter::from_fn(|| self.one(rule)).collect()
    }
}

impl<'i> Iterator for Children<'i> {
    type Item = Pair<'i, Rule>;

    fn next(&mut self) -> Option<Self::Item> {
        self.pairs.next()
    }
}
