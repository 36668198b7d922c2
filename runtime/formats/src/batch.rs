//! Samples in columns.

use crate::series::SeriesId;

/// Prometheus' stale marker: the NaN with these bits ends a series. In a text format a `NaN` is never this one.
pub const STALE_MARKER: f64 = f64::from_bits(0x7ff0_0000_0000_0002);

/// Whether `value` is the stale marker, bit for bit (every other NaN is just a missing value).
#[must_use]
pub fn is_stale_marker(value: f64) -> bool {
    value.to_bits() == STALE_MARKER.to_bits()
}

/// Samples in three columns of one length. Meant to be reused: [`Batch::clear`] keeps the memory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Whose sample it is.
    pub series: Vec<SeriesId>,
    /// Its instant, ms since the Unix epoch.
    pub instants: Vec<i64>,
    /// Its value, as on the wire.
    pub values: Vec<f64>,
}

impl Batch {
    /// An empty batch with room for `samples`.
    #[must_use]
    pub fn with_capacity(samples: usize) -> Self {
        Self {
            series: Vec::with_capacity(samples),
            instants: Vec::with_capacity(samples),
            values: Vec::with_capacity(samples),
        }
    }

    /// Appends one sample.
    #[inline]
    pub fn push(&mut self, series: SeriesId, instant_ms: i64, value: f64) {
        self.series.push(series);
        self.instants.push(instant_ms);
        self.values.push(value);
    }

    /// The number of samples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.series.len()
    }

    /// Whether there are no samples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// Takes all samples out and keeps the memory.
    pub fn clear(&mut self) {
        self.series.clear();
        self.instants.clear();
        self.values.clear();
    }

    /// Takes out all samples but the first `samples`.
    pub fn truncate(&mut self, samples: usize) {
        self.series.truncate(samples);
        self.instants.truncate(samples);
        self.values.truncate(samples);
    }

    /// Takes out all samples but the first `samples`, and gives them.
    #[must_use]
    pub fn split_off(&mut self, samples: usize) -> Self {
        let at = samples.min(self.len());
        Self {
            series: self.series.split_off(at),
            instants: self.instants.split_off(at),
            values: self.values.split_off(at),
        }
    }

    /// The samples in order: series, instant (ms), value.
    pub fn iter(&self) -> impl Iterator<Item = (SeriesId, i64, f64)> + '_ {
        self.series.iter().zip(&self.instants).zip(&self.values).map(|((&s, &t), &v)| (s, t, v))
    }
}
