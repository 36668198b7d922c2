//! Signals that end a run.

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::failure::Failure;

/// Cancels `stop` at the first Ctrl-C, SIGTERM or SIGHUP. A second one ends the process at once.
pub fn end_with_signals(stop: &CancellationToken) -> Result<(), Failure> {
    let listen =
        |kind| signal(kind).map_err(|error| Failure::new(format!("signals cannot be caught: {error}")));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    let stop = stop.clone();
    tokio::spawn(async move {
        any(&mut interrupt, &mut terminate, &mut hang_up).await;
        stop.cancel();
        any(&mut interrupt, &mut terminate, &mut hang_up).await;
        drop(ratatui::try_restore());
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
