//! Projections: which row of a smaller label set a row belongs to, found once, when the row comes into being.

use crate::intern::{Interner, Symbol};
use crate::matcher::Matcher;
use crate::plan_error::PlanError;
use crate::rows::NONE;
use crate::snapshot::kept::kept;
use nvp_plan::domain::Map;

/// A projection and its rows.
#[derive(Debug)]
pub(crate) struct Projection {
    pub(crate) to: usize,
    labels: Vec<u32>,
    matchers: Vec<(u32, Matcher)>,
    /// For each row of the larger label set its row of the smaller, or [`NONE`].
    pub(crate) row_of: Vec<u32>,
}

kept!(Projection { value row_of });

impl Projection {
    pub(crate) fn new(planned: &Map) -> Result<Self, PlanError> {
        Ok(Self {
            to: planned.to.index(),
            labels: planned.labels.clone(),
            matchers: Matcher::all(&planned.matchers)?,
            row_of: Vec::new(),
        })
    }

    /// The key to which a row of this key belongs, written to `to`; false where it does not match.
    pub(crate) fn project(&self, key: &[Symbol], interner: &Interner, to: &mut Vec<Symbol>) -> bool {
        let text = |place: u32| key.get(place as usize).map_or("", |symbol| interner.text(*symbol));
        if !self.matchers.iter().all(|(place, matcher)| matcher.accepts(text(*place))) {
            return false;
        }
        to.clear();
        to.extend(self.labels.iter().filter_map(|place| key.get(*place as usize)));
        true
    }

    pub(crate) fn set(&mut self, row: u32, to: u32) {
        let row = row as usize;
        if self.row_of.len() <= row {
            self.row_of.resize(row + 1, NONE);
        }
        if let Some(place) = self.row_of.get_mut(row) {
            *place = to;
        }
    }

    /// The row to which a row belongs.
    pub(crate) fn get(&self, row: usize) -> Option<usize> {
        self.row_of.get(row).filter(|to| **to != NONE).map(|to| *to as usize)
    }
}
