//! `script`: a sandboxed script in Rhai.
//!
//! ```toml
//! [provider.flags]
//! kind            = "script"
//! file            = "/etc/novaevo/flags.rhai"
//! time_max        = "10s"
//! http.flags.base = "https://flags.example/api"
//! http.flags.bearer = "env:FLAGS_TOKEN"
//! ```
//!
//! ```rhai
//! fn read_value(args) {
//!     let answer = http("flags").get(["flags", args.name]);
//!     if answer.status != 200 { return failed(`it answered ${answer.status}`); }
//!     answer.body.value
//! }
//!
//! fn write_set(args, key) {
//!     let answer = http("flags").put(["flags", args.name], #{ value: args.to });
//!     if answer.status == 409 { return failed("somebody else changed it"); }
//!     if answer.status >= 300 { return unknown(`it answered ${answer.status}`); }
//! }
//! ```
//!
//! A script can use what it is given and nothing else: its arguments, `http(NAME)` below the addresses named here, `config(NAME)`,
//! `log(TEXT)`, `failed(WHY)`, `unknown(WHY)`. No file, no other address, no clock, no program. It is bounded in time, operations,
//! depth and the size of what it makes.

mod convert;
mod handles;
mod sandbox;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use nvp_respond::effect::WriteIntent;
use nvp_respond::value::Value;
use nvp_settings::Setting;
use rhai::{AST, Dynamic};
use serde::Deserialize;

use super::agree::{Offer, Uses};
use super::http::client::{Client, Target};
use super::provider::no_operation;
use super::secrets::fetch_all;
use super::{Arguments, Doing, NotDone, Problem, Provider, ReadFailure, Secrets};
use handles::{Granted, Said};
use sandbox::{Limits, Run, call};

/// The largest script, in bytes.
const SCRIPT_BYTES_MAX: usize = 256 << 10;
/// How long a call of a script may take unless said.
const TIME_MAX: Duration = Duration::from_secs(10);

/// `[provider.NAME]` of kind `script`, its script read.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct ScriptBody {
    script: Arc<AST>,
    reads: BTreeSet<String>,
    writes: BTreeSet<String>,
    limits: Limits,
    http: BTreeMap<String, Target>,
}

/// As it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    file: Option<PathBuf>,
    script: Option<String>,
    #[serde(default = "time_max", deserialize_with = "nvp_settings::duration")]
    time_max: Duration,
    #[serde(default)]
    http: BTreeMap<String, Target>,
}

fn time_max() -> Duration {
    TIME_MAX
}

impl TryFrom<Written> for ScriptBody {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let text = match (written.file, written.script) {
            (Some(file), None) if file.is_absolute() => std::fs::read_to_string(&file)
                .map_err(|error| format!("the script `{}` cannot be read: {error}", file.display()))?,
            (Some(_), None) => return Err("the path of the script is not absolute".to_owned()),
            (None, Some(text)) => text,
            _ => return Err("either `file` or `script` is needed".to_owned()),
        };
        if text.len() > SCRIPT_BYTES_MAX {
            return Err(format!("the script is larger than {SCRIPT_BYTES_MAX} bytes"));
        }
        let limits = Limits { time: written.time_max };
        let script = sandbox::compile(&text)?;
        let (mut reads, mut writes) = (BTreeSet::new(), BTreeSet::new());
        for function in script.iter_functions() {
            match (function.name.split_once('_'), function.params.len()) {
                (Some(("read", name)), 1) => drop(reads.insert(name.to_owned())),
                (Some(("write", name)), 2) => drop(writes.insert(name.to_owned())),
                (Some(("read", _)), _) => {
                    return Err(format!("`{}` must take one parameter: `(args)`", function.name));
                }
                (Some(("write", _)), _) => {
                    return Err(format!("`{}` must take two parameters: `(args, key)`", function.name));
                }
                _ => {}
            }
        }
        Ok(Self { script: Arc::new(script), reads, writes, limits, http: written.http })
    }
}

impl ScriptBody {
    /// Whether it can be carried out.
    pub(super) fn check(&self, place: &str) -> Result<(), Problem> {
        if self.reads.is_empty() && self.writes.is_empty() {
            let why = "the script has neither a `read_NAME(args)` nor a `write_NAME(args, key)`";
            return Err(Problem::new(place, why, "write one for each operation that the policy declares"));
        }
        Ok(())
    }

    /// What it can do.
    pub(super) fn offer(&self) -> Offer {
        let uses =
            |names: &BTreeSet<String>| names.iter().map(|name| (name.clone(), Uses::default())).collect();
        Offer::Configured { reads: uses(&self.reads), writes: uses(&self.writes) }
    }
}

/// A script.
#[derive(Debug)]
pub(super) struct Script {
    body: ScriptBody,
    granted: Arc<Granted>,
}

impl Script {
    /// Fetches the secrets.
    pub(super) fn open(
        name: &str,
        place: &str,
        body: &ScriptBody,
        config: &BTreeMap<String, Setting>,
    ) -> Result<Self, Problem> {
        let mut secrets = Secrets::default();
        let mut clients = BTreeMap::new();
        for (name, target) in &body.http {
            clients
                .insert(name.clone(), Client::open(&format!("{place}.http.{name}"), target, &mut secrets)?);
        }
        let config = fetch_all(config, &mut secrets).map_err(|(name, why)| {
            Problem::new(format!("{place}.config.{name}"), why, "set it, or name another place")
        })?;
        let granted = Arc::new(Granted { provider: name.to_owned(), clients, config, secrets });
        Ok(Self { body: body.clone(), granted })
    }

    async fn read_now(&self, operation: &str, arguments: &Arguments) -> Result<Value, String> {
        if !self.body.reads.contains(operation) {
            return Err(no_operation("script", operation));
        }
        let run = Run::new(&self.granted, self.body.limits, None);
        let arguments = vec![Dynamic::from_map(convert::arguments(arguments))];
        let answer = call(&self.body.script, format!("read_{operation}"), arguments, run).await;
        let answer = answer.map_err(|not_done| not_done.to_string())?;
        match answer.clone().try_cast::<Said>() {
            Some(Said::Failed(why) | Said::Unknown(why)) => Err(why),
            None => convert::value(answer),
        }
    }

    async fn write_now(
        &self,
        operation: &str,
        arguments: &Arguments,
        intent: &WriteIntent,
    ) -> Result<(), NotDone> {
        if !self.body.writes.contains(operation) {
            return Err(NotDone::Failed(no_operation("script", operation)));
        }
        let run = Run::new(&self.granted, self.body.limits, Some(&intent.key));
        let arguments = vec![Dynamic::from_map(convert::arguments(arguments)), intent.key.clone().into()];
        let answer = call(&self.body.script, format!("write_{operation}"), arguments, run).await?;
        match answer.clone().try_cast::<Said>() {
            Some(Said::Failed(why)) => Err(NotDone::Failed(why)),
            Some(Said::Unknown(why)) => Err(NotDone::Unknown(why)),
            None if answer.is_unit() || answer.as_bool() == Ok(true) => Ok(()),
            None => Err(NotDone::Unknown(format!(
                "`write_{operation}` gave a value of kind `{}`: nothing, `failed(why)` or `unknown(why)` is expected",
                answer.type_name()
            ))),
        }
    }
}

impl Provider for Script {
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
        &self.granted.secrets
    }
}
