//! Whole runs over real sockets on this machine, each some seconds long: the clock is the wall's.

mod exporter;

use std::sync::Arc;
use std::time::{Duration, Instant};

use nvp_act::Destination;
use nvp_act::destinations::standard_output::{self, Form};
use nvp_act::destinations::webhook::{self, Webhook};
use nvp_engine::Engine;
use nvp_ingest::host::HostOptions;
use nvp_ingest::scrape::Scrape;
use nvp_kernels::Mode;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::exporter::{Exporter, Mood};
use super::source::Source;
use super::status::Status;
use super::{Live, Observer, Running, start};
use crate::decision::Decision;
use crate::generation::{self, Generation};
use crate::load::{self, Stdlib};

const POLICY: &str = r#"
use std.severities
defaults { absent holds  labels instance }
metric load: number { every 1s  stale 3s }
metric up: flag { every 1s  stale 3s }
alert busy on load { red when > 5 }
alert down { red when not up }
"#;

/// Long enough for a loaded machine; nothing waits for it that goes well.
const LONG: Duration = Duration::from_secs(60);

fn generation(policy: &str) -> Generation {
    let stdlib = Stdlib::built_in();
    let checked = generation::check(&load::load_text("test", policy, &stdlib), &stdlib);
    Generation::new(Arc::new(checked.policy.expect("the policy is sound")), Mode::Off).unwrap()
}

fn scrape(exporter: &Exporter, timeout: Duration) -> Source {
    let mut scrape = Scrape::at(&format!("http://{}/metrics", exporter.address)).unwrap();
    scrape.interval = Duration::from_secs(1);
    scrape.timeout = Some(timeout);
    Source::Scrape(Box::new(scrape))
}

/// Hands decisions and ticks to the test.
struct Looker {
    decisions: mpsc::UnboundedSender<Decision>,
    ticks: mpsc::UnboundedSender<i64>,
}

impl Observer for Looker {
    fn decided(&mut self, decision: &Decision) {
        self.decisions.send(decision.clone()).ok();
    }

    fn ticked(&mut self, engine: &Engine) {
        self.ticks.send(engine.last_tick().unwrap()).ok();
    }

    fn published(&mut self, _status: &Arc<Status>) {}
}

struct Run {
    running: Running,
    stop: CancellationToken,
    decisions: mpsc::UnboundedReceiver<Decision>,
    ticks: mpsc::UnboundedReceiver<i64>,
}

fn begin(policy: &str, sources: Vec<Source>, destinations: Vec<Destination>) -> Run {
    let (send_decisions, decisions) = mpsc::unbounded_channel();
    let (send_ticks, ticks) = mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let live = Live {
        generation: generation(policy),
        files: 1,
        sources,
        destinations,
        ends_with_output: true,
        observer: Some(Box::new(Looker { decisions: send_decisions, ticks: send_ticks })),
        state: None,
        answers: None,
    };
    Run { running: start(live, stop.clone()).unwrap(), stop, decisions, ticks }
}

impl Run {
    /// The next decision, in short.
    async fn decision(&mut self) -> String {
        let decision = tokio::time::timeout(LONG, self.decisions.recv()).await.unwrap().unwrap();
        format!("{} {} → {}", decision.name, decision.from, decision.to)
    }

    async fn tick(&mut self) -> i64 {
        tokio::time::timeout(LONG, self.ticks.recv()).await.unwrap().unwrap()
    }

    /// Waits until the status is as wanted.
    async fn until(&self, wanted: impl Fn(&Status) -> bool) -> Arc<Status> {
        let mut board = self.running.board();
        let status = tokio::time::timeout(LONG, board.wait_for(|status| wanted(status))).await;
        Arc::clone(&status.unwrap().unwrap())
    }

    async fn end(self) -> Status {
        self.stop.cancel();
        self.running.finish().await.unwrap()
    }
}

#[tokio::test]
async fn an_exporter_is_watched_and_its_death_and_return_are_seen() {
    let exporter = Exporter::start("load 3\n").await;
    let mut run = begin(POLICY, vec![scrape(&exporter, LONG)], Vec::new());
    run.until(|status| status.sources[0].up == Some(true) && status.last_tick_ms.is_some()).await;
    exporter.say("load 9\n");
    assert_eq!(run.decision().await, "busy ok → red");
    exporter.set(Mood::Refuses);
    assert_eq!(run.decision().await, "down ok → red");
    let status = run.until(|status| status.sources[0].up == Some(false)).await;
    assert!(status.sources[0].why.contains("503"), "{}", status.sources[0].why);
    assert!(status.standing.contains(&("red".to_owned(), 2)), "{:?}", status.standing);
    exporter.say("load 4\n");
    exporter.set(Mood::Answers);
    let mut cleared = [run.decision().await, run.decision().await];
    cleared.sort();
    assert_eq!(cleared, ["busy red → ok", "down red → ok"]);
    let status = run.end().await;
    assert_eq!(status.decisions, 4);
    assert!(status.sources[0].failed >= 1 && status.sources[0].collected >= 3, "{:?}", status.sources[0]);
    assert!(status.standing.contains(&("red".to_owned(), 0)), "{:?}", status.standing);
}

#[tokio::test]
async fn ticks_follow_each_other_and_nothing_of_a_punctual_source_is_late() {
    let exporter = Exporter::start("load 3\n").await;
    let mut run = begin(POLICY, vec![scrape(&exporter, LONG)], Vec::new());
    let first = run.tick().await;
    let started = run.running.board().borrow().started_ms;
    assert!(
        (0..1_000).contains(&(started - 1 - first)),
        "the first tick is {} ms before the start",
        started - first
    );
    let mut last = first;
    while last < first + 5_000 {
        let tick = run.tick().await;
        assert!(tick > last && tick % 1_000 == 0);
        last = tick;
    }
    let status = run.end().await;
    let ticks = (status.last_tick_ms.unwrap() - first) / 1_000 + 1;
    assert_eq!(status.ticks, u64::try_from(ticks).unwrap());
    assert!(
        status.sources[0].dropped.iter().all(|(_, count)| *count == 0),
        "{:?}",
        status.sources[0].dropped
    );
    assert!(status.evaluation.count >= 5);
}

#[tokio::test]
async fn a_target_that_hangs_holds_the_others_up_no_longer_than_its_timeout() {
    let (good, bad) = (Exporter::start("load 9\n").await, Exporter::start("").await);
    bad.set(Mood::Hangs);
    let timeout = Duration::from_millis(500);
    let mut run = begin(POLICY, vec![scrape(&good, timeout), scrape(&bad, timeout)], Vec::new());
    let mut decided = [run.decision().await, run.decision().await];
    decided.sort();
    assert_eq!(decided, ["busy ok → red", "down ok → red"]);
    let status = run.until(|status| status.sources[1].failed >= 2).await;
    assert_eq!(status.sources_up(), (1, 2));
    assert!(status.sources[1].why.contains("no answer within 0.5 s"), "{}", status.sources[1].why);
    assert_eq!(status.sources[0].failed, 0);
    // However long a scrape hangs, the end does not wait for it.
    bad.set(Mood::Hangs);
    let asked = Instant::now();
    run.end().await;
    assert!(asked.elapsed() < LONG);
}

#[tokio::test]
async fn this_machine_is_watched() {
    const HOST: &str = r#"
use std.severities
defaults { absent holds  labels instance }
metric node_load1: number { every 1s }
alert any_load on node_load1 { yellow when >= 0 }
"#;
    let source = Source::Host { options: HostOptions::default(), interval: Duration::from_secs(1) };
    let mut run = begin(HOST, vec![source], Vec::new());
    assert_eq!(run.decision().await, "any_load ok → yellow");
    let status = run.until(|status| status.sources[0].collected >= 2 && status.rows > 0).await;
    assert_eq!(status.sources[0].name, "host");
    assert!(status.series > 0 && status.sources[0].samples > 100, "{status:?}");
    run.end().await;
}

#[tokio::test]
async fn decisions_reach_destinations_and_a_dead_one_holds_nobody_up() {
    let exporter = Exporter::start("load 9\n").await;
    let (sender, lines) = std::sync::mpsc::channel();
    let output = standard_output::start(exporter::Lines(sender), Form::JsonLines).unwrap();
    let dead = webhook::start(&Webhook::at("http://127.0.0.1:9/T0KEN")).unwrap();
    let second = webhook::start(&Webhook::at("http://127.0.0.1:9/T0KEN")).unwrap();
    let mut run = begin(POLICY, vec![scrape(&exporter, LONG)], vec![output, dead, second]);
    run.decision().await;
    let status = run.until(|status| status.destinations[1].results.failing).await;
    let names: Vec<_> = status.destinations.iter().map(|destination| destination.name.as_str()).collect();
    assert_eq!(names, ["standard output", "http://127.0.0.1:9", "http://127.0.0.1:9 #2"]);
    let tick = run.tick().await;
    while run.tick().await < tick + 2_000 {}
    let status = run.end().await;
    assert_eq!(status.destinations[0].results.delivered, 1);
    assert_eq!(status.destinations[1].results.dropped, 1, "{:?}", status.destinations[1]);
    let line: serde_json::Value = serde_json::from_str(&lines.recv().unwrap()).unwrap();
    assert_eq!((&line["name"], &line["to"]), (&"busy".into(), &"red".into()));
}

#[tokio::test]
async fn a_run_whose_output_nobody_reads_ends() {
    let exporter = Exporter::start("load 9\n").await;
    let (sender, lines) = std::sync::mpsc::channel();
    drop(lines);
    let output = standard_output::start(exporter::Lines(sender), Form::Text).unwrap();
    let run = begin(POLICY, vec![scrape(&exporter, LONG)], vec![output]);
    tokio::time::timeout(LONG, run.stop.cancelled()).await.unwrap();
    run.running.finish().await.unwrap();
}

/// Breaks at the first tick.
struct Breaks;

impl Observer for Breaks {
    fn decided(&mut self, _: &Decision) {}

    fn ticked(&mut self, _: &Engine) {
        panic!("this test breaks the evaluation on purpose");
    }

    fn published(&mut self, _: &Arc<Status>) {}
}

#[tokio::test]
async fn an_evaluation_that_breaks_down_ends_the_run_and_says_so() {
    let exporter = Exporter::start("load 9\n").await;
    let stop = CancellationToken::new();
    let live = Live {
        generation: generation(POLICY),
        files: 1,
        sources: vec![scrape(&exporter, LONG)],
        destinations: Vec::new(),
        ends_with_output: false,
        observer: Some(Box::new(Breaks)),
        state: None,
        answers: None,
    };
    let running = start(live, stop.clone()).unwrap();
    tokio::time::timeout(LONG, stop.cancelled()).await.unwrap();
    let error = running.finish().await.unwrap_err().to_string();
    assert!(error.starts_with("the evaluation broke down"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_scraped_at_all_is_an_error_at_the_start() {
    let mut scrape = Scrape::at("https://127.0.0.1:1/metrics").unwrap();
    scrape.tls.ca = Some("/no/such/file".into());
    let live = Live {
        generation: generation(POLICY),
        files: 1,
        sources: vec![Source::Scrape(Box::new(scrape))],
        destinations: Vec::new(),
        ends_with_output: false,
        observer: None,
        state: None,
        answers: None,
    };
    let error = start(live, CancellationToken::new()).unwrap_err().to_string();
    assert!(error.starts_with("https://127.0.0.1:1/metrics cannot be scraped: "), "{error}");
}
