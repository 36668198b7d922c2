//! Runs the built binary in a folder of its own.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run left.
pub struct Ran {
    /// The exit code.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Ran {
    /// All of it, for a snapshot.
    pub fn shown(&self) -> String {
        let part = |name: &str, text: &str| {
            if text.is_empty() { String::new() } else { format!("--- {name}\n{text}") }
        };
        format!(
            "exit {}\n{}{}",
            self.code,
            part("standard output", &self.stdout),
            part("standard error", &self.stderr)
        )
    }
}

/// A folder with fixtures in it.
pub struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    /// A folder with these fixtures.
    pub fn with(fixtures: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in fixtures {
            let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
            fs::copy(from, folder.path().join(name)).unwrap();
        }
        Self { folder }
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into it.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Reads a file in it.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The binary with arguments, in this folder, without colours and without a terminal.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_novaevo-policy"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .env_remove("NOVAEVO_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs it.
    pub fn run(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().unwrap())
    }

    /// Runs it with a standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Ran {
        let mut child = self.command(arguments).stdin(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        ran(child.wait_with_output().unwrap())
    }
}

/// What a run left.
pub fn ran(output: std::process::Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// A recording in OpenMetrics text: a sample a minute from 2022-08-22T04:00:00Z, of one series each.
pub fn recording(series: &[(&str, &dyn Fn(i64) -> f64)], minutes: i64) -> String {
    let mut text = String::new();
    for (name, value) in series {
        for minute in 0..minutes {
            text.push_str(&format!("{name} {} {}\n", value(minute), 1_661_140_800 + minute * 60));
        }
    }
    text + "# EOF\n"
}
