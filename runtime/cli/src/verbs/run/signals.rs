//! Signals that end a run.

use std::time::{Duration, Instant};

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;
use crate::{logging, view};

/// For how long an end under way is left in peace. One Ctrl-C can come as several signals: to the process and to its group, from
/// a person who presses twice, from `timeout` and the terminal both.
const PEACE: Duration = Duration::from_secs(1);

/// Cancels `stop` at the first Ctrl-C, SIGTERM or SIGHUP. One that comes when the run has been ending for a while ends the process
/// at once.
pub fn end_with_signals(stop: &CancellationToken) -> Result<(), Failure> {
    let listen =
        |kind| signal(kind).map_err(|error| Failure::new(format!("signals cannot be caught: {error}")));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            () = any(&mut interrupt, &mut terminate, &mut hang_up) => stop.cancel(),
            () = stop.cancelled() => {}
        }
        let ending = Instant::now();
        while ending.elapsed() < PEACE {
            any(&mut interrupt, &mut terminate, &mut hang_up).await;
        }
        view::give_terminal_back();
        logging::give_back();
        // As a shell reports a process that Ctrl-C ended.
        std::process::exit(130);
    });
    Ok(())
}

async fn any(interrupt: &mut Signal, terminate: &mut Signal, hang_up: &mut Signal) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hang_up.recv() => {}
    }
}
