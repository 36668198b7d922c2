//! The samples of one series, 12 bytes each.

/// How many samples a chunk takes: large enough that its head does not count, small enough that growing it wastes little.
const CHUNK_SAMPLES: usize = 4_096;
/// Instants are kept as distances from a base half their range before the chunk's first sample, so that they may go back, too.
const BASE_BEFORE_MS: i64 = 1 << 31;

/// A stretch of samples: instants as distances from `base_ms`, and values.
#[derive(Debug, Clone, Default)]
struct Chunk {
    base_ms: i64,
    distances_ms: Vec<u32>,
    values: Vec<f64>,
}

impl Chunk {
    fn give_back_memory(&mut self) {
        self.distances_ms.shrink_to_fit();
        self.values.shrink_to_fit();
    }
}

/// The samples of one series, in the order they were added until [`Columns::finish`], then in event-time order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Columns {
    chunks: Vec<Chunk>,
    samples: usize,
    /// The last instant added, and whether each was later than the one before.
    last_ms: i64,
    unsorted: bool,
}

/// A place in [`Columns`].
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    chunk: u32,
    sample: u32,
}

impl Columns {
    /// Adds one sample.
    pub(crate) fn push(&mut self, instant_ms: i64, value: f64) {
        self.unsorted |= self.samples > 0 && instant_ms <= self.last_ms;
        self.last_ms = instant_ms;
        self.samples += 1;
        if let Some(chunk) = self.chunks.last_mut()
            && chunk.values.len() < CHUNK_SAMPLES
            && let Ok(distance) = u32::try_from(instant_ms - chunk.base_ms)
        {
            chunk.distances_ms.push(distance);
            chunk.values.push(value);
            return;
        }
        if let Some(full) = self.chunks.last_mut() {
            full.give_back_memory();
        }
        let base_ms = instant_ms - BASE_BEFORE_MS;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the distance of a chunk's first sample is half the range"
        )]
        self.chunks.push(Chunk { base_ms, distances_ms: vec![BASE_BEFORE_MS as u32], values: vec![value] });
    }

    /// Brings the samples into event-time order. Of several of one instant the one added first stays; the others are counted,
    /// and given with the instant of one of them.
    pub(crate) fn finish(&mut self) -> Option<(u64, i64)> {
        let repeated = if self.unsorted { self.sort() } else { None };
        if let Some(last) = self.chunks.last_mut() {
            last.give_back_memory();
        }
        self.chunks.shrink_to_fit();
        repeated
    }

    fn sort(&mut self) -> Option<(u64, i64)> {
        let mut all: Vec<_> = self.iter().collect();
        all.sort_by_key(|&(instant_ms, _)| instant_ms);
        *self = Self::default();
        let (mut repeated, mut example_ms) = (0, 0);
        for (instant_ms, value) in all {
            if self.samples > 0 && instant_ms == self.last_ms {
                repeated += 1;
                example_ms = instant_ms;
            } else {
                self.push(instant_ms, value);
            }
        }
        (repeated > 0).then_some((repeated, example_ms))
    }

    /// The number of samples.
    pub(crate) fn len(&self) -> usize {
        self.samples
    }

    /// The first and the last instant, ms; `None` without samples.
    pub(crate) fn span_ms(&self) -> Option<(i64, i64)> {
        Some((self.at(Place::default())?.0, self.last_ms))
    }

    /// All samples, in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (i64, f64)> + '_ {
        self.chunks.iter().flat_map(|chunk| {
            let instants = chunk.distances_ms.iter().map(|&d| chunk.base_ms + i64::from(d));
            instants.zip(chunk.values.iter().copied())
        })
    }

    /// The sample at `place`; `None` past the end.
    #[inline]
    pub(crate) fn at(&self, place: Place) -> Option<(i64, f64)> {
        let chunk = self.chunks.get(place.chunk as usize)?;
        let sample = place.sample as usize;
        Some((chunk.base_ms + i64::from(*chunk.distances_ms.get(sample)?), *chunk.values.get(sample)?))
    }

    /// The place after `place`.
    #[inline]
    pub(crate) fn after(&self, place: Place) -> Place {
        let samples = self.chunks.get(place.chunk as usize).map_or(0, |chunk| chunk.values.len());
        if place.sample as usize + 1 < samples {
            Place { sample: place.sample + 1, ..place }
        } else {
            Place { chunk: place.chunk + 1, sample: 0 }
        }
    }

    /// Takes out the samples of which `gone` holds; the instants must be in order. Gives their number.
    pub(crate) fn remove(&mut self, gone: impl Fn(i64) -> bool) -> usize {
        let before = std::mem::take(self);
        for (instant_ms, value) in before.iter().filter(|&(instant_ms, _)| !gone(instant_ms)) {
            self.push(instant_ms, value);
        }
        before.samples - self.samples
    }

    /// The bytes it holds.
    pub(crate) fn memory_bytes(&self) -> usize {
        let chunks: usize =
            self.chunks.iter().map(|c| c.distances_ms.capacity() * 4 + c.values.capacity() * 8).sum();
        chunks + self.chunks.capacity() * size_of::<Chunk>()
    }
}

#[cfg(test)]
mod tests;
