//! Recordings: how one is cut into chunks never shows.

use nvp_formats::{
    Batch, DropReason, Dropped, Limits, RecordingFormat, RecordingParser, SeriesKey, SeriesTable, WireKind,
    sniff,
};

use crate::choices::Choices;

/// Shorter than lines of the corpus, longer than the examples that are kept of what is left out.
const LINE_BYTES_MAX: usize = 125;

/// All that comes out of a recording.
#[derive(Debug, PartialEq)]
struct Read {
    samples: Vec<(u32, i64, u64)>,
    series: Vec<(Option<SeriesKey>, WireKind)>,
    dropped: Dropped,
    lines: u64,
}

/// In each format, whether it is that or not, a recording read in chunks of any length is what it is as a whole; what was counted
/// as left out and what was taken are all its lines.
///
/// # Panics
///
/// When that does not hold.
pub fn recording(data: &[u8]) {
    let mut choices = Choices::new(data, &[]);
    assert_eq!(sniff(data), sniff(data), "one recording, two formats");
    let small = Limits {
        line_bytes_max: LINE_BYTES_MAX,
        json_line_bytes_max: LINE_BYTES_MAX + 10,
        labels_max: 2,
        name_bytes_max: 12,
        label_value_bytes_max: 9,
    };
    for format in [RecordingFormat::OpenMetrics, RecordingFormat::TsdbDump, RecordingFormat::JsonLines] {
        for limits in [Limits::default(), small] {
            let whole = read(format, limits, std::iter::once(data));
            accounted(format, data, &whole);
            for length in [1, 2 + choices.below(20), 1 + choices.below(1 << 10)] {
                let cut = read(format, limits, data.chunks(length));
                assert_eq!(cut, whole, "chunks of {length} bytes show, as {format:?}");
            }
        }
    }
}

fn read<'d>(format: RecordingFormat, limits: Limits, chunks: impl Iterator<Item = &'d [u8]>) -> Read {
    let (mut table, mut batch, mut dropped) = (SeriesTable::with_limit(40), Batch::default(), Dropped::new());
    let mut parser = RecordingParser::new(format, limits);
    for chunk in chunks {
        parser.feed(chunk, &mut table, &mut batch, &mut dropped);
    }
    parser.finish(&mut table, &mut batch, &mut dropped);
    assert!(
        batch.series.len() == batch.instants.len() && batch.series.len() == batch.values.len(),
        "columns differ"
    );
    Read {
        samples: batch
            .iter()
            .map(|(series, instant_ms, value)| (series, instant_ms, value.to_bits()))
            .collect(),
        series: table.ids().map(|id| (table.key(id), table.kind(id))).collect(),
        dropped,
        lines: parser.lines(),
    }
}

/// Every line of a text is a sample, a comment, blank, or counted.
fn accounted(format: RecordingFormat, data: &[u8], read: &Read) {
    if format == RecordingFormat::JsonLines {
        return;
    }
    let is_data = |line: &&[u8]| line.trim_ascii().first().is_some_and(|byte| *byte != b'#');
    let lines = data.split(|byte| *byte == b'\n').filter(is_data).count() as u64;
    let remarks = read.dropped.get(DropReason::TypeChanged) + read.dropped.get(DropReason::FamilyLimit);
    let found = read.samples.len() as u64 + read.dropped.total();
    assert!(
        found + remarks >= lines.saturating_sub(1),
        "{lines} lines, {found} accounted for, as {format:?}"
    );
}
