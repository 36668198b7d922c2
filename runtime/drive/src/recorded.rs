//! What goes into the input log: everything that moves a run's state, as bytes, and back.
//!
//! A record is a version byte and the input (postcard, numbers by their bits; samples as columns of differences, about ten bytes each).
//! A series appears before its first sample; its number is that of those before it plus one, so that whoever reads the log numbers series
//! as the run did. This module knows no engine: what the inputs mean is in [`crate::state`].

use nvp_formats::{Batch, SeriesKey, WireKind};
use serde::{Deserialize, Serialize};

use crate::given::Given;

/// Goes up with every change of the layout.
const VERSION: u8 = 3;
/// The most samples of one record; more are several.
pub const SAMPLES_MAX: usize = 1 << 20;

/// One record. All instants are in ms since the Unix epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Recorded {
    /// An evaluation began anew, with this plan (see [`nvp_engine::snapshot::fingerprint`]). Nothing before it matters to what follows.
    Started {
        /// The plan's fingerprint.
        plan: [u8; 32],
    },
    /// A source is there.
    SourceOpened {
        /// Its number.
        source: u32,
        /// Its name.
        name: String,
        /// How long a tick waits for it, in ms.
        waits_ms: i64,
    },
    /// Nothing at or before this instant comes any more from this source.
    SourceClosed {
        /// Which.
        source: u32,
        /// Through which instant.
        through_ms: i64,
    },
    /// The source is gone.
    SourceEnded {
        /// Which.
        source: u32,
    },
    /// A series is there, with the next number.
    Appeared {
        /// Its name on the wire.
        name: String,
        /// Its labels on the wire, sorted by name.
        labels: Vec<(String, String)>,
        /// What the wire says it is, as OpenMetrics names it.
        kind: String,
    },
    /// The series' target was removed.
    Removed {
        /// Which.
        series: u32,
    },
    /// Samples of the present; what lanes of the past make of them follows from them.
    Samples {
        /// Where they come from.
        source: u32,
        /// The samples, at most [`SAMPLES_MAX`].
        #[serde(with = "columns")]
        batch: Batch,
    },
    /// The wall clock; at most 5 s after the one before, or there is a [`Recorded::Gap`] between.
    Clock {
        /// What it shows.
        now_ms: i64,
    },
    /// Nobody looked up to this instant.
    Gap {
        /// Through which instant.
        through_ms: i64,
    },
    /// An input of the response that follows from no other record.
    Response(Given),
    /// Every destination has dealt with the decisions up to this number.
    Told {
        /// The number of the last.
        through: u64,
    },
    /// Inputs are missing here: the log could not be written for a while. The state is in a snapshot taken after it.
    Lost,
}

/// Why a record cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordedError {
    /// Another version of this program wrote it.
    #[error("another version of this program wrote it (layout {found}, this one reads {VERSION})")]
    Version {
        /// Its layout.
        found: u8,
    },
    /// It is no record.
    #[error("it is no input of a run")]
    Foreign,
}

impl Recorded {
    /// The next series of a table, as it appeared.
    #[must_use]
    pub fn appeared(key: SeriesKey, kind: WireKind) -> Self {
        Self::Appeared { name: key.name, labels: key.labels, kind: kind.word().to_owned() }
    }

    /// Appends its bytes.
    ///
    /// # Errors
    /// None that happens: there is nothing here that cannot be written.
    pub fn encode(&self, into: &mut Vec<u8>) -> Result<(), RecordedError> {
        let mut bytes = std::mem::take(into);
        bytes.push(VERSION);
        *into = postcard::to_extend(self, bytes).map_err(|_| RecordedError::Foreign)?;
        Ok(())
    }

    /// Reads a record. It takes at most some twenty times the memory of the bytes, whatever they say.
    ///
    /// # Errors
    /// See [`RecordedError`].
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordedError> {
        let (version, rest) = bytes.split_first().ok_or(RecordedError::Foreign)?;
        if *version != VERSION {
            return Err(RecordedError::Version { found: *version });
        }
        match postcard::take_from_bytes(rest) {
            Ok((recorded, [])) => Ok(recorded),
            _ => Err(RecordedError::Foreign),
        }
    }
}

/// Samples as columns: each number of a series and each instant as the difference from the one before.
pub(crate) mod columns {
    use nvp_formats::Batch;
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    type Columns = (Vec<i64>, Vec<i64>, Vec<f64>);

    /// Writes them.
    pub fn serialize<S: Serializer>(batch: &Batch, serializer: S) -> Result<S::Ok, S::Error> {
        let series = differences(batch.series.iter().map(|series| i64::from(*series)));
        let instants = differences(batch.instants.iter().copied());
        (series, instants, &batch.values).serialize(serializer)
    }

    /// Reads them.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Batch, D::Error> {
        let (series, instants, values) = Columns::deserialize(deserializer)?;
        if series.len() != values.len() || instants.len() != values.len() {
            return Err(D::Error::custom("columns of different lengths"));
        }
        let series: Result<Vec<u32>, _> = sums(series).map(u32::try_from).collect();
        let series = series.map_err(|_| D::Error::custom("no number of a series"))?;
        Ok(Batch { series, instants: sums(instants).collect(), values })
    }

    fn differences(of: impl Iterator<Item = i64>) -> Vec<i64> {
        let difference = |before: &mut i64, now: i64| {
            let difference = now.wrapping_sub(*before);
            *before = now;
            Some(difference)
        };
        of.scan(0, difference).collect()
    }

    fn sums(of: Vec<i64>) -> impl Iterator<Item = i64> {
        of.into_iter().scan(0_i64, |sum, difference| {
            *sum = sum.wrapping_add(difference);
            Some(*sum)
        })
    }
}

#[cfg(test)]
mod tests;
