//! Our own log lines: to standard error, as text for people or JSON for machines.
//!
//! While the live view has the terminal, lines that would be written over it are kept back and written afterwards.

use std::collections::VecDeque;
use std::io::{self, IsTerminal as _, Write};
use std::sync::{Mutex, PoisonError};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::options::{Global, LogFormat};

/// The most lines kept back; of more, the last ones.
const LINES_MAX: usize = 100;

/// The target of what is said whatever is logged.
const SAID: &str = "said";

/// Lines kept back; `None` while lines are written at once.
static KEPT_BACK: Mutex<Option<VecDeque<Vec<u8>>>> = Mutex::new(None);

/// Starts logging for the process. `NOVAEVO_LOG` (`error`, `warn`, `info`, `debug`, `trace`) says how much; else warnings.
pub fn start(global: &Global) {
    let level = std::env::var("NOVAEVO_LOG")
        .ok()
        .and_then(|text| text.parse::<LevelFilter>().ok())
        .unwrap_or(LevelFilter::WARN);
    let what = Targets::new().with_default(level).with_target(SAID, LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(|| StandardError)
        .with_ansi(global.color.on_stderr())
        .with_target(false);
    // A second start in one process is refused by the library; the first one stands.
    drop(match global.log_format {
        LogFormat::Text => tracing_subscriber::registry().with(lines.with_filter(what)).try_init(),
        LogFormat::Json => tracing_subscriber::registry().with(lines.json().with_filter(what)).try_init(),
    });
}

/// Says something to people on standard error whatever is logged: a plain line, or a record of the log where that is JSON, for
/// then everything there is.
pub fn say(text: &str, format: LogFormat) {
    match format {
        // Standard error may be gone; then there is nobody to tell.
        LogFormat::Text => drop(writeln!(io::stderr().lock(), "{text}")),
        LogFormat::Json => {
            for line in text.lines() {
                tracing::info!(target: SAID, "{line}");
            }
        }
    }
}

/// Keeps lines back from now on, if they would be written to a terminal.
pub fn keep_back() {
    if io::stderr().is_terminal() {
        *kept_back() = Some(VecDeque::new());
    }
}

/// Writes what was kept back, and lines at once from now on.
pub fn give_back() {
    let Some(lines) = kept_back().take() else { return };
    let mut error = io::stderr().lock();
    for line in lines {
        // Standard error may be gone; then there is nobody to tell.
        drop(error.write_all(&line));
    }
}

fn kept_back() -> std::sync::MutexGuard<'static, Option<VecDeque<Vec<u8>>>> {
    KEPT_BACK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Standard error, unless lines are kept back. The library writes a line at a time; where it is told of an error, it writes to
/// standard error itself and panics when that fails too, so it is told of none.
struct StandardError;

impl Write for StandardError {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut kept = kept_back();
        let Some(lines) = kept.as_mut() else {
            drop(io::stderr().lock().write_all(line));
            return Ok(line.len());
        };
        if lines.len() >= LINES_MAX {
            lines.pop_front();
        }
        lines.push_back(line.to_vec());
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
