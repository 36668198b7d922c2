//! A real `prometheus` on a free port of this machine, with its own data, ended with the test.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use super::ours::{Rows, Ticks};
use super::samples::{Samples, Span, TICK_MS};

/// How often readiness is asked for, 50 ms apart: a minute on an idle machine, more on a busy one.
const ASKED_MAX: usize = 1_200;
/// How often another port is tried when somebody else took the one that was free.
const PORTS_MAX: usize = 5;
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(60);

/// The running server. It is killed when this is dropped, also by a test that fails.
pub struct Prometheus {
    child: Child,
    address: SocketAddr,
}

/// Writes the samples as OpenMetrics text and has `promtool` make blocks of them.
pub fn write_blocks(samples: &Samples, folder: &Path) {
    let mut text = String::new();
    for ((name, labels), values) in &samples.series {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
        for (at_ms, value) in values {
            let (s, ms) = (at_ms / 1_000, at_ms % 1_000);
            writeln!(text, "{name}{{{}}} {value} {s}.{ms:03}", labels.join(",")).unwrap();
        }
    }
    text.push_str("# EOF\n");
    let recording = folder.join("samples.om");
    std::fs::write(&recording, text).unwrap();
    let made = Command::new("promtool")
        .args(["tsdb", "create-blocks-from", "openmetrics"])
        .arg(&recording)
        .arg(folder.join("data"))
        .output()
        .unwrap_or_else(|error| panic!("`promtool` does not start (tests/run installs it): {error}"));
    assert!(made.status.success(), "promtool: {}", String::from_utf8_lossy(&made.stderr));
}

impl Prometheus {
    /// Starts it over `folder/data` and waits until it answers.
    pub fn start(folder: &Path, lookback_ms: i64) -> Self {
        let log = folder.join("prometheus.log");
        for _ in 0..PORTS_MAX {
            let mut prometheus = Self::spawn(folder, &log, lookback_ms);
            if prometheus.gets_ready() {
                return prometheus;
            }
        }
        panic!("prometheus does not start:\n{}", std::fs::read_to_string(log).unwrap_or_default());
    }

    fn spawn(folder: &Path, log: &PathBuf, lookback_ms: i64) -> Self {
        let config = folder.join("prometheus.yml");
        std::fs::write(&config, "global: { scrape_interval: 1h }\n").unwrap();
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let child = Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("data").display()))
            .arg(format!("--web.listen-address={address}"))
            .arg(format!("--query.lookback-delta={lookback_ms}ms"))
            .arg("--web.enable-remote-write-receiver")
            .arg("--log.level=warn")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(log).unwrap())
            .spawn()
            .unwrap_or_else(|error| panic!("`prometheus` does not start (tests/run installs it): {error}"));
        Self { child, address }
    }

    /// Asks until it is ready; false when it ended instead, as it does when the port is taken.
    fn gets_ready(&mut self) -> bool {
        for _ in 0..ASKED_MAX {
            if self.child.try_wait().unwrap().is_some() {
                return false;
            }
            if self.send("GET", "/-/ready", &[]).is_ok_and(|(status, _)| status == 200) {
                return true;
            }
            // Nothing tells when a port opens: asking again is all one can do.
            std::thread::sleep(Duration::from_millis(50));
        }
        false
    }

    /// The answers at every tick of the span.
    pub fn range(&self, query: &str, span: Span) -> Ticks {
        let (start, end, step) = (span.first_ms / 1_000, span.last_ms / 1_000, TICK_MS / 1_000);
        let path =
            format!("/api/v1/query_range?query={}&start={start}&end={end}&step={step}", escaped(query));
        let mut ticks = Ticks::new();
        for series in self.ask(&path, "matrix") {
            for sample in series["values"].as_array().unwrap() {
                add(ticks.entry(instant_ms(sample)).or_default(), &series, sample);
            }
        }
        ticks
    }

    /// The answer at one instant.
    pub fn instant(&self, query: &str, at_ms: i64) -> Rows {
        let path = format!("/api/v1/query?query={}&time={}", escaped(query), at_ms / 1_000);
        let mut rows = Rows::new();
        for series in self.ask(&path, "vector") {
            add(&mut rows, &series, &series["value"]);
        }
        rows
    }

    /// Hands samples over by remote write.
    pub fn write(&self, request: &[u8]) {
        let (status, answer) = self.send("POST", "/api/v1/write", request).unwrap();
        assert_eq!(status, 204, "{answer}");
    }

    fn ask(&self, path: &str, kind: &str) -> Vec<Value> {
        let (status, answer) = self.send("GET", path, &[]).unwrap();
        assert_eq!(status, 200, "{path}: {answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let data = &answer["data"];
        assert_eq!(data["resultType"], kind, "{path}");
        data["result"].as_array().unwrap().clone()
    }

    /// One request of HTTP 1.0, the simplest there is: the answer ends with the connection.
    fn send(&self, method: &str, path: &str, body: &[u8]) -> std::io::Result<(u16, String)> {
        let mut stream = TcpStream::connect_timeout(&self.address, ANSWER)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_write_timeout(Some(ANSWER))?;
        let head = format!(
            "{method} {path} HTTP/1.0\r\nHost: {}\r\nContent-Length: {}\r\nContent-Type: application/x-protobuf\r\n\
             Content-Encoding: snappy\r\nX-Prometheus-Remote-Write-Version: 0.1.0\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        Ok((status, body.to_owned()))
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        // A process that has ended already is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn instant_ms(sample: &Value) -> i64 {
    (sample[0].as_f64().unwrap() * 1_000.0).round() as i64
}

/// Adds a sample to the rows of its instant; NaN is missing.
fn add(rows: &mut Rows, series: &Value, sample: &Value) {
    let labels = series["metric"].as_object().unwrap().iter().filter(|(name, _)| *name != "__name__");
    let value: f64 = sample[1].as_str().unwrap().parse().unwrap();
    if !value.is_nan() {
        let labels = labels.map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()));
        assert!(rows.insert(labels.collect(), value).is_none(), "two rows with the same labels");
    }
}

/// A query as part of an address.
fn escaped(query: &str) -> String {
    let mut escaped = String::new();
    for byte in query.bytes() {
        if byte.is_ascii_alphanumeric() {
            escaped.push(char::from(byte));
        } else {
            write!(escaped, "%{byte:02X}").unwrap();
        }
    }
    escaped
}
