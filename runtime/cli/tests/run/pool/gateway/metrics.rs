//! What the gateway tells of itself: how long requests take, how many fail, how full its pool is as PgBouncer's console says, and what it
//! takes of its machine.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use crate::run::pool::cluster::connect;

/// How often the gateway looks at its pool.
const LOOK: Duration = Duration::from_millis(100);
/// The upper bounds of the histogram's buckets, in seconds.
const BOUNDS_S: [f64; 11] = [0.01, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0];
/// Over how long failures are counted.
const RECENT: Duration = Duration::from_secs(3);
/// What the network can bear, in bytes a second.
const NETWORK_BYTES_PER_S: f64 = 125_000_000.0;
/// What an answer is on the wire, roughly, in bytes.
const ANSWER_BYTES: u64 = 200;

pub struct Metrics {
    region: String,
    counted: Mutex<Counted>,
    pool: Arc<Mutex<Pool>>,
}

#[derive(Default)]
struct Counted {
    buckets: [u64; BOUNDS_S.len()],
    sum_s: f64,
    requests: u64,
    queries: u64,
    saved: u64,
    shed: u64,
    /// Whether each of the last failed.
    last: VecDeque<(Instant, bool)>,
    /// At the look before: when, the time on a processor in ns, the requests.
    before: Option<(Instant, u64, u64)>,
}

/// The pool since it was told of last: the most that were in use, and how large it is.
#[derive(Default)]
struct Pool {
    in_use: u64,
    size: u64,
}

impl Metrics {
    pub async fn start(region: &str, console: &str) -> Self {
        let pool = Arc::new(Mutex::new(Pool::default()));
        let (client, name) = (connect(console).await, region.to_owned());
        look(&client, &name, &pool).await;
        let ours = Arc::clone(&pool);
        tokio::spawn(async move {
            let mut looks = tokio::time::interval(LOOK);
            while !client.is_closed() {
                looks.tick().await;
                look(&client, &name, &ours).await;
            }
        });
        Self { region: region.to_owned(), counted: Mutex::default(), pool }
    }

    /// A request that the cache answered.
    pub fn saved(&self, took: Duration) {
        let mut counted = self.counted.lock().unwrap();
        counted.saved += 1;
        counted.observe(took, false);
    }

    /// A request for which the database was asked: whether it answered well; nothing where it did not in time.
    pub fn queried(&self, class: &str, took: Duration, is_good: Option<bool>) {
        let mut counted = self.counted.lock().unwrap();
        counted.queries += 1;
        let is_shed = is_good.is_none() && class != "critical";
        counted.shed += u64::from(is_shed);
        counted.observe(took, !is_shed && is_good != Some(true));
    }

    pub fn queries(&self) -> (u64, u64) {
        let counted = self.counted.lock().unwrap();
        (counted.queries, counted.saved)
    }

    pub fn shed(&self) -> u64 {
        self.counted.lock().unwrap().shed
    }

    /// All of it, as Prometheus reads it.
    pub fn exposed(&self) -> String {
        let region = &self.region;
        let mut counted = self.counted.lock().unwrap();
        let mut text = "# TYPE api_gateway_request_duration_seconds histogram\n".to_owned();
        let name = "api_gateway_request_duration_seconds";
        for (bound, count) in BOUNDS_S.iter().zip(counted.buckets) {
            writeln!(text, "{name}_bucket{{region=\"{region}\",le=\"{bound}\"}} {count}").unwrap();
        }
        let (sum, requests) = (counted.sum_s, counted.requests);
        writeln!(text, "{name}_bucket{{region=\"{region}\",le=\"+Inf\"}} {requests}").unwrap();
        writeln!(text, "{name}_sum{{region=\"{region}\"}} {sum}").unwrap();
        writeln!(text, "{name}_count{{region=\"{region}\"}} {requests}").unwrap();
        let (cpu, network) = counted.load();
        let mut gauge = |name: &str, labels: &str, value: f64| {
            writeln!(text, "# TYPE {name} gauge\n{name}{{{labels}region=\"{region}\"}} {value}").unwrap();
        };
        gauge("gateway_error_ratio", "", counted.error_ratio());
        let mut pool = self.pool.lock().unwrap();
        gauge("db_pool_in_use", "", pool.in_use as f64);
        gauge("db_pool_size", "", pool.size as f64);
        pool.in_use = 0;
        let ours = "service=\"api-gateway\",";
        gauge("cpu", ours, cpu);
        gauge("memory", ours, memory());
        gauge("network", ours, network);
        text
    }
}

impl Counted {
    fn observe(&mut self, took: Duration, has_failed: bool) {
        let took_s = took.as_secs_f64();
        for (bound, count) in BOUNDS_S.iter().zip(&mut self.buckets) {
            *count += u64::from(took_s <= *bound);
        }
        self.sum_s += took_s;
        self.requests += 1;
        self.last.push_back((Instant::now(), has_failed));
    }

    fn error_ratio(&mut self) -> f64 {
        while self.last.front().is_some_and(|(at, _)| at.elapsed() > RECENT) {
            self.last.pop_front();
        }
        let failed = self.last.iter().filter(|(_, has_failed)| *has_failed).count();
        failed as f64 / self.last.len().max(1) as f64
    }

    /// What it took of the machine's processors and of the network since the look before.
    fn load(&mut self) -> (f64, f64) {
        let now = (Instant::now(), on_processor_ns(), self.requests);
        let before = self.before.replace(now).unwrap_or(now);
        let passed_s = now.0.duration_since(before.0).as_secs_f64().max(0.001);
        let processors = std::thread::available_parallelism().map_or(1, usize::from) as f64;
        let cpu = (now.1.saturating_sub(before.1)) as f64 / 1e9 / passed_s / processors;
        let bytes = (now.2 - before.2) * ANSWER_BYTES;
        (cpu, bytes as f64 / passed_s / NETWORK_BYTES_PER_S)
    }
}

/// For how long this thread, which the gateway runs in, has been on a processor.
fn on_processor_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// What this process takes of the machine's memory.
fn memory() -> f64 {
    let field = |file: &str, name: &str| {
        let text = std::fs::read_to_string(file).unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap()
    };
    field("/proc/self/status", "VmRSS:") / field("/proc/meminfo", "MemTotal:")
}

async fn look(console: &Client, region: &str, pool: &Mutex<Pool>) {
    let pools = rows(console, "show pools", region, "database").await;
    let in_use = pools.iter().map(|row| number(row, "sv_active")).sum();
    let databases = rows(console, "show databases", region, "name").await;
    let size = databases.iter().map(|row| number(row, "pool_size")).sum();
    let mut pool = pool.lock().unwrap();
    pool.in_use = pool.in_use.max(in_use);
    pool.size = size;
}

async fn rows(console: &Client, sql: &str, region: &str, column: &str) -> Vec<SimpleQueryRow> {
    // The console ends with the test.
    let messages = console.simple_query(sql).await.unwrap_or_default();
    let ours = |message| match message {
        SimpleQueryMessage::Row(row) => Some(row).filter(|row| row.get(column) == Some(region)),
        _ => None,
    };
    messages.into_iter().filter_map(ours).collect()
}

fn number(row: &SimpleQueryRow, column: &str) -> u64 {
    row.get(column).unwrap().parse().unwrap()
}
