//! Samples that wait for their tick to close, one buffer a tick. Buffers are reused; their number and that of samples are bounded.
//!
//! What waits is read and written once a sample, so it is kept short: most samples that come together are of one instant, which is
//! written down once for all of them.

use crate::intern::Symbol;
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A sample that waits. Its instant is that of its lane: the sample's own and the lane's `ago_ms`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) instant_ms: i64,
    pub(crate) value: f64,
    pub(crate) feed: u32,
}

/// A sign that a target was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Touch {
    pub(crate) lane: u32,
    pub(crate) target: Symbol,
    pub(crate) instant_ms: i64,
}

/// What waits for one tick.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Slot {
    /// The tick, counted from the Unix epoch.
    pub(crate) tick: i64,
    /// The feed of each sample.
    pub(crate) feeds: Vec<u32>,
    /// The value of each sample.
    pub(crate) values: Vec<f64>,
    /// The instants, each with the place of the first sample of it, in order of places.
    instants: Vec<(usize, i64)>,
    pub(crate) touches: Vec<Touch>,
}

impl Slot {
    /// Adds a sample.
    #[inline]
    pub(crate) fn push(&mut self, feed: u32, instant_ms: i64, value: f64) {
        if self.instants.last().is_none_or(|(_, last)| *last != instant_ms) {
            self.instants.push((self.feeds.len(), instant_ms));
        }
        self.feeds.push(feed);
        self.values.push(value);
    }

    /// Adds samples of the instant of the last one.
    pub(crate) fn extend(&mut self, feeds: impl ExactSizeIterator<Item = u32>, values: &[f64]) {
        self.feeds.extend(feeds);
        self.values.extend_from_slice(values);
    }

    /// Runs of samples of one instant, in the order in which they came: the instant, their feeds, their values.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (i64, &[u32], &[f64])> {
        let ends = self.instants.iter().skip(1).map(|(from, _)| *from).chain([self.feeds.len()]);
        self.instants.iter().zip(ends).filter_map(|((from, instant_ms), end)| {
            Some((*instant_ms, self.feeds.get(*from..end)?, self.values.get(*from..end)?))
        })
    }

    fn clear(&mut self) {
        self.feeds.clear();
        self.values.clear();
        self.instants.clear();
        self.touches.clear();
    }

    fn bytes(&self) -> usize {
        self.feeds.capacity() * 4
            + self.values.capacity() * 8
            + self.instants.capacity() * size_of::<(usize, i64)>()
            + self.touches.capacity() * size_of::<Touch>()
    }
}

/// What waits.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// In order of their ticks.
    slots: VecDeque<Slot>,
    pool: Vec<Slot>,
    held: usize,
}

impl Kept for Waiting {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        to.value(&self.slots)
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        self.slots = from.value()?;
        self.held = self.slots.iter().map(|slot| slot.feeds.len() + slot.touches.len()).sum();
        Ok(())
    }
}

impl Waiting {
    /// The buffer of a tick; `None` if there would be too many.
    pub(crate) fn slot(&mut self, tick: i64, ticks_max: usize) -> Option<&mut Slot> {
        let place = match self.slots.back() {
            Some(last) if last.tick == tick => self.slots.len() - 1,
            Some(last) if last.tick > tick => self.slots.partition_point(|slot| slot.tick < tick),
            _ => self.slots.len(),
        };
        if self.slots.get(place).is_none_or(|slot| slot.tick != tick) {
            if self.slots.len() >= ticks_max {
                return None;
            }
            let mut slot = self.pool.pop().unwrap_or_default();
            slot.tick = tick;
            self.slots.insert(place, slot);
        }
        self.slots.get_mut(place)
    }

    /// Notes how many samples and touches wait now.
    pub(crate) fn hold(&mut self, held: usize) {
        self.held = held;
    }

    /// How many samples and touches wait.
    pub(crate) fn held(&self) -> usize {
        self.held
    }

    /// The first tick for which something waits.
    pub(crate) fn first_tick(&self) -> Option<i64> {
        self.slots.front().map(|slot| slot.tick)
    }

    /// The last tick for which something waits.
    pub(crate) fn last_tick(&self) -> Option<i64> {
        self.slots.back().map(|slot| slot.tick)
    }

    /// Takes out what waits for this tick; give it back with [`Waiting::recycle`].
    pub(crate) fn take(&mut self, tick: i64) -> Option<Slot> {
        let slot = self.slots.pop_front_if(|slot| slot.tick <= tick)?;
        self.held = self.held.saturating_sub(slot.feeds.len() + slot.touches.len());
        Some(slot)
    }

    /// Keeps a buffer's memory for a later tick.
    pub(crate) fn recycle(&mut self, mut slot: Slot) {
        const POOL_MAX: usize = 16;
        slot.clear();
        if self.pool.len() < POOL_MAX {
            self.pool.push(slot);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let slots = self.slots.iter().chain(&self.pool);
        slots.map(Slot::bytes).sum::<usize>() + self.slots.capacity() * size_of::<Slot>()
    }
}
