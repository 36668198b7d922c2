//! A run's state from its folder: the youngest good snapshot, then the log's tail.

use std::path::Path;

use nvp_engine::SnapshotError;
use nvp_engine::snapshot::fingerprint;
use nvp_history::log::{InputLog, LogOptions, snapshot};
use nvp_respond::effect::Effects;

use super::course::{Course, CourseError};
use super::keeper::Keeper;
use super::{StateError, StateOptions};
use crate::decision::Decision;
use crate::generation::Generation;
use crate::recorded::Recorded;

/// A state that was found, or begun.
#[derive(Debug)]
pub struct Opened {
    /// Keeps what comes.
    pub keeper: Keeper,
    /// The state.
    pub course: Course,
    /// Whether it was begun anew: there was none, or none that these policies can go on from.
    pub is_new: bool,
}

/// Opens the folder, and brings the state to where the last run left it; `answered` gets what the response wants and notes on the way,
/// with the number of the input it follows from: as much of it as was done before need not be done again. What could not be used is said in
/// the log. Decisions of the tail that may not have been told are in the state's tally.
///
/// # Errors
/// When the folder cannot be used: another process writes there, the disk refuses, or the log is broken in its middle.
pub fn open(
    options: StateOptions,
    generation: &Generation,
    answered: &mut dyn FnMut(u64, Effects),
) -> Result<Opened, StateError> {
    let (mut log, found) = InputLog::open(&options.folder, options.log)?;
    let folder = options.folder.display();
    if found.torn_bytes > 0 {
        tracing::warn!(%folder, bytes = found.torn_bytes, "the end of the log was torn by a crash; it was never flushed and is cut off");
    }
    let snapshot = youngest(&options.folder, found.first, generation)?;
    let mut from = found.first;
    let mut course = None;
    if let Some((next, restored)) = snapshot {
        if next > found.next {
            tracing::error!(%folder, "the log ends before the snapshot; what came between is lost");
            log.go_on_at(next)?;
        }
        (from, course) = (next, Some(restored));
    }
    let was_there = found.next > 0 || course.is_some();
    let course = Replay { generation, course, keep: true }.run(&log, from, &mut |_, _| {}, answered)?;
    let adopted = if course.is_none() { adopted(&options.folder, generation)? } else { None };
    let mut keeper = Keeper::new(options, log);
    let (course, is_new) = match course {
        Some(course) => (course, false),
        None => {
            if was_there {
                let go_on = if adopted.is_some() { "; incidents, ladders and runs go on" } else { "" };
                tracing::warn!(
                    "the state that was kept is not of these policies, or cannot be read: evaluation begins anew, windows are warming{go_on}"
                );
            }
            keeper.record(&Recorded::Started { plan: fingerprint(&generation.plan) });
            match adopted {
                Some(course) => {
                    keeper.keep_now(&course);
                    (course, true)
                }
                None => (Course::new(generation)?, true),
            }
        }
    };
    Ok(Opened { keeper, course, is_new })
}

/// Tells all that is in a folder's log once more, from its oldest record on and without any snapshot; gives what it leads to, `None` when
/// none of it was told to these policies.
///
/// # Errors
/// As [`open`].
pub fn replay(
    folder: &Path,
    generation: &Generation,
    each: &mut dyn FnMut(u64, Decision),
) -> Result<Option<Course>, StateError> {
    let (log, found) = InputLog::open(folder, LogOptions::default())?;
    Replay { generation, course: None, keep: false }.run(&log, found.first, each, &mut |_, _| {})
}

/// An evaluation that begins anew with the response of the youngest snapshot, where other policies decided.
fn adopted(folder: &Path, generation: &Generation) -> Result<Option<Course>, StateError> {
    for next in snapshot::numbers(folder)?.into_iter().rev() {
        let Ok(state) = snapshot::read_one(folder, next) else { continue };
        match Course::adopt(generation, &state) {
            Ok(course) => return Ok(Some(course)),
            Err(error) => {
                tracing::error!(folder = %folder.display(), snapshot = next, %error, "the incidents of a snapshot cannot be taken over");
            }
        }
    }
    Ok(None)
}

/// The youngest snapshot that can be restored and after which the log has all records.
fn youngest(folder: &Path, first: u64, generation: &Generation) -> Result<Option<(u64, Course)>, StateError> {
    for next in snapshot::numbers(folder)?.into_iter().rev().filter(|next| *next >= first) {
        let restored =
            snapshot::read_one(folder, next).map_err(|error| error.to_string()).and_then(|state| {
                match Course::restore(generation, &state) {
                    Err(CourseError::Snapshot(SnapshotError::OtherPlan)) => Ok(None),
                    restored => restored.map(Some).map_err(|error| error.to_string()),
                }
            });
        match restored {
            Ok(Some(course)) => return Ok(Some((next, course))),
            Ok(None) => {}
            Err(why) => {
                tracing::error!(folder = %folder.display(), snapshot = next, why, "a snapshot cannot be used; the one before it is tried");
            }
        }
    }
    Ok(None)
}

/// Records on their way to a state.
struct Replay<'g> {
    generation: &'g Generation,
    /// `None` while the records are not of these policies.
    course: Option<Course>,
    /// Whether decisions may be told again.
    keep: bool,
}

impl Replay<'_> {
    fn run(
        mut self,
        log: &InputLog,
        from: u64,
        each: &mut dyn FnMut(u64, Decision),
        answered: &mut dyn FnMut(u64, Effects),
    ) -> Result<Option<Course>, StateError> {
        let plan = fingerprint(&self.generation.plan);
        let mut records = log.read_from(from)?;
        while let Some((number, bytes)) = records.read_next()? {
            let recorded = match Recorded::decode(bytes) {
                Ok(recorded) => recorded,
                Err(error) => {
                    tracing::error!(record = number, %error, "a record of the log cannot be used, nor what follows it");
                    self.course = None;
                    continue;
                }
            };
            match &recorded {
                Recorded::Started { plan: of } => {
                    let is_ours = *of == plan;
                    self.course = is_ours.then(|| Course::new(self.generation)).transpose()?;
                }
                Recorded::Lost if self.course.is_some() => {
                    tracing::error!(
                        record = number,
                        "inputs are missing in the log; what follows is told all the same"
                    );
                }
                _ => {}
            }
            let Some(course) = &mut self.course else { continue };
            if let Err(error) = course.apply(&recorded, self.keep, each) {
                tracing::error!(record = number, %error, "a record of the log does not follow from those before");
                self.course = None;
                continue;
            }
            answered(number, course.take_effects());
        }
        Ok(self.course)
    }
}
