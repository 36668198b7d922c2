//! A recording: read once from its file, then held in memory by series.

use std::io::{self, Write};
use std::path::Path;

use nvp_formats::{
    Batch, DropReason, Dropped, Limits, RecordingFormat, RecordingParser, SeriesId, SeriesTable, sniff, write,
};

use crate::clocks::{self, Outlier};
use crate::columns::Columns;
use crate::cursor::Cursor;
use crate::error::RecordingError;
use crate::packed::Packed;

/// How much is unpacked and parsed at a time; the first piece also tells the format.
const PIECE_BYTES: usize = 256 << 10;
/// How much of the first line an error shows, in bytes.
const FIRST_LINE_BYTES: usize = 60;

/// What is believed of a recording, and how much of it is taken.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Limits on its lines.
    pub limits: Limits,
    /// The most series; samples of further ones are left out and counted.
    pub series_max: usize,
    /// The most samples, at 12 bytes each; further ones are left out and counted.
    pub samples_max: usize,
    /// Series that lie further than this from the bulk of the samples are left out as those of a wrong clock, ms. `None` keeps
    /// them all.
    pub clock_gap_ms: Option<i64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            series_max: SeriesTable::SERIES_MAX_DEFAULT,
            samples_max: 400_000_000,
            clock_gap_ms: Some(86_400_000),
        }
    }
}

/// A recording in memory.
#[derive(Debug)]
pub struct Recording {
    format: RecordingFormat,
    table: SeriesTable,
    series: Vec<Columns>,
    dropped: Dropped,
    outliers: Vec<Outlier>,
    lines: u64,
    samples: u64,
    span_ms: (i64, i64),
}

/// What has been read so far.
struct Reading {
    parser: RecordingParser,
    table: SeriesTable,
    series: Vec<Columns>,
    dropped: Dropped,
    batch: Batch,
    samples: usize,
    samples_max: usize,
}

impl Recording {
    /// Reads a recording, packed or plain, of whichever format. `progress` is told the stored bytes read and in all, some times
    /// a second.
    ///
    /// Samples may come in any order. What cannot be used is counted ([`Recording::dropped`]) and the rest is taken; a packed
    /// file cut at its end counts as cut.
    ///
    /// # Errors
    /// When nothing can be used, or when the file or its packing is broken; see [`RecordingError`].
    pub fn open(
        path: &Path,
        options: Options,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Self, RecordingError> {
        let mut packed =
            Packed::open(path).map_err(|source| RecordingError::Open { path: path.to_owned(), source })?;
        let mut piece = vec![0; PIECE_BYTES];
        let (bytes, mut ended) = packed.fill(&mut piece);
        let head = piece.get(..bytes).unwrap_or_default();
        let format = recognise(path, head, &ended)?;
        let mut reading = Reading::new(format, options);
        reading.take(head);
        let mut filled = bytes;
        while ended.is_ok() && filled > 0 {
            progress(packed.bytes_read(), packed.bytes_total);
            (filled, ended) = packed.fill(&mut piece);
            reading.take(piece.get(..filled).unwrap_or_default());
        }
        progress(packed.bytes_total, packed.bytes_total);
        match ended {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                let line = reading.parser.lines();
                reading.dropped.count(DropReason::Cut, line, b"the packed file ends too early");
            }
            Err(source) => {
                let line = reading.parser.lines();
                return Err(RecordingError::Read { path: path.to_owned(), line, source });
            }
            Ok(()) => {}
        }
        reading.finish(path, format, options)
    }

    /// All samples, in event-time order.
    #[must_use]
    pub fn in_time_order(&self) -> Cursor<'_> {
        Cursor::new(&self.series)
    }

    /// The format it was in.
    #[must_use]
    pub fn format(&self) -> RecordingFormat {
        self.format
    }

    /// Its series. Of some all samples may have been left out: these have no [`Recording::span_of`].
    #[must_use]
    pub fn table(&self) -> &SeriesTable {
        &self.table
    }

    /// The first and the last instant of a series, ms since the Unix epoch.
    #[must_use]
    pub fn span_of(&self, series: SeriesId) -> Option<(i64, i64)> {
        self.series.get(series as usize)?.span_ms()
    }

    /// The samples of a series in event-time order: instants (ms since the Unix epoch) and values.
    pub fn samples_of(&self, series: SeriesId) -> impl Iterator<Item = (i64, f64)> + '_ {
        self.series.get(series as usize).into_iter().flat_map(Columns::iter)
    }

    /// The first and the last instant of all, ms since the Unix epoch.
    #[must_use]
    pub fn span_ms(&self) -> (i64, i64) {
        self.span_ms
    }

    /// The number of samples.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// The number of lines read.
    #[must_use]
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// What was left out, and why; outliers are among it.
    #[must_use]
    pub fn dropped(&self) -> &Dropped {
        &self.dropped
    }

    /// The sources left out because of their clocks.
    #[must_use]
    pub fn outliers(&self) -> &[Outlier] {
        &self.outliers
    }

    /// The memory it takes, in bytes.
    #[must_use]
    pub fn memory_bytes(&self) -> usize {
        self.table.memory_bytes() + self.series.iter().map(Columns::memory_bytes).sum::<usize>()
    }

    /// Writes it in `format`, series by series in the order of their appearance, each in event-time order.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, format: RecordingFormat, out: &mut impl Write) -> io::Result<()> {
        let (mut instants, mut values) = (Vec::new(), Vec::new());
        for id in self.table.ids() {
            let Some(key) = self.table.key(id).filter(|_| self.span_of(id).is_some()) else { continue };
            instants.clear();
            values.clear();
            for (instant_ms, value) in self.samples_of(id) {
                instants.push(instant_ms);
                values.push(value);
            }
            write::series(out, format, &key, self.table.kind(id), &instants, &values)?;
        }
        write::end(out, format)
    }
}

impl Reading {
    fn new(format: RecordingFormat, options: Options) -> Self {
        Self {
            parser: RecordingParser::new(format, options.limits),
            table: SeriesTable::with_limit(options.series_max),
            series: Vec::new(),
            dropped: Dropped::new(),
            batch: Batch::default(),
            samples: 0,
            samples_max: options.samples_max,
        }
    }

    fn take(&mut self, piece: &[u8]) {
        self.parser.feed(piece, &mut self.table, &mut self.batch, &mut self.dropped);
        self.keep();
    }

    fn keep(&mut self) {
        self.series.resize_with(self.table.len(), Columns::default);
        for (series, instant_ms, value) in self.batch.iter() {
            if self.samples >= self.samples_max {
                self.dropped.count(DropReason::SampleLimit, self.parser.lines(), b"");
            } else if let Some(columns) = self.series.get_mut(series as usize) {
                columns.push(instant_ms, value);
                self.samples += 1;
            }
        }
        self.batch.clear();
    }

    fn finish(
        mut self,
        path: &Path,
        format: RecordingFormat,
        options: Options,
    ) -> Result<Recording, RecordingError> {
        self.parser.finish(&mut self.table, &mut self.batch, &mut self.dropped);
        self.keep();
        for (columns, id) in self.series.iter_mut().zip(0..) {
            if let Some((repeated, instant_ms)) = columns.finish() {
                let name =
                    self.table.key(id).map(|key| format!("{key} at {instant_ms} ms")).unwrap_or_default();
                self.dropped.count_many(DropReason::Duplicate, repeated, 0, name.as_bytes());
            }
        }
        let outliers = match options.clock_gap_ms {
            Some(gap_ms) => clocks::take_outliers(&mut self.series, &self.table, gap_ms),
            None => Vec::new(),
        };
        for outlier in &outliers {
            let text = outlier.to_string();
            self.dropped.count_many(DropReason::ClockOutlier, outlier.samples, 0, text.as_bytes());
        }
        let lines = self.parser.lines();
        let spans = || self.series.iter().filter_map(Columns::span_ms);
        let Some(span_ms) = spans().map(|s| s.0).min().zip(spans().map(|s| s.1).max()) else {
            return Err(RecordingError::NoSamples {
                path: path.to_owned(),
                lines,
                dropped: Box::new(self.dropped),
            });
        };
        let samples = self.series.iter().map(|columns| columns.len() as u64).sum();
        let Self { table, series, dropped, .. } = self;
        Ok(Recording { format, table, series, dropped, outliers, lines, samples, span_ms })
    }
}

/// The format of a recording that begins with `head`, or why it is none.
fn recognise(path: &Path, head: &[u8], ended: &io::Result<()>) -> Result<RecordingFormat, RecordingError> {
    if let Some(format) = sniff(head) {
        return Ok(format);
    }
    let path = path.to_owned();
    if let Err(error) = ended {
        let source = io::Error::new(error.kind(), error.to_string());
        return Err(RecordingError::Read { path, line: 0, source });
    }
    let text = String::from_utf8_lossy(head.get(..FIRST_LINE_BYTES).unwrap_or(head));
    let first_line = text.trim_start().lines().next().unwrap_or_default();
    if first_line.is_empty() && head.trim_ascii().is_empty() {
        return Err(RecordingError::Empty { path });
    }
    let first_line = first_line.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    Err(RecordingError::UnknownFormat { path, first_line })
}
