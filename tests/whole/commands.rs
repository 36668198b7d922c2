//! The README's and the tutorial's commands, typed as they stand: every line `$ …` of their `console` blocks, in order, in a shell, with
//! the files of their `nvp file=…` blocks written where they are shown. Only the ports are others, so that tests never meet.

use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::house::{read, root};
use crate::pages::blocks;

/// How long anything may take that is waited for.
const PATIENCE: Duration = Duration::from_secs(600);

/// A process with all it started; it ends when this does.
struct Group(Child);

impl Group {
    fn start(command: &mut Command) -> Self {
        Self(command.process_group(0).spawn().expect("a shell can be started"))
    }

    fn signal(&self, name: &str) {
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-s", name, "--", &group]).stderr(Stdio::null()).status();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal("KILL");
        let _ = self.0.wait();
    }
}

/// A file or folder that goes when this does.
struct Gone(PathBuf);

impl Drop for Gone {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|socket| socket.local_addr())
        .expect("loopback has a free port")
        .port()
}

/// Waits until somebody listens.
fn wait_for(port: u16) {
    let started = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(started.elapsed() < PATIENCE, "nobody listens at port {port}");
        std::thread::yield_now();
    }
}

/// A page being followed.
struct Follower {
    /// The `export`s so far.
    prelude: String,
    background: Vec<Group>,
    /// All that the commands printed.
    printed: String,
}

impl Follower {
    fn shell(&self, command: &str) -> Command {
        let mut shell = Command::new("bash");
        shell.arg("-c").arg(format!("{}{command}", self.prelude)).current_dir(root()).env("NO_COLOR", "1");
        shell.stdin(Stdio::null());
        shell
    }

    fn follow(&mut self, command: &str, ports: &[u16]) {
        if command == "tests/run" {
            return; // It is what runs this test.
        }
        if command.starts_with("export ") {
            self.prelude.push_str(&format!("{command}\n"));
        } else if let Some(command) = command.strip_suffix('&') {
            let mut shell = self.shell(&format!("exec {command}"));
            self.background.push(Group::start(shell.stdout(Stdio::null()).stderr(Stdio::null())));
            let port = ports
                .iter()
                .find(|port| command.contains(&port.to_string()))
                .expect("it listens at a port of ours");
            wait_for(*port);
        } else if command.contains("-- run ") {
            self.follow_until_watching(command);
        } else {
            let output = self.shell(command).output().expect("a shell can be started");
            let printed = format!(
                "{}{}",
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
            // What `timeout` ended was to be ended.
            let well = output.status.success()
                || (command.starts_with("timeout") && output.status.code() == Some(124));
            assert!(well, "`{command}` ended with {}:\n{printed}", output.status);
            self.printed.push_str(&printed);
        }
    }

    /// Starts what runs for ever, waits until it says that it watches, ends it as Ctrl-C does, and wants a clean end.
    fn follow_until_watching(&mut self, command: &str) {
        let mut shell = self.shell(&format!("exec {command} 2>&1"));
        let mut group = Group::start(shell.stdout(Stdio::piped()));
        let mut lines = BufReader::new(group.0.stdout.take().expect("its output is a pipe")).lines();
        let watching = lines.by_ref().map_while(Result::ok).find(|line| line.starts_with("watching"));
        assert!(watching.is_some(), "`{command}` never said that it watches");
        group.signal("INT");
        self.printed.extend(lines.map_while(Result::ok).map(|line| line + "\n"));
        let status = group.0.wait().expect("it ends");
        assert!(status.success(), "`{command}` ended with {status} after Ctrl-C");
    }
}

/// Follows a page and returns what its commands printed.
fn follow(page: &Path, others: &[&str]) -> String {
    let ports: Vec<u16> = others.iter().map(|_| free_port()).collect();
    let mut text = read(page);
    for (written, port) in others.iter().zip(&ports) {
        assert!(text.contains(written), "{} names no port {written}", page.display());
        text = text.replace(written, &port.to_string());
    }
    let mut follower = Follower { prelude: String::new(), background: Vec::new(), printed: String::new() };
    let mut commands = 0;
    for block in blocks(&text) {
        if let Some(name) = block.info.strip_prefix("nvp file=") {
            std::fs::write(root().join(name), block.text).expect("the page's file can be written");
        }
        if block.info == "console" {
            for command in block.text.lines().filter_map(|line| line.strip_prefix("$ ")) {
                follower.follow(command.trim(), &ports);
                commands += 1;
            }
        }
    }
    assert!(commands >= 4, "{} has no commands", page.display());
    follower.printed
}

#[test]
fn the_readme_s_commands_do_what_it_says() {
    let printed = follow(&root().join("README.md"), &["9101"]);
    assert!(printed.contains("pod_cpu_starved"), "the dry run shows what would have fired:\n{printed}");
}

#[test]
fn the_tutorial_s_commands_lead_to_a_firing_alert() {
    let _gone = Gone(root().join("my-policies"));
    let printed = follow(&root().join("docs/tutorial.md"), &["9102"]);
    let fired = printed.lines().find(|line| line.contains("jobs_failing") && line.contains("red"));
    assert!(fired.is_some_and(|line| line.contains("queue=\"mail\"")), "nothing fired:\n{printed}");
    assert!(printed.contains("1 passed, 0 failed"), "the tutorial's test passes:\n{printed}");
}
