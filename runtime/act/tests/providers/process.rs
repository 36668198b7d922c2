//! Real child processes: those that listen, those that do not, and those that are not ours.

use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use nvp_act::providers::{Configured, Declared};
use nvp_plan::response::provider::ValueType;
use nvp_plan::unit::Unit;
use nvp_respond::effect::Call;
use nvp_respond::input::Outcome;
use nvp_respond::value::Value;
use rustix::process::{Pid, Signal, kill_process};

use super::served::{Served, call, declared, failed, number, text, unknown, within, write};

fn declaration() -> Declared {
    let instance = || ValueType::Handle("instance".to_owned());
    let reads = [
        ("running", number()),
        ("instances", instance()),
        ("alive", ValueType::Flag),
        ("started_at", ValueType::Number(Unit::Instant)),
    ];
    let mut declared = declared("own", &reads, &["start", "stop", "scale", "restart"]);
    declared.reads.get_mut("instances").unwrap().is_list = true;
    declared
}

/// Programs by name, each a script of `sh`, with its grace.
fn config(programs: &[(&str, &str, &str)]) -> String {
    let mut config = "kind = 'process'\n".to_owned();
    for (name, script, grace) in programs {
        config += &format!(
            "[program.{name}]\nrun = ['/bin/sh', '-c', '''{script}''']\ngrace = '{grace}'\ninstances_max = 5\n"
        );
    }
    config
}

fn open(folder: &Path, programs: &[(&str, &str, &str)]) -> Served {
    let configured = Configured::read("own", toml::from_str(&config(programs)).unwrap()).unwrap();
    Served::new(vec![configured.open(declaration(), folder).unwrap()])
}

fn of(operation: &str, program: &str) -> Call {
    call("own", operation, &[("program", text(program))])
}

fn scale(program: &str, to: f64) -> Call {
    write(call("own", "scale", &[("program", text(program)), ("to", Value::Number(to))]))
}

fn restart(program: &str, victim: &Value) -> Call {
    write(call("own", "restart", &[("program", text(program)), ("victim", victim.clone())]))
}

async fn instances(served: &mut Served, program: &str) -> Vec<Value> {
    let instances = instances_now(served, program).await;
    let running = served.end(of("running", program)).await;
    assert_eq!(running, Outcome::Answered(Value::Number(f64::from(u32::try_from(instances.len()).unwrap()))));
    instances
}

/// As [`instances`], while they change.
async fn instances_now(served: &mut Served, program: &str) -> Vec<Value> {
    match served.end(of("instances", program)).await {
        Outcome::Answered(Value::List(instances)) => instances,
        other => panic!("{other:?}"),
    }
}

async fn is_alive(served: &mut Served, victim: &Value) -> bool {
    let alive = served.end(call("own", "alive", &[("victim", victim.clone())])).await;
    alive == Outcome::Answered(Value::Condition(Some(true)))
}

fn pid(instance: &Value) -> Pid {
    let Value::Text(handle) = instance else { panic!("{instance:?}") };
    Pid::from_raw(handle.split_once('@').unwrap().0.parse().unwrap()).unwrap()
}

/// Waits for a file that a script writes.
async fn line_in(file: &Path) -> String {
    loop {
        match std::fs::read_to_string(file) {
            Ok(text) if text.ends_with('\n') => return text.trim_end().to_owned(),
            _ => tokio::time::sleep(Duration::from_millis(5)).await,
        }
    }
}

fn is_running(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ")
        .next()
        .and_then(|rest| rest.chars().next())
        .is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// Ends what a test has started, also when it fails.
struct Ends(Child);

impl Drop for Ends {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

const SLEEPS: (&str, &str, &str) = ("worker", "exec sleep 1000", "30s");

#[tokio::test]
async fn instances_are_started_counted_and_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = open(folder.path(), &[SLEEPS]);
    assert_eq!(instances(&mut served, "worker").await, []);
    for _ in 0..2 {
        assert_eq!(served.end(write(of("start", "worker"))).await, Outcome::Done);
        assert_eq!(instances(&mut served, "worker").await.len(), 1);
    }
    let first = instances(&mut served, "worker").await;
    assert_eq!(served.end(scale("worker", 4.0)).await, Outcome::Done);
    assert_eq!(instances(&mut served, "worker").await.len(), 4);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    let started = served.end(call("own", "started_at", &[("victim", first[0].clone())])).await;
    let Outcome::Answered(Value::Number(started)) = started else { panic!("{started:?}") };
    assert!((-2.0..120.0).contains(&(now - started)), "{started}");
    // The oldest stays.
    assert_eq!(served.end(scale("worker", 1.0)).await, Outcome::Done);
    assert_eq!(instances(&mut served, "worker").await, first);
    assert!(failed(served.end(scale("worker", 6.0)).await).contains("from 0 to 5"));
    for _ in 0..2 {
        assert_eq!(served.end(write(of("stop", "worker"))).await, Outcome::Done);
        assert_eq!(instances(&mut served, "worker").await, []);
    }
    assert_eq!(failed(served.end(write(of("start", "other"))).await), "no program `other` is configured");
}

#[tokio::test]
async fn a_program_that_is_not_there_is_known_not_to_be_started() {
    let folder = tempfile::tempdir().unwrap();
    let config = "kind = 'process'\n[program.none]\nrun = ['/no/such/program']";
    let configured = Configured::read("own", toml::from_str(config).unwrap()).unwrap();
    let mut served = Served::new(vec![configured.open(declaration(), folder.path()).unwrap()]);
    let why = failed(served.end(scale("none", 2.0)).await);
    assert!(why.starts_with("`none` cannot be started: No such file"), "{why}");
    assert_eq!(instances(&mut served, "none").await, []);
}

#[tokio::test]
async fn one_that_does_not_listen_is_killed_with_its_children() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let script = format!(
        "trap '' TERM; (trap '' TERM; sleep 1000 & sleep 1000; wait) & echo $! > {}; wait",
        file.display()
    );
    let mut served = open(folder.path(), &[("deaf", &script, "500ms")]);
    assert_eq!(served.end(write(of("start", "deaf"))).await, Outcome::Done);
    let child = line_in(&file).await;
    assert!(is_running(&child));
    assert_eq!(served.end(write(of("stop", "deaf"))).await, Outcome::Done);
    assert_eq!(instances(&mut served, "deaf").await, []);
    assert!(!is_running(&child));
}

#[tokio::test]
async fn one_that_hangs_is_ended_without_its_whole_grace() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = open(folder.path(), &[("worker", "exec sleep 1000", "1h")]);
    assert_eq!(served.end(write(of("start", "worker"))).await, Outcome::Done);
    let [instance] = instances(&mut served, "worker").await.try_into().unwrap();
    kill_process(pid(&instance), Signal::STOP).unwrap();
    assert!(is_alive(&mut served, &instance).await);
    assert_eq!(served.end(restart("worker", &instance)).await, Outcome::Done);
    assert!(!is_alive(&mut served, &instance).await);
    let after = instances(&mut served, "worker").await;
    assert!(after.len() == 1 && after[0] != instance);
    // Once more is not one more.
    assert_eq!(served.end(restart("worker", &instance)).await, Outcome::Done);
    assert_eq!(instances(&mut served, "worker").await, after);
    served.end(write(of("stop", "worker"))).await;
}

#[tokio::test]
async fn one_that_died_is_not_running_and_can_be_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = open(folder.path(), &[SLEEPS]);
    served.end(scale("worker", 2.0)).await;
    let before = instances(&mut served, "worker").await;
    kill_process(pid(&before[0]), Signal::KILL).unwrap();
    while is_alive(&mut served, &before[0]).await {}
    assert_eq!(instances(&mut served, "worker").await, before[1..]);
    assert_eq!(served.end(restart("worker", &before[0])).await, Outcome::Done);
    let after = instances(&mut served, "worker").await;
    assert!(after.len() == 2 && after[0] == before[1] && !before.contains(&after[1]));
    served.end(write(of("stop", "worker"))).await;
}

#[tokio::test]
async fn a_stop_goes_on_when_its_call_has_run_out_of_time() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = open(folder.path(), &[("deaf", "trap '' TERM; while :; do sleep 0.1; done", "3s")]);
    served.end(write(of("start", "deaf"))).await;
    let [instance] = instances(&mut served, "deaf").await.try_into().unwrap();
    let stop = within(Duration::from_millis(500), write(of("stop", "deaf")));
    assert_eq!(unknown(served.end(stop).await), "no answer within 500ms");
    while is_alive(&mut served, &instance).await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn instances_outlive_us_and_are_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = open(folder.path(), &[SLEEPS]);
    served.end(scale("worker", 2.0)).await;
    let before = instances(&mut served, "worker").await;
    let again = Configured::read("own", toml::from_str(&config(&[SLEEPS])).unwrap()).unwrap();
    let problem = again.open(declaration(), folder.path()).unwrap_err();
    assert!(problem.why.ends_with("is locked by another process"), "{problem}");
    drop(served);
    let mut served = open(folder.path(), &[SLEEPS]);
    assert_eq!(instances(&mut served, "worker").await, before);
    assert_eq!(served.end(write(of("stop", "worker"))).await, Outcome::Done);
    assert!(!is_alive(&mut served, &before[0]).await);
}

/// What is written down, changed.
fn rewrite(folder: &Path, change: impl FnOnce(&mut serde_json::Value)) {
    let file = folder.join("provider-own.json");
    let mut state = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    change(&mut state);
    std::fs::write(&file, state.to_string()).unwrap();
}

#[tokio::test]
async fn one_that_was_started_just_before_we_ended_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = open(folder.path(), &[SLEEPS]);
    served.end(scale("worker", 2.0)).await;
    let mut before = instances(&mut served, "worker").await;
    drop(served);
    // As it is between its start and the note of it; and one that was announced and never started.
    rewrite(folder.path(), |state| {
        state["instances"][1]["identity"] = serde_json::Value::Null;
        let mut never = state["instances"][1].clone();
        never["token"] = "never".into();
        state["instances"].as_array_mut().unwrap().push(never);
    });
    let mut served = open(folder.path(), &[SLEEPS]);
    let mut after = instances(&mut served, "worker").await;
    before.sort();
    after.sort();
    assert_eq!(after, before);
    served.end(write(of("stop", "worker"))).await;
}

#[tokio::test]
async fn a_restart_that_was_broken_off_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = open(folder.path(), &[SLEEPS]);
    served.end(write(of("start", "worker"))).await;
    let before = instances(&mut served, "worker").await;
    drop(served);
    rewrite(folder.path(), |state| state["instances"][0]["is_owed"] = true.into());
    let mut served = open(folder.path(), &[SLEEPS]);
    loop {
        let now = instances_now(&mut served, "worker").await;
        if !now.is_empty() && now != before {
            assert_eq!(now.len(), 1);
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!is_alive(&mut served, &before[0]).await);
    served.end(write(of("stop", "worker"))).await;
}

#[tokio::test]
async fn a_pid_that_was_given_away_again_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let mut served = open(folder.path(), &[SLEEPS]);
    served.end(write(of("start", "worker"))).await;
    served.end(write(of("stop", "worker"))).await;
    drop(served);
    // Somebody else has the pid now, and leads a group of that number.
    let mut command = Command::new("/bin/sleep");
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.arg("1000");
    let kept = std::fs::read_to_string(folder.path().join("provider-own.json")).unwrap();
    let kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    let started_ticks = |pid: u32| {
        let process = procfs::process::Process::new(i32::try_from(pid).unwrap());
        process.and_then(|process| process.stat()).unwrap().starttime
    };
    // A pid is given away again only after all others were: never within the tick in which it was ours.
    let mut stranger = loop {
        let stranger = Ends(command.spawn().unwrap());
        if kept["instances"][0]["identity"]["started_ticks"] != started_ticks(stranger.0.id()) {
            break stranger;
        }
    };
    let own = stranger.0.id();
    rewrite(folder.path(), |state| state["instances"][0]["identity"]["pid"] = own.into());
    let mut served = open(folder.path(), &[SLEEPS]);
    assert_eq!(instances(&mut served, "worker").await, []);
    let ticks = std::fs::read_to_string(folder.path().join("provider-own.json")).unwrap();
    let state: serde_json::Value = serde_json::from_str(&ticks).unwrap();
    let victim = text(&format!("{own}@{}", state["instances"][0]["identity"]["started_ticks"]));
    assert!(!is_alive(&mut served, &victim).await);
    assert_eq!(served.end(restart("worker", &victim)).await, Outcome::Done);
    assert_eq!(served.end(write(of("stop", "worker"))).await, Outcome::Done);
    assert_eq!(stranger.0.try_wait().unwrap(), None);
    // Nor one that was never ours, whatever a handle says.
    let true_handle = format!("{own}@{}", started_ticks(own));
    let why = failed(served.end(restart("worker", &text(&true_handle))).await);
    assert_eq!(why, format!("`{true_handle}` is no instance that was started here"));
    assert_eq!(stranger.0.try_wait().unwrap(), None);
}
