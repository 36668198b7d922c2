//! What a source brought, read into the one table of series; and how the source is doing.

use std::collections::BTreeMap;

use nvp_engine::Statistics;
use nvp_formats::{Batch, DropReason, Dropped, SeriesId, SeriesTable};
use nvp_ingest::host::Collected;

use crate::live::clock::Clock;
use crate::live::collect::{Brought, Delivery};
use crate::live::source::Target;
use crate::live::status::SourceStatus;
use crate::recorded::Recorded;

/// A source as the evaluation sees it.
pub(super) struct SourceState {
    target: Target,
    status: SourceStatus,
    dropped: Dropped,
    /// The numbers that the series of a collector with a table of its own have here; `None` where there was no room.
    numbers: Vec<Option<SeriesId>>,
}

impl SourceState {
    /// A source not yet asked.
    pub(super) fn new(target: Target) -> Self {
        let status = SourceStatus { name: target.name.clone(), ..SourceStatus::default() };
        Self { target, status, dropped: Dropped::new(), numbers: Vec::new() }
    }

    /// Its number for the engine.
    pub(super) fn number(&self) -> u32 {
        self.target.number
    }

    /// That it is there.
    pub(super) fn opened(&self) -> Recorded {
        let Target { number, name, waits_ms, .. } = &self.target;
        Recorded::SourceOpened { source: *number, name: name.clone(), waits_ms: *waits_ms }
    }

    /// What it can promise now.
    pub(super) fn promise(&self, clock: &Clock) -> i64 {
        self.target.passage.promise(clock)
    }

    /// What it brought has been taken in.
    pub(super) fn finish(&self, next_ms: i64) {
        self.target.passage.finish(next_ms);
    }

    /// Reads what it brought and appends the samples to `batch`.
    pub(super) fn read(&mut self, delivery: Delivery, table: &mut SeriesTable, batch: &mut Batch) {
        let before = batch.len();
        self.status.last_duration_s = delivery.took.as_secs_f64();
        self.status.skipped = self.status.skipped.saturating_add(delivery.skipped);
        let why = match delivery.brought {
            Brought::Host { appeared, batch: own, collected } => {
                let known = appeared.iter().map(|(key, kind)| table.intern(key, *kind));
                self.numbers.extend(known);
                self.translate(&own, batch);
                self.note(true);
                problems(&collected)
            }
            Brought::Scrape(body) => {
                let Some(reader) = &mut self.target.reader else { return };
                let body = body.as_ref();
                let read = reader.read(body, delivery.at_ms, delivery.took, table, batch, &mut self.dropped);
                self.note(read.error.is_none());
                read.error.map(|error| error.to_string()).unwrap_or_default()
            }
        };
        self.say(why);
        self.status.samples = self.status.samples.saturating_add((batch.len() - before) as u64);
    }

    fn translate(&mut self, own: &Batch, batch: &mut Batch) {
        for (series, instant_ms, value) in own.iter() {
            match self.numbers.get(series as usize).copied().flatten() {
                Some(number) => batch.push(number, instant_ms, value),
                None => self.dropped.count(DropReason::SeriesLimit, 0, b""),
            }
        }
    }

    fn note(&mut self, worked: bool) {
        let count = if worked { &mut self.status.collected } else { &mut self.status.failed };
        *count = count.saturating_add(1);
        let before = self.status.up.replace(worked);
        if before == Some(false) && worked {
            tracing::warn!(source = self.status.name, "the source answers again");
        }
    }

    /// Notes what is wrong, with one line in the log for each change.
    fn say(&mut self, why: String) {
        if !why.is_empty() && why != self.status.why {
            if self.status.up == Some(false) {
                tracing::error!(source = self.status.name, why, "the source gives nothing");
            } else {
                tracing::warn!(source = self.status.name, why, "the source does not give all");
            }
        }
        self.status.why = why;
    }

    /// How it is doing, with what the engine left out of it.
    pub(super) fn status(&self, statistics: &Statistics) -> SourceStatus {
        let mut dropped: BTreeMap<&'static str, u64> = BTreeMap::new();
        let engine = statistics.sources.iter().find(|source| source.source == self.target.number);
        for (reason, count) in engine.into_iter().flat_map(|source| source.refusals.iter()) {
            *dropped.entry(reason.name()).or_default() += count;
        }
        // The engine counts NaN itself.
        for (reason, count, _) in
            self.dropped.iter().filter(|(reason, _, _)| *reason != DropReason::NotANumber)
        {
            *dropped.entry(reason.name()).or_default() += count;
        }
        SourceStatus { dropped: dropped.into_iter().collect(), ..self.status.clone() }
    }
}

/// What could not be read, in one line.
fn problems(collected: &Collected) -> String {
    let mut texts: Vec<String> =
        collected.problems.iter().map(|problem| format!("{}: {}", problem.collector, problem.what)).collect();
    if collected.refused > 0 {
        texts.push(format!("{} series are over the limit", collected.refused));
    }
    texts.join("; ")
}
