//! Where the process is: its state's folder with the control socket, or an address and a token. Questions are answered from the folder's
//! journal where no process runs.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use nvp_control::{Client, ClientError, JOURNAL, SOCKET};
use nvp_journal::{JournalError, Reader};
use nvp_settings::Secret;
use tokio::runtime::Runtime;

use crate::failure::Failure;
use crate::logging;
use crate::options::Global;

/// The environment variable that names the folder.
const VARIABLE: &str = "NOVAEVO_STATE";
/// The folder where neither option nor variable names one.
const FOLDER: &str = "state";

/// Which process.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Which process")]
pub struct Where {
    /// The folder of its `run --state`; else `NOVAEVO_STATE`, else `./state` if there is one
    #[arg(long, global = true, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Ask at this address instead, such as http://127.0.0.1:9095
    #[arg(long, global = true, value_name = "URL")]
    pub at: Option<String>,
    /// Where the token for the address is kept
    // Read by hand: a message about a wrong value would show it.
    #[arg(long, global = true, value_name = "env:NAME|file:PATH")]
    pub token: Option<String>,
    /// The form of the answer
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
}

/// The forms of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    // For people.
    Human,
    // One JSON object a line; instants are in ms since the Unix epoch.
    Json,
}

/// A process to say something to.
pub struct Process {
    runtime: Runtime,
    client: Client,
    place: String,
}

/// Somebody to ask: a process, or a journal.
pub enum Asking {
    /// A process.
    Process(Process),
    /// The journal that is there without one.
    Journal(Reader),
}

impl Where {
    /// The process; there must be one.
    pub fn process(&self) -> Result<Process, Failure> {
        let (client, place) = match (&self.at, &self.token) {
            (Some(at), Some(token)) => (self.at_address(at, token)?, at.clone()),
            (Some(_), None) => {
                return Err(Failure::new("`--at` needs `--token`: who asks there says who they are")
                    .help("`--token env:NAME` or `--token file:PATH`"));
            }
            (None, Some(_)) => {
                return Err(Failure::new("`--token` is for `--at`; the control socket knows your account")
                    .help("add `--at http://127.0.0.1:9095`, or leave `--token` out"));
            }
            (None, None) => {
                let folder = self.folder()?;
                let socket = folder.join(SOCKET);
                let client = Client::over_socket(&socket).map_err(|error| unheard(&error, &folder))?;
                (client, socket.display().to_string())
            }
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime =
            runtime.map_err(|error| Failure::new(format!("the system gives no sockets: {error}")))?;
        Ok(Process { runtime, client, place })
    }

    /// Somebody to ask. A journal that is asked because no process runs is told of on standard error.
    pub fn asking(&self, global: &Global) -> Result<Asking, Failure> {
        if self.at.is_some() || self.token.is_some() {
            return self.process().map(Asking::Process);
        }
        let folder = self.folder()?;
        let (socket, journal) = (folder.join(SOCKET), folder.join(JOURNAL));
        match Client::over_socket(&socket) {
            Err(error @ ClientError::NobodyThere { .. }) if !journal.exists() => {
                Err(Failure::new(format!("{error}, and there is no `{}`", journal.display()))
                    .help(start_or_name(&folder)))
            }
            Err(ClientError::NobodyThere { .. }) => {
                let text =
                    format!("no process is heard at `{}`; this is what its journal says", socket.display());
                logging::say(&text, global.log_format);
                Reader::open(&journal).map(Asking::Journal).map_err(|error| Failure::new(error.to_string()))
            }
            Ok(_) | Err(_) => self.process().map(Asking::Process),
        }
    }

    fn at_address(&self, at: &str, token: &str) -> Result<Client, Failure> {
        if self.state.is_some() {
            return Err(Failure::new("`--state` and `--at` are two places; say one of them"));
        }
        let secret = Secret::parse(token).and_then(|secret| secret.fetch());
        let secret = secret.map_err(|error| Failure::new(format!("`--token`: {error}")))?;
        Client::at(at, secret).map_err(|error| match error {
            ClientError::InClear => Failure::new(format!("`--at`: {error}")).help(
                "let `ssh -L 9095:127.0.0.1:9095 HOST` lead there, and say `--at http://127.0.0.1:9095`",
            ),
            other => Failure::new(format!("`--at`: {other}")),
        })
    }

    /// The state's folder.
    fn folder(&self) -> Result<PathBuf, Failure> {
        if let Some(folder) = &self.state {
            return there(folder.clone(), "--state");
        }
        if let Some(folder) = std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()) {
            return there(folder.into(), VARIABLE);
        }
        let folder = Path::new(FOLDER);
        if folder.is_dir() {
            return Ok(folder.to_owned());
        }
        Err(Failure::new("which process is meant is not said, and there is no folder `state` here").help(
            "`--state DIR` names the folder of its `run --state DIR`; the variable `NOVAEVO_STATE` does too",
        ))
    }
}

fn there(folder: PathBuf, said_by: &str) -> Result<PathBuf, Failure> {
    if folder.is_dir() {
        return Ok(folder);
    }
    let failure = Failure::new(format!("there is no folder `{}` (`{said_by}`)", folder.display()));
    Err(failure.help(start_or_name(&folder)))
}

fn start_or_name(folder: &Path) -> String {
    format!(
        "start one with `novaevo-policy run POLICIES --state {}`, or name the folder of the one that runs",
        folder.display()
    )
}

fn unheard(error: &ClientError, folder: &Path) -> Failure {
    let failure = Failure::new(error.to_string());
    match error {
        ClientError::NobodyThere { .. } => failure.help(start_or_name(folder)),
        ClientError::Socket { why, .. } if why.kind() == std::io::ErrorKind::PermissionDenied => {
            failure.help("only the account of the process may use it; others ask at its address, with `--at` and `--token`")
        }
        _ => failure,
    }
}

impl Process {
    /// Says something to it, and waits for the answer.
    pub fn say<T>(&self, say: impl AsyncFnOnce(&Client) -> Result<T, ClientError>) -> Result<T, Failure> {
        let answer = self.runtime.block_on(say(&self.client));
        answer.map_err(|error| {
            let failure = Failure::new(format!("`{}`: {error}", self.place));
            match error {
                ClientError::Fault { status: 401, .. } => {
                    failure.help("its configuration names the tokens it knows: `[control.token.NAME]`")
                }
                ClientError::Unreachable(_) => {
                    failure.help("does it run, and does its configuration say `[control] listen`?")
                }
                _ => failure,
            }
        })
    }
}

impl Asking {
    /// Asks the process, or the journal.
    pub fn ask<T>(
        &self,
        process: impl AsyncFnOnce(&Client) -> Result<T, ClientError>,
        journal: impl FnOnce(&Reader) -> Result<T, JournalError>,
    ) -> Result<T, Failure> {
        match self {
            Self::Process(there) => there.say(process),
            Self::Journal(reader) => journal(reader).map_err(|error| Failure::new(error.to_string())),
        }
    }
}
