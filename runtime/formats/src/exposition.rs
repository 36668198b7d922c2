//! The scrapes of one target: Prometheus text 0.0.4 and OpenMetrics text 1.0.

use crate::batch::Batch;
use crate::dropped::{DropReason, Dropped};
use crate::limits::Limits;
use crate::series::{SeriesId, SeriesTable};
use crate::text::reader::{Reader, Slot, SourceLabels};
use crate::text::syntax::{self, Escapes};
use crate::text::{number, sample};

/// How many forgotten series are tolerated before their memory is given back.
const GONE_TOLERATED: usize = 1_024;

/// Which of the two exposition texts a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFormat {
    /// Prometheus text 0.0.4: timestamps in whole milliseconds, no end mark.
    Prometheus,
    /// OpenMetrics text 1.0: timestamps in seconds, exemplars, ends with `# EOF`.
    OpenMetrics,
}

impl TextFormat {
    /// The format that a `Content-Type` announces; anything but OpenMetrics is read as Prometheus text.
    #[must_use]
    pub fn from_content_type(content_type: &str) -> Self {
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/openmetrics-text") {
            Self::OpenMetrics
        } else {
            Self::Prometheus
        }
    }
}

/// What one scrape brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scraped {
    /// The samples taken over.
    pub samples: usize,
    /// Whether the body is whole: OpenMetrics says so with `# EOF`, of the other text nobody can know.
    pub complete: bool,
}

/// Reads the scrapes of one target into one [`SeriesTable`], always the same one.
///
/// It remembers how the last scrape was written: a line that begins as the line in its place did is matched by comparing bytes.
/// What comes out never depends on this memory.
#[derive(Debug)]
pub struct Exposition {
    reader: Reader,
    reading: u32,
}

/// Where the samples of one scrape go.
struct Sink<'a> {
    format: TextFormat,
    scrape_time_ms: i64,
    table: &'a mut SeriesTable,
    out: &'a mut Batch,
    dropped: &'a mut Dropped,
}

impl Exposition {
    /// A reader for one target, whose series get `labels` (`job`, `instance`, …).
    #[must_use]
    pub fn new(limits: Limits, labels: SourceLabels) -> Self {
        Self { reader: Reader::new(limits, Escapes::Exposition, labels), reading: 1 }
    }

    /// Reads one body and appends its samples to `out`, in its order. A sample without a timestamp gets `scrape_time_ms`.
    ///
    /// A series that stands twice with one instant keeps its first value. A line that cannot be read is counted in `dropped`
    /// with its number, and the rest is read.
    pub fn parse(
        &mut self,
        body: &[u8],
        format: TextFormat,
        scrape_time_ms: i64,
        table: &mut SeriesTable,
        out: &mut Batch,
        dropped: &mut Dropped,
    ) -> Scraped {
        self.reading = self.reading.wrapping_add(1);
        self.reader.prefixes.rewind();
        let before = out.len();
        let mut sink = Sink { format, scrape_time_ms, table, out, dropped };
        let complete = self.lines(body, &mut sink);
        let samples = sink.out.len() - before;
        self.give_back_memory();
        Scraped { samples, complete }
    }

    /// Notes a scrape that failed: all series are gone until the next one.
    pub fn failed(&mut self) {
        self.reading = self.reading.wrapping_add(1);
    }

    /// Takes the last scrape back: its body turned out not to be whole, so it counts as one that failed.
    pub fn undo(&mut self) {
        let last = self.reading;
        for slot in self.reader.slots.iter_mut().filter(|slot| slot.reading == last) {
            slot.reading = slot.before;
        }
    }

    /// The series that came in the scrape before the last and did not come in the last, in order of appearance. A series with
    /// timestamps of its own is none of them: it ends when its source says so, or by age.
    pub fn gone(&self) -> impl Iterator<Item = SeriesId> + '_ {
        let before = self.reading.wrapping_sub(1);
        self.reader.slots.iter().filter(move |s| s.reading == before && !s.timestamped).map(|s| s.series)
    }

    /// The bytes that the memory of the last scrape takes: about the texts of its series.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        let (texts, bytes) = self.reader.prefixes.size();
        bytes + texts * 40 + self.reader.slots.capacity() * size_of::<Slot>()
    }

    fn lines(&mut self, body: &[u8], sink: &mut Sink<'_>) -> bool {
        let (mut rest, mut number, mut ended) = (body, 0, false);
        while !rest.is_empty() {
            number += 1;
            let end = memchr::memchr(b'\n', rest);
            let (line, after) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, &[]));
            rest = after.get(1..).unwrap_or_default();
            if ended {
                sink.dropped.count(DropReason::AfterEof, number, line);
            } else if sink.format == TextFormat::OpenMetrics && line.starts_with(b"# EOF") {
                ended = syntax::trim(line) == b"# EOF";
            } else if sink.format == TextFormat::OpenMetrics && end.is_none() {
                // The value or the timestamp may have lost its last digits.
                continue;
            } else if let Err(reason) = self.line(line, number, sink) {
                sink.dropped.count(reason, number, line);
            }
        }
        let complete = ended || sink.format == TextFormat::Prometheus;
        if !complete {
            sink.dropped.count(DropReason::Cut, number, b"no `# EOF` at the end");
        }
        complete
    }

    #[inline]
    fn line(&mut self, line: &[u8], number: u64, sink: &mut Sink<'_>) -> Result<(), DropReason> {
        if line.len() > self.reader.limits.line_bytes_max {
            return Err(DropReason::LineTooLong);
        }
        let line = syntax::trim(line);
        match line.first() {
            None => return Ok(()),
            Some(b'#') => {
                self.reader.comment(line, number, sink.dropped);
                return Ok(());
            }
            Some(_) => {}
        }
        let open_metrics = sink.format == TextFormat::OpenMetrics;
        let (slot, bytes) = self.reader.series(line, sink.table)?;
        let rest = sample::rest(line.get(bytes..).unwrap_or_default(), open_metrics)?;
        let instant_ms = match rest.timestamp {
            None => sink.scrape_time_ms,
            Some(text) if open_metrics => number::instant_s(text).ok_or(DropReason::BadTimestamp)?,
            Some(text) => number::instant_ms(text).ok_or(DropReason::BadTimestamp)?,
        };
        if rest.value.is_nan() {
            sink.dropped.count(DropReason::NotANumber, number, line);
        }
        let slot = self.reader.slots.get_mut(slot as usize).ok_or(DropReason::SeriesLimit)?;
        if slot.reading == self.reading && slot.instant_ms == instant_ms {
            return Err(DropReason::Duplicate);
        }
        if slot.reading != self.reading {
            slot.before = slot.reading;
        }
        slot.reading = self.reading;
        slot.instant_ms = instant_ms;
        slot.timestamped = rest.timestamp.is_some();
        sink.out.push(slot.series, instant_ms, rest.value);
        Ok(())
    }

    /// Forgets what has not come for long, once it is the larger part: targets whose series come and go must not grow for ever.
    fn give_back_memory(&mut self) {
        let (now, before) = (self.reading, self.reading.wrapping_sub(1));
        let present = self.reader.slots.iter().filter(|s| s.reading == now || s.reading == before).count();
        let remembered = self.reader.slots.len().max(self.reader.prefixes.size().0);
        if remembered > 2 * present + GONE_TOLERATED {
            self.reader.retain(|s| s.reading == now || s.reading == before);
        }
    }
}
