//! Targets that misbehave, all at once beside one that behaves: `tests/bad_targets/*.md`, one file a case.
//!
//! Each is told with its address and reason, counted, and costs neither the others nor the memory.

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::process::Signal;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use super::peers::{Exporter, POLICY, Process, get_until};
use crate::harness::Folder;

/// What all of it may take: the largest body twice, and what a small run takes.
const MEMORY_KIB_MAX: u64 = 320 << 10;
/// A piece that is repeated is sent in parts of at least this size.
const PART_BYTES: usize = 64 << 10;

#[derive(Default)]
struct Case {
    name: String,
    /// Whole answers, from the status line on, one a scrape; the last stays.
    answers: Vec<String>,
    up: String,
    left_out: Vec<String>,
    says: Vec<String>,
}

impl Case {
    fn read(name: String, text: &str) -> Self {
        let mut case = Self { name, ..Self::default() };
        for part in text.split("\n```").skip(1) {
            let (kind, inside) = part.split_once('\n').unwrap_or((part, ""));
            match kind {
                "answer" => {
                    let (head, body) = inside.split_once("\n\n").unwrap_or(("", inside));
                    let head = head.replace('\n', "\r\n");
                    let answer = if head.is_empty() { body.to_owned() } else { format!("{head}\r\n\r\n{body}") };
                    case.answers.push(answer);
                }
                "body" => case.answers.push(format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: text/plain; version=0.0.4\r\nconnection: close\r\n\r\n{inside}\n⟪end⟫"
                )),
                "text" => inside.lines().for_each(|line| case.expect(line)),
                _ => {}
            }
        }
        assert!(!case.answers.is_empty() && !case.up.is_empty(), "{} says too little", case.name);
        case
    }

    fn expect(&mut self, line: &str) {
        if let Some(up) = line.strip_prefix("up ") {
            self.up = up.to_owned();
        } else if let Some(reason) = line.strip_prefix("left out ") {
            self.left_out.push(reason.to_owned());
        } else if let Some(text) = line.strip_prefix("says ") {
            self.says.push(text.to_owned());
        } else {
            panic!("{}: `{line}` is no expectation", self.name);
        }
    }

    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_targets");
        let mut cases: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.file_name().unwrap() != "README.md")
            .map(|path| {
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                Self::read(name, &fs::read_to_string(&path).unwrap())
            })
            .collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }
}

/// Writes an answer, what stands in `⟪…⟫` made out.
async fn answer(stream: &mut TcpStream, text: &str) -> std::io::Result<()> {
    for part in text.split('⟪') {
        let Some((order, rest)) = part.split_once('⟫') else {
            stream.write_all(part.as_bytes()).await?;
            continue;
        };
        if order == "end" {
            return stream.shutdown().await;
        }
        if order == "hang" {
            stream.flush().await?;
            return std::future::pending().await;
        }
        if let Some(seconds) = order.strip_prefix("now") {
            let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
            let at_ms = i64::try_from(now_ms).unwrap() + seconds.parse::<i64>().unwrap() * 1_000;
            stream.write_all(at_ms.to_string().as_bytes()).await?;
        } else {
            let (times, text) = order.split_once('×').unwrap();
            repeat(stream, times.parse().unwrap(), text).await?;
        }
        stream.write_all(rest.as_bytes()).await?;
    }
    std::future::pending().await
}

async fn repeat(stream: &mut TcpStream, times: usize, text: &str) -> std::io::Result<()> {
    let mut part = String::new();
    for place in 0..times {
        match text.contains('#') {
            true => part.push_str(&text.replace('#', &place.to_string())),
            false => part.push_str(text),
        }
        if part.len() > PART_BYTES || place + 1 == times {
            stream.write_all(part.as_bytes()).await?;
            part.clear();
        }
    }
    Ok(())
}

async fn serve(cases: Arc<Vec<Case>>) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut scrapes = vec![0_usize; cases.len()];
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let name = head.split(' ').nth(1).unwrap().trim_start_matches('/').to_owned();
            let at = cases.iter().position(|case| case.name == name).unwrap();
            let (cases, scrape) = (Arc::clone(&cases), scrapes[at]);
            scrapes[at] += 1;
            tokio::spawn(async move {
                let case = &cases[at];
                // Who is cut off has it coming.
                let _ = answer(&mut stream, &case.answers[scrape.min(case.answers.len() - 1)]).await;
            });
        }
    });
    address
}

fn config(cases: &[Case], address: std::net::SocketAddr, good: &str) -> String {
    let target = |url: &str, name: &str| {
        format!("[[scrape]]\nurl = \"{url}\"\ninstance = \"{name}\"\ninterval = \"1s\"\ntimeout = \"1s\"\n\n")
    };
    let bad = cases.iter().map(|case| target(&format!("http://{address}/{}", case.name), &case.name));
    bad.chain([target(good, "good")]).collect()
}

/// Whether the page shows what each case wants.
fn missing(metrics: &str, cases: &[Case], address: std::net::SocketAddr) -> Vec<String> {
    let shows =
        |line: &str, wanted: &str| line.strip_prefix(wanted).and_then(|value| value.parse::<f64>().ok());
    let mut missing = Vec::new();
    for case in cases {
        let source = format!("source=\"http://{address}/{}\"}} ", case.name);
        let ends = if case.up == "1" { "worked" } else { "failed" };
        let mut wanted = vec![format!("novaevo_policy_source_collections_total{{result=\"{ends}\",{source}")];
        wanted.extend(
            case.left_out
                .iter()
                .map(|reason| format!("novaevo_policy_samples_dropped_total{{reason=\"{reason}\",{source}")),
        );
        missing.extend(wanted.into_iter().filter(|wanted| {
            !metrics.lines().any(|line| shows(line, wanted).is_some_and(|value| value > 0.0))
        }));
        let up = format!("novaevo_policy_source_up{{{source}{}", case.up);
        missing.extend((!metrics.lines().any(|line| line == up)).then_some(up));
    }
    missing
}

/// What is still missing, told when the wait for it ends in vain.
#[derive(Default)]
struct Still(Mutex<Vec<String>>);

impl Still {
    fn is_nothing(&self, missing: Vec<String>) -> bool {
        let mut still = self.0.lock().unwrap();
        *still = missing;
        still.is_empty()
    }
}

impl Drop for Still {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("still missing: {:#?}", self.0.lock().unwrap());
        }
    }
}

fn memory_kib_max(process: &Process) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_is_told_and_counted_and_the_one_that_behaves_is_watched() {
    let cases = Arc::new(Case::all());
    assert!(cases.len() > 15, "{} cases", cases.len());
    let (exporter, address) = (Exporter::start(9.0).await, serve(Arc::clone(&cases)).await);
    let folder = Folder::with(&[]);
    folder.write("policy.nvp", POLICY.replace("labels instance", "labels instance, pod"));
    folder.write("config.toml", config(&cases, address, &exporter.url()));
    let arguments = ["policy.nvp", "--config", "config.toml", "--listen", "127.0.0.1:0", "--format", "json"];
    let mut process = Process::start(folder.path("").as_path(), &arguments);
    let listening = process.address().await;

    let still = Still::default();
    let metrics =
        get_until(&listening, "/metrics", |_, text| still.is_nothing(missing(text, &cases, address))).await;
    assert!(metrics.contains(&format!("novaevo_policy_source_up{{source=\"{}\"}} 1", exporter.url())));
    // The one that behaves still decides: it falls, and that is a decision.
    exporter.set(1.0);
    loop {
        let decision: serde_json::Value = serde_json::from_str(&process.line().await).unwrap();
        if decision["labels"]["instance"] == "good" && decision["to"] == "ok" {
            break;
        }
    }
    let memory = memory_kib_max(&process);
    assert!(memory < MEMORY_KIB_MAX, "{memory} KiB");
    process.signal(Signal::TERM);
    let (code, said) = process.end().await;
    assert_eq!(code, 0, "{said}");
    assert!(!said.contains("panicked") && !said.contains('\u{1b}'), "{said}");
    for case in cases.iter() {
        let source = format!("source=\"http://{address}/{}\" ", case.name);
        for wanted in &case.says {
            let told = said.lines().filter(|line| line.contains(&source) && line.contains(wanted)).count();
            assert_eq!(told, 1, "{} does not say `{wanted}` once:\n{said}", case.name);
        }
        if case.says.is_empty() {
            assert!(!said.contains(&source), "{} is no fault:\n{said}", case.name);
        }
    }
}
