//! This machine, read by a thread of its own.

use std::time::Instant;

use nvp_formats::{Batch, SeriesTable};
use nvp_ingest::host::HostCollector;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use super::{Brought, Rounds};
use crate::live::source::SourceError;

/// The most series of one machine.
const SERIES_MAX: usize = 1_000_000;

/// Starts the thread.
pub(super) fn start(
    collector: HostCollector,
    rounds: Rounds,
    tasks: &TaskTracker,
) -> Result<(), SourceError> {
    let (handle, token) = (Handle::current(), tasks.token());
    let thread = std::thread::Builder::new().name("host".to_owned()).spawn(move || {
        run(collector, &rounds, &handle);
        drop(token);
    });
    thread.map(drop).map_err(SourceError::Thread)
}

fn run(mut collector: HostCollector, rounds: &Rounds, handle: &Handle) {
    let mut table = SeriesTable::with_limit(SERIES_MAX);
    let mut due_ms = rounds.clock.now_ms();
    while handle.block_on(rounds.wait_until(due_ms)) {
        let known = table.len();
        let (at_ms, began) = (rounds.passage.begin(&rounds.clock), Instant::now());
        let mut batch = Batch::default();
        let collected = collector.collect(at_ms, &mut table, &mut batch);
        let appeared =
            table.ids().skip(known).filter_map(|id| table.key(id).map(|key| (key, table.kind(id)))).collect();
        let brought = Brought::Host { appeared, batch, collected };
        match handle.block_on(rounds.deliver(due_ms, at_ms, began.elapsed(), brought)) {
            Some(next_ms) => due_ms = next_ms,
            None => return,
        }
    }
}
