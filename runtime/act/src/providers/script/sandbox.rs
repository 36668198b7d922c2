//! Running a script on a thread of its own, within its bounds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

use rhai::module_resolvers::DummyModuleResolver;
use rhai::packages::{
    BasicArrayPackage, BasicMapPackage, BasicMathPackage, CorePackage, LogicPackage, MoreStringPackage,
    Package as _,
};
use rhai::{AST, CallFnOptions, Dynamic, Engine, EvalAltResult, Scope};
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::handles::{Granted, grant};
use crate::providers::NotDone;

/// How many operations a call may make.
const OPERATIONS_MAX: u64 = 1_000_000;
/// After how many of them the time and the memory are looked at.
const OPERATIONS_A_LOOK: u64 = 512;
/// By how much our memory may grow while a script runs, in bytes. The bounds of sizes hold for each value when it is made and handed
/// over, not for what is put into a list or a map by an index: this is for those.
const GROWTH_BYTES_MAX: u64 = 256 << 20;
/// What says that it grew by more.
const GROWN: &str = "memory";
/// How deeply functions may call one another.
const CALLS_MAX: usize = 32;
/// How deeply expressions may be nested.
const DEPTH_MAX: usize = 64;
/// How large a text may be, with all that is in the same value, in bytes.
const TEXT_BYTES_MAX: usize = 256 << 10;
/// How many entries lists and maps may have, with all that is in the same value.
const ENTRIES_MAX: usize = 10_000;
/// How many variables there may be at once.
const VARIABLES_MAX: usize = 100;
/// How many functions a script may have.
const FUNCTIONS_MAX: usize = 200;
/// The stack of a script's thread, in bytes.
const STACK_BYTES: usize = 16 << 20;

/// The bounds that a configuration sets.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How long a call may take.
    pub(super) time: Duration,
}

/// A call under way.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) granted: Arc<Granted>,
    /// The write's key.
    pub(super) key: Option<String>,
    limits: Limits,
    until: Instant,
    runtime: Handle,
    /// Closed when nobody waits for the call any more.
    wanted: watch::Receiver<()>,
    wanting: std::sync::Mutex<Option<watch::Sender<()>>>,
    has_sent: AtomicBool,
    lines: AtomicU32,
}

impl Run {
    /// Begins now. Must be called within the runtime.
    pub(super) fn new(granted: &Arc<Granted>, limits: Limits, key: Option<&str>) -> Arc<Self> {
        let (wanting, wanted) = watch::channel(());
        Arc::new(Self {
            granted: Arc::clone(granted),
            key: key.map(str::to_owned),
            limits,
            until: Instant::now() + limits.time,
            runtime: Handle::current(),
            wanted,
            wanting: std::sync::Mutex::new(Some(wanting)),
            has_sent: AtomicBool::new(false),
            lines: AtomicU32::new(0),
        })
    }

    /// From here on something may have changed.
    pub(super) fn note_sent(&self) {
        self.has_sent.store(true, Relaxed);
    }

    pub(super) fn count_line(&self) -> u32 {
        self.lines.fetch_add(1, Relaxed)
    }

    /// Waits on the script's thread, not longer than the call may take or is wanted.
    pub(super) fn wait<T>(&self, work: impl Future<Output = Result<T, NotDone>>) -> Result<T, NotDone> {
        let mut wanted = self.wanted.clone();
        self.runtime.block_on(async {
            tokio::select! {
                done = tokio::time::timeout_at(self.until.into(), work) => {
                    done.unwrap_or_else(|_| Err(NotDone::Unknown(self.too_long())))
                }
                // Nothing is ever sent: the other end is only let go of.
                _ = wanted.changed() => Err(NotDone::Unknown("nobody waits any more".to_owned())),
            }
        })
    }

    fn too_long(&self) -> String {
        format!("the script took longer than {:?}", self.limits.time)
    }

    fn is_over(&self) -> bool {
        Instant::now() >= self.until || self.wanted.has_changed().is_err()
    }

    /// What an error means.
    fn not_done(&self, error: &EvalAltResult) -> NotDone {
        let why = match error.unwrap_inner() {
            EvalAltResult::ErrorTerminated(why, _) if why.is_string() => {
                format!("the memory grew by more than {GROWTH_BYTES_MAX} bytes while the script ran")
            }
            EvalAltResult::ErrorTerminated(..) => self.too_long(),
            EvalAltResult::ErrorTooManyOperations(..) => {
                format!("the script made more than {OPERATIONS_MAX} operations")
            }
            EvalAltResult::ErrorStackOverflow(..) => {
                format!("the script's functions call one another more than {CALLS_MAX} deep")
            }
            EvalAltResult::ErrorDataTooLarge(what, _) => {
                format!("the script made something too large: {}", what.to_lowercase())
            }
            EvalAltResult::ErrorTooManyVariables(..) => {
                format!("the script has more than {VARIABLES_MAX} variables at once")
            }
            _ => format!("the script failed: {error}"),
        };
        if self.has_sent.load(Relaxed) { NotDone::Unknown(why) } else { NotDone::Failed(why) }
    }
}

/// Reads a script.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn compile(text: &str) -> Result<AST, String> {
    bounded().compile(text).map_err(|error| format!("the script cannot be read: {error}"))
}

/// Calls a function of a script.
///
/// # Errors
/// When it broke its bounds or failed; known not to have changed anything where it had sent nothing that could.
pub(super) async fn call(
    script: &Arc<AST>,
    function: String,
    arguments: Vec<Dynamic>,
    run: Arc<Run>,
) -> Result<Dynamic, NotDone> {
    // Dropped with this future: then nobody waits any more, and the script is stopped.
    let _wanting = run.wanting.lock().ok().and_then(|mut wanting| wanting.take());
    let (answer, answered) = oneshot::channel();
    let (script, own) = (Arc::clone(script), Arc::clone(&run));
    let work = move || {
        let mut engine = bounded();
        let progress = Arc::clone(&own);
        let before = memory();
        engine.on_progress(move |operations| {
            if operations % OPERATIONS_A_LOOK != 0 {
                return None;
            }
            if memory() > before.saturating_add(GROWTH_BYTES_MAX) {
                return Some(GROWN.into());
            }
            progress.is_over().then_some(Dynamic::UNIT)
        });
        grant(&mut engine, &own);
        let options = CallFnOptions::new().eval_ast(false);
        let called =
            engine.call_fn_with_options::<Dynamic>(options, &mut Scope::new(), &script, function, arguments);
        // Whoever does not wait any more needs no answer.
        drop(answer.send(called.map_err(|error| own.not_done(&error))));
    };
    let thread = std::thread::Builder::new().name("script".to_owned()).stack_size(STACK_BYTES).spawn(work);
    thread.map_err(|error| NotDone::Failed(format!("no thread for the script: {error}")))?;
    let broken = |_| NotDone::Unknown("the script broke off".to_owned());
    answered.await.map_err(broken)?
}

/// How much memory we have, in bytes; 0 where that cannot be read.
fn memory() -> u64 {
    let resident =
        procfs::process::Process::myself().and_then(|own| own.statm()).map(|memory| memory.resident);
    resident.unwrap_or(0).saturating_mul(procfs::page_size())
}

/// An engine with nothing but the language, within its bounds.
fn bounded() -> Engine {
    let mut engine = Engine::new_raw();
    // Not the whole standard package: it has a clock.
    engine
        .register_global_module(CorePackage::new().as_shared_module())
        .register_global_module(LogicPackage::new().as_shared_module())
        .register_global_module(BasicMathPackage::new().as_shared_module())
        .register_global_module(BasicArrayPackage::new().as_shared_module())
        .register_global_module(BasicMapPackage::new().as_shared_module())
        .register_global_module(MoreStringPackage::new().as_shared_module());
    engine
        .set_max_operations(OPERATIONS_MAX)
        .set_max_call_levels(CALLS_MAX)
        .set_max_expr_depths(DEPTH_MAX, DEPTH_MAX)
        .set_max_string_size(TEXT_BYTES_MAX)
        .set_max_array_size(ENTRIES_MAX)
        .set_max_map_size(ENTRIES_MAX)
        .set_max_variables(VARIABLES_MAX)
        .set_max_functions(FUNCTIONS_MAX)
        .set_max_modules(0)
        .set_strict_variables(true)
        .set_module_resolver(DummyModuleResolver::new())
        .disable_symbol("eval");
    let refuse = || -> Result<(), Box<EvalAltResult>> { Err("a script does not sleep".into()) };
    engine.register_fn("sleep", move |_: i64| refuse()).register_fn("sleep", move |_: f64| refuse());
    engine
}
