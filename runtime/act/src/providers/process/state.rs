//! What was started, written down before and after, so that it is found again when we are.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use serde::{Deserialize, Serialize};

use super::identity::{Identity, is_gone, unreadable};

/// The variable by which an instance is known that was started just before we ended.
pub(super) const INSTANCE: &str = "NOVAEVO_INSTANCE";
/// How often the lock is tried for, and the time between.
const LOCK_TRIES: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(25);
/// How many instances that have ended are remembered, of all programs.
const ENDED_MAX: usize = 1_000;

/// The instances, and the file that holds them.
#[derive(Debug)]
pub(super) struct State {
    file: PathBuf,
    /// Held as long as we are: nobody else may start and stop the same programs.
    _lock: File,
    recorded: Mutex<Recorded>,
}

#[derive(Debug, Clone, Serialize, Deserialize, Default)]
struct Recorded {
    /// Since when the machine runs, as its kernel names it: pids of before mean nothing.
    boot: String,
    instances: Vec<Instance>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Instance {
    program: String,
    /// What it has in its environment.
    token: String,
    /// `None` from before it is started until it is.
    identity: Option<Identity>,
    /// It is being stopped, and another is to be started in its place.
    #[serde(default)]
    is_owed: bool,
    /// Another was started in its place.
    #[serde(default)]
    is_replaced: bool,
}

impl State {
    /// Reads what was written down.
    pub(super) fn open(folder: &Path, name: &str) -> Result<Self, String> {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("no folder `{}`: {error}", folder.display()))?;
        let file = folder.join(format!("provider-{name}.json"));
        let path = file.with_extension("lock");
        let cannot = |error: std::io::Error| format!("`{}` cannot be opened: {error}", path.display());
        let lock = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(cannot)?;
        take(&lock).map_err(|_| format!("`{}` is locked by another process", path.display()))?;
        let boot = one_line("/proc/sys/kernel/random/boot_id")?;
        let mut recorded: Recorded = match std::fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| format!("`{}` cannot be read: {error}", file.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Recorded::default(),
            Err(error) => return Err(format!("`{}` cannot be read: {error}", file.display())),
        };
        if recorded.boot != boot {
            recorded = Recorded { boot, instances: Vec::new() };
        }
        recorded.find_those_just_started()?;
        let state = Self { file, _lock: lock, recorded: Mutex::default() };
        state.change(|own| *own = recorded)?;
        Ok(state)
    }

    /// The instances of a program that run, oldest first.
    pub(super) fn running(&self, program: &str) -> Result<Vec<Identity>, String> {
        let mut running = Vec::new();
        let of_program =
            |instance: &Instance| (instance.program == program).then_some(instance.identity).flatten();
        let known: Vec<Identity> = self.lock().instances.iter().filter_map(of_program).collect();
        for identity in known {
            if identity.is_alive()? {
                running.push(identity);
            }
        }
        Ok(running)
    }

    /// Whether it was started here.
    pub(super) fn knows(&self, identity: Identity) -> bool {
        self.lock().find(identity).is_some()
    }

    /// What it has in its environment.
    pub(super) fn token(&self, identity: Identity) -> String {
        self.lock().find(identity).map(|instance| instance.token.clone()).unwrap_or_default()
    }

    /// Whether another was started in its place.
    pub(super) fn is_replaced(&self, identity: Identity) -> bool {
        self.lock().find(identity).is_some_and(|instance| instance.is_replaced)
    }

    /// Restarts that were begun and not finished.
    pub(super) fn unfinished(&self) -> Vec<(String, Identity)> {
        let owed = |instance: &Instance| {
            instance.identity.filter(|_| instance.is_owed).map(|id| (instance.program.clone(), id))
        };
        self.lock().instances.iter().filter_map(owed).collect()
    }

    /// Notes that a restart begins.
    pub(super) fn owe(&self, program: &str, victim: Identity) -> Result<(), String> {
        if self.lock().find(victim).is_none_or(|instance| instance.program != program) {
            return Err(format!("`{victim}` is no instance of `{program}`"));
        }
        self.change(|recorded| recorded.mark(victim, |instance| instance.is_owed = true))
    }

    /// Notes that an instance is about to be started; its token.
    pub(super) fn announce(&self, program: &str) -> Result<String, String> {
        let token = one_line("/proc/sys/kernel/random/uuid")?;
        let instance = Instance {
            program: program.to_owned(),
            token: token.clone(),
            identity: None,
            is_owed: false,
            is_replaced: false,
        };
        self.change(|recorded| {
            recorded.forget_ended();
            recorded.instances.push(instance);
        })?;
        Ok(token)
    }

    /// Notes what became of it, and in whose place it stands.
    pub(super) fn started(
        &self,
        token: &str,
        identity: Option<Identity>,
        instead: Option<Identity>,
    ) -> Result<(), String> {
        self.change(|recorded| {
            match recorded.instances.iter_mut().find(|instance| instance.token == token) {
                Some(instance) if identity.is_some() => instance.identity = identity,
                _ => recorded.instances.retain(|instance| instance.token != token),
            }
            if let Some(victim) = instead.filter(|_| identity.is_some()) {
                recorded.mark(victim, |instance| (instance.is_owed, instance.is_replaced) = (false, true));
            }
        })
    }

    /// Changes what is written down, on the disk first.
    fn change(&self, change: impl FnOnce(&mut Recorded)) -> Result<(), String> {
        let mut own = self.lock();
        let mut next = own.clone();
        change(&mut next);
        self.write(&next).map_err(|error| format!("`{}` cannot be written: {error}", self.file.display()))?;
        *own = next;
        Ok(())
    }

    fn write(&self, recorded: &Recorded) -> std::io::Result<()> {
        let bytes = serde_json::to_vec_pretty(recorded)?;
        let next = self.file.with_extension("next");
        let mut file = File::create(&next)?;
        file.write_all(&bytes)?;
        file.sync_all()?;
        std::fs::rename(&next, &self.file)?;
        match self.file.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Recorded> {
        // It is only ever replaced as a whole.
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Recorded {
    fn find(&self, identity: Identity) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.identity == Some(identity))
    }

    fn mark(&mut self, identity: Identity, mark: impl FnOnce(&mut Instance)) {
        if let Some(instance) = self.instances.iter_mut().find(|instance| instance.identity == Some(identity))
        {
            mark(instance);
        }
    }

    /// Instances that were announced, and of which nothing more is known: they have their token in their environment, or were never
    /// started.
    fn find_those_just_started(&mut self) -> Result<(), String> {
        let missing: BTreeSet<String> = self
            .instances
            .iter()
            .filter(|instance| instance.identity.is_none())
            .map(|instance| instance.token.clone())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        for process in procfs::process::all_processes().map_err(|error| unreadable(&error))? {
            let (Ok(stat), Some(token)) = (
                process.as_ref().map_err(is_gone).and_then(|p| p.stat().map_err(|e| is_gone(&e))),
                process.as_ref().ok().and_then(token_of),
            ) else {
                continue;
            };
            // The one that leads its group was started; what else has the token came from it.
            let found = self
                .instances
                .iter_mut()
                .find(|instance| instance.token == token && instance.identity.is_none());
            if let Some(instance) = found.filter(|_| stat.pgrp == stat.pid) {
                instance.identity = Some(Identity { pid: stat.pid, started_ticks: stat.starttime });
            }
        }
        self.instances.retain(|instance| instance.identity.is_some());
        Ok(())
    }

    fn forget_ended(&mut self) {
        let mut surplus = self.instances.len().saturating_sub(ENDED_MAX);
        if surplus == 0 {
            return;
        }
        self.instances.retain(|instance| {
            let is_ended = instance.identity.is_some_and(|identity| identity.is_alive() == Ok(false));
            let forget = surplus > 0 && is_ended && !instance.is_owed;
            surplus -= usize::from(forget);
            !forget
        });
    }
}

/// Takes the lock. A child that is being started by another thread of ours holds it for a moment with us, until it becomes its program.
fn take(lock: &File) -> rustix::io::Result<()> {
    let mut taken = Ok(());
    for _ in 0..LOCK_TRIES {
        taken = flock(lock, FlockOperation::NonBlockingLockExclusive);
        if taken.is_ok() {
            break;
        }
        std::thread::sleep(LOCK_PAUSE);
    }
    taken
}

/// The token in a process's environment, as far as we may see it.
pub(super) fn token_of(process: &procfs::process::Process) -> Option<String> {
    let environment = process.environ().ok()?;
    environment.get(std::ffi::OsStr::new(INSTANCE))?.to_str().map(str::to_owned)
}

fn one_line(path: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("`{path}` cannot be read: {error}"))?;
    Ok(text.trim_end().to_owned())
}
