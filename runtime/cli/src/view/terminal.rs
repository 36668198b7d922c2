//! The terminal: taken over for the view, and given back however the run ends.

use std::io;
use std::mem::ManuallyDrop;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{Event, EventStream};
use crossterm::terminal::disable_raw_mode;
use futures_util::StreamExt as _;
use ratatui::DefaultTerminal;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::keys::{Action, Wishes};
use super::{Theme, ViewModel, render};

/// Whether the terminal is ours. Where it is not, nothing is written to give it back.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back, if it is ours.
pub fn give_terminal_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // Where the terminal has gone there is nothing to give back.
        drop(ratatui::try_restore());
    }
}

/// The terminal while it is ours. A panic anywhere gives it back too: the library's hook sees to that.
pub struct Screen {
    /// Never dropped: when the terminal has gone, the library's drop says so on standard error, which has gone with it, and
    /// panics.
    terminal: ManuallyDrop<DefaultTerminal>,
}

impl Screen {
    /// Takes the terminal over.
    ///
    /// # Errors
    /// When it cannot be: it is none, or it is gone.
    pub fn take() -> io::Result<Self> {
        let screen = ratatui::try_init().map(|terminal| Self { terminal: ManuallyDrop::new(terminal) });
        match screen {
            Ok(_) => TAKEN.store(true, Ordering::SeqCst),
            // The first of its steps may have been done.
            Err(_) => drop(disable_raw_mode()),
        }
        screen
    }

    /// Shows each model as it comes, until `stop` or until the person at the keys has had enough, which cancels `stop`.
    ///
    /// # Errors
    /// When the terminal has gone.
    pub async fn show(
        mut self,
        mut models: watch::Receiver<Arc<ViewModel>>,
        theme: Theme,
        stop: CancellationToken,
    ) -> io::Result<()> {
        let mut events = Some(EventStream::new());
        let mut wishes = Wishes::default();
        loop {
            let model = Arc::clone(&models.borrow_and_update());
            let mut page = 0;
            self.terminal.draw(|frame| page = render(frame, &model, &mut wishes, &theme))?;
            // Wakes when there is something to draw: a model, a key, another size.
            let action = loop {
                tokio::select! {
                    () = stop.cancelled() => return Ok(()),
                    changed = models.changed() => match changed {
                        Ok(()) => break Action::Redraw,
                        Err(_) => return Ok(()),
                    },
                    event = next(&mut events) => match on_event(event, &mut wishes, page) {
                        Action::Nothing => {}
                        action => break action,
                    },
                }
            };
            match action {
                Action::Quit => {
                    stop.cancel();
                    return Ok(());
                }
                Action::Repaint => self.terminal.clear()?,
                Action::Nothing | Action::Redraw => {}
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // Where the terminal has gone there is nothing to give back.
        drop(self.terminal.show_cursor());
        give_terminal_back();
    }
}

/// The next event; never one again after the keys cannot be read any more.
async fn next(events: &mut Option<EventStream>) -> Event {
    loop {
        let Some(stream) = events else { return std::future::pending().await };
        match stream.next().await {
            Some(Ok(event)) => return event,
            Some(Err(_)) | None => *events = None,
        }
    }
}

fn on_event(event: Event, wishes: &mut Wishes, page: usize) -> Action {
    match event {
        Event::Key(key) => wishes.on_key(key, page),
        Event::Resize(..) => Action::Redraw,
        _ => Action::Nothing,
    }
}
