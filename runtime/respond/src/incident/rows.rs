//! The rows of alerts that stand, each in one incident.
//!
//! They are found by a hash of what they are called, so that their labels are kept once.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

pub(crate) use crate::input::RowNumber;
use crate::input::{IncidentNumber, Labels};
use crate::severity::Severity;

/// A row of an alert that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub alert: SmolStr,
    /// Sorted by name.
    pub labels: Labels,
    /// Its service; the alert's own name where it has none.
    pub service: SmolStr,
    /// The level's name.
    pub level: SmolStr,
    pub severity: Severity,
    pub says: SmolStr,
    pub runbook: Option<SmolStr>,
    pub incident: IncidentNumber,
}

/// All rows that stand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Rows {
    last: RowNumber,
    rows: BTreeMap<RowNumber, Row>,
    by_hash: BTreeSet<(u64, RowNumber)>,
}

impl Rows {
    pub(crate) fn find(&self, alert: &str, labels: &[(String, String)]) -> Option<RowNumber> {
        let is = |row: &Row| row.alert == alert && *row.labels == *labels;
        let hash = hash(alert, labels);
        let same_hash = self.by_hash.range((hash, RowNumber::MIN)..=(hash, RowNumber::MAX));
        same_hash.map(|(_, number)| *number).find(|number| self.rows.get(number).is_some_and(is))
    }

    pub(crate) fn get(&self, number: RowNumber) -> Option<&Row> {
        self.rows.get(&number)
    }

    pub(crate) fn get_mut(&mut self, number: RowNumber) -> Option<&mut Row> {
        self.rows.get_mut(&number)
    }

    /// Takes in a row that is not there: by the number that it had before, if it had one.
    pub(crate) fn insert(&mut self, row: Row, had: Option<RowNumber>) -> RowNumber {
        let number = had.unwrap_or(self.last.saturating_add(1));
        self.last = self.last.max(number);
        self.by_hash.insert((hash(&row.alert, &row.labels), number));
        self.rows.insert(number, row);
        number
    }

    pub(crate) fn remove(&mut self, number: RowNumber) -> Option<Row> {
        let row = self.rows.remove(&number)?;
        self.by_hash.remove(&(hash(&row.alert, &row.labels), number));
        Some(row)
    }
}

/// FNV-1a over 64 bits: it must stay the same for ever, as it is written down.
fn hash(alert: &str, labels: &[(String, String)]) -> u64 {
    let texts = labels.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for text in std::iter::once(alert).chain(texts) {
        // No byte of a text in UTF-8 is 255.
        for byte in text.bytes().chain([255]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}
