//! The one thread that writes: all that waits becomes durable at once, up to a size and a time.
//!
//! While one commit is flushed, more batches come to wait, and the next commit takes them all: nobody waits for company, and under load a
//! flush is shared by thousands.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;

use crate::apply::{Applied, Refusal, Writer};
use crate::audit::Head;
use crate::batch::Position;
use crate::error::JournalError;
use crate::file::File;
use crate::options::Options;
use crate::queue::{Item, Queue, Statistics};
use crate::ticket::{Durable, Teller};

/// How much longer than the first commits may take when ever more waits: those far behind gain more by fewer flushes.
const PATIENCE_MAX: u32 = 16;
/// How often the head record is replaced at most.
const HEAD_EVERY: Duration = Duration::from_secs(1);

/// Who asked, for how many changes, and what it came to.
type Answered = (Teller, usize, Result<Applied, JournalError>);

/// Ends the queue when the thread ends, whatever it ended by.
struct Guard(Arc<Queue>);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.fail(&JournalError::Stopped { why: "its writer has ended".to_owned() });
    }
}

/// Writes until the queue is closed and empty, or the file cannot be written.
pub(crate) fn run(mut file: File, queue: Arc<Queue>, options: Options) {
    let guard = Guard(Arc::clone(&queue));
    let mut head_written: Option<Instant> = None;
    let mut patience = 1;
    while let Some(first) = queue.wait() {
        let group = Options { commit_after: options.commit_after.saturating_mul(patience), ..options };
        if let Err(error) = commit(&mut file, &queue, &group, first, &mut head_written) {
            tracing::error!(%error, "the journal is not written any more");
            leave(&file);
            return;
        }
        patience = if queue.is_idle() { 1 } else { PATIENCE_MAX.min(patience * 2) };
        carry_over(&file, &queue, &options);
    }
    close(&file);
    drop(guard);
}

/// Carries everything over into the file, so that nothing has to lie beside it but the head record.
fn close(file: &File) {
    if let Err(error) = file.lock.confirm() {
        tracing::error!(%error, "the journal is not closed as it should be");
        return leave(file);
    }
    write_head(file);
    if let Err(error) = file.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
        tracing::warn!(%error, "the journal's write-ahead log is not carried over; that happens when it is opened again");
    }
}

/// Lets everything lie as it is. SQLite would delete the log by its name on closing, even when that is somebody else's by now.
fn leave(file: &File) {
    if let Err(error) = file.connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true) {
        tracing::warn!(%error, "the journal's write-ahead log may be deleted on closing");
    }
}

/// The head record is a witness beside the file: without it nothing is lost but that.
fn write_head(file: &File) {
    if let Err(error) = file.place.write_head(file.head) {
        tracing::warn!(%error, "the head record of the journal is not written");
    }
}

/// Writes a batch and what else waits, and makes all of it durable.
fn commit(
    file: &mut File,
    queue: &Queue,
    options: &Options,
    first: Item,
    head_written: &mut Option<Instant>,
) -> Result<(), JournalError> {
    let began = Instant::now();
    let mut answers: Vec<Answered> = Vec::new();
    let written = write(file, queue, options, first, &mut answers, began);
    let committed = written.and_then(|(head, position)| {
        run_all(file, "COMMIT")?;
        // What was deleted underneath would be durable nowhere.
        file.lock.confirm()?;
        file.head = head;
        file.position = position;
        Ok(())
    });
    if let Err(error) = committed {
        // Whoever hears of it must find the journal failed.
        queue.fail(&error);
        for (teller, _, _) in answers {
            teller.tell(Err(error.clone()));
        }
        return Err(error);
    }
    if head_written.is_none_or(|at| at.elapsed() >= HEAD_EVERY) {
        write_head(file);
        *head_written = Some(Instant::now());
    }
    answer(file, queue, answers);
    Ok(())
}

/// The last row of the trail and the last effect of the input log.
type Ends = (Head, Option<Position>);

/// Writes batches within a transaction until none waits, or it is long enough.
fn write(
    file: &File,
    queue: &Queue,
    options: &Options,
    first: Item,
    answers: &mut Vec<Answered>,
    began: Instant,
) -> Result<Ends, JournalError> {
    let path = &file.place.path;
    let mut writer = Writer::new(&file.connection, file.head, file.position);
    let mut changes = 0;
    let mut next = Some(first);
    let mut begun = false;
    while let Some(Item { batch, teller }) = next {
        changes += batch.len();
        let applied = if begun { Ok(()) } else { run_all(file, "BEGIN IMMEDIATE") };
        begun = true;
        let applied = applied.and_then(|()| match writer.batch(&batch) {
            Ok(applied) => Ok(Ok(applied)),
            Err(Refusal::Batch(why)) => Ok(Err(JournalError::Refused { why })),
            Err(Refusal::File(error)) => Err(JournalError::sqlite(path, &error)),
        });
        match applied {
            Ok(applied) => answers.push((teller, batch.len(), applied)),
            Err(error) => {
                answers.push((teller, batch.len(), Err(error.clone())));
                return Err(error);
            }
        }
        let room = options.commit_changes_max.saturating_sub(changes);
        next = if began.elapsed() < options.commit_after { queue.next(room) } else { None };
    }
    Ok((writer.head, writer.position))
}

fn run_all(file: &File, statement: &str) -> Result<(), JournalError> {
    file.connection.execute_batch(statement).map_err(|error| JournalError::sqlite(&file.place.path, &error))
}

/// Tells everybody what their batch came to.
fn answer(file: &File, queue: &Queue, answers: Vec<Answered>) {
    let mut more = Statistics { commits: 1, ..Statistics::default() };
    for (_, changes, applied) in &answers {
        more.changes_waiting += *changes as u64;
        match applied {
            Ok(applied) => {
                more.changes_written += applied.written;
                more.changes_skipped += applied.skipped;
            }
            Err(_) => more.batches_refused += 1,
        }
    }
    queue.committed(more, file.head, file.position);
    for (teller, _, applied) in answers {
        let durable = |Applied { written, skipped }| Durable { written, skipped, head: file.head };
        teller.tell(applied.map(durable));
    }
}

/// Carries the write-ahead log over into the file, when nobody has to wait for that or it has grown too long.
fn carry_over(file: &File, queue: &Queue, options: &Options) {
    let bytes = file.place.log_bytes();
    let is_due = bytes > options.log_bytes_max || (bytes > options.log_bytes && queue.is_idle());
    if !is_due {
        return;
    }
    // A reader may hold it up; then the next time will do. That the disk is full shows at the next commit.
    let carried: rusqlite::Result<(i64, i64, i64)> =
        file.connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        });
    if let Err(error) = carried {
        tracing::warn!(%error, "the journal's write-ahead log is not carried over");
    }
}
