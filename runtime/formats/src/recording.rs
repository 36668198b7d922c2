//! Recordings: samples with their instants, read in chunks as they come from a file.

mod json;
mod sniff;

pub use sniff::sniff;

use crate::batch::Batch;
use crate::dropped::{DropReason, Dropped};
use crate::limits::Limits;
use crate::series::SeriesTable;
use crate::text::reader::{Reader, SourceLabels};
use crate::text::syntax::{self, Escapes};
use crate::text::{number, sample};

/// What Windows editors put at the beginning of a text.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The formats that recordings come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordingFormat {
    /// OpenMetrics text in which each sample has its timestamp, as `promtool tsdb dump-openmetrics` prints it; `# EOF` may be
    /// missing, or stand in the middle where recordings were joined. Whole timestamps after the year 9999 are milliseconds.
    OpenMetrics,
    /// What `promtool tsdb dump` prints: `{__name__="up", job="x"} 1 1661140279000`.
    TsdbDump,
    /// VictoriaMetrics' export: one JSON object a line, with `metric`, `values` and `timestamps`.
    JsonLines,
}

impl RecordingFormat {
    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenMetrics => "OpenMetrics text",
            Self::TsdbDump => "promtool tsdb dump",
            Self::JsonLines => "VictoriaMetrics JSON lines",
        }
    }
}

/// Reads one recording, chunk by chunk. How it is cut into chunks never shows in what comes out.
///
/// Memory is bounded: beside what it remembers of the series' texts it holds at most one line.
#[derive(Debug)]
pub struct RecordingParser {
    format: RecordingFormat,
    reader: Reader,
    json: json::Lines,
    /// The beginning of a line whose end is in a later chunk.
    cut: Vec<u8>,
    /// Whether the rest of a line that is too long is being passed over.
    skipping: bool,
    lines: u64,
}

/// Where the samples of one chunk go.
struct Sink<'a> {
    table: &'a mut SeriesTable,
    out: &'a mut Batch,
    dropped: &'a mut Dropped,
}

impl RecordingParser {
    /// A parser for one recording and one [`SeriesTable`], always the same one.
    #[must_use]
    pub fn new(format: RecordingFormat, limits: Limits) -> Self {
        let escapes = if format == RecordingFormat::TsdbDump { Escapes::Go } else { Escapes::Exposition };
        Self {
            format,
            reader: Reader::new(limits, escapes, SourceLabels::default()),
            json: json::Lines::default(),
            cut: Vec::new(),
            skipping: false,
            lines: 0,
        }
    }

    /// Reads the next chunk and appends the samples of its whole lines to `out`, in the order of the recording.
    pub fn feed(&mut self, chunk: &[u8], table: &mut SeriesTable, out: &mut Batch, dropped: &mut Dropped) {
        let mut sink = Sink { table, out, dropped };
        let mut rest = chunk;
        while let Some(end) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            rest = after.get(1..).unwrap_or_default();
            if std::mem::take(&mut self.skipping) {
                continue;
            }
            if self.cut.is_empty() {
                self.line(line, &mut sink);
            } else {
                let mut whole = std::mem::take(&mut self.cut);
                whole.extend_from_slice(line);
                self.line(&whole, &mut sink);
                whole.clear();
                self.cut = whole;
            }
        }
        if !self.skipping {
            self.cut.extend_from_slice(rest);
            if self.cut.len() > self.line_bytes_max() {
                self.lines += 1;
                sink.dropped.count(DropReason::LineTooLong, self.lines, &self.cut);
                self.cut = Vec::new();
                self.skipping = true;
            }
        }
    }

    /// Ends the recording: a last line without its end is counted as cut (JSON that is whole without it is taken).
    pub fn finish(&mut self, table: &mut SeriesTable, out: &mut Batch, dropped: &mut Dropped) {
        let last = std::mem::take(&mut self.cut);
        let mut sink = Sink { table, out, dropped };
        if !without_mark(&last).trim_ascii().is_empty() {
            self.last_line(&last, &mut sink);
        }
        self.reader.refresh_kinds(sink.table);
    }

    /// The lines read so far.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    fn line_bytes_max(&self) -> usize {
        match self.format {
            RecordingFormat::JsonLines => self.reader.limits.json_line_bytes_max,
            RecordingFormat::OpenMetrics | RecordingFormat::TsdbDump => self.reader.limits.line_bytes_max,
        }
    }

    fn line(&mut self, line: &[u8], sink: &mut Sink<'_>) {
        self.lines += 1;
        let line = if self.lines == 1 { without_mark(line) } else { line };
        let read = if line.len() > self.line_bytes_max() {
            Err(DropReason::LineTooLong)
        } else if self.format == RecordingFormat::JsonLines {
            self.json.line(line, self.lines, &mut self.reader, sink)
        } else {
            self.text_line(syntax::trim(line), sink)
        };
        if let Err(reason) = read {
            sink.dropped.count(reason, self.lines, line);
        }
    }

    fn text_line(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Result<(), DropReason> {
        match line.first() {
            None => return Ok(()),
            Some(b'#') => {
                self.reader.comment(line, self.lines, sink.dropped);
                return Ok(());
            }
            Some(_) => {}
        }
        let open_metrics = self.format == RecordingFormat::OpenMetrics;
        let (slot, bytes) = self.reader.series(line, sink.table)?;
        let rest = sample::rest(line.get(bytes..).unwrap_or_default(), open_metrics)?;
        let timestamp = rest.timestamp.ok_or(DropReason::NoTimestamp)?;
        let instant =
            if open_metrics { number::instant_recorded(timestamp) } else { number::instant_ms(timestamp) };
        let instant_ms = instant.ok_or(DropReason::BadTimestamp)?;
        if rest.value.is_nan() {
            sink.dropped.count(DropReason::NotANumber, self.lines, line);
        }
        let slot = self.reader.slots.get(slot as usize).ok_or(DropReason::SeriesLimit)?;
        sink.out.push(slot.series, instant_ms, rest.value);
        Ok(())
    }

    fn last_line(&mut self, last: &[u8], sink: &mut Sink<'_>) {
        self.lines += 1;
        let line = if self.lines == 1 { without_mark(last) } else { last };
        let read = match self.format {
            RecordingFormat::JsonLines => self.json.line(line, self.lines, &mut self.reader, sink),
            _ if line.starts_with(b"#") => self.text_line(syntax::trim(line), sink),
            _ => Err(DropReason::Cut),
        };
        if read.is_err() {
            sink.dropped.count(DropReason::Cut, self.lines, line);
        }
    }
}

fn without_mark(line: &[u8]) -> &[u8] {
    line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
}
