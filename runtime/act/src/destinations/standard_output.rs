//! Standard output: one line a decision, written by a thread of its own, so that a slow reader stops nothing.

use std::io::{self, Write};
use std::sync::Arc;

use tokio::sync::watch;

use crate::queue::{Exit, queue};
use crate::{Counters, Destination, Message};

/// How many decisions may wait for a slow reader.
const QUEUE_DECISIONS: usize = 8_192;

/// In which form decisions are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// One JSON object a line.
    JsonLines,
}

/// Starts writing to `writer`. It closes by itself when the writer fails, as when its reader has gone.
///
/// # Errors
/// When the system gives no thread.
pub fn start(writer: impl Write + Send + 'static, form: Form) -> io::Result<Destination> {
    let counters = Arc::new(Counters::default());
    let (entry, exit) = queue(QUEUE_DECISIONS, &counters);
    let (ended, done) = watch::channel(());
    let theirs = Arc::clone(&counters);
    std::thread::Builder::new().name("standard-output".to_owned()).spawn(move || {
        write_all(writer, form, exit, &theirs);
        drop(ended);
    })?;
    Ok(Destination {
        name: "standard output".to_owned(),
        kind: "standard_output",
        entry,
        counters,
        done,
        task: None,
    })
}

fn write_all(mut writer: impl Write, form: Form, mut exit: Exit, counters: &Counters) {
    while let Some(queued) = exit.next_blocking() {
        if let Err(error) = write_one(&mut writer, form, &queued.message, exit.is_empty()) {
            counters.count_refused();
            counters.set_failing(true);
            if error.kind() != io::ErrorKind::BrokenPipe {
                tracing::error!(%error, "decisions cannot be written to standard output any more");
            }
            return;
        }
        counters.count_delivered();
    }
}

/// Writes one line; flushed when nothing waits behind it.
fn write_one(writer: &mut impl Write, form: Form, message: &Message, is_last: bool) -> io::Result<()> {
    let line = match form {
        Form::Text => &message.text,
        Form::JsonLines => &message.json,
    };
    writer.write_all(line.as_bytes())?;
    writer.write_all(b"\n")?;
    if is_last { writer.flush() } else { Ok(()) }
}
