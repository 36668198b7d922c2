//! Programs that a killed process left behind are ended, and nothing else is.

use std::collections::BTreeSet;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, Command, Stdio};

use nvp_act::providers::end_left_behind;

/// A pid that no process has: more than Linux gives out.
const GONE: &str = "2000000000@1";

/// A program that stays, with another one that it has started, as `exec` starts them for a write.
fn program(key: &str, started_by: &str, script: &str) -> Child {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).env("NOVAEVO_KEY", key).env("NOVAEVO_STARTED_BY", started_by);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).process_group(0).spawn().unwrap()
}

/// Waits until a program says that all of it runs.
fn runs(program: &mut Child) {
    use std::io::Read as _;
    program.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
}

fn own() -> String {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let rest = stat.rsplit_once(')').unwrap().1;
    format!("{}@{}", std::process::id(), rest.split_whitespace().nth(19).unwrap())
}

fn end(mut program: Child) {
    program.kill().unwrap();
    program.wait().unwrap();
}

#[test]
fn what_a_killed_process_left_behind_is_ended_with_all_that_it_started() {
    let key = format!("left/{}", std::process::id());
    let keys = BTreeSet::from([key.clone()]);
    // The second line holds the pipe open: reading to its end sees both end.
    let mut left = program(&key, GONE, "sh -c 'echo; exec sleep 600' & wait");
    let mut of_another_write = program(&format!("{key}/undo"), GONE, "echo; exec sleep 600");
    let mut of_the_living = program(&key, &own(), "echo; exec sleep 600");
    let mut by_hand = program(&key, "nobody", "echo; exec sleep 600");
    [&mut left, &mut of_another_write, &mut of_the_living, &mut by_hand].into_iter().for_each(runs);
    assert_eq!(end_left_behind(&keys), Ok(2));
    assert_eq!(left.wait().unwrap().signal(), Some(9));
    let mut rest = String::new();
    std::io::Read::read_to_string(left.stdout.as_mut().unwrap(), &mut rest).unwrap();
    assert_eq!(end_left_behind(&keys), Ok(0));
    for mut program in [of_another_write, of_the_living, by_hand] {
        assert_eq!(program.try_wait().unwrap(), None, "none of ours was ended");
        end(program);
    }
}

#[test]
fn who_left_the_group_on_purpose_stays() {
    let key = format!("daemon/{}", std::process::id());
    let mut starter = program(&key, GONE, "setsid sh -c 'echo $$; exec sleep 600 > /dev/null' &");
    assert!(starter.wait().unwrap().success());
    let mut said = String::new();
    std::io::Read::read_to_string(starter.stdout.as_mut().unwrap(), &mut said).unwrap();
    assert_eq!(end_left_behind(&BTreeSet::from([key])), Ok(0));
    let ended = Command::new("/bin/kill").args(["-KILL", said.trim()]).status().unwrap();
    assert!(ended.success(), "it was still there");
}
