//! `exec`: a program of this machine, started for each call with an argument list.
//!
//! ```toml
//! [provider.releases]
//! kind        = "exec"
//! directory   = "/srv/releases"
//! environment = { TOKEN = "env:RELEASES_TOKEN" }
//!
//! [provider.releases.read.running]
//! run    = ["/usr/local/bin/release", "running", "--", "{service}"]
//! answer = "json"
//! at     = "/version"
//!
//! [provider.releases.write.activate]
//! run    = ["/usr/local/bin/release", "activate", "--", "{service}", "{to}"]
//! failed = [2, 3]
//! ```
//!
//! Never a shell's text: a value is one whole argument. The environment is empty but for what is said here, `PATH`, `LANG` and, for
//! writes, `NOVAEVO_KEY` and `NOVAEVO_STARTED_BY`. Exit code 0 is done, those in `failed` are known not to have happened, all else is unknown. The program's
//! whole process group is killed when the call ends, however it does; where we are killed ourselves, by the next start.

mod arguments;
mod config;
mod left;
mod run;

use std::collections::BTreeMap;
use std::path::PathBuf;

use nvp_respond::effect::WriteIntent;
use nvp_respond::value::Value;
use nvp_settings::Setting;
use secrecy::ExposeSecret as _;
use tokio::process::Command;

pub(super) use config::ExecBody;
use config::{AnswerForm, ReadOperation, WriteOperation};
pub use left::end_left_behind;
use run::{Ended, run};

use super::answer::{Pick, excerpt};
use super::process::identity::Identity;
use super::provider::no_operation;
use super::secrets::{Fetched, fetch_all};
use super::template::Inserts;
use super::{Arguments, Doing, NotDone, Problem, Provider, ReadFailure, Secrets};
use arguments::ArgumentList;

/// The environment that a program is given unless its configuration says otherwise.
const ENVIRONMENT: [(&str, &str); 2] = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("LANG", "C.UTF-8")];

/// Tells a program for which write it was started.
const KEY: &str = "NOVAEVO_KEY";
/// Tells by which process (`pid@ticks`).
const STARTED_BY: &str = "NOVAEVO_STARTED_BY";

/// Programs that are started for each call.
#[derive(Debug)]
pub(super) struct Exec {
    directory: PathBuf,
    environment: Fetched,
    config: Fetched,
    secrets: Secrets,
    reads: BTreeMap<String, (ArgumentList, ReadOperation)>,
    writes: BTreeMap<String, (ArgumentList, WriteOperation)>,
}

impl Exec {
    /// Fetches the secrets.
    pub(super) fn open(
        place: &str,
        body: &ExecBody,
        config: &BTreeMap<String, Setting>,
    ) -> Result<Self, Problem> {
        let mut secrets = Secrets::default();
        let unset = |part: &'static str| {
            move |(name, why): (String, String)| {
                Problem::new(format!("{place}.{part}.{name}"), why, "set it, or name another place")
            }
        };
        let environment = fetch_all(&body.environment, &mut secrets).map_err(unset("environment"))?;
        let config = fetch_all(config, &mut secrets).map_err(unset("config"))?;
        let (mut reads, mut writes) = (BTreeMap::new(), BTreeMap::new());
        for (name, read) in &body.read {
            let list = ArgumentList::parse(&format!("{place}.read.{name}.run"), &read.run)?;
            reads.insert(name.clone(), (list, read.clone()));
        }
        for (name, write) in &body.write {
            let list = ArgumentList::parse(&format!("{place}.write.{name}.run"), &write.run)?;
            writes.insert(name.clone(), (list, write.clone()));
        }
        Ok(Self { directory: body.directory.clone(), environment, config, secrets, reads, writes })
    }

    fn command(
        &self,
        list: &ArgumentList,
        arguments: &Arguments,
        intent: Option<&WriteIntent>,
    ) -> Result<Command, String> {
        let inserts = Inserts { arguments, config: &self.config, intent };
        let (program, rest) = list.filled(inserts)?;
        let mut command = Command::new(program);
        command.args(rest).current_dir(&self.directory).env_clear().envs(ENVIRONMENT);
        for (name, value) in &self.environment {
            command.env(name, value.expose_secret());
        }
        if let Some(intent) = intent {
            // Without it, it could not be found if we were killed.
            let own = Identity::own()?;
            command.env(KEY, &intent.key).env(STARTED_BY, own.to_string());
        }
        Ok(command)
    }

    async fn read_now(&self, operation: &str, arguments: &Arguments) -> Result<Value, String> {
        let (list, read) = self.reads.get(operation).ok_or_else(|| no_operation("exec", operation))?;
        let ended =
            run(self.command(list, arguments, None)?).await.map_err(|not_done| not_done.to_string())?;
        if read.answer == AnswerForm::ExitCode {
            return match ended.code {
                Some(0) => Ok(Value::Condition(Some(true))),
                Some(1) => Ok(Value::Condition(Some(false))),
                _ => Err(ended.words()),
            };
        }
        if ended.code != Some(0) {
            return Err(ended.words());
        }
        parse(read, &ended)
    }

    async fn write_now(
        &self,
        operation: &str,
        arguments: &Arguments,
        intent: &WriteIntent,
    ) -> Result<(), NotDone> {
        let (list, write) = self.writes.get(operation).ok_or_else(|| no_operation("exec", operation))?;
        let ended = run(self.command(list, arguments, Some(intent))?).await?;
        match ended.code {
            Some(0) => Ok(()),
            Some(code) if write.failed.contains(&code) => Err(NotDone::Failed(ended.words())),
            Some(_) if write.otherwise.is_failed() => Err(NotDone::Failed(ended.words())),
            _ => Err(NotDone::Unknown(ended.words())),
        }
    }
}

/// What a program wrote, as its configuration says to read it.
fn parse(read: &ReadOperation, ended: &Ended) -> Result<Value, String> {
    let text = std::str::from_utf8(&ended.output).map_err(|_| "the answer is no text (UTF-8)".to_owned())?;
    // As a shell's `$(…)` does: line breaks at the end are the program's, not the answer's.
    let text = text.trim_end_matches(['\n', '\r']);
    match read.answer {
        AnswerForm::Text => Ok(Value::Text(text.to_owned())),
        AnswerForm::Lines => Ok(Value::List(text.lines().map(|line| Value::Text(line.to_owned())).collect())),
        AnswerForm::Number => {
            let number = text
                .trim()
                .parse::<f64>()
                .map_err(|_| format!("the answer `{}` is no number", excerpt(text.as_bytes())))?;
            Ok(Value::Number(read.unit.map_or(number, |unit| unit.to_base(number))))
        }
        AnswerForm::Flag => match text.trim() {
            "true" | "1" => Ok(Value::Condition(Some(true))),
            "false" | "0" => Ok(Value::Condition(Some(false))),
            other => Err(format!("the answer `{}` is neither `true` nor `false`", excerpt(other.as_bytes()))),
        },
        AnswerForm::Json => {
            let json =
                serde_json::from_str(text).map_err(|error| format!("the answer is no JSON: {error}"))?;
            Pick { at: read.at.clone(), item: read.item.clone(), unit: read.unit }.value(&json)
        }
        AnswerForm::ExitCode => Err("the answer is the exit code".to_owned()),
    }
}

impl Provider for Exec {
    fn read<'a>(
        &'a self,
        operation: &'a str,
        arguments: &'a Arguments,
    ) -> Doing<'a, Result<Value, ReadFailure>> {
        Box::pin(async move { self.read_now(operation, arguments).await.map_err(ReadFailure) })
    }

    fn write<'a>(
        &'a self,
        operation: &'a str,
        arguments: &'a Arguments,
        intent: &'a WriteIntent,
    ) -> Doing<'a, Result<(), NotDone>> {
        Box::pin(self.write_now(operation, arguments, intent))
    }

    fn secrets(&self) -> &Secrets {
        &self.secrets
    }
}
