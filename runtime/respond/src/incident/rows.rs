//! The rows of alerts that stand, each in one incident.
//!
//! They are found by a hash of what they are called, so that their labels are kept once.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::input::IncidentNumber;
use crate::severity::Severity;

/// A row's number, from 1, in the order in which rows came.
pub(crate) type RowNumber = u64;

/// A row of an alert that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub alert: String,
    /// Sorted by name.
    pub labels: Vec<(String, String)>,
    /// Its service; the alert's own name where it has none.
    pub service: String,
    /// The level's name.
    pub level: String,
    pub severity: Severity,
    pub says: String,
    pub runbook: Option<String>,
    pub incident: IncidentNumber,
}

/// All rows that stand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Rows {
    last: RowNumber,
    rows: BTreeMap<RowNumber, Row>,
    by_hash: BTreeMap<u64, Vec<RowNumber>>,
}

impl Rows {
    pub(crate) fn find(&self, alert: &str, labels: &[(String, String)]) -> Option<RowNumber> {
        let is = |row: &Row| row.alert == alert && row.labels == labels;
        let same_hash = self.by_hash.get(&hash(alert, labels))?;
        same_hash.iter().copied().find(|number| self.rows.get(number).is_some_and(is))
    }

    pub(crate) fn get(&self, number: RowNumber) -> Option<&Row> {
        self.rows.get(&number)
    }

    pub(crate) fn get_mut(&mut self, number: RowNumber) -> Option<&mut Row> {
        self.rows.get_mut(&number)
    }

    /// Takes in a row that is not there yet.
    pub(crate) fn insert(&mut self, row: Row) -> RowNumber {
        self.last = self.last.saturating_add(1);
        self.by_hash.entry(hash(&row.alert, &row.labels)).or_default().push(self.last);
        self.rows.insert(self.last, row);
        self.last
    }

    pub(crate) fn remove(&mut self, number: RowNumber) -> Option<Row> {
        let row = self.rows.remove(&number)?;
        let hash = hash(&row.alert, &row.labels);
        if let Some(same_hash) = self.by_hash.get_mut(&hash) {
            same_hash.retain(|other| *other != number);
            if same_hash.is_empty() {
                self.by_hash.remove(&hash);
            }
        }
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
