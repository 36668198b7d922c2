//! One run of a program: its output bounded, its process group ended with it.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};

use crate::providers::answer::excerpt;
use crate::providers::pidfd::Pidfd;
use crate::providers::{ANSWER_BYTES_MAX, NotDone};

/// How a program ended.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its exit code; `None` when a signal ended it.
    pub(super) code: Option<i32>,
    /// What it wrote to its standard output.
    pub(super) output: Vec<u8>,
    /// What it wrote to its standard error.
    errors: Vec<u8>,
}

impl Ended {
    /// How it ended, with the beginning of what it said of it.
    pub(super) fn words(&self) -> String {
        let end = match self.code {
            Some(code) => format!("the program ended with exit code {code}"),
            None => "the program was ended by a signal".to_owned(),
        };
        let said = excerpt(if self.errors.is_empty() { &self.output } else { &self.errors });
        if said.is_empty() { end } else { format!("{end}: {said}") }
    }
}

/// The process group of a child that nobody has reaped: its number cannot be anybody else's.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // When nobody is left in it, there is nothing to be done.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

/// Runs a program to its end. When this is dropped, its process group is killed.
pub(super) async fn run(mut command: Command) -> Result<Ended, NotDone> {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    let mut child = command
        .spawn()
        .map_err(|error| NotDone::Failed(format!("the program cannot be started: {error}")))?;
    // Declared after the child, so dropped before it: the child is still unreaped then.
    let group = Group(child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw));
    let (output, errors) = (child.stdout.take(), child.stderr.take());
    let mut output = Bounded::new(output);
    let mut errors = Bounded::new(errors);
    let broken =
        |error: std::io::Error| NotDone::Unknown(format!("the program cannot be waited for: {error}"));
    let ended = {
        let ended = until_ended(&child);
        tokio::pin!(ended);
        // What it writes is read while it runs; that others may hold its output open does not delay its end.
        tokio::select! {
            ended = &mut ended => ended,
            filled = async { tokio::try_join!(output.fill(), errors.fill()) } => match filled {
                Ok(_) => ended.await,
                Err(TooMuch) => Ok(()),
            },
        }
    };
    ended.map_err(broken)?;
    drop(group);
    output.take_rest().await;
    errors.take_rest().await;
    let status = child.wait().await.map_err(broken)?;
    if output.is_too_much || errors.is_too_much {
        return Err(NotDone::Unknown(format!(
            "the program wrote more than {ANSWER_BYTES_MAX} bytes and was stopped"
        )));
    }
    Ok(Ended { code: status.code(), output: output.bytes, errors: errors.bytes })
}

/// Waits until a child has ended, without reaping it.
async fn until_ended(child: &Child) -> std::io::Result<()> {
    let pid = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let pid = pid.ok_or_else(|| std::io::Error::other("it has ended already"))?;
    if let Some(pidfd) = Pidfd::open(pid)? {
        pidfd.ended().await;
    }
    Ok(())
}

/// More was written than is read.
struct TooMuch;

/// An output of a program, up to a size.
struct Bounded<R> {
    from: Option<R>,
    bytes: Vec<u8>,
    is_too_much: bool,
}

impl<R: AsyncRead + Unpin> Bounded<R> {
    fn new(from: Option<R>) -> Self {
        Self { from, bytes: Vec::new(), is_too_much: false }
    }

    /// Reads until it ends or is too much. May be dropped and called again.
    async fn fill(&mut self) -> Result<(), TooMuch> {
        while let Some(from) = &mut self.from {
            match from.read_buf(&mut self.bytes).await {
                Ok(0) | Err(_) => self.from = None,
                Ok(_) if self.bytes.len() > ANSWER_BYTES_MAX => {
                    self.is_too_much = true;
                    self.from = None;
                    return Err(TooMuch);
                }
                Ok(_) => {}
            }
        }
        Ok(())
    }

    /// Reads what is still in the pipe, now that all who could write more have been killed; whoever left the group and holds the
    /// pipe open is not waited for.
    async fn take_rest(&mut self) {
        let no_more = std::time::Duration::from_millis(100);
        drop(tokio::time::timeout(no_more, self.fill()).await);
    }
}
