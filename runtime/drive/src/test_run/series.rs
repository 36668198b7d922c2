//! The series that a test's givens are on the wire, and their samples.

use std::collections::BTreeMap;

use nvp_check::typed::{DeriveId, Given, GivenTarget, Policy};
use nvp_formats::{Batch, SeriesId, SeriesKey, SeriesTable, WireKind};

use super::TEST_STARTS_MS;
use super::given::Stretches;

/// A given with the series it feeds.
pub struct GivenSeries<'a> {
    /// What is fed.
    pub stretches: Stretches<'a>,
    series: SeriesId,
    every_ms: i64,
    next_ms: i64,
}

/// Gives each given its series on the wire.
pub fn series_of<'a>(
    policy: &Policy,
    givens: &'a [Given],
    derive_names: &BTreeMap<DeriveId, String>,
    table: &mut SeriesTable,
) -> Vec<GivenSeries<'a>> {
    let series = |given: &'a Given| {
        let (key, every_ms) = wire_key(policy, given, derive_names)?;
        let series = table.intern(&key, WireKind::Unknown)?;
        let stretches = Stretches::new(given);
        Some(GivenSeries { stretches, series, every_ms: every_ms.max(1), next_ms: 0 })
    };
    givens.iter().filter_map(series).collect()
}

fn wire_key(
    policy: &Policy,
    given: &Given,
    derive_names: &BTreeMap<DeriveId, String>,
) -> Option<(SeriesKey, i64)> {
    match given.target {
        GivenTarget::Metric(id) => {
            let metric = policy.metrics.get(id.0)?;
            let on_wire = |name: &String| {
                let label = metric.labels.iter().find(|label| label.name == *name);
                label.map_or(name, |label| &label.source).clone()
            };
            let labels = given.labels.iter().map(|(name, value)| (on_wire(name), value.clone()));
            Some((SeriesKey::new(metric.sources.first()?, labels), metric.every_ms))
        }
        GivenTarget::Derive(id) => {
            let labels = given.labels.iter().map(|(name, value)| (name.clone(), value.clone()));
            Some((SeriesKey::new(derive_names.get(&id)?, labels), policy.derives.get(id.0)?.every_ms))
        }
    }
}

impl GivenSeries<'_> {
    /// Appends the samples up to an instant of the test (ms from its start) that have not been fed yet.
    pub fn feed_through(&mut self, through_ms: i64, batch: &mut Batch) {
        while self.next_ms <= through_ms {
            if let Some(value) = self.stretches.value_at(self.next_ms) {
                batch.push(self.series, TEST_STARTS_MS.saturating_add(self.next_ms), value);
            }
            self.next_ms = self.next_ms.saturating_add(self.every_ms);
        }
    }
}
