//! The evaluation: takes batches in, closes ticks, tells decisions, publishes the status. One thread, which waits only for
//! batches and for the clock.

mod intake;

use std::sync::Arc;
use std::time::{Duration, Instant};

use nvp_act::Destination;
use nvp_formats::{Batch, SeriesTable};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use self::intake::SourceState;
use super::Observer;
use super::clock::Clock;
use super::collect::Delivery;
use super::source::Target;
use super::status::{QueueStatus, Status};
use super::telling::Telling;
use crate::decision::Decision;
use crate::feed::Feed;
use crate::generation::Generation;

/// How long the status may be old.
const PUBLISH_EVERY: Duration = Duration::from_secs(1);
/// The shortest time between two statuses.
const PUBLISH_PAUSE: Duration = Duration::from_millis(100);
/// How often the engine's memory is counted, which takes a while.
const COUNT_MEMORY_EVERY: Duration = Duration::from_secs(10);
/// How long after a tick's instant it is looked whether it can be closed, in ms: promises reach up to just before now.
const AFTER_TICK_MS: i64 = 2;

/// The evaluation of one run.
pub(super) struct Evaluation {
    feed: Feed,
    table: SeriesTable,
    batch: Batch,
    sources: Vec<SourceState>,
    clock: Arc<Clock>,
    telling: Telling,
    observer: Option<Box<dyn Observer>>,
    publish: watch::Sender<Arc<Status>>,
    /// What does not change, or only sometimes.
    status: Status,
    /// The names of all levels, mildest first, after `pending`.
    levels: Vec<String>,
    tick_ms: i64,
    published: Option<Instant>,
    memory_counted: Option<Instant>,
}

/// What is fed.
struct Taken<'e> {
    table: &'e SeriesTable,
    batch: &'e Batch,
    sources: &'e [SourceState],
    clock: &'e Clock,
}

/// What is left when the run is over.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) destinations: Vec<Destination>,
    pub(super) status: Status,
}

impl Evaluation {
    /// An engine at its start with its sources opened.
    pub(super) fn new(
        mut feed: Feed,
        generation: &Generation,
        files: u64,
        targets: Vec<Target>,
        clock: Arc<Clock>,
        publish: watch::Sender<Arc<Status>>,
    ) -> Self {
        for target in &targets {
            // Before there are samples no tick closes: nothing is decided here.
            feed.open(target.number, &target.name, target.waits_ms, &mut |_| {});
        }
        let severities = generation.policy.severities.iter().map(|severity| severity.name.clone());
        let status = Status {
            started_ms: clock.now_ms(),
            files,
            alert_rules: generation.plan.alerts.len() as u64,
            tick_ms: generation.plan.tick_ms,
            ..Status::default()
        };
        Self {
            feed,
            table: SeriesTable::default(),
            batch: Batch::default(),
            sources: targets.into_iter().map(SourceState::new).collect(),
            clock,
            telling: Telling::default(),
            observer: None,
            publish,
            levels: std::iter::once("pending".to_owned()).chain(severities).collect(),
            tick_ms: generation.plan.tick_ms.max(1),
            status,
            published: None,
            memory_counted: None,
        }
    }

    /// Tells these destinations.
    pub(super) fn telling(mut self, destinations: Vec<Destination>, ends_with_output: bool) -> Self {
        self.telling = Telling::new(destinations, ends_with_output);
        self
    }

    /// Lets somebody look on.
    pub(super) fn watched_by(mut self, observer: Option<Box<dyn Observer>>) -> Self {
        self.observer = observer;
        self
    }

    /// Works until `stop`.
    pub(super) async fn run(
        mut self,
        mut deliveries: mpsc::Receiver<Delivery>,
        stop: CancellationToken,
    ) -> Ended {
        // The first tick is the one before the first sample: were it older, windows would seem to have been filled by time
        // without samples.
        self.close_ticks();
        loop {
            let pause = self.until_next_look();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                delivery = next(&mut deliveries) => self.take(delivery),
                () = tokio::time::sleep(pause) => self.close_ticks(),
            }
            if self.telling.is_over() {
                break;
            }
            if self.until_publishing().is_zero() {
                self.publish(&deliveries);
            }
        }
        self.publish(&deliveries);
        let status = Status::clone(&self.publish.borrow());
        Ended { destinations: self.telling.into_destinations(), status }
    }

    /// How long there is nothing to do but wait: until the next tick is past, or the status is old.
    fn until_next_look(&self) -> Duration {
        let now_ms = self.clock.now_ms();
        let next_tick_ms =
            now_ms.saturating_sub(AFTER_TICK_MS).div_euclid(self.tick_ms).saturating_add(1) * self.tick_ms;
        let tick = self.clock.until(next_tick_ms.saturating_add(AFTER_TICK_MS));
        tick.min(self.until_publishing())
    }

    /// Takes what a source brought, and closes what waited for it.
    fn take(&mut self, delivery: Delivery) {
        let Some(source) = self.sources.get_mut(delivery.source as usize) else { return };
        let next_ms = delivery.next_ms;
        self.batch.clear();
        source.read(delivery, &mut self.table, &mut self.batch);
        let number = source.number();
        self.step(|feed, tell, taken| feed.samples(number, taken.table, taken.batch, tell));
        if let Some(source) = self.sources.get(number as usize) {
            source.finish(next_ms);
        }
        let last = self.feed.engine().last_tick();
        if last.is_none_or(|tick| tick.saturating_add(self.tick_ms) <= self.clock.now_ms()) {
            self.close_ticks();
        }
    }

    /// Promises what can be promised.
    fn close_ticks(&mut self) {
        self.step(|feed, tell, taken| {
            for source in taken.sources {
                feed.close(source.number(), source.promise(taken.clock), tell);
            }
            feed.clock(taken.clock.now_ms(), tell);
        });
    }

    /// Feeds the engine, tells what was decided, and notes ticks that were closed.
    fn step(&mut self, act: impl FnOnce(&mut Feed, &mut dyn FnMut(Decision), Taken<'_>)) {
        let began = Instant::now();
        let (before, last) = (self.feed.ticks(), self.feed.engine().last_tick());
        let Self { feed, telling, observer, .. } = self;
        let mut tell = |decision: Decision| {
            telling.tell(&decision);
            if let Some(observer) = observer {
                observer.decided(&decision);
            }
        };
        let taken =
            Taken { table: &self.table, batch: &self.batch, sources: &self.sources, clock: &self.clock };
        act(feed, &mut tell, taken);
        if self.feed.engine().last_tick() == last {
            return;
        }
        self.status.evaluation.note(began.elapsed());
        let closed_ms =
            self.clock.now_ms().saturating_sub(self.feed.engine().last_tick().unwrap_or_default());
        self.status.closed_after_ms = closed_ms.max(0);
        self.status.ticks = self.status.ticks.saturating_add(self.feed.ticks().saturating_sub(before));
        if let Some(observer) = &mut self.observer {
            observer.ticked(self.feed.engine());
        }
    }

    /// How long the last status will do: until it is old, or soon when a tick has been closed since.
    fn until_publishing(&self) -> Duration {
        let has_ticked = self.publish.borrow().last_tick_ms != self.feed.engine().last_tick();
        let pause = if has_ticked { PUBLISH_PAUSE } else { PUBLISH_EVERY };
        self.published.map_or(Duration::ZERO, |at| pause.saturating_sub(at.elapsed()))
    }

    /// Publishes the status as it is now.
    pub(super) fn publish(&mut self, deliveries: &mpsc::Receiver<Delivery>) {
        let engine = self.feed.engine();
        let statistics = engine.statistics();
        if self.memory_counted.is_none_or(|at| at.elapsed() >= COUNT_MEMORY_EVERY) {
            let bytes = engine.bytes();
            self.status.state_bytes = vec![
                ("clocks", bytes.clocks),
                ("columns", bytes.columns),
                ("identity", bytes.identity),
                ("waiting", bytes.waiting),
                ("windows", bytes.windows),
            ];
            self.memory_counted = Some(Instant::now());
        }
        let at_level = |level: &String| (level.clone(), self.telling.rows_at(level));
        let status = Arc::new(Status {
            published: Instant::now(),
            now_ms: self.clock.now_ms(),
            last_tick_ms: engine.last_tick(),
            series: statistics.series,
            rows: statistics.rows,
            conflicts: statistics.conflicts,
            lane_samples_dropped: self.feed.lane_samples_dropped(),
            decisions: self.telling.decisions(),
            standing: self.levels.iter().map(at_level).collect(),
            batches: QueueStatus { waiting: deliveries.len() as u64, room: deliveries.max_capacity() as u64 },
            sources: self.sources.iter().map(|source| source.status(statistics)).collect(),
            destinations: self.telling.status(),
            ..self.status.clone()
        });
        self.published = Some(status.published);
        if let Some(observer) = &mut self.observer {
            observer.met(&self.table);
            observer.published(&status);
        }
        self.publish.send_replace(status);
    }
}

/// The next delivery; never one again when all collectors have gone.
async fn next(deliveries: &mut mpsc::Receiver<Delivery>) -> Delivery {
    match deliveries.recv().await {
        Some(delivery) => delivery,
        None => std::future::pending().await,
    }
}
