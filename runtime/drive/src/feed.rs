//! Feeds an engine: announces series before their first sample, keeps the samples that lanes of the past will want, hands samples
//! and promises over in the right order, and renders what comes back.
//!
//! It decides nothing and knows no clock: instants come from the caller.

mod lanes;

use std::collections::BTreeMap;
use std::sync::Arc;

use nvp_engine::{Effects, Engine, Input, Options, PlanError, SnapshotError, SourceId};
use nvp_formats::{Batch, SeriesId, SeriesTable};
use nvp_kernels::Program;
use nvp_plan::Plan;
use nvp_plan::alert::Shown;
use nvp_plan::ids::LaneId;

use crate::decision::{Decision, Renderer};
pub use lanes::LANE_SAMPLES_MAX;
use lanes::Past;

/// An engine with what is around it. All series come from one [`SeriesTable`]. Decisions are told in order, each while the engine
/// stands at its tick.
#[derive(Debug)]
pub struct Feed {
    engine: Engine,
    effects: Effects,
    renderer: Renderer,
    /// Whether a series was announced, by its number.
    announced: Vec<bool>,
    lanes: lanes::Lanes,
    ticks: u64,
}

impl Feed {
    /// An engine at its start for this plan.
    ///
    /// # Errors
    /// A plan that does not fit together.
    pub fn new(plan: &Arc<Plan>, program: &Arc<Program>) -> Result<Self, PlanError> {
        Ok(Self {
            engine: Engine::new(Arc::clone(plan), Arc::clone(program), Options::default())?,
            effects: Effects::new(Arc::clone(plan)),
            renderer: Renderer::new(Arc::clone(plan)),
            announced: Vec::new(),
            lanes: lanes::Lanes::new(plan),
            ticks: 0,
        })
    }

    /// Appends the whole state.
    ///
    /// # Errors
    /// As [`Engine::snapshot`].
    pub fn snapshot(&self, into: &mut Vec<u8>) -> Result<(), SnapshotError> {
        let mut engine = Vec::new();
        self.engine.snapshot(&mut engine)?;
        let kept = (&self.announced, &self.lanes.kept(), self.ticks, &engine);
        *into = postcard::to_extend(&kept, std::mem::take(into)).map_err(|_| SnapshotError::Unwritable)?;
        Ok(())
    }

    /// The engine whose state this was, with what was around it.
    ///
    /// # Errors
    /// As [`Engine::restore`].
    pub fn restore(plan: &Arc<Plan>, program: &Arc<Program>, bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (announced, lanes, ticks, engine): (Vec<bool>, _, u64, Vec<u8>) =
            postcard::from_bytes(bytes).map_err(|_| SnapshotError::Damaged)?;
        let engine = Engine::restore(Arc::clone(plan), Arc::clone(program), Options::default(), &engine)?;
        Ok(Self {
            engine,
            effects: Effects::new(Arc::clone(plan)),
            renderer: Renderer::new(Arc::clone(plan)),
            announced,
            lanes: lanes::Lanes::resume(plan, lanes)?,
            ticks,
        })
    }

    /// The engine, to look at.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// How many ticks have been closed.
    #[must_use]
    pub fn ticks(&self) -> u64 {
        self.ticks
    }

    /// How many samples lanes of the past could not keep for want of room.
    #[must_use]
    pub fn lane_samples_dropped(&self) -> u64 {
        self.lanes.dropped()
    }

    /// Opens a source; ticks wait for it up to `waits_ms`, or with 0 for its promises only.
    pub fn open(&mut self, source: SourceId, name: &str, waits_ms: i64, tell: &mut dyn FnMut(Decision)) {
        self.step(Input::SourceOpened { source, name, waits_ms }, tell);
    }

    /// Hands samples over. A series is announced before its first sample.
    pub fn samples(
        &mut self,
        source: SourceId,
        table: &SeriesTable,
        batch: &Batch,
        tell: &mut dyn FnMut(Decision),
    ) {
        for series in &batch.series {
            self.announce(source, table, *series, tell);
        }
        self.lanes.keep(source, batch);
        let (series, instants, values) = (&batch.series, &batch.instants, &batch.values);
        self.step(Input::Samples { source, lane: LaneId(0), series, instants, values }, tell);
    }

    /// A promise: nothing at or before `through_ms` comes any more from this source.
    pub fn close(&mut self, source: SourceId, through_ms: i64, tell: &mut dyn FnMut(Decision)) {
        self.feed_lanes(through_ms, tell);
        self.step(Input::SourceClosed { source, through_ms }, tell);
    }

    /// The wall clock, journaled: closes the ticks whose grace is over.
    pub fn clock(&mut self, now_ms: i64, tell: &mut dyn FnMut(Decision)) {
        self.feed_lanes(now_ms, tell);
        self.step(Input::Clock { now_ms }, tell);
    }

    /// Nobody looked up to this instant; the clock that shows it comes next.
    pub fn gap(&mut self, through_ms: i64, tell: &mut dyn FnMut(Decision)) {
        self.step(Input::Gap { through_ms }, tell);
    }

    /// A series' target was removed; if it comes back it is announced again.
    pub fn remove(&mut self, series: SeriesId, tell: &mut dyn FnMut(Decision)) {
        if let Some(announced) = self.announced.get_mut(series as usize) {
            *announced = false;
        }
        self.step(Input::Removed { series }, tell);
    }

    /// A source is gone.
    pub fn end(&mut self, source: SourceId, tell: &mut dyn FnMut(Decision)) {
        self.step(Input::SourceEnded { source }, tell);
    }

    fn announce(
        &mut self,
        source: SourceId,
        table: &SeriesTable,
        series: SeriesId,
        tell: &mut dyn FnMut(Decision),
    ) {
        let place = series as usize;
        if self.announced.get(place).copied().unwrap_or_default() {
            return;
        }
        if self.announced.len() <= place {
            self.announced.resize(table.len().max(place + 1), false);
        }
        if let Some(announced) = self.announced.get_mut(place) {
            *announced = true;
        }
        let Some(name) = table.name(series) else { return };
        let labels: Vec<_> = table.labels(series).collect();
        self.lanes.announce(series, name);
        self.step(Input::Appeared { source, series, name, labels: &labels }, tell);
    }

    fn feed_lanes(&mut self, through_ms: i64, tell: &mut dyn FnMut(Decision)) {
        while let Some(Past { source, lane, batch }) = self.lanes.next_due(through_ms) {
            let (series, instants, values) = (&batch.series, &batch.instants, &batch.values);
            self.step(Input::Samples { source, lane, series, instants, values }, tell);
        }
    }

    fn step(&mut self, input: Input<'_>, tell: &mut dyn FnMut(Decision)) {
        self.engine.offer(input);
        while self.engine.advance(&mut self.effects) {
            let engine = &self.engine;
            let value_of = |shown: &Shown, labels: &BTreeMap<String, String>| engine.shown(shown, labels);
            for transition in self.effects.transitions() {
                tell(self.renderer.decision(&transition, &value_of));
            }
            self.ticks += self.effects.ticks().iter().map(|tick| 1 + tick.skipped).sum::<u64>();
            self.effects.clear();
        }
    }
}
