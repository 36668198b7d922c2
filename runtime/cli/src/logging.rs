//! Our own log lines: to standard error, as text for people or JSON for machines.

use tracing_subscriber::filter::LevelFilter;

use crate::options::{Global, LogFormat};

/// Starts logging for the process. `NOVAEVO_LOG` (`error`, `warn`, `info`, `debug`, `trace`) says how much; else warnings.
pub fn start(global: &Global) {
    let level = std::env::var("NOVAEVO_LOG")
        .ok()
        .and_then(|text| text.parse::<LevelFilter>().ok())
        .unwrap_or(LevelFilter::WARN);
    let lines = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .with_ansi(global.color.on_stderr())
        .with_target(false);
    // A second start in one process is refused by the library; the first one stands.
    drop(match global.log_format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    });
}
