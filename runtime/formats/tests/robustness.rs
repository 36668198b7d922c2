//! Any bytes at all: nothing panics, what comes out is consistent, and every line is accounted for.

use nvp_formats::{
    Batch, DropReason, Dropped, Exposition, Limits, RecordingFormat, RecordingParser, SeriesTable,
    SourceLabels, TextFormat, sniff,
};
use proptest::prelude::*;

/// Every line of a scrape is a sample, a comment, empty, or counted.
fn scrape_is_accounted_for(body: &[u8], format: TextFormat) {
    let (mut table, mut batch, mut dropped) = (SeriesTable::default(), Batch::default(), Dropped::new());
    let mut target = Exposition::new(Limits::default(), SourceLabels::default());
    let scraped = target.parse(body, format, 5, &mut table, &mut batch, &mut dropped);
    assert_eq!(scraped.samples, batch.len());
    assert!(batch.series.iter().all(|&s| (s as usize) < table.len()));
    assert!(batch.values.iter().all(|v| !v.is_nan() || v.to_bits() == f64::NAN.to_bits()));
    if format == TextFormat::Prometheus {
        let blank = |b: &u8| matches!(b, b' ' | b'\t');
        let is_data = |line: &&[u8]| {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            line.iter().find(|b| !blank(b)).is_some_and(|&b| b != b'#')
        };
        let lines = body.split(|&b| b == b'\n').filter(is_data).count() as u64;
        let of_comments = body.split(|&b| b == b'\n').filter(|line| !is_data(line)).count() as u64;
        let accounted = batch.len() as u64 + dropped.total();
        assert!(
            accounted >= lines && accounted <= lines + of_comments,
            "{lines} lines, {accounted} accounted for"
        );
    }
}

fn recording_is_read(bytes: &[u8], chunk_bytes: usize) {
    let sniffed = sniff(bytes);
    for format in [RecordingFormat::OpenMetrics, RecordingFormat::TsdbDump, RecordingFormat::JsonLines] {
        let (mut table, mut batch, mut dropped) = (SeriesTable::default(), Batch::default(), Dropped::new());
        let mut parser = RecordingParser::new(format, Limits::default());
        for chunk in bytes.chunks(chunk_bytes) {
            parser.feed(chunk, &mut table, &mut batch, &mut dropped);
        }
        parser.finish(&mut table, &mut batch, &mut dropped);
        assert_eq!(batch.series.len(), batch.instants.len());
        assert_eq!(batch.series.len(), batch.values.len());
        if sniffed.is_none() && format == RecordingFormat::TsdbDump {
            assert!(batch.is_empty() || bytes.len() > 1 << 12, "samples in what is taken for no recording");
        }
    }
}

const SEED: &str = "# TYPE a counter\na_total{b=\"c\\n\",d=\"}\"} 1.5e3 1661140279.123 # {t=\"x\"} 1\n\
                    {__name__=\"up\", job=\"x\"} NaN 1661140279000\n\
                    {\"metric\":{\"__name__\":\"up\",\"job\":\"x\"},\"values\":[1,null,\"Infinity\"],\"timestamps\":[1,2,3]}\n# EOF\n";

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400), chunk_bytes in 1_usize..50) {
        scrape_is_accounted_for(&bytes, TextFormat::Prometheus);
        scrape_is_accounted_for(&bytes, TextFormat::OpenMetrics);
        recording_is_read(&bytes, chunk_bytes);
    }

    #[test]
    fn mutated_bodies(changes in prop::collection::vec((0..SEED.len(), any::<u8>(), 0_u8..4), 1..12), chunk_bytes in 1_usize..50) {
        let mut bytes = SEED.as_bytes().to_vec();
        for (place, byte, what) in changes {
            let place = place.min(bytes.len().saturating_sub(1));
            match what {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                2 => { bytes.remove(place); }
                _ => { let line = bytes.clone(); bytes.splice(place..place, line.into_iter().take(usize::from(byte))); }
            }
            if bytes.is_empty() { bytes.push(byte); }
        }
        scrape_is_accounted_for(&bytes, TextFormat::Prometheus);
        scrape_is_accounted_for(&bytes, TextFormat::OpenMetrics);
        recording_is_read(&bytes, chunk_bytes);
    }
}

#[test]
fn deep_json_does_no_harm() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let (mut table, mut batch, mut dropped) = (SeriesTable::default(), Batch::default(), Dropped::new());
    let mut parser = RecordingParser::new(RecordingFormat::JsonLines, Limits::default());
    for (other, values) in [(deep.as_str(), "[1]"), ("0", deep.as_str())] {
        let line = format!(
            "{{\"metric\":{{\"__name__\":\"a\"}},\"x\":{other},\"values\":{values},\"timestamps\":[1]}}\n"
        );
        parser.feed(line.as_bytes(), &mut table, &mut batch, &mut dropped);
    }
    assert_eq!((batch.len(), dropped.get(DropReason::BadLine)), (1, 1));
}
