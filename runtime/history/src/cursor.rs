//! A recording played in event-time order.

use std::collections::BTreeMap;

use nvp_formats::{Batch, SeriesId};

use crate::columns::{Columns, Place};

/// How long a bucket of waiting series is: about the shortest interval at which things are sampled.
const BUCKET_MS: i64 = 1_024;

/// Plays a recording: gives its samples in the order of (instant, series), as far as it is asked to.
///
/// Series wait in buckets of time for their next sample, so a call costs what it gives and not what there is.
#[derive(Debug)]
pub struct Cursor<'r> {
    series: &'r [Columns],
    places: Vec<Place>,
    waiting: BTreeMap<i64, Vec<SeriesId>>,
    taken: Vec<(i64, SeriesId, f64)>,
}

impl<'r> Cursor<'r> {
    pub(crate) fn new(series: &'r [Columns]) -> Self {
        let places = vec![Place::default(); series.len()];
        let mut cursor = Self { series, places, waiting: BTreeMap::new(), taken: Vec::new() };
        for id in 0..u32::try_from(series.len()).unwrap_or(u32::MAX) {
            cursor.wait(id);
        }
        cursor
    }

    /// The instant of the next sample, ms since the Unix epoch; `None` at the end.
    #[must_use]
    pub fn next_ms(&self) -> Option<i64> {
        let (_, first) = self.waiting.first_key_value()?;
        first.iter().filter_map(|&id| self.next_of(id)).map(|(instant_ms, _)| instant_ms).min()
    }

    /// Appends all samples up to and with `through_ms` that have not been given yet to `batch`; gives their number.
    pub fn fill_until(&mut self, through_ms: i64, batch: &mut Batch) -> usize {
        self.taken.clear();
        let last_bucket = through_ms.div_euclid(BUCKET_MS);
        while let Some(entry) = self.waiting.first_entry().filter(|entry| *entry.key() <= last_bucket) {
            let is_last = *entry.key() == last_bucket;
            for id in entry.remove() {
                self.take(id, through_ms);
            }
            if is_last {
                // What waits in this bucket now comes after `through_ms`.
                break;
            }
        }
        self.taken.sort_unstable_by_key(|&(instant_ms, id, _)| (instant_ms, id));
        for &(instant_ms, id, value) in &self.taken {
            batch.push(id, instant_ms, value);
        }
        self.taken.len()
    }

    /// Takes what `id` has up to `through_ms`, and lets it wait for the rest.
    fn take(&mut self, id: SeriesId, through_ms: i64) {
        let Some((columns, place)) = self.series.get(id as usize).zip(self.places.get_mut(id as usize))
        else {
            return;
        };
        while let Some((instant_ms, value)) =
            columns.at(*place).filter(|&(instant_ms, _)| instant_ms <= through_ms)
        {
            self.taken.push((instant_ms, id, value));
            *place = columns.after(*place);
        }
        self.wait(id);
    }

    fn wait(&mut self, id: SeriesId) {
        if let Some((instant_ms, _)) = self.next_of(id) {
            self.waiting.entry(instant_ms.div_euclid(BUCKET_MS)).or_default().push(id);
        }
    }

    fn next_of(&self, id: SeriesId) -> Option<(i64, f64)> {
        self.series.get(id as usize)?.at(*self.places.get(id as usize)?)
    }
}

#[cfg(test)]
mod tests;
