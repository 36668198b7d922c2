//! Starting an instance.

use std::fs::OpenOptions;
use std::process::Stdio;

use secrecy::ExposeSecret as _;
use tokio::process::Command;

use super::config::Program;
use super::identity::Identity;
use super::state::{INSTANCE, State};
use crate::providers::secrets::{Fetched, fetch_all};
use crate::providers::{NotDone, Problem, Secrets};

/// The environment that a program is given unless its configuration says otherwise.
const ENVIRONMENT: [(&str, &str); 2] = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LANG", "C.UTF-8")];

/// A program that can be started.
#[derive(Debug)]
pub(super) struct Prepared {
    program: Program,
    environment: Fetched,
}

impl Prepared {
    /// Fetches the secrets of its environment.
    pub(super) fn open(place: &str, program: &Program, secrets: &mut Secrets) -> Result<Self, Problem> {
        let environment = fetch_all(&program.environment, secrets).map_err(|(name, why)| {
            Problem::new(format!("{place}.environment.{name}"), why, "set it, or name another place")
        })?;
        Ok(Self { program: program.clone(), environment })
    }

    /// Starts an instance, in the place of another where one is given.
    pub(super) async fn start(
        &self,
        name: &str,
        state: &State,
        instead: Option<Identity>,
    ) -> Result<(), NotDone> {
        let mut command = self.command()?;
        let token = state.announce(name)?;
        command.env(INSTANCE, &token);
        let mut child = match command.spawn() {
            Ok(child) => child,
            Err(error) => {
                state.started(&token, None, None)?;
                return Err(NotDone::Failed(format!("`{name}` cannot be started: {error}")));
            }
        };
        // Nobody has reaped it, so the number is its own whatever has become of it.
        let pid = child.id().and_then(|id| i32::try_from(id).ok());
        let identity = pid.map_or(Ok(None), Identity::of).map_err(NotDone::Unknown)?;
        tokio::spawn(async move { child.wait().await });
        let Some(identity) = identity else {
            return Err(NotDone::Unknown(format!("`{name}` was started and is not there")));
        };
        tracing::info!(program = name, instance = %identity, "started");
        state.started(&token, Some(identity), instead).map_err(NotDone::Unknown)
    }

    fn command(&self) -> Result<Command, String> {
        let (path, rest) = self.program.run.split_first().ok_or_else(|| "it names no program".to_owned())?;
        let mut command = Command::new(path);
        command.args(rest).current_dir(&self.program.directory).env_clear().envs(ENVIRONMENT);
        for (name, value) in &self.environment {
            command.env(name, value.expose_secret());
        }
        command.stdin(Stdio::null()).process_group(0);
        match &self.program.output {
            None => command.stdout(Stdio::null()).stderr(Stdio::null()),
            Some(output) => {
                let cannot = |error| format!("`{}` cannot be written: {error}", output.display());
                let file = OpenOptions::new().create(true).append(true).open(output).map_err(cannot)?;
                let also = file.try_clone().map_err(cannot)?;
                command.stdout(file).stderr(also)
            }
        };
        Ok(command)
    }
}
