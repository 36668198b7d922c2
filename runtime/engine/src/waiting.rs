//! Samples that wait for their tick to close, one buffer a tick. Buffers are reused; their number and that of samples are bounded.

use crate::intern::Symbol;
use std::collections::VecDeque;

/// A sample that waits. Its instant is that of its lane: the sample's own and the lane's `ago_ms`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) instant_ms: i64,
    pub(crate) value: f64,
    pub(crate) feed: u32,
}

/// A sign that a target was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Touch {
    pub(crate) lane: u32,
    pub(crate) target: Symbol,
    pub(crate) instant_ms: i64,
}

/// What waits for one tick.
#[derive(Debug, Default)]
pub(crate) struct Slot {
    /// The tick, counted from the Unix epoch.
    pub(crate) tick: i64,
    pub(crate) samples: Vec<Sample>,
    pub(crate) touches: Vec<Touch>,
}

/// What waits.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    /// In order of their ticks.
    slots: VecDeque<Slot>,
    pool: Vec<Slot>,
    held: usize,
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
        self.held = self.held.saturating_sub(slot.samples.len() + slot.touches.len());
        Some(slot)
    }

    /// Keeps a buffer's memory for a later tick.
    pub(crate) fn recycle(&mut self, mut slot: Slot) {
        const POOL_MAX: usize = 16;
        slot.samples.clear();
        slot.touches.clear();
        if self.pool.len() < POOL_MAX {
            self.pool.push(slot);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        let slots = self.slots.iter().chain(&self.pool);
        let held = |slot: &Slot| {
            slot.samples.capacity() * size_of::<Sample>() + slot.touches.capacity() * size_of::<Touch>()
        };
        slots.map(held).sum::<usize>() + self.slots.capacity() * size_of::<Slot>()
    }
}
