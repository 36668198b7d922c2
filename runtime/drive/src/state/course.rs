//! What a run has come to: the engine, what is around it, and the response, moved by recorded inputs and by nothing else.

use nvp_engine::{PlanError, SnapshotError};
use nvp_formats::{SeriesKey, SeriesTable, WireKind};
use nvp_respond::effect::Effects;
use nvp_respond::responder::{self, Responder};
use serde::{Deserialize, Serialize};

use super::answering::{Answering, KeptResponse};
use super::tally::Tally;
use crate::decision::Decision;
use crate::feed::Feed;
use crate::generation::Generation;
use crate::recorded::Recorded;

/// Goes up with every change of what is kept.
const VERSION: u8 = 4;

/// The state of a run.
#[derive(Debug)]
pub struct Course {
    /// The engine and its lanes.
    pub(crate) feed: Feed,
    /// The series, numbered.
    pub(crate) table: SeriesTable,
    /// The decisions so far.
    pub(crate) tally: Tally,
    /// What the clock showed last.
    clock_ms: Option<i64>,
    /// The sources by their numbers.
    sources: Vec<KnownSource>,
    /// How many of the series have been recorded.
    recorded_series: usize,
    /// Not there where nothing would do what it wants.
    answering: Option<Answering>,
}

/// A source that was opened once.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct KnownSource {
    name: String,
    is_open: bool,
}

/// A state as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    clock_ms: Option<i64>,
    sources: Vec<KnownSource>,
    tally: Tally,
    series: Vec<KeptSeries>,
    response: Option<KeptResponse>,
    feed: Vec<u8>,
}

/// A series as the wire names it, and what the wire says it is.
#[derive(Serialize, Deserialize)]
struct KeptSeries {
    name: String,
    labels: Vec<(String, String)>,
    kind: String,
}

/// Why an input cannot be applied, or a state not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CourseError {
    /// The plan does not fit together.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The state cannot be written or read.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The state of the response cannot be written or read.
    #[error(transparent)]
    Response(#[from] responder::SnapshotError),
    /// The input does not follow from those before.
    #[error("a series has another number than it had")]
    Series,
}

impl Kept {
    fn read(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (version, rest) = bytes.split_first().ok_or(SnapshotError::Foreign)?;
        if *version != VERSION {
            return Err(SnapshotError::Version { found: u16::from(*version) });
        }
        postcard::from_bytes(rest).map_err(|_| SnapshotError::Damaged)
    }
}

fn response(generation: &Generation, kept: Option<KeptResponse>) -> Result<Option<Answering>, CourseError> {
    let plan = &generation.response;
    kept.map_or_else(|| Ok(Answering::new(plan)), |kept| Answering::restore(plan, kept)).map(Some)
}

impl Course {
    /// At the start.
    ///
    /// # Errors
    /// A plan that does not fit together.
    pub fn new(generation: &Generation) -> Result<Self, CourseError> {
        Self::answered_by(generation, Some(Answering::new(&generation.response)))
    }

    /// At the start, and without a response: alerts are decided and nobody answers them.
    ///
    /// # Errors
    /// A plan that does not fit together.
    pub fn unanswered(generation: &Generation) -> Result<Self, CourseError> {
        Self::answered_by(generation, None)
    }

    fn answered_by(generation: &Generation, answering: Option<Answering>) -> Result<Self, CourseError> {
        Ok(Self {
            feed: Feed::new(&generation.plan, &generation.program)?,
            table: SeriesTable::default(),
            tally: Tally::default(),
            clock_ms: None,
            sources: Vec::new(),
            recorded_series: 0,
            answering,
        })
    }

    /// The whole state as bytes.
    ///
    /// # Errors
    /// As [`nvp_engine::Engine::snapshot`].
    pub fn snapshot(&self) -> Result<Vec<u8>, CourseError> {
        let mut feed = Vec::new();
        self.feed.snapshot(&mut feed)?;
        let series = self.table.ids().filter_map(|id| {
            let SeriesKey { name, labels } = self.table.key(id)?;
            Some(KeptSeries { name, labels, kind: self.table.kind(id).word().to_owned() })
        });
        let kept = Kept {
            clock_ms: self.clock_ms,
            sources: self.sources.clone(),
            tally: self.tally.clone(),
            series: series.collect(),
            response: self.answering.as_ref().map(Answering::snapshot).transpose()?,
            feed,
        };
        Ok(postcard::to_extend(&kept, vec![VERSION]).map_err(|_| SnapshotError::Unwritable)?)
    }

    /// The state that was written down.
    ///
    /// # Errors
    /// As [`nvp_engine::Engine::restore`].
    pub fn restore(generation: &Generation, bytes: &[u8]) -> Result<Self, CourseError> {
        let kept = Kept::read(bytes)?;
        let mut course = Self {
            feed: Feed::restore(&generation.plan, &generation.program, &kept.feed)?,
            table: SeriesTable::default(),
            tally: kept.tally,
            clock_ms: kept.clock_ms,
            sources: kept.sources,
            recorded_series: 0,
            answering: response(generation, kept.response)?,
        };
        for KeptSeries { name, labels, kind } in kept.series {
            course.appear(&name, &labels, &kind)?;
        }
        Ok(course)
    }

    /// An evaluation that begins anew, because other policies decide, with the response that was written down: incidents, ladders and
    /// runs go on.
    ///
    /// # Errors
    /// As [`Course::restore`].
    pub fn adopt(generation: &Generation, bytes: &[u8]) -> Result<Self, CourseError> {
        let kept = Kept::read(bytes)?;
        Self::answered_by(generation, response(generation, kept.response)?)
    }

    /// Applies an input; `each` gets the decisions that it leads to, with their numbers. With `keep` they may be told again.
    ///
    /// # Errors
    /// [`CourseError::Series`] for an input that does not belong here.
    pub fn apply(
        &mut self,
        recorded: &Recorded,
        keep: bool,
        each: &mut dyn FnMut(u64, Decision),
    ) -> Result<(), CourseError> {
        let Self { feed, table, tally, answering, .. } = self;
        let last_tick = feed.engine().last_tick();
        let tell = &mut |decision: Decision| {
            if let Some(answering) = answering {
                answering.decided(&decision);
            }
            each(tally.note(&decision, keep), decision);
        };
        match recorded {
            Recorded::SourceOpened { source, name, waits_ms } => {
                feed.open(*source, name, *waits_ms, tell);
                self.note_source(*source, name);
            }
            Recorded::SourceClosed { source, through_ms } => feed.close(*source, *through_ms, tell),
            Recorded::SourceEnded { source } => {
                feed.end(*source, tell);
                if let Some(known) = self.sources.get_mut(*source as usize) {
                    known.is_open = false;
                }
            }
            Recorded::Appeared { name, labels, kind } => self.appear(name, labels, kind)?,
            Recorded::Removed { series } => feed.remove(*series, tell),
            Recorded::Samples { source, batch } => feed.samples(*source, table, batch, tell),
            Recorded::Clock { now_ms } => {
                feed.clock(*now_ms, tell);
                self.clock_ms = self.clock_ms.max(Some(*now_ms));
            }
            Recorded::Gap { through_ms } => feed.gap(*through_ms, tell),
            Recorded::Told { through } => {
                tally.note_told(*through);
            }
            // What they mean is known to who reads the log.
            Recorded::Started { .. } | Recorded::Response(_) | Recorded::Lost => {}
        }
        self.answer(recorded, last_tick);
        Ok(())
    }

    /// Lets the response hear of what an input has led to.
    fn answer(&mut self, recorded: &Recorded, last_tick: Option<i64>) {
        let Self { feed, answering: Some(answering), .. } = self else { return };
        let engine = feed.engine();
        if let Some(tick) = engine.last_tick().filter(|tick| last_tick != Some(*tick)) {
            answering.ticked(engine, tick);
        }
        match recorded {
            Recorded::Clock { now_ms } => answering.clock(engine, *now_ms),
            Recorded::Response(given) => answering.given(engine, given),
            _ => {}
        }
    }

    fn appear(&mut self, name: &str, labels: &[(String, String)], kind: &str) -> Result<(), CourseError> {
        let number = self.table.len();
        let kind = WireKind::from_word(kind.as_bytes()).unwrap_or_default();
        let labels = labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let given = self.table.intern_parts(name, labels, kind);
        if given.is_none_or(|given| given as usize != number) {
            return Err(CourseError::Series);
        }
        self.recorded_series = self.table.len();
        Ok(())
    }

    /// The series that came into the table since they were last asked for, as they are to be recorded.
    pub(crate) fn new_series(&mut self) -> Vec<Recorded> {
        let new = self.table.ids().skip(self.recorded_series);
        let new = new.filter_map(|id| Some(Recorded::appeared(self.table.key(id)?, self.table.kind(id))));
        let new = new.collect();
        self.recorded_series = self.table.len();
        new
    }

    fn note_source(&mut self, source: u32, name: &str) {
        let place = source as usize;
        while self.sources.len() <= place {
            self.sources.push(KnownSource { name: String::new(), is_open: false });
        }
        if let Some(known) = self.sources.get_mut(place) {
            *known = KnownSource { name: name.to_owned(), is_open: true };
        }
    }

    /// The numbers of sources with these names: those that they had, or new ones.
    pub(crate) fn numbers_of(&self, names: &[&str]) -> Vec<u32> {
        let mut next = self.sources.len();
        let number = |name: &&str| {
            let known = self.sources.iter().position(|known| known.name == **name);
            let place = known.unwrap_or_else(|| {
                next += 1;
                next - 1
            });
            u32::try_from(place).unwrap_or(u32::MAX)
        };
        names.iter().map(number).collect()
    }

    /// The sources that are open.
    pub(crate) fn open_sources(&self) -> Vec<u32> {
        let open = self.sources.iter().zip(0..).filter(|(known, _)| known.is_open);
        open.map(|(_, number)| number).collect()
    }

    /// What the clock showed last, in ms since the Unix epoch.
    #[must_use]
    pub fn clock_ms(&self) -> Option<i64> {
        self.clock_ms
    }

    /// The decisions so far.
    #[must_use]
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The engine and its lanes, to look at.
    #[must_use]
    pub fn feed(&self) -> &Feed {
        &self.feed
    }

    /// The response, to look at.
    #[must_use]
    pub fn responder(&self) -> Option<&Responder> {
        self.answering.as_ref().map(Answering::responder)
    }

    /// What the response wants and notes, since it was last asked. It is in no snapshot: whoever keeps one takes this first.
    pub fn take_effects(&mut self) -> Effects {
        self.answering.as_mut().map(|answering| std::mem::take(answering.effects())).unwrap_or_default()
    }
}
