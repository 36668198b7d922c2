//! Series and what they feed. A series has a *feed* for each input that reads it; a target is what counters are born into.

use crate::intern::{Interner, Symbol};
use crate::rows::NONE;
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer, kept};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A series reads into this row of this input.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Feed {
    pub(crate) input: u32,
    pub(crate) row: u32,
    pub(crate) series: u32,
    /// The series' next feed, or [`NONE`].
    pub(crate) next: u32,
    /// The input's lane.
    pub(crate) lane: u32,
    /// Whether other series feed the same row of the same input.
    pub(crate) is_contested: bool,
    pub(crate) is_live: bool,
}

/// An announced series.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) source: u32,
    pub(crate) target: Symbol,
    pub(crate) first_feed: u32,
    /// The lane of its only feed, [`SEVERAL`] if it has none or several, or [`GONE`].
    only_lane: u32,
}

/// No lane: the series has not just one feed.
const SEVERAL: u32 = NONE;

/// No lane: the series was removed.
const GONE: u32 = NONE - 1;

impl Series {
    /// Whether it was not removed.
    pub(crate) fn is_live(&self) -> bool {
        self.only_lane != GONE
    }

    /// Whether its samples of a lane go to its one feed and to no other.
    pub(crate) fn feeds_once(&self, lane: u32) -> bool {
        self.only_lane == lane
    }
}

/// Where the samples of a feed go in the common case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Home {
    /// The input, or [`NONE`] of a feed that is contested or removed.
    pub(crate) input: u32,
    pub(crate) row: u32,
}

/// The announced series.
#[derive(Debug, Default)]
pub(crate) struct SeriesTable {
    pub(crate) series: Vec<Series>,
    pub(crate) feeds: Vec<Feed>,
    /// Beside each feed what every sample needs of it.
    pub(crate) homes: Vec<Home>,
    free: Vec<u32>,
    /// Feeds and targets removed while samples of theirs may wait, with the last tick for which they may.
    removed: VecDeque<(i64, u32)>,
    left: VecDeque<(i64, Symbol)>,
    pub(crate) live: u64,
}

impl Kept for SeriesTable {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        to.value(&(&self.series, &self.feeds, &self.free, &self.removed, &self.left, self.live))
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        (self.series, self.feeds, self.free, self.removed, self.left, self.live) = from.value()?;
        let home = |feed: &Feed| match feed {
            Feed { is_live: true, is_contested: false, input, row, .. } => Home { input: *input, row: *row },
            _ => Home { input: NONE, row: NONE },
        };
        self.homes = self.feeds.iter().map(home).collect();
        Ok(())
    }
}

impl SeriesTable {
    /// The series, if it was announced and not removed.
    pub(crate) fn get(&self, series: u32) -> Option<&Series> {
        self.series.get(series as usize).filter(|series| series.is_live())
    }

    /// Takes a series in, without feeds.
    pub(crate) fn announce(&mut self, series: u32, source: u32, target: Symbol) {
        let nobody = Series { source: 0, target, first_feed: NONE, only_lane: GONE };
        let place = series as usize;
        if self.series.len() <= place {
            self.series.resize(place + 1, nobody);
        }
        if let Some(entry) = self.series.get_mut(place) {
            *entry = Series { source, target, first_feed: NONE, only_lane: SEVERAL };
            self.live += 1;
        }
    }

    /// Gives a series a feed.
    pub(crate) fn feed(&mut self, series: u32, input: u32, row: u32, lane: u32) -> u32 {
        let next = self.series.get(series as usize).map_or(NONE, |series| series.first_feed);
        let feed = Feed { input, row, series, next, lane, is_contested: false, is_live: true };
        let place = match self.free.pop() {
            Some(place) => {
                if let Some(old) = self.feeds.get_mut(place as usize) {
                    *old = feed;
                }
                self.settle_in(place, Home { input, row });
                place
            }
            None => {
                self.feeds.push(feed);
                self.homes.push(Home { input, row });
                u32::try_from(self.feeds.len() - 1).unwrap_or(NONE)
            }
        };
        if let Some(series) = self.series.get_mut(series as usize) {
            series.first_feed = place;
            // The lanes' numbers are dense, so none is one of the marks.
            series.only_lane = if next == NONE { lane } else { SEVERAL };
        }
        place
    }

    fn settle_in(&mut self, feed: u32, home: Home) {
        if let Some(old) = self.homes.get_mut(feed as usize) {
            *old = home;
        }
    }

    /// Notes that other series feed the same row of the same input as this feed.
    pub(crate) fn contest(&mut self, feed: u32) {
        if let Some(feed) = self.feeds.get_mut(feed as usize) {
            feed.is_contested = true;
        }
        self.settle_in(feed, Home { input: NONE, row: NONE });
    }

    /// The places of a series' feeds.
    pub(crate) fn feeds_of(&self, first: u32) -> impl Iterator<Item = (u32, Feed)> + '_ {
        let mut next = first;
        std::iter::from_fn(move || {
            let place = next;
            let feed = *self.feeds.get(place as usize)?;
            next = feed.next;
            Some((place, feed))
        })
    }

    /// Ends a series. Its feeds' places are used again once ticks up to `waiting_through` are closed.
    pub(crate) fn remove(&mut self, series: u32, waiting_through: i64) {
        let Some(entry) = self.series.get_mut(series as usize).filter(|series| series.is_live()) else {
            return;
        };
        entry.only_lane = GONE;
        self.live -= 1;
        self.left.push_back((waiting_through, entry.target));
        let mut next = entry.first_feed;
        while let Some(feed) = self.feeds.get_mut(next as usize) {
            feed.is_live = false;
            let place = next;
            next = feed.next;
            self.removed.push_back((waiting_through, place));
            self.settle_in(place, Home { input: NONE, row: NONE });
        }
    }

    /// Gives the places of removed feeds free for which no sample can wait any more, and the uses of their targets back.
    pub(crate) fn settle(&mut self, closed: i64, targets: &mut Targets) {
        while let Some((_, target)) = self.left.pop_front_if(|(through, _)| *through <= closed) {
            targets.release(target);
        }
        while let Some((_, place)) = self.removed.pop_front_if(|(through, _)| *through <= closed) {
            self.free.push(place);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.series.capacity() * size_of::<Series>()
            + self.feeds.capacity() * size_of::<Feed>()
            + self.homes.capacity() * size_of::<Home>()
            + self.free.capacity() * 4
            + self.removed.capacity() * 16
    }
}

/// When a target was never read.
pub(crate) const NEVER: i64 = i64::MIN;

/// The targets: `job` and `instance` where the wire has both, else the source.
#[derive(Debug)]
pub(crate) struct Targets {
    names: Interner,
    /// For each lane and target the instant of its last sample in a closed tick.
    read_at: Vec<Vec<i64>>,
}

kept!(Targets { part names, value read_at });

impl Targets {
    pub(crate) fn new(lanes: usize) -> Self {
        Self { names: Interner::default(), read_at: vec![Vec::new(); lanes] }
    }

    /// The target of a series of this source with these labels, used once more.
    pub(crate) fn acquire(&mut self, source: u32, labels: &[(&str, &str)]) -> Symbol {
        let (job, instance) = (crate::wire::text_of(labels, "job"), crate::wire::text_of(labels, "instance"));
        let name = if job.is_empty() || instance.is_empty() {
            format!("source {source}")
        } else {
            format!("target {}:{job}{instance}", job.len())
        };
        let is_new = self.names.find(&name).is_none();
        let target = self.names.acquire(&name);
        if is_new {
            for lane in &mut self.read_at {
                let place = target.0 as usize;
                if lane.len() <= place {
                    lane.resize(place + 1, NEVER);
                }
                if let Some(read_at) = lane.get_mut(place) {
                    *read_at = NEVER;
                }
            }
        }
        target
    }

    fn release(&mut self, target: Symbol) {
        self.names.release(target);
    }

    /// The instant of the target's last sample in a tick before this one.
    pub(crate) fn read_at(&self, lane: usize, target: Symbol) -> i64 {
        self.read_at.get(lane).and_then(|lane| lane.get(target.0 as usize)).copied().unwrap_or(NEVER)
    }

    /// Notes a sample of the target, once its tick is closed.
    pub(crate) fn note(&mut self, lane: usize, target: Symbol, instant_ms: i64) {
        if let Some(read_at) = self.read_at.get_mut(lane).and_then(|lane| lane.get_mut(target.0 as usize)) {
            *read_at = instant_ms.max(*read_at);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.names.bytes() + self.read_at.iter().map(|lane| lane.capacity() * 8).sum::<usize>()
    }
}
