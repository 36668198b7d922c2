//! Programs: their arguments, environment, ends, output, and what is left of them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use nvp_plan::response::provider::ValueType;
use nvp_respond::input::Outcome;
use nvp_respond::value::Value;

use super::served::{Served, call, declared, failed, number, serving, text, unknown, within, write};

fn served(config: &str) -> Served {
    let reads = [
        ("text", ValueType::Text),
        ("number", number()),
        ("flag", ValueType::Flag),
        ("json", ValueType::Text),
    ];
    Served::new(vec![serving(declared("x", &reads, &["do"]), &format!("kind = 'exec'\n{config}"))])
}

/// `sh` with a script of the test's, and its arguments.
fn read_sh(name: &str, answer: &str, script: &str, rest: &str) -> String {
    format!("[read.{name}]\nanswer = '{answer}'\nrun = ['/bin/sh', '-c', '''{script}''', 'sh', {rest}]\n")
}

fn write_sh(script: &str, rest: &str) -> String {
    format!("[write.do]\nrun = ['/bin/sh', '-c', '''{script}''', 'sh'{rest}]\nfailed = [3]\n")
}

fn answered(value: Value) -> Outcome {
    Outcome::Answered(value)
}

#[tokio::test]
async fn values_are_whole_arguments() {
    let mut served =
        served(&read_sh("text", "text", "printf '%s|' \"$@\"", "'--', '{a}', '{b}', '{c in ms}'"));
    let arguments = [("a", text("$(id); \"x' *\n")), ("b", text("--force")), ("c", Value::Number(1.5))];
    let outcome = served.end(call("x", "text", &arguments)).await;
    assert_eq!(outcome, answered(text("--|$(id); \"x' *\n|--force|1500|")));
}

#[tokio::test]
async fn a_value_is_not_taken_for_an_option() {
    let mut served = served(&read_sh("text", "text", "printf '%s|' \"$@\"", "'{a}'"));
    let why = failed(served.end(call("x", "text", &[("a", text("-rf"))])).await);
    assert!(why.starts_with("the argument `a` begins with `-`"), "{why}");
    assert_eq!(served.end(call("x", "text", &[("a", Value::Number(-3.0))])).await, answered(text("-3|")));
    let why = failed(served.end(call("x", "text", &[("a", text("a\0b"))])).await);
    assert_eq!(why, "an argument holds a NUL byte");
    assert_eq!(failed(served.end(call("x", "text", &[])).await), "the argument `a` is not given");
}

#[tokio::test]
async fn the_environment_is_clean() {
    let config = format!("environment = {{ MINE = 'yes' }}\n{}", write_sh("env | sort > {out}", ""));
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("env");
    let mut served = served(&config.replace("{out}", out.to_str().unwrap()));
    assert_eq!(served.end(write(call("x", "do", &[]))).await, Outcome::Done);
    let seen = std::fs::read_to_string(out).unwrap();
    let names: Vec<&str> = seen.lines().filter_map(|line| line.split('=').next()).collect();
    assert_eq!(names, ["LANG", "MINE", "NOVAEVO_KEY", "NOVAEVO_STARTED_BY", "PATH", "PWD"]);
    assert!(seen.contains("NOVAEVO_KEY=7/grow/0"));
}

#[tokio::test]
async fn answers_are_read_as_the_configuration_says() {
    let json = "[read.json]\nanswer = 'json'\nat = '/v/0'\nrun = ['/bin/echo', '{{\"v\": [\"a\"]}}']\n";
    let config = [
        read_sh("number", "number", "echo ' 250'", "") + "unit = 'ms'\n",
        read_sh("flag", "exit_code", "exit \"$1\"", "'{code}'"),
        json.to_owned(),
    ];
    let mut served = served(&config.concat());
    assert_eq!(served.end(call("x", "number", &[])).await, answered(Value::Number(0.25)));
    assert_eq!(served.end(call("x", "json", &[])).await, answered(text("a")));
    for (code, is) in [(0.0, true), (1.0, false)] {
        let outcome = served.end(call("x", "flag", &[("code", Value::Number(code))])).await;
        assert_eq!(outcome, answered(Value::Condition(Some(is))));
    }
    let why = failed(served.end(call("x", "flag", &[("code", Value::Number(2.0))])).await);
    assert_eq!(why, "the program ended with exit code 2");
}

#[tokio::test]
async fn an_answer_of_another_kind_is_a_failure() {
    let config = [
        read_sh("number", "text", "echo 5", ""),
        read_sh("text", "number", "echo 5", ""),
        read_sh("flag", "number", "echo many", ""),
        read_sh("json", "json", "echo {{", ""),
    ];
    let mut served = served(&config.concat());
    let end = async |served: &mut Served, name: &str| failed(served.end(call("x", name, &[])).await);
    assert_eq!(end(&mut served, "number").await, "the answer is a text, where a number is declared");
    assert_eq!(end(&mut served, "text").await, "the answer is a number, where a text is declared");
    assert_eq!(end(&mut served, "flag").await, "the answer `many` is no number");
    assert!(end(&mut served, "json").await.starts_with("the answer is no JSON"));
    assert_eq!(end(&mut served, "none").await, "a provider of kind `exec` has no `none`");
}

#[tokio::test]
async fn exit_codes_say_what_happened() {
    let mut served = served(&write_sh("echo no such pool >&2; exit \"$1\"", ", '{code}'"));
    let mut end =
        async |code: f64| served.end(write(call("x", "do", &[("code", Value::Number(code))]))).await;
    assert_eq!(end(0.0).await, Outcome::Done);
    assert_eq!(failed(end(3.0).await), "the program ended with exit code 3: no such pool");
    assert_eq!(unknown(end(4.0).await), "the program ended with exit code 4: no such pool");
}

#[tokio::test]
async fn a_signal_leaves_it_unknown_and_a_missing_program_is_known() {
    let mut killed = served(&write_sh("kill -9 $$", ""));
    let why = unknown(killed.end(write(call("x", "do", &[]))).await);
    assert_eq!(why, "the program was ended by a signal");
    let mut missing = served("[write.do]\nrun = ['/no/such/program']\n");
    let why = failed(missing.end(write(call("x", "do", &[]))).await);
    assert!(why.starts_with("the program cannot be started: No such file"), "{why}");
}

/// Whether a process is there and not a zombie.
fn lives(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(") ")
        .next()
        .and_then(|rest| rest.chars().next())
        .is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// The pids that a script wrote, once it has written so many.
async fn pids(file: &Path, count: usize) -> Vec<String> {
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if text.lines().count() == count && text.ends_with('\n') {
            return text.lines().map(str::to_owned).collect();
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

async fn until_gone(pids: &[String]) {
    while pids.iter().any(|pid| lives(pid)) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

struct Folder {
    _folder: tempfile::TempDir,
    file: PathBuf,
}

fn folder() -> Folder {
    let folder = tempfile::tempdir().unwrap();
    Folder { file: folder.path().join("pids"), _folder: folder }
}

#[tokio::test]
async fn a_program_that_hangs_is_killed_with_its_children_at_the_timeout() {
    let folder = folder();
    let script =
        format!("trap '' TERM; sleep 1000 & echo $! >> {0}; echo $$ >> {0}; wait", folder.file.display());
    let mut served = served(&write_sh(&script, ""));
    served.take(within(Duration::from_secs(2), write(call("x", "do", &[]))));
    let pids = pids(&folder.file, 2).await;
    assert!(pids.iter().all(|pid| lives(pid)));
    assert_eq!(unknown(served.report().await.outcome), "no answer within 2s");
    until_gone(&pids).await;
}

#[tokio::test]
async fn what_a_program_leaves_behind_is_killed_and_not_waited_for() {
    let folder = folder();
    // The grandchild keeps the output open, which must not keep the call.
    let script = format!("sleep 1000 & echo $! >> {}; echo done", folder.file.display());
    let mut served = served(&read_sh("text", "text", &script, ""));
    let since = Instant::now();
    assert_eq!(served.end(call("x", "text", &[])).await, answered(text("done")));
    assert!(since.elapsed() < Duration::from_secs(15));
    until_gone(&pids(&folder.file, 1).await).await;
}

#[tokio::test]
async fn a_flood_is_cut() {
    for (to, script) in
        [("output", "exec head -c 1G /dev/zero"), ("errors", "head -c 1G /dev/zero >&2; sleep 1000")]
    {
        let mut served = served(&[read_sh("text", "text", script, ""), write_sh(script, "")].concat());
        let why = failed(served.end(call("x", "text", &[])).await);
        assert_eq!(why, "the program wrote more than 1048576 bytes and was stopped", "{to}");
        let why = unknown(served.end(write(call("x", "do", &[]))).await);
        assert_eq!(why, "the program wrote more than 1048576 bytes and was stopped", "{to}");
    }
}

#[tokio::test]
async fn a_read_that_is_forgotten_is_killed() {
    let folder = folder();
    let script = format!("echo $$ >> {}; exec sleep 1000", folder.file.display());
    let mut served = served(&read_sh("text", "text", &script, ""));
    let number = served.take(call("x", "text", &[]));
    let pids = pids(&folder.file, 1).await;
    served.hands.forget(number);
    assert_eq!(failed(served.report().await.outcome), "the call was broken off");
    until_gone(&pids).await;
}
