//! A secret appears in no outcome, no problem, no line of the log and nothing printed for developers.

use std::path::Path;

use axum::body::Body;
use axum::http::Response;
use nvp_act::providers::{Configured, Serving};
use nvp_plan::response::provider::ValueType;

use super::served::{Served, call, declared, serving, text, write};
use crate::log;
use crate::receiver::Receiver;

const SECRET: &str = "hunter2 \"quoted\" \\ and more";

/// A file that holds the secret.
fn kept(folder: &Path) -> String {
    let file = folder.join("secret");
    std::fs::write(&file, SECRET).unwrap();
    format!("file:{}", file.display())
}

fn assert_hidden(shown: &str) {
    let quoted = serde_json::Value::from(SECRET).to_string();
    for form in [SECRET, quoted.trim_matches('"'), "hunter2"] {
        assert!(!shown.contains(form), "{shown}");
    }
}

#[tokio::test]
async fn an_api_that_says_its_token_again_does_not_give_it_away() {
    log::start();
    let folder = tempfile::tempdir().unwrap();
    let kept = kept(folder.path());
    // Half of the servers out there repeat what they do not like.
    let mut receiver = Receiver::start(|n| {
        let quoted = serde_json::Value::from(SECRET);
        let body = if n % 2 == 0 { quoted.to_string() } else { format!("you sent {SECRET} and {quoted}") };
        Response::builder().status(if n < 2 { 200 } else { 500 }).body(Body::from(body)).unwrap()
    })
    .await;
    let config = format!(
        "kind = 'http'\nbase = 'http://{}'\nbearer = '{kept}'\nconfig.token = '{kept}'\nheaders = {{ x-key = '{kept}' }}
        [read.echo]\npath = '/'\n[write.send]\npath = '/'\nbody = {{ token = '{{config.token}}' }}",
        receiver.address
    );
    let serving = serving(declared("x", &[("echo", ValueType::Text)], &["send"]), &config);
    let mut shown = format!("{serving:?}");
    let mut served = Served::new(vec![serving]);
    for call in [
        call("x", "echo", &[]),
        call("x", "echo", &[]),
        write(call("x", "send", &[])),
        write(call("x", "send", &[])),
    ] {
        shown += &format!("{:?}\n", served.end(call).await);
    }
    receiver.next().await;
    receiver.next().await;
    let sent = receiver.next().await;
    assert_eq!(sent.headers["authorization"].as_bytes(), format!("Bearer {SECRET}").as_bytes());
    assert_eq!(serde_json::from_str::<serde_json::Value>(&sent.body).unwrap()["token"], SECRET);
    assert!(shown.contains("500 Internal Server Error"), "{shown}");
    assert_hidden(&shown);
    assert_hidden(&log::of_this_thread());
}

#[tokio::test]
async fn a_program_that_prints_its_environment_does_not_give_it_away() {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "kind = 'exec'\nenvironment = {{ TOKEN = '{}' }}
        [read.echo]\nanswer = 'text'\nrun = ['/bin/sh', '-c', 'echo \"it is $TOKEN\"']
        [write.send]\nrun = ['/bin/sh', '-c', 'echo \"it is $TOKEN\" >&2; exit 9']",
        kept(folder.path())
    );
    let serving = serving(declared("x", &[("echo", ValueType::Text)], &["send"]), &config);
    let debug = format!("{serving:?}");
    let mut served = Served::new(vec![serving]);
    let read = served.end(call("x", "echo", &[])).await;
    assert_eq!(read, nvp_respond::input::Outcome::Answered(text("it is …")));
    let write = served.end(write(call("x", "send", &[]))).await;
    assert_hidden(&format!("{debug}{read:?}{write:?}"));
}

#[test]
fn a_secret_that_is_missing_or_empty_is_named_by_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::write(&empty, "\n").unwrap();
    for (kept, why) in [
        ("env:NOVAEVO_NO_SUCH_VARIABLE".to_owned(), "is not set"),
        (format!("file:{}", empty.display()), "is empty"),
        ("file:/no/such/file".to_owned(), "cannot be read"),
    ] {
        let config = format!("kind = 'http'\nbase = 'http://a'\nconfig.token = '{kept}'");
        let configured = Configured::read("x", toml::from_str(&config).unwrap()).unwrap();
        let opened: Result<Serving, _> = configured.open(declared("x", &[], &[]), folder.path());
        let problem = opened.unwrap_err();
        assert_eq!(problem.place, "provider.x.config.token");
        assert!(problem.why.contains(why), "{problem}");
    }
}
