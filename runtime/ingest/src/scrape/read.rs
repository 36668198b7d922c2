//! Reading what a target answered: its samples, what has ended, and how the scrape went.

use std::time::Duration;

use nvp_formats::{
    Batch, Dropped, Exposition, Limits, STALE_MARKER, SeriesId, SeriesKey, SeriesTable, SourceLabels,
    WireKind,
};

use super::config::Scrape;
use super::fetch::{Body, ScrapeError};
use super::remarks::Remarks;

/// What one scrape brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// The target's own samples.
    pub samples: usize,
    /// The series that ended.
    pub ended: usize,
    /// Why it failed, if it did.
    pub error: Option<ScrapeError>,
}

/// Reads the scrapes of one target into one [`SeriesTable`], always the same one.
#[derive(Debug)]
pub struct Reader {
    exposition: Exposition,
    labels: SourceLabels,
    remarks: Remarks,
    /// `up` and its like, once the table has them.
    own: Option<[SeriesId; 3]>,
}

/// What a scrape says of itself.
const OWN: [&str; 3] = ["up", "scrape_duration_seconds", "scrape_samples_scraped"];

impl Reader {
    /// For a target as it is configured.
    #[must_use]
    pub fn new(scrape: &Scrape, limits: Limits) -> Self {
        let labels = scrape.source_labels();
        let remarks = Remarks::new(scrape.shown());
        Self { exposition: Exposition::new(limits, labels.clone()), labels, remarks, own: None }
    }

    /// Reads one scrape, begun at `at_ms` (since the Unix epoch), and appends all it says to `batch`: the samples, stale markers for
    /// what has ended, and how it went. After a failed scrape everything has ended.
    pub fn read(
        &mut self,
        fetched: Result<&Body, &ScrapeError>,
        at_ms: i64,
        took: Duration,
        table: &mut SeriesTable,
        batch: &mut Batch,
        dropped: &mut Dropped,
    ) -> Read {
        let before = batch.len();
        let error = match fetched {
            Ok(body) => self.take(body, at_ms, table, batch, dropped).err(),
            Err(error) => {
                self.exposition.failed();
                Some(error.clone())
            }
        };
        let samples = batch.len() - before;
        self.remarks.left_out(dropped);
        self.remarks.clock(batch, before, at_ms);
        for series in self.exposition.gone() {
            batch.push(series, at_ms, STALE_MARKER);
        }
        let ended = batch.len() - before - samples;
        let up = f64::from(u8::from(error.is_none()));
        if let Some(own) = self.own(table) {
            for (series, value) in own.into_iter().zip([up, took.as_secs_f64(), samples as f64]) {
                batch.push(series, at_ms, value);
            }
        }
        Read { samples, ended, error }
    }

    /// Ends the target at `at_ms`: all its series end, `up` too. Gives their number.
    pub fn end(&mut self, at_ms: i64, batch: &mut Batch) -> usize {
        let before = batch.len();
        self.exposition.failed();
        for series in self.exposition.gone().chain(self.own.take().into_iter().flatten()) {
            batch.push(series, at_ms, STALE_MARKER);
        }
        batch.len() - before
    }

    /// The body's samples; nothing of one that is not whole, for what is missing in it would seem to have ended.
    fn take(
        &mut self,
        body: &Body,
        at_ms: i64,
        table: &mut SeriesTable,
        batch: &mut Batch,
        dropped: &mut Dropped,
    ) -> Result<(), ScrapeError> {
        let before = batch.len();
        let scraped = self.exposition.parse(&body.bytes, body.format, at_ms, table, batch, dropped);
        if scraped.complete {
            return Ok(());
        }
        batch.truncate(before);
        self.exposition.undo();
        Err(ScrapeError::NoEnd)
    }

    fn own(&mut self, table: &mut SeriesTable) -> Option<[SeriesId; 3]> {
        if self.own.is_none() {
            let mut intern =
                |name| table.intern(&SeriesKey::new(name, self.labels.labels.clone()), WireKind::Gauge);
            let [up, duration, samples] = OWN.map(&mut intern);
            self.own = Some([up?, duration?, samples?]);
        }
        self.own
    }
}
