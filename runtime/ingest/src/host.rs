//! The built-in host collector: this machine's metrics under node_exporter's names, labels, kinds and units, without a server.
//!
//! One file a collector, named as node_exporter names it. What cannot be read is counted and named, and the rest goes on; what
//! this machine does not have (a kernel without pressure figures) is passed over. What vanishes (a disk taken out) ends with
//! Prometheus' stale marker.

mod cpu;
mod diskstats;
mod filesystem;
mod kernel;
mod meminfo;
mod mounts;
mod netclass;
mod netdev;
mod roots;
mod sink;
mod system;

pub use roots::Roots;

use std::io;

use nvp_formats::{Batch, STALE_MARKER, SeriesId, SeriesTable, WireKind};

use self::sink::Sink;

/// How the collector is set up.
#[derive(Debug, Clone)]
pub struct HostOptions {
    /// Labels that every series gets.
    pub labels: Vec<(String, String)>,
    /// Where the kernel's files are.
    pub roots: Roots,
}

impl Default for HostOptions {
    /// This machine, with `job="host"` and its host name as `instance`.
    fn default() -> Self {
        let instance = rustix::system::uname().nodename().to_string_lossy().into_owned();
        let labels = vec![("instance".to_owned(), instance), ("job".to_owned(), "host".to_owned())];
        Self { labels, roots: Roots::default() }
    }
}

/// What could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which collector.
    pub collector: &'static str,
    /// What of it, and why.
    pub what: String,
}

/// What one collection brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// The samples appended, stale markers among them.
    pub samples: usize,
    /// How many series were refused because the table is full.
    pub refused: u64,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

/// Why a collector gave nothing, or not all.
#[derive(Debug)]
enum Failure {
    /// This machine does not have it.
    Absent,
    /// It cannot be read.
    Unreadable(String),
}

impl Failure {
    fn of(path: &std::path::Path, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Absent,
            _ => Self::Unreadable(format!("`{}`: {error}", path.display())),
        }
    }

    fn not_understood(path: &std::path::Path) -> Self {
        Self::Unreadable(format!("`{}`: its lines are not as expected", path.display()))
    }
}

/// Collects this machine's metrics, once per call of [`HostCollector::collect`].
#[derive(Debug)]
pub struct HostCollector {
    options: HostOptions,
    cpu: cpu::Cpu,
    mounts: mounts::Mounts,
    /// The series of the last collection, sorted.
    last: Vec<SeriesId>,
}

impl HostCollector {
    /// A collector; nothing is read yet.
    #[must_use]
    pub fn new(options: HostOptions) -> Self {
        Self { options, cpu: cpu::Cpu::default(), mounts: mounts::Mounts::default(), last: Vec::new() }
    }

    /// Reads everything once and appends it to `batch`, all with the instant `now_ms` (since the Unix epoch).
    ///
    /// It waits for a filesystem that does not answer for half a second, and for all such together two seconds at most; each is
    /// a problem, and is passed over from then on until it answers.
    pub fn collect(&mut self, now_ms: i64, table: &mut SeriesTable, batch: &mut Batch) -> Collected {
        let before = batch.len();
        let mut sink = Sink::new(&self.options.labels, now_ms, table, batch);
        let roots = &self.options.roots;
        let mut problems = Vec::new();
        let mut run = |collector: &'static str, collected: Result<(), Failure>, sink: &mut Sink<'_>| {
            let success = f64::from(u8::from(collected.is_ok()));
            sink.put(WireKind::Gauge, "node_scrape_collector_success", &[("collector", collector)], success);
            if let Err(Failure::Unreadable(what)) = collected {
                problems.push(Problem { collector, what });
            }
        };
        let cpu = self.cpu.collect(roots, &mut sink);
        run("cpu", cpu, &mut sink);
        let filesystem = filesystem::collect(roots, &mut self.mounts, &mut sink);
        run("filesystem", filesystem, &mut sink);
        for (name, collect) in COLLECTORS {
            let collected = collect(roots, &mut sink);
            run(name, collected, &mut sink);
        }
        sink.put(WireKind::Gauge, "node_time_seconds", &[], now_ms as f64 / 1_000.0);
        let (mut seen, refused) = sink.finish();
        seen.sort_unstable();
        for &gone in self.last.iter().filter(|id| seen.binary_search(id).is_err()) {
            batch.push(gone, now_ms, STALE_MARKER);
        }
        self.last = seen;
        Collected { samples: batch.len() - before, refused, problems }
    }
}

type Collect = fn(&Roots, &mut Sink<'_>) -> Result<(), Failure>;

/// The collectors that remember nothing.
const COLLECTORS: [(&str, Collect); 14] = [
    ("meminfo", meminfo::collect),
    ("diskstats", diskstats::collect),
    ("netdev", netdev::collect),
    ("netclass", netclass::collect),
    ("stat", kernel::stat),
    ("loadavg", kernel::loadavg),
    ("vmstat", kernel::vmstat),
    ("pressure", kernel::pressure),
    ("filefd", kernel::filefd),
    ("entropy", kernel::entropy),
    ("conntrack", kernel::conntrack),
    ("sockstat", kernel::sockstat),
    ("uname", system::uname),
    ("os", system::os),
];
