//! The live loop: collectors beside it, the engine in it, destinations after it. The only place with a wall clock.
//!
//! ```text
//! host thread ─┐                                       ┌─► standard output
//! scrape task ─┼─► bounded queue ─► evaluation thread ─┤
//! scrape task ─┘   (one SeriesTable, one engine)       └─► webhooks       ─► status board
//! ```
//!
//! Collectors wait when the queue is full and skip what they could not begin in time, counted. The evaluation waits for
//! nobody: what it hands to a destination is queued there, bounded, and what does not fit is counted.

mod answering;
mod clock;
mod collect;
pub mod control;
mod evaluation;
mod passage;
mod schedule;
pub mod source;
pub mod status;
mod telling;

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use nvp_act::Destination;
use nvp_engine::Engine;
use nvp_formats::SeriesTable;
use nvp_journal::{Journal, JournalError};
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use self::answering::AnswerOptions;
use self::answering::{Answering, Replayed};
use self::clock::Clock;
use self::control::Desk;
use self::evaluation::{Ended, Evaluation};
use self::source::{Source, SourceError};
use self::status::{Status, StatusBoard};
use crate::decision::Decision;
use crate::generation::Generation;
use crate::state::{self, Course, Keeper, Opened, StateError, StateOptions};

/// How many batches may wait for the evaluation.
const BATCHES_MAX: usize = 256;
/// How long destinations may take to send what waits when the run ends.
const FAREWELL: Duration = Duration::from_secs(3);

/// Looks on while a run goes; called on the evaluation's thread, so whatever it does should be little.
pub trait Observer: Send {
    /// A decision was taken.
    fn decided(&mut self, decision: &Decision);
    /// Ticks were closed; the engine is as after the last of them.
    fn ticked(&mut self, engine: &Engine);
    /// These series were met so far; called before a status is published.
    fn met(&mut self, _series: &SeriesTable) {}
    /// The run's status was published, after ticks and at least once a second.
    fn published(&mut self, status: &Arc<Status>);
}

/// What a run is made of.
pub struct Live {
    /// The policies, compiled.
    pub generation: Generation,
    /// How many files they are in.
    pub files: u64,
    /// Where samples come from.
    pub sources: Vec<Source>,
    /// Where decisions go, already at work.
    pub destinations: Vec<Destination>,
    /// Whether the run is over once a destination has closed by itself: nobody reads its output any more.
    pub ends_with_output: bool,
    /// Somebody who looks on.
    pub observer: Option<Box<dyn Observer>>,
    /// Where the state is kept, if it is to outlive the process.
    pub state: Option<StateOptions>,
    /// What answers alerts, if anything does; the state must be kept for it.
    pub answers: Option<AnswerOptions>,
}

/// Why a run cannot begin.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// A source cannot be asked.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The policies' plan does not fit together.
    #[error("the policies cannot be run: {0}")]
    Plan(String),
    /// The state cannot be had.
    #[error(transparent)]
    State(#[from] StateError),
    /// The journal cannot be had.
    #[error("the journal cannot be kept: {0}")]
    Journal(#[from] JournalError),
    /// There is something that answers alerts, and nothing that remembers it.
    #[error("alerts are answered only where the state is kept")]
    Forgetful,
    /// The system gives no thread.
    #[error("no thread for {0}: {1}")]
    Thread(&'static str, io::Error),
}

/// A run that goes on beside the caller, until its token is cancelled.
#[derive(Debug)]
pub struct Running {
    board: StatusBoard,
    tasks: TaskTracker,
    evaluation: JoinHandle<Ended>,
    ended: oneshot::Receiver<()>,
    desk: Option<Desk>,
}

/// The evaluation came to an end that it should not have.
#[derive(Debug, thiserror::Error)]
#[error("the evaluation broke down; this is a mistake in the program")]
pub struct BrokeDown;

/// Starts a run; must be called within a tokio runtime. It ends when `stop` is cancelled, and cancels it when it ends by itself.
///
/// # Errors
/// See [`LiveError`].
pub fn start(live: Live, stop: CancellationToken) -> Result<Running, LiveError> {
    let Begun { course, keeper, answering: opened } = begin(live.state, live.answers, &live.generation)?;
    let clock = Arc::new(Clock::system(course.clock_ms().unwrap_or_default()));
    let mut desk = None;
    let answering = match opened {
        Some((options, journal, replayed)) => {
            let (answering, ears, at) = Answering::start(options, journal, replayed, &clock)?;
            desk = Some(at);
            Some((answering, ears))
        }
        None => None,
    };
    let (deliver, deliveries) = mpsc::channel(BATCHES_MAX);
    let tasks = TaskTracker::new();
    let mut targets = source::open(live.sources, &clock)?;
    let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
    let numbers = course.numbers_of(&names);
    targets.iter_mut().zip(numbers).for_each(|(target, number)| target.number = number);
    for target in &targets {
        target.collect(&clock, &deliver, &tasks, &stop)?;
    }
    drop(deliver);
    tasks.close();
    let (publish, board) = watch::channel(Arc::new(Status::default()));
    let mut evaluation = Evaluation::new(course, &live.generation, live.files, targets, clock, publish)
        .kept_by(keeper)
        .telling(live.destinations, live.ends_with_output)
        .answered_by(answering)
        .watched_by(live.observer);
    evaluation.publish(&deliveries);
    let (done, ended) = oneshot::channel();
    let handle = Handle::current();
    let thread = std::thread::Builder::new().name("evaluation".to_owned()).spawn(move || {
        // However this thread ends, the rest of the run ends with it.
        let _guard = (stop.clone().drop_guard(), done);
        handle.block_on(evaluation.run(deliveries, stop))
    });
    let evaluation = thread.map_err(|error| LiveError::Thread("the evaluation", error))?;
    Ok(Running { board, tasks, evaluation, ended, desk })
}

/// A state to go on from.
struct Begun {
    course: Course,
    keeper: Option<Keeper>,
    answering: Option<(AnswerOptions, Arc<Journal>, Replayed)>,
}

/// The state that was kept, or one at its start.
fn begin(
    state: Option<StateOptions>,
    answers: Option<AnswerOptions>,
    generation: &Generation,
) -> Result<Begun, LiveError> {
    let (options, answers) = match (state, answers) {
        (Some(options), answers) => (options, answers),
        (None, Some(_)) => return Err(LiveError::Forgetful),
        (None, None) => {
            let course =
                Course::unanswered(generation).map_err(|error| LiveError::Plan(error.to_string()))?;
            return Ok(Begun { course, keeper: None, answering: None });
        }
    };
    let mut replayed = Replayed::new();
    let Opened { mut keeper, course, .. } = state::open(options, generation, &mut |input, effects| {
        replayed.push((input, effects));
    })?;
    let journal = answers.as_ref().map(Answering::journal).transpose()?;
    if let Some(journal) = &journal {
        keeper.go_on_at(Answering::next_input(journal), &course).map_err(StateError::from)?;
    }
    let answering = answers.zip(journal).map(|(answers, journal)| (answers, journal, replayed));
    Ok(Begun { course, keeper: Some(keeper), answering })
}

impl Running {
    /// The newest status.
    #[must_use]
    pub fn board(&self) -> StatusBoard {
        self.board.clone()
    }

    /// Where people are heard, if alerts are answered.
    #[must_use]
    pub fn desk(&self) -> Option<Desk> {
        self.desk.clone()
    }

    /// Waits until the run has ended, its collectors are gone and its destinations have had their time, and gives the last status.
    ///
    /// # Errors
    /// When the evaluation broke down.
    pub async fn finish(self) -> Result<Status, BrokeDown> {
        // The other end is let go of when the thread ends, whether well or not.
        let _ = self.ended.await;
        self.tasks.wait().await;
        let Ended { destinations, mut status, state, answering } =
            self.evaluation.join().map_err(|_| BrokeDown)?;
        let is_written = match answering {
            Some(answering) => answering.finish(FAREWELL).await,
            None => true,
        };
        let farewells: Vec<_> =
            destinations.into_iter().map(|destination| tokio::spawn(destination.finish(FAREWELL))).collect();
        for (farewell, shown) in farewells.into_iter().zip(&mut status.destinations) {
            if let Ok(results) = farewell.await {
                shown.results = results;
                shown.waiting = 0;
            }
        }
        if let Some(mut state) = state {
            state.hold_back(!is_written);
            let dealt_with = status.destinations.iter().map(|it| telling::dealt_with(&it.results)).min();
            // The disk may take a while.
            let finished = tokio::task::spawn_blocking(move || state.finish(dealt_with));
            status.state = finished.await.ok().or(status.state);
        }
        Ok(status)
    }
}

#[cfg(test)]
mod tests;
