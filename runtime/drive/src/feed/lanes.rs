//! Lanes of the past (`x 1w ago`): a delay line of the samples that they will want, in memory and bounded.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use nvp_engine::{SnapshotError, SourceId};
use nvp_formats::{Batch, SeriesId};
use nvp_plan::Plan;
use nvp_plan::ids::LaneId;
use serde::{Deserialize, Serialize};

use crate::recorded::columns;

/// The most samples kept for all lanes, 24 bytes each. Beyond it new samples are not kept, and counted.
pub const LANE_SAMPLES_MAX: usize = 20_000_000;

/// The delay lines of a plan, one a lane that is not the present.
#[derive(Debug, Default)]
pub struct Lanes {
    lanes: Vec<Lane>,
    tick_ms: i64,
    kept: usize,
    dropped: u64,
}

#[derive(Debug)]
struct Lane {
    id: LaneId,
    ago_ms: i64,
    /// The wire names it reads.
    names: BTreeSet<String>,
    /// Whether it reads a series, by the series' number.
    reads: Vec<bool>,
    /// Samples by the tick they belong to, then by source.
    slots: BTreeMap<(i64, SourceId), Batch>,
}

/// Samples whose time has come again.
#[derive(Debug)]
pub struct Past {
    /// Where they came from.
    pub source: SourceId,
    /// The lane that wants them.
    pub lane: LaneId,
    /// The samples, with their own instants.
    pub batch: Batch,
}

/// What is kept of the lanes: which were left out, and for each lane which series it reads and what waits.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Kept {
    dropped: u64,
    lanes: Vec<(Vec<bool>, Vec<KeptSlot>)>,
}

/// What waits for one tick.
#[derive(Debug, Serialize, Deserialize)]
struct KeptSlot {
    tick_ms: i64,
    source: SourceId,
    #[serde(with = "columns")]
    batch: Batch,
}

impl Lanes {
    /// What is to be kept.
    pub fn kept(&self) -> Kept {
        let slot = |((tick_ms, source), batch): (&(i64, SourceId), &Batch)| KeptSlot {
            tick_ms: *tick_ms,
            source: *source,
            batch: batch.clone(),
        };
        let lanes = self.lanes.iter().map(|lane| (lane.reads.clone(), lane.slots.iter().map(slot).collect()));
        Kept { dropped: self.dropped, lanes: lanes.collect() }
    }

    /// The lanes of a plan with what was kept of them.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] when they are not this plan's.
    pub fn resume(plan: &Plan, kept: Kept) -> Result<Self, SnapshotError> {
        let mut lanes = Self::new(plan);
        if kept.lanes.len() != lanes.lanes.len() {
            return Err(SnapshotError::Damaged);
        }
        for (lane, (reads, slots)) in lanes.lanes.iter_mut().zip(kept.lanes) {
            lane.reads = reads;
            lane.slots = slots.into_iter().map(|slot| ((slot.tick_ms, slot.source), slot.batch)).collect();
        }
        lanes.kept = lanes.lanes.iter().flat_map(|lane| lane.slots.values()).map(Batch::len).sum();
        lanes.dropped = kept.dropped;
        Ok(lanes)
    }

    /// The lanes of a plan, empty.
    pub fn new(plan: &Plan) -> Self {
        let lane = |(place, lane): (usize, &nvp_plan::input::Lane)| {
            let id = LaneId(u32::try_from(place).unwrap_or(u32::MAX));
            let inputs = plan.inputs.iter().filter(|input| input.lane == id);
            let names: BTreeSet<_> = inputs.flat_map(|input| input.sources.iter().cloned()).collect();
            Lane { id, ago_ms: lane.ago_ms, names, reads: Vec::new(), slots: BTreeMap::new() }
        };
        let lanes = plan.lanes.iter().enumerate().skip(1).map(lane).collect();
        Self { lanes, tick_ms: plan.tick_ms.max(1), kept: 0, dropped: 0 }
    }

    /// Notes which lanes read a series.
    pub fn announce(&mut self, series: SeriesId, name: &str) {
        let place = series as usize;
        for lane in self.lanes.iter_mut().filter(|lane| lane.names.contains(name)) {
            if lane.reads.len() <= place {
                lane.reads.resize(place + 1, false);
            }
            if let Some(reads) = lane.reads.get_mut(place) {
                *reads = true;
            }
        }
    }

    /// Keeps those samples that a lane will want.
    pub fn keep(&mut self, source: SourceId, batch: &Batch) {
        for lane in &mut self.lanes {
            for (series, instant_ms, value) in batch.iter() {
                if !lane.reads.get(series as usize).copied().unwrap_or_default() {
                    continue;
                }
                if self.kept >= LANE_SAMPLES_MAX {
                    self.dropped += 1;
                    continue;
                }
                let ticks = instant_ms.saturating_add(self.tick_ms - 1).div_euclid(self.tick_ms);
                let tick_ms = ticks.saturating_mul(self.tick_ms);
                lane.slots.entry((tick_ms, source)).or_default().push(series, instant_ms, value);
                self.kept += 1;
            }
        }
    }

    /// The next samples that belong to a tick at or before `through_ms`; taken out.
    pub fn next_due(&mut self, through_ms: i64) -> Option<Past> {
        for lane in &mut self.lanes {
            let Some(first) = lane.slots.first_entry() else { continue };
            let (tick_ms, source) = *first.key();
            if tick_ms.saturating_add(lane.ago_ms) <= through_ms {
                let batch = first.remove();
                self.kept = self.kept.saturating_sub(batch.len());
                return Some(Past { source, lane: lane.id, batch });
            }
        }
        None
    }

    /// How many samples were not kept for want of room.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }
}

#[cfg(test)]
mod tests;
