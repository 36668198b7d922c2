//! When a tick closes.
//!
//! A tick at `t` closes when every live source has passed `t`. A source has passed everything up to the latest of
//!
//! - its promise ([`crate::Input::SourceClosed`]);
//! - the instant of its latest sample less `waits_ms`, if it is waited for (`waits_ms` > 0);
//! - the journaled clock less `waits_ms`, once there is a clock.
//!
//! So a pushed source is waited for up to its grace, measured by its own samples and by the clock; a source with `waits_ms` = 0 closes ticks by
//! its promises, and without one the clock alone does. A scraper that wants its scrapes waited for opens its source with its
//! timeout as `waits_ms` and promises what it has read. Where there is no clock (a dry run, a test) promises alone close ticks.
//! Without any live source the clock alone decides; where there never was one, everything that waits is due, for nothing more can come.
//!
//! A sample whose tick is due is late, whether the tick has been carried out or not: lateness depends on inputs only.
//! The first tick is that of the earliest waiting sample when the first tick becomes due, or the tick at or before
//! the first promise or clock, if that is earlier.

use crate::snapshot::kept::kept;
use serde::{Deserialize, Serialize};

/// A source, as far as time goes.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Source {
    is_live: bool,
    waits_ms: i64,
    promised_ms: i64,
    latest_ms: i64,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// Nothing yet.
    Nothing,
    /// Everything at or before this instant.
    Through(i64),
    /// Everything that waits.
    All,
}

/// What sources and the clock have said.
#[derive(Debug, Default)]
pub(crate) struct Watermark {
    sources: Vec<Option<Source>>,
    clock_ms: Option<i64>,
}

kept!(Watermark { value sources, value clock_ms });

impl Watermark {
    pub(crate) fn open(&mut self, source: usize, waits_ms: i64) {
        if self.sources.len() <= source {
            self.sources.resize(source + 1, None);
        }
        if let Some(place) = self.sources.get_mut(source) {
            let opened = Source {
                is_live: true,
                waits_ms: waits_ms.max(0),
                promised_ms: i64::MIN,
                latest_ms: i64::MIN,
            };
            *place = Some(opened);
        }
    }

    pub(crate) fn promise(&mut self, source: usize, through_ms: i64) {
        if let Some(source) = self.source(source) {
            source.promised_ms = source.promised_ms.max(through_ms);
        }
    }

    pub(crate) fn end(&mut self, source: usize) {
        if let Some(source) = self.source(source) {
            source.is_live = false;
        }
    }

    /// Notes the instant of a sample that was taken.
    pub(crate) fn saw(&mut self, source: usize, instant_ms: i64) {
        if let Some(source) = self.source(source) {
            source.latest_ms = source.latest_ms.max(instant_ms);
        }
    }

    pub(crate) fn clock(&mut self, now_ms: i64) {
        self.clock_ms = Some(self.clock_ms.map_or(now_ms, |before| before.max(now_ms)));
    }

    /// What the clock shows, if there is one.
    pub(crate) fn now_ms(&self) -> Option<i64> {
        self.clock_ms
    }

    pub(crate) fn due(&self) -> Due {
        let live = self.sources.iter().flatten().filter(|source| source.is_live);
        match (live.map(|source| self.passed(source)).min(), self.clock_ms) {
            (Some(i64::MIN), _) => Due::Nothing,
            (Some(through), _) | (None, Some(through)) => Due::Through(through),
            (None, None) if self.sources.is_empty() => Due::Nothing,
            (None, None) => Due::All,
        }
    }

    fn passed(&self, source: &Source) -> i64 {
        let latest =
            if source.waits_ms > 0 { source.latest_ms.saturating_sub(source.waits_ms) } else { i64::MIN };
        let clock = self.clock_ms.map_or(i64::MIN, |now| now.saturating_sub(source.waits_ms));
        source.promised_ms.max(latest).max(clock)
    }

    fn source(&mut self, source: usize) -> Option<&mut Source> {
        self.sources.get_mut(source).and_then(Option::as_mut)
    }
}

#[cfg(test)]
mod tests;
