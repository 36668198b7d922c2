//! `--against`: the series of a recording, of an exporter's text in a file, or of an exporter's answer.

use std::path::Path;
use std::time::Duration;

use nvp_formats::{Batch, Dropped, Exposition, Limits, SeriesTable, SourceLabels, TextFormat};
use nvp_history::{Options, Recording, RecordingError};
use nvp_ingest::scrape::{Body, Fetcher, Reader, Scrape};

use crate::failure::Failure;
use crate::recordings;

/// The largest exporter's text in a file, in bytes.
const TEXT_BYTES_MAX: u64 = 64 << 20;

/// The series on a wire.
pub fn series(wire: &str) -> Result<SeriesTable, Failure> {
    if wire.starts_with("http://") || wire.starts_with("https://") {
        fetched(wire)
    } else {
        read(Path::new(wire))
    }
}

fn read(path: &Path) -> Result<SeriesTable, Failure> {
    match Recording::open(path, Options::default(), &mut |_, _| {}) {
        Ok(recording) => Ok(recording.table().clone()),
        // A text without timestamps is no recording; an exporter's answer that somebody saved has none.
        Err(error @ (RecordingError::NoSamples { .. } | RecordingError::UnknownFormat { .. })) => {
            saved(path).ok_or_else(|| recordings::failure(&error))
        }
        Err(error) => Err(recordings::failure(&error)),
    }
}

/// The series of an exporter's text in a file; `None` when there are none.
fn saved(path: &Path) -> Option<SeriesTable> {
    if path.metadata().ok()?.len() > TEXT_BYTES_MAX {
        return None;
    }
    let bytes = std::fs::read(path).ok()?;
    [TextFormat::OpenMetrics, TextFormat::Prometheus].into_iter().find_map(|format| {
        let mut table = SeriesTable::default();
        let mut exposition = Exposition::new(Limits::default(), SourceLabels::default());
        let (mut batch, mut dropped) = (Batch::default(), Dropped::new());
        exposition.parse(&bytes, format, 0, &mut table, &mut batch, &mut dropped);
        (!table.is_empty()).then_some(table)
    })
}

fn fetched(url: &str) -> Result<SeriesTable, Failure> {
    let unreachable = |why: String| Failure::new(format!("cannot read `{url}`: {why}"));
    let scrape = Scrape::at(url).map_err(unreachable)?;
    let fetcher = Fetcher::new(&scrape).map_err(|error| unreachable(error.to_string()))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| unreachable(error.to_string()))?;
    let body: Body = runtime.block_on(fetcher.fetch()).map_err(|error| unreachable(error.to_string()))?;
    let mut table = SeriesTable::default();
    let (mut batch, mut dropped) = (Batch::default(), Dropped::new());
    let mut reader = Reader::new(&scrape, Limits::default());
    let read = reader.read(Ok(&body), 0, Duration::ZERO, &mut table, &mut batch, &mut dropped);
    match read.error {
        Some(error) => Err(unreachable(error.to_string())),
        None if read.samples == 0 => Err(unreachable("its answer has no samples".to_owned())),
        None => Ok(table),
    }
}
