//! Where the collectors put their samples.

use nvp_formats::{Batch, SeriesId, SeriesTable, WireKind};

/// Appends samples of one instant, with the collector's own labels added.
pub(super) struct Sink<'a> {
    labels: &'a [(String, String)],
    now_ms: i64,
    table: &'a mut SeriesTable,
    batch: &'a mut Batch,
    seen: Vec<SeriesId>,
    refused: u64,
}

impl<'a> Sink<'a> {
    pub(super) fn new(
        labels: &'a [(String, String)],
        now_ms: i64,
        table: &'a mut SeriesTable,
        batch: &'a mut Batch,
    ) -> Self {
        Self { labels, now_ms, table, batch, seen: Vec::new(), refused: 0 }
    }

    /// Appends one sample. Empty labels are dropped; of two labels with one name the collector's stands.
    pub(super) fn put(&mut self, kind: WireKind, name: &str, labels: &[(&str, &str)], value: f64) {
        let added = self.labels.iter().map(|(n, v)| (n.as_str(), v.as_str()));
        let mut all: Vec<_> =
            labels.iter().copied().chain(added).filter(|(_, value)| !value.is_empty()).collect();
        all.sort_by_key(|(name, _)| *name);
        all.dedup_by_key(|(name, _)| *name);
        match self.table.intern_parts(name, all.iter().copied(), kind) {
            Some(series) => {
                self.batch.push(series, self.now_ms, value);
                self.seen.push(series);
            }
            None => self.refused += 1,
        }
    }

    pub(super) fn counter(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.put(WireKind::Counter, name, labels, value);
    }

    pub(super) fn gauge(&mut self, name: &str, labels: &[(&str, &str)], value: f64) {
        self.put(WireKind::Gauge, name, labels, value);
    }

    /// The series that got a sample, and how many were refused.
    pub(super) fn finish(self) -> (Vec<SeriesId>, u64) {
        (self.seen, self.refused)
    }
}
