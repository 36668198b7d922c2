//! Rows by severity.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::rows::RowNumber;
use crate::severity::Severity;

/// Rows by severity.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Tally {
    info: BTreeSet<RowNumber>,
    minor: BTreeSet<RowNumber>,
    major: BTreeSet<RowNumber>,
    critical: BTreeSet<RowNumber>,
}

impl Tally {
    pub(crate) const fn at_mut(&mut self, severity: Severity) -> &mut BTreeSet<RowNumber> {
        match severity {
            Severity::Info => &mut self.info,
            Severity::Minor => &mut self.minor,
            Severity::Major => &mut self.major,
            Severity::Critical => &mut self.critical,
        }
    }

    pub(crate) fn len(&self) -> usize {
        [&self.info, &self.minor, &self.major, &self.critical].iter().map(|rows| rows.len()).sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them, the gravest first, then in the order in which they came.
    pub(crate) fn worst_first(&self) -> impl Iterator<Item = RowNumber> {
        self.critical.iter().chain(&self.major).chain(&self.minor).chain(&self.info).copied()
    }
}
