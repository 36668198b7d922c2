//! The evaluation: takes batches in, closes ticks, tells decisions, publishes the status. One thread, which waits only for
//! batches and for the clock.

mod answers;
mod intake;
mod keeping;

use std::sync::Arc;
use std::time::{Duration, Instant};

use nvp_act::Destination;
use nvp_formats::Batch;
use nvp_respond::responder::Responder;
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use self::intake::SourceState;
pub(super) use self::keeping::KeptState;
use super::Observer;
use super::answering::{Answering, Ears};
use super::clock::Clock;
use super::collect::Delivery;
use super::source::Target;
use super::status::{QueueStatus, StateStatus, Status};
use super::telling::Telling;
use crate::decision::Decision;
use crate::generation::Generation;
use crate::recorded::{Recorded, SAMPLES_MAX};
use crate::state::{Course, Keeper};
use answers::ReplyTo;

/// How long the status may be old.
const PUBLISH_EVERY: Duration = Duration::from_secs(1);
/// The shortest time between two statuses.
const PUBLISH_PAUSE: Duration = Duration::from_millis(100);
/// How often the engine's memory is counted, which takes a while.
const COUNT_MEMORY_EVERY: Duration = Duration::from_secs(10);
/// How long after a tick's instant it is looked whether it can be closed, in ms: promises reach up to just before now.
const AFTER_TICK_MS: i64 = 2;
/// The shortest pause before something of the response is due.
const LOOK_PAUSE: Duration = Duration::from_millis(5);
/// How much later than the last time the clock may be, in ms, before the time between is a gap.
const GAP_MS: i64 = 5_000;
/// How much later than the last time the clock is looked at again though batches come without a pause, in ms.
const CLOCK_EVERY_MS: i64 = 1_000;

/// The evaluation of one run.
pub(super) struct Evaluation {
    course: Course,
    keeper: Option<Keeper>,
    answering: Option<Answering>,
    ears: Option<Ears>,
    /// The number of the last decision dealt with when the run began.
    told_before: u64,
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

/// What is left when the run is over.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) destinations: Vec<Destination>,
    pub(super) status: Status,
    pub(super) state: Option<KeptState>,
    pub(super) answering: Option<Answering>,
}

impl Evaluation {
    /// A state and the sources that will move it.
    pub(super) fn new(
        course: Course,
        generation: &Generation,
        files: u64,
        targets: Vec<Target>,
        clock: Arc<Clock>,
        publish: watch::Sender<Arc<Status>>,
    ) -> Self {
        let severities = generation.policy.severities.iter().map(|severity| severity.name.clone());
        let status = Status {
            started_ms: clock.now_ms(),
            files,
            alert_rules: generation.plan.alerts.len() as u64,
            tick_ms: generation.plan.tick_ms,
            ..Status::default()
        };
        Self {
            told_before: course.tally().before_untold(),
            course,
            keeper: None,
            answering: None,
            ears: None,
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

    /// Keeps the state.
    pub(super) fn kept_by(mut self, keeper: Option<Keeper>) -> Self {
        self.keeper = keeper;
        self
    }

    /// Tells these destinations.
    pub(super) fn telling(mut self, destinations: Vec<Destination>, ends_with_output: bool) -> Self {
        self.telling = Telling::new(destinations, ends_with_output);
        self
    }

    /// Has alerts answered.
    pub(super) fn answered_by(mut self, answering: Option<(Answering, Ears)>) -> Self {
        (self.answering, self.ears) = answering.unzip();
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
        self.begin();
        // The first tick is the one before the first sample: were it older, windows would seem to have been filled by time
        // without samples.
        self.close_ticks();
        let mut ears = self.ears.take();
        loop {
            let pause = self.until_next_look();
            tokio::select! {
                biased;
                () = stop.cancelled() => break,
                news = answers::next(&mut ears) => self.hear(news),
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
        let (course, told_before) = (self.course, self.told_before);
        let state = self.keeper.map(|keeper| KeptState { keeper, course, told_before });
        Ended { destinations: self.telling.into_destinations(), status, state, answering: self.answering }
    }

    /// How long there is nothing to do but wait: until the next tick is past, or the status is old.
    fn until_next_look(&self) -> Duration {
        let now_ms = self.clock.now_ms();
        let next_tick_ms =
            now_ms.saturating_sub(AFTER_TICK_MS).div_euclid(self.tick_ms).saturating_add(1) * self.tick_ms;
        let tick = self.clock.until(next_tick_ms.saturating_add(AFTER_TICK_MS));
        let due = self.course.responder().and_then(Responder::next_due_ms);
        let due = due.map_or(tick, |due_ms| self.clock.until(due_ms).max(LOOK_PAUSE));
        tick.min(due).min(self.until_publishing())
    }

    /// Says which sources there are, and that nobody looked while the process was down; tells what may not have been told.
    fn begin(&mut self) {
        for untold in self.course.tally().untold() {
            self.telling.tell_again(untold);
        }
        let mut inputs = self.greeting();
        inputs.extend(self.gap());
        let open = self.sources.iter().map(SourceState::opened);
        inputs.extend(open);
        let is_gone = |number: &u32| self.sources.iter().all(|source| source.number() != *number);
        let gone = self.course.open_sources().into_iter().filter(is_gone);
        inputs.extend(gone.map(|source| Recorded::SourceEnded { source }));
        self.step(&inputs);
    }

    /// Takes what a source brought, and closes what waited for it.
    fn take(&mut self, delivery: Delivery) {
        let (number, next_ms) = (delivery.source, delivery.next_ms);
        let Some(source) = self.sources.iter_mut().find(|source| source.number() == number) else { return };
        self.batch.clear();
        source.read(delivery, &mut self.course.table, &mut self.batch);
        let new_series = self.course.new_series();
        self.record(&new_series);
        while !self.batch.is_empty() {
            let later = self.batch.split_off(SAMPLES_MAX);
            let samples =
                [Recorded::Samples { source: number, batch: std::mem::replace(&mut self.batch, later) }];
            self.step(&samples);
            let [Recorded::Samples { batch, .. }] = samples else { continue };
            if self.batch.is_empty() {
                // Its memory is used again.
                self.batch = batch;
                self.batch.clear();
            }
        }
        if let Some(source) = self.sources.iter().find(|source| source.number() == number) {
            source.finish(next_ms);
        }
        let last = self.course.feed().engine().last_tick();
        let now_ms = self.clock.now_ms();
        let is_due = last.is_none_or(|tick| tick.saturating_add(self.tick_ms) <= now_ms);
        // However many sources there are, the clock is looked at often enough.
        let clock_ms = self.course.clock_ms().unwrap_or_default();
        if is_due || now_ms.saturating_sub(clock_ms) >= CLOCK_EVERY_MS {
            self.close_ticks();
        }
    }

    /// Promises what can be promised.
    fn close_ticks(&mut self) {
        let mut inputs: Vec<Recorded> = self.gap().into_iter().collect();
        let promises = self.sources.iter().map(|source| Recorded::SourceClosed {
            source: source.number(),
            through_ms: source.promise(&self.clock),
        });
        inputs.extend(promises);
        inputs.push(Recorded::Clock { now_ms: self.clock.now_ms() });
        self.step(&inputs);
    }

    /// The time since the clock was last looked at, if nobody can have looked at anything meanwhile.
    pub(super) fn gap(&self) -> Option<Recorded> {
        let (last_ms, now_ms) = (self.course.clock_ms()?, self.clock.now_ms());
        (now_ms.saturating_sub(last_ms) > GAP_MS).then_some(Recorded::Gap { through_ms: now_ms })
    }

    /// Takes inputs down and applies them, tells what was decided, and notes ticks that were closed.
    pub(super) fn step(&mut self, inputs: &[Recorded]) {
        let began = Instant::now();
        let engine = |course: &Course| (course.feed().ticks(), course.feed().engine().last_tick());
        let (before, last) = engine(&self.course);
        let mut decided = Vec::new();
        for input in inputs {
            self.apply(input, None, &mut decided);
        }
        let (ticks, tick) = engine(&self.course);
        if tick == last {
            self.flush_answers();
            return;
        }
        self.status.evaluation.note(began.elapsed());
        self.keep_then_tell(&decided);
        self.note_log_health();
        let closed_ms = self.clock.now_ms().saturating_sub(tick.unwrap_or_default());
        self.status.closed_after_ms = closed_ms.max(0);
        self.status.ticks = self.status.ticks.saturating_add(ticks.saturating_sub(before));
        if let Some(observer) = &mut self.observer {
            observer.ticked(self.course.feed().engine());
        }
    }

    /// Takes one input down and applies it. Decisions that are kept are told when they are durable, others at once.
    fn apply(&mut self, input: &Recorded, reply: Option<ReplyTo>, decided: &mut Vec<(u64, Decision)>) {
        let number = self.record_one(input);
        let Self { course, keeper, telling, observer, .. } = self;
        let mut each = |number: u64, decision: Decision| {
            if keeper.is_some() {
                decided.push((number, decision));
                return;
            }
            telling.tell(&decision);
            if let Some(observer) = observer {
                observer.decided(&decision);
            }
        };
        if let Err(error) = course.apply(input, keeper.is_some(), &mut each) {
            tracing::error!(%error, "an input does not fit; this is a mistake in the program");
        }
        self.note_effects(number, reply);
    }

    /// How long the last status will do: until it is old, or soon when a tick has been closed since.
    fn until_publishing(&self) -> Duration {
        let has_ticked = self.publish.borrow().last_tick_ms != self.course.feed().engine().last_tick();
        let pause = if has_ticked { PUBLISH_PAUSE } else { PUBLISH_EVERY };
        self.published.map_or(Duration::ZERO, |at| pause.saturating_sub(at.elapsed()))
    }

    /// Publishes the status as it is now.
    pub(super) fn publish(&mut self, deliveries: &mpsc::Receiver<Delivery>) {
        self.note_told();
        let engine = self.course.feed().engine();
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
        let at_level = |level: &String| (level.clone(), self.course.tally().rows_at(level));
        let status = Arc::new(Status {
            published: Instant::now(),
            now_ms: self.clock.now_ms(),
            last_tick_ms: engine.last_tick(),
            series: statistics.series,
            rows: statistics.rows,
            conflicts: statistics.conflicts,
            lane_samples_dropped: self.course.feed().lane_samples_dropped(),
            decisions: self.course.tally().decided(),
            standing: self.levels.iter().map(at_level).collect(),
            batches: QueueStatus { waiting: deliveries.len() as u64, room: deliveries.max_capacity() as u64 },
            sources: self.sources.iter().map(|source| source.status(statistics)).collect(),
            destinations: self.telling.status(),
            state: self.keeper.as_ref().map(StateStatus::of),
            answers: self.answering.as_ref().zip(self.course.responder()).map(|(all, of)| all.status(of)),
            ..self.status.clone()
        });
        self.published = Some(status.published);
        if let Some(observer) = &mut self.observer {
            observer.met(&self.course.table);
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
