//! The other sides of a run: an exporter, a webhook's receiver, and the process itself.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStderr, ChildStdout, Command};
use tokio::sync::{Semaphore, mpsc};

/// Long enough for a loaded machine; nothing waits for it that goes well.
pub const LONG: Duration = Duration::from_secs(60);

/// Ticks every second; red above 5.
pub const POLICY: &str = "\
use std.severities
defaults { absent holds  labels instance }
metric load: number { every 1s  stale 5s }
alert busy on load { red when > 5  says \"load is {value}\" }
";

/// An exporter with one metric, `load`.
pub struct Exporter {
    pub address: SocketAddr,
    load: Arc<Mutex<f64>>,
}

impl Exporter {
    pub async fn start(load: f64) -> Self {
        Self::of(load, |load| load).await
    }

    /// One that shows what it makes of the load.
    pub async fn of(load: f64, shown: impl Fn(f64) -> f64 + Clone + Send + Sync + 'static) -> Self {
        let load = Arc::new(Mutex::new(load));
        let theirs = Arc::clone(&load);
        let app = Router::new().fallback(move || async move {
            let load = *theirs.lock().unwrap();
            format!("load {}\n", shown(load))
        });
        Self { address: serve(app).await, load }
    }

    pub fn set(&self, load: f64) {
        *self.load.lock().unwrap() = load;
    }

    pub fn url(&self) -> String {
        format!("http://{}/metrics", self.address)
    }
}

/// A webhook's receiver.
pub struct Receiver {
    pub address: SocketAddr,
    bodies: mpsc::UnboundedReceiver<String>,
}

impl Receiver {
    pub async fn start() -> Self {
        let (sender, bodies) = mpsc::unbounded_channel();
        let app = Router::new().fallback(move |body: String| async move { drop(sender.send(body)) });
        Self { address: serve(app).await, bodies }
    }

    /// One that takes what comes, and answers each only when it is let.
    pub async fn reluctant() -> (Self, Arc<Semaphore>) {
        let ((sender, bodies), answers) = (mpsc::unbounded_channel(), Arc::new(Semaphore::new(0)));
        let let_go = Arc::clone(&answers);
        let app = Router::new().fallback(move |body: String| async move {
            drop(sender.send(body));
            answers.acquire().await.unwrap().forget();
        });
        (Self { address: serve(app).await, bodies }, let_go)
    }

    pub async fn next(&mut self) -> String {
        tokio::time::timeout(LONG, self.bodies.recv()).await.unwrap().unwrap()
    }

    /// What has come already.
    pub fn next_now(&mut self) -> Option<String> {
        self.bodies.try_recv().ok()
    }
}

pub async fn serve(app: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

/// A process that runs policies; killed if the test ends before it.
pub struct Process {
    child: Child,
    pub stdout: Option<Lines<BufReader<ChildStdout>>>,
    stderr: Lines<BufReader<ChildStderr>>,
    /// The lines of standard error read so far.
    pub said: Vec<String>,
}

impl Process {
    pub fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_novaevo-policy"));
        command.arg("run").args(arguments);
        Self::spawn(folder, command)
    }

    /// Of a command that becomes the program.
    pub fn spawn(folder: &Path, mut command: Command) -> Self {
        let mut child = command
            .current_dir(folder)
            .env("NOVAEVO_LOG", "info")
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let stdout = child.stdout.take().map(|stdout| BufReader::new(stdout).lines());
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, stdout, stderr, said: Vec::new() }
    }

    /// The next line of standard output.
    pub async fn line(&mut self) -> String {
        let line = tokio::time::timeout(LONG, self.stdout.as_mut().unwrap().next_line()).await;
        line.unwrap().unwrap().expect("standard output has ended")
    }

    /// The next line of standard error with this in it.
    pub async fn says(&mut self, wanted: &str) -> String {
        loop {
            let line = tokio::time::timeout(LONG, self.stderr.next_line()).await.unwrap().unwrap();
            let line = line.unwrap_or_else(|| panic!("it ended without saying `{wanted}`: {:#?}", self.said));
            self.said.push(line.clone());
            if line.contains(wanted) {
                return line;
            }
        }
    }

    /// Where it serves its own metrics.
    pub async fn address(&mut self) -> String {
        let line = self.says("serving our own metrics").await;
        line.split("address=").nth(1).unwrap().trim().to_owned()
    }

    /// Its number for the system.
    pub fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.id()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Waits for its end; the exit code, and all that it said on standard error.
    pub async fn end(mut self) -> (i32, String) {
        let ended = async {
            while let Some(line) = self.stderr.next_line().await.unwrap() {
                self.said.push(line);
            }
            self.child.wait().await.unwrap()
        };
        let status = tokio::time::timeout(LONG, ended).await.unwrap();
        (status.code().unwrap_or(-1), self.said.join("\n"))
    }
}

/// What it answers at a path.
pub async fn get(address: &str, path: &str) -> (u16, String) {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    tokio::time::timeout(LONG, stream.read_to_string(&mut answer)).await.unwrap().unwrap();
    let code = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (code, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
}

/// Asks until the answer is as wanted.
pub async fn get_until(address: &str, path: &str, wanted: impl Fn(u16, &str) -> bool) -> String {
    let asking = async {
        loop {
            let (code, text) = get(address, path).await;
            if wanted(code, &text) {
                return text;
            }
            // Nothing tells a client of /metrics that it would be another answer now.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(LONG, asking).await.unwrap()
}
