//! `process`: child processes of ours, a few instances of each declared program.
//!
//! ```toml
//! [provider.process]
//! kind = "process"
//!
//! [provider.process.program.worker]
//! run           = ["/usr/local/bin/worker", "--queue", "parts"]
//! directory     = "/srv/worker"
//! environment   = { TOKEN = "env:WORKER_TOKEN" }
//! grace         = "10s"        # between SIGTERM and SIGKILL
//! output        = "/var/log/worker.log"
//! instances_max = 20
//! ```
//!
//! An instance is its pid with the time it was started (`pid@ticks`), so that a number that was given away again is never signalled:
//! signals go through pidfds. Instances outlive us, are found again by what was written down of them, and end only when told to. None
//! is started again by itself: what to do about one that died, policies decide. A change that was begun is carried to its end even when
//! its call has run out of time.

mod config;
pub(super) mod identity;
mod start;
mod state;
mod stop;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use nvp_respond::effect::WriteIntent;
use nvp_respond::value::Value;
use tokio::sync::Mutex;

pub(super) use config::ProcessBody;
use config::Program;
use identity::Identity;
use start::Prepared;
use state::State;

use super::agree::{Native, Sort};
use super::provider::no_operation;
use super::{Arguments, Doing, NotDone, Problem, Provider, ReadFailure, Secrets};

/// What it can do.
pub(super) static OFFER: Native = Native {
    config: &[],
    reads: &[
        ("running", &[("program", Sort::Text)], Sort::Count, false),
        ("instances", &[("program", Sort::Text)], Sort::Handle, true),
        ("alive", &[("victim", Sort::Handle)], Sort::Flag, false),
        ("started_at", &[("victim", Sort::Handle)], Sort::Instant, false),
    ],
    writes: &[
        ("start", &[("program", Sort::Text)]),
        ("stop", &[("program", Sort::Text)]),
        ("scale", &[("program", Sort::Text), ("to", Sort::Count)]),
        ("restart", &[("program", Sort::Text), ("victim", Sort::Handle)]),
    ],
};

/// The programs under our care.
#[derive(Debug)]
pub(super) struct Processes {
    supervisor: Arc<Supervisor>,
    secrets: Secrets,
}

#[derive(Debug)]
struct Supervisor {
    programs: BTreeMap<String, Supervised>,
    state: State,
}

#[derive(Debug)]
struct Supervised {
    program: Program,
    prepared: Prepared,
    /// One change at a time.
    changing: Mutex<()>,
}

impl Processes {
    /// Fetches the secrets, finds the instances of before again, and carries on with what was broken off. Must be called within the
    /// runtime that is to do the work.
    pub(super) fn open(name: &str, place: &str, body: &ProcessBody, folder: &Path) -> Result<Self, Problem> {
        let mut secrets = Secrets::default();
        let mut programs = BTreeMap::new();
        for (program_name, program) in &body.program {
            let place = format!("{place}.program.{program_name}");
            let prepared = Prepared::open(&place, program, &mut secrets)?;
            let supervised = Supervised { program: program.clone(), prepared, changing: Mutex::default() };
            programs.insert(program_name.clone(), supervised);
        }
        let state = State::open(folder, name).map_err(|why| {
            Problem::new(place, why, "the state folder must be writable, and used by one process at a time")
        })?;
        let supervisor = Arc::new(Supervisor { programs, state });
        for (program, victim) in supervisor.state.unfinished() {
            let supervisor = Arc::clone(&supervisor);
            tokio::spawn(async move {
                if let Err(why) = supervisor.restart(&program, victim).await {
                    tracing::error!(program, %why, "a restart that was broken off cannot be finished");
                }
            });
        }
        Ok(Self { supervisor, secrets })
    }

    fn read_now(&self, operation: &str, arguments: &Arguments) -> Result<Value, String> {
        let supervisor = &self.supervisor;
        match operation {
            "running" | "instances" => {
                let program = arguments.text("program")?;
                supervisor.supervised(program)?;
                let running = supervisor.state.running(program)?;
                if operation == "instances" {
                    let handle = |identity: Identity| Value::Text(identity.to_string());
                    return Ok(Value::List(running.into_iter().map(handle).collect()));
                }
                let count = u32::try_from(running.len()).map_err(|_| "too many are running".to_owned())?;
                Ok(Value::Number(f64::from(count)))
            }
            "alive" => {
                let victim = supervisor.known(arguments.text("victim")?)?;
                Ok(Value::Condition(Some(victim.is_alive()?)))
            }
            "started_at" => supervisor.known(arguments.text("victim")?)?.started_at().map(Value::Number),
            _ => Err(no_operation("process", operation)),
        }
    }

    async fn write_now(&self, operation: &str, arguments: &Arguments) -> Result<(), NotDone> {
        let program = arguments.text("program")?.to_owned();
        let supervisor = Arc::clone(&self.supervisor);
        let instances_max = supervisor.supervised(&program)?.program.instances_max;
        let change: Doing<'static, Result<(), NotDone>> = match operation {
            "start" => Box::pin(async move { supervisor.start(&program).await }),
            "stop" => Box::pin(async move { supervisor.scale(&program, 0).await }),
            "scale" => {
                let to = arguments.whole("to", instances_max)?;
                Box::pin(async move { supervisor.scale(&program, to as usize).await })
            }
            "restart" => {
                let victim = supervisor.known(arguments.text("victim")?)?;
                Box::pin(async move { supervisor.restart(&program, victim).await })
            }
            _ => return Err(NotDone::Failed(no_operation("process", operation))),
        };
        // A task of its own: a change that was begun is not left halfway when the call has run out of time.
        let broken = |_| NotDone::Unknown("the change broke off".to_owned());
        tokio::spawn(change).await.map_err(broken)?
    }
}

impl Supervisor {
    fn supervised(&self, program: &str) -> Result<&Supervised, String> {
        self.programs.get(program).ok_or_else(|| format!("no program `{program}` is configured"))
    }

    /// An instance of ours.
    fn known(&self, handle: &str) -> Result<Identity, String> {
        let identity = Identity::parse(handle)?;
        if self.state.knows(identity) {
            Ok(identity)
        } else {
            Err(format!("`{handle}` is no instance that was started here"))
        }
    }

    async fn start(&self, program: &str) -> Result<(), NotDone> {
        let supervised = self.supervised(program)?;
        let _changing = supervised.changing.lock().await;
        if self.state.running(program)?.is_empty() {
            supervised.prepared.start(program, &self.state, None).await?;
        }
        Ok(())
    }

    async fn scale(&self, program: &str, to: usize) -> Result<(), NotDone> {
        let supervised = self.supervised(program)?;
        let _changing = supervised.changing.lock().await;
        let running = self.state.running(program)?;
        let mut is_changed = false;
        let grown = |why: NotDone, is_changed: bool| match why {
            NotDone::Failed(why) if is_changed => NotDone::Unknown(format!("only some were started: {why}")),
            why => why,
        };
        for _ in running.len()..to {
            supervised
                .prepared
                .start(program, &self.state, None)
                .await
                .map_err(|why| grown(why, is_changed))?;
            is_changed = true;
        }
        // The newest first: the oldest have proved themselves. All at once: each has its own grace.
        let surplus = running.iter().skip(to).rev();
        let stops: Vec<_> = surplus
            .map(|identity| {
                tokio::spawn(stop::stop(*identity, self.state.token(*identity), supervised.program.grace))
            })
            .collect();
        let mut failure = None;
        for stop in stops {
            let stopped = stop.await.unwrap_or_else(|_| Err("stopping it broke off".to_owned()));
            failure = failure.or(stopped.err());
        }
        failure.map_or(Ok(()), |why| Err(NotDone::Unknown(why)))
    }

    async fn restart(&self, program: &str, victim: Identity) -> Result<(), NotDone> {
        let supervised = self.supervised(program)?;
        let _changing = supervised.changing.lock().await;
        if self.state.is_replaced(victim) {
            return Ok(());
        }
        // Written down before: should we end between its end and the other's start, the other is still owed.
        self.state.owe(program, victim)?;
        let stopped = stop::stop(victim, self.state.token(victim), supervised.program.grace).await;
        stopped.map_err(NotDone::Unknown)?;
        let started = supervised.prepared.start(program, &self.state, Some(victim)).await;
        started.map_err(|why| NotDone::Unknown(format!("it was stopped, and not started again: {why}")))
    }
}

impl Provider for Processes {
    fn read<'a>(
        &'a self,
        operation: &'a str,
        arguments: &'a Arguments,
    ) -> Doing<'a, Result<Value, ReadFailure>> {
        Box::pin(std::future::ready(self.read_now(operation, arguments).map_err(ReadFailure)))
    }

    fn write<'a>(
        &'a self,
        operation: &'a str,
        arguments: &'a Arguments,
        _intent: &'a WriteIntent,
    ) -> Doing<'a, Result<(), NotDone>> {
        Box::pin(self.write_now(operation, arguments))
    }

    fn secrets(&self) -> &Secrets {
        &self.secrets
    }
}
