//! The live view in a pseudo terminal, seen through a terminal emulator.

use std::io::{Read as _, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Instant;

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use super::peers::{Exporter, LONG, POLICY};
use super::plant::Plant;
use crate::harness::Folder;

struct Terminal {
    /// Where the process works; gone with it.
    folder: Folder,
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    output: Receiver<Vec<u8>>,
    emulator: vt100::Parser,
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    fn start(
        folder: Folder,
        (cols, rows): (u16, u16),
        environment: &[(&str, &str)],
        arguments: &[&str],
    ) -> Self {
        let pair = native_pty_system().openpty(size(cols, rows)).unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_novaevo-policy"));
        command.arg("run");
        command.args(arguments);
        command.cwd(folder.path(""));
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        environment.iter().for_each(|(name, value)| command.env(name, value));
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (mut reader, keys) =
            (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4_096];
            // The terminal's end is an error to its reader, or no bytes.
            while let Ok(bytes @ 1..) = reader.read(&mut buffer) {
                if sender.send(buffer[..bytes].to_vec()).is_err() {
                    return;
                }
            }
        });
        Self {
            folder,
            master: pair.master,
            keys,
            child,
            output,
            emulator: vt100::Parser::new(rows.try_into().unwrap(), cols.try_into().unwrap(), 0),
        }
    }

    /// Waits until the screen is as wanted, and gives it.
    fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + LONG;
        loop {
            let screen = self.emulator.screen().contents();
            if wanted(&screen) {
                return screen;
            }
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.emulator.process(&bytes),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    panic!("the screen never shows {what}:\n{screen}")
                }
            }
        }
    }

    fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn resize(&mut self, cols: u16, rows: u16) {
        self.master.resize(size(cols, rows)).unwrap();
        self.emulator.screen_mut().set_size(rows.try_into().unwrap(), cols.try_into().unwrap());
    }

    /// Waits for the end, and looks whether the terminal is as it was before.
    fn end(mut self) -> String {
        let status = self.child.wait().unwrap();
        while let Ok(bytes) = self.output.recv_timeout(LONG) {
            self.emulator.process(&bytes);
        }
        let screen = self.emulator.screen();
        assert!(status.success(), "{status:?}: {}", screen.contents());
        assert!(!screen.alternate_screen(), "the alternate screen stays");
        assert!(!screen.hide_cursor(), "the cursor stays hidden");
        screen.contents()
    }
}

fn folder() -> Folder {
    let folder = Folder::with(&[]);
    folder.write("policy.nvp", POLICY);
    folder
}

/// An exporter on a runtime of its own, as the rest of these tests waits for a terminal.
fn exporter(load: f64) -> (tokio::runtime::Runtime, Exporter) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let exporter = runtime.block_on(Exporter::start(load));
    (runtime, exporter)
}

#[test]
fn the_view_at_80_by_24_follows_what_happens_and_gives_the_terminal_back() {
    let (_runtime, exporter) = exporter(3.0);
    let mut terminal = Terminal::start(folder(), (80, 24), &[], &["policy.nvp", "--scrape", &exporter.url()]);
    terminal.until("a row that is ok, and nothing that stands", |screen| {
        ["ok  ", "busy", "1 ok", "nothing stands", "1 source up"].iter().all(|said| screen.contains(said))
    });
    assert!(terminal.emulator.screen().alternate_screen());
    exporter.set(9.0);
    let instance = format!("instance={}", exporter.address);
    let screen = terminal.until("red, and why", |screen| {
        ["→ red", "load is 9", &instance].iter().all(|said| screen.contains(said))
    });
    let row = screen
        .lines()
        .find(|line| line.trim_start().starts_with("red"))
        .unwrap_or_else(|| panic!("{screen}"));
    assert!(row.contains("busy") && row.contains(" 9 "), "{screen}");
    assert!(screen.lines().all(|line| line.chars().count() <= 80), "{screen}");
    terminal.press("q");
    let screen = terminal.end();
    assert!(screen.contains("watched policy.nvp for ") && screen.contains("1 decision; 1 red"), "{screen}");
}

#[test]
fn the_view_filters_and_follows_the_window() {
    let (_runtime, exporter) = exporter(9.0);
    let mut terminal = Terminal::start(folder(), (80, 24), &[], &["policy.nvp", "--scrape", &exporter.url()]);
    terminal.until("red", |screen| screen.contains("→ red"));
    terminal.press("/nosuch");
    terminal.until("the filter at work", |screen| {
        screen.contains("filter: nosuch")
            && screen.contains("none with this filter")
            && !screen.contains("load is 9")
    });
    terminal.press("\u{1b}");
    terminal.until("the row again", |screen| screen.contains("load is 9"));
    terminal.resize(200, 50);
    // The screen is read while it is drawn, from its top; what stands at its foot is there last.
    terminal.until("limits, and what was decided", |screen| {
        screen.contains("limit") && screen.contains("> 5") && screen.contains("ok → red")
    });
    terminal.press("\u{3}");
    terminal.end();
}

#[test]
fn without_colour_the_view_says_all_in_words() {
    let (_runtime, exporter) = exporter(9.0);
    let arguments = ["policy.nvp", "--scrape", &exporter.url()];
    let mut terminal = Terminal::start(folder(), (80, 24), &[("NO_COLOR", "1")], &arguments);
    terminal.until("red", |screen| screen.contains("→ red"));
    let screen = terminal.emulator.screen();
    for (row, column) in (0..24).flat_map(|row| (0..80).map(move |column| (row, column))) {
        let cell = screen.cell(row, column).unwrap();
        assert_eq!(
            (cell.fgcolor(), cell.bgcolor()),
            (vt100::Color::Default, vt100::Color::Default),
            "{row}, {column}"
        );
    }
    terminal.press("q");
    terminal.end();
}

#[test]
fn incidents_are_shown_with_what_is_done_and_who_sees_to_them() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    // The valve does not help: what was done is taken back after 8 s, and people are called.
    let Plant { folder, exporter: _exporter, receiver: _receiver, .. } =
        runtime.block_on(Plant::in_trouble("8s", false));
    let arguments = ["policy.nvp", "--config", "watch.toml", "--state", "kept"];
    let mut terminal = Terminal::start(folder, (80, 24), &[], &arguments);
    terminal.until("the playbook at work", |screen| {
        ["incidents: 1 open", "P1  #1  plant", "N0, N1 in ", "└ relieve: verifies, "]
            .iter()
            .all(|said| screen.contains(said))
    });
    let is_called = |screen: &str| {
        screen.lines().any(|line| line.contains("P1  #1  plant  open ") && line.contains("  N1  load is 9"))
    };
    let screen = terminal.until("people called, and nothing done any more", |screen| {
        is_called(screen) && !screen.contains("relieve: ")
    });
    assert!(screen.lines().all(|line| line.chars().count() <= 80), "{screen}");
    let ran = terminal.folder.run(&["ack", "1", "--state", "kept"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    terminal.until("who sees to it", |screen| screen.contains(" has it until "));
    terminal.press("q");
    terminal.end();
}

#[test]
fn a_signal_gives_the_terminal_back_too() {
    let (_runtime, exporter) = exporter(3.0);
    let mut terminal = Terminal::start(folder(), (80, 24), &[], &["policy.nvp", "--scrape", &exporter.url()]);
    terminal.until("the view", |screen| screen.contains("1 source up"));
    let pid = i32::try_from(terminal.child.process_id().unwrap()).unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::TERM).unwrap();
    assert!(terminal.end().contains("watched policy.nvp for "));
}

#[test]
fn troubles_are_shown_in_the_view_and_not_written_over_it() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{nobody}/metrics");
    let mut terminal = Terminal::start(folder(), (80, 24), &[], &["policy.nvp", "--scrape", &url]);
    let screen = terminal.until("the trouble", |screen| screen.contains("gives nothing"));
    let head = screen.lines().next().unwrap();
    assert!(head.contains("novaevo-policy  policy.nvp"), "{screen}");
    assert!(!screen.contains("ERROR"), "{screen}");
    terminal.press("q");
    let screen = terminal.end();
    assert!(screen.contains("ERROR") && screen.contains("watched policy.nvp"), "{screen}");
}

#[test]
fn without_the_view_a_terminal_gets_lines() {
    let (_runtime, exporter) = exporter(9.0);
    let arguments = ["policy.nvp", "--scrape", &exporter.url(), "--no-view"];
    let mut terminal = Terminal::start(folder(), (120, 24), &[], &arguments);
    let screen = terminal.until("the decision", |screen| screen.contains("ok → red"));
    assert!(screen.contains("watching ") && !terminal.emulator.screen().alternate_screen(), "{screen}");
    terminal.press("\u{3}");
    terminal.end();
}

#[test]
fn a_terminal_that_goes_away_is_a_good_end() {
    let (_runtime, exporter) = exporter(9.0);
    let mut terminal = Terminal::start(folder(), (80, 24), &[], &["policy.nvp", "--scrape", &exporter.url()]);
    terminal.until("red", |screen| screen.contains("→ red"));
    let Terminal { master, keys, output, mut child, .. } = terminal;
    // The reader's thread holds the terminal too; it lets go with the next byte that nobody takes.
    drop((master, keys, output));
    let status = child.wait().unwrap();
    assert!(status.success(), "{status:?}");
}
