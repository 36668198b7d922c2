//! Scripts: what they can do, and all that they cannot.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Response;
use nvp_act::providers::Configured;
use nvp_plan::response::provider::ValueType;
use nvp_respond::effect::Call;
use nvp_respond::input::Outcome;
use nvp_respond::value::Value;
use tokio::net::TcpListener;

use super::served::{Served, call, declared, failed, number, serving, text, unknown, within, write};
use crate::log;
use crate::receiver::{Receiver, status};

fn served_with(script: &str, more: &str) -> Served {
    let reads = [("number", number()), ("text", ValueType::Text), ("flag", ValueType::Flag)];
    let config = format!("kind = 'script'\nscript = '''{script}'''\n{more}");
    Served::new(vec![serving(declared("x", &reads, &["set"]), &config)])
}

fn served(script: &str) -> Served {
    served_with(script, "")
}

fn at(address: SocketAddr) -> String {
    format!("http.api.base = 'http://{address}/v1'")
}

async fn number_of(script: &str) -> Outcome {
    served(&format!("fn read_number(args) {{ {script} }}")).end(call("x", "number", &[])).await
}

fn set() -> Call {
    write(call("x", "set", &[("name", text("a/b")), ("to", Value::Number(30.0))]))
}

#[tokio::test]
async fn a_script_computes_with_its_arguments() {
    let script = "
        fn double(x) { x * 2.0 }
        fn read_number(args) { double(args.n) + args.many.len() }
        fn read_text(args) { `${args.t}!` }
        fn read_flag(args) { if args.none == () { args.yes } else { false } }";
    let mut served = served(script);
    let list = Value::List(vec![text("a"), text("b")]);
    let arguments = [("n", Value::Number(1.5)), ("many", list)];
    assert_eq!(served.end(call("x", "number", &arguments)).await, Outcome::Answered(Value::Number(5.0)));
    assert_eq!(served.end(call("x", "text", &[("t", text("é"))])).await, Outcome::Answered(text("é!")));
    let arguments = [("none", Value::MISSING), ("yes", Value::Condition(Some(true)))];
    assert_eq!(
        served.end(call("x", "flag", &arguments)).await,
        Outcome::Answered(Value::Condition(Some(true)))
    );
}

#[tokio::test]
async fn a_script_speaks_below_its_address_only() {
    let mut receiver = Receiver::start(|n| match n {
        0 => Response::new(Body::from("{\"value\": 7}")),
        _ => status(204),
    })
    .await;
    let script = "
        fn read_number(args) { http(\"api\").get([\"flags\", args.name], #{ q: \"a&b\" }).body.value }
        fn write_set(args, key) {
            let answer = http(\"api\").put([\"flags\", args.name], #{ to: args.to, half: 0.5, key: key });
            if answer.status != 204 { return unknown(`it answered ${answer.status}`); }
        }";
    let mut served = served_with(script, &at(receiver.address));
    let answer = served.end(call("x", "number", &[("name", text("a/../b"))])).await;
    assert_eq!(answer, Outcome::Answered(Value::Number(7.0)));
    assert_eq!(receiver.next().await.path, "/v1/flags/a%2F..%2Fb?q=a%26b");
    assert_eq!(served.end(set()).await, Outcome::Done);
    let request = receiver.next().await;
    assert_eq!(request.path, "/v1/flags/a%2Fb");
    assert_eq!(request.headers["idempotency-key"], "7/grow/0");
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(body, serde_json::json!({ "to": 30, "half": 0.5, "key": "7/grow/0" }));
    for (script, why) in [
        ("http(\"other\")", "no address `other` is configured"),
        ("http(\"api\").get(\"/../admin\")", "a path has no `.` and no `..`"),
        ("http(\"api\").get([\"..\"])", "a path has no `.` and no `..`"),
    ] {
        let mut served = served_with(&format!("fn read_number(args) {{ {script} }}"), &at(receiver.address));
        let said = failed(served.end(call("x", "number", &[])).await);
        assert!(said.contains(why), "{said}");
    }
    assert!(!receiver.has_more());
}

#[tokio::test]
async fn what_a_script_says_is_what_happened() {
    let end = async |body: &str| served(&format!("fn write_set(args, key) {{ {body} }}")).end(set()).await;
    assert_eq!(end("").await, Outcome::Done);
    assert_eq!(end("true").await, Outcome::Done);
    assert_eq!(failed(end("failed(\"no such flag\")").await), "no such flag");
    assert_eq!(unknown(end("unknown(\"who knows\")").await), "who knows");
    let why = unknown(end("42").await);
    assert_eq!(
        why,
        "`write_set` gave a value of kind `i64`: nothing, `failed(why)` or `unknown(why)` is expected"
    );
    // Nothing was sent: whatever went wrong, nothing happened.
    assert!(failed(end("throw \"oh\"").await).contains("oh"));
}

#[tokio::test]
async fn a_script_that_fails_after_it_sent_leaves_it_unknown() {
    let receiver = Receiver::start(|_| status(200)).await;
    let end = async |body: &str, address: SocketAddr| {
        served_with(&format!("fn write_set(args, key) {{ {body} }}"), &at(address)).end(set()).await
    };
    unknown(end("http(\"api\").post(\"/a\", #{}); throw \"oh\"", receiver.address).await);
    failed(end("http(\"api\").get(\"/a\"); throw \"oh\"", receiver.address).await);
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let why = failed(end("http(\"api\").post(\"/a\", #{})", nobody).await);
    assert!(why.contains("onnection refused"), "{why}");
}

#[tokio::test]
async fn what_is_endless_ends() {
    for (script, why) in [
        ("loop {}", "the script made more than 1000000 operations"),
        ("let x = 0; while true { x += 1; }", "the script made more than 1000000 operations"),
        ("let t = \"ab\"; loop { t += t; }", "the script made something too large: length of string"),
        ("let a = [1]; loop { a += a; }", "the script made something too large: size of array/blob"),
        ("let a = []; loop { a.push(\"x\"); }", "the script made something too large: size of array/blob"),
        ("let a = []; a.pad(1000000000, 0); 1", "the script made something too large: size of array/blob"),
        ("let t = \"\"; t.pad(1000000000, 'x'); 1", "the script made something too large: length of string"),
        (
            "let m = #{}; let n = 0; loop { m[`k${n}`] = n; n += 1; }",
            "the script made more than 1000000 operations",
        ),
        (
            "let a = []; let t = \"x\"; t.pad(100000, 'x'); loop { a.push(t + a.len()); }",
            "the script made something too large: length of string",
        ),
        (
            "let m = #{}; let t = \"x\"; t.pad(200000, 'x'); let n = 0; loop { m[`k${n}`] = t + n; n += 1; }",
            "the memory grew by more than 268435456 bytes while the script ran",
        ),
        ("fn f(x) { f(x + 1) } f(0)", "the script's functions call one another more than 32 deep"),
    ] {
        let (functions, body) =
            script.rsplit_once("} f(").map_or(("", script.to_owned()), |(f, rest)| (f, format!("f({rest}")));
        let close = if functions.is_empty() { "" } else { "}" };
        let script = format!("{functions}{close} fn read_number(args) {{ {body} }}");
        let since = Instant::now();
        let said = failed(served(&script).end(call("x", "number", &[])).await);
        assert_eq!(said, why, "{script}");
        assert!(since.elapsed() < Duration::from_secs(15), "{script}");
    }
}

#[tokio::test]
async fn time_is_bounded_by_the_configuration_and_by_the_call() {
    let busy = "fn f(n) { let s = 0; for i in 0..n { s += i; } s } fn read_number(args) { for i in 0..1000 { f(4000); } 1 }";
    let mut served = served_with(busy, "time_max = '20ms'");
    assert_eq!(failed(served.end(call("x", "number", &[])).await), "the script took longer than 20ms");
    // A server that never answers does not hold the script's thread.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let waits = "fn read_number(args) { http(\"api\").get(\"/\").status } fn write_set(args, key) { http(\"api\").post(\"/\", #{}); }";
    let more = format!("time_max = '300ms'\n{}", at(listener.local_addr().unwrap()));
    let mut served = served_with(waits, &more);
    assert!(failed(served.end(call("x", "number", &[])).await).contains("the script took longer than 300ms"));
    assert!(unknown(served.end(set()).await).contains("the script took longer than 300ms"));
    let mut served = served_with(waits, &at(listener.local_addr().unwrap()));
    let short = within(Duration::from_millis(200), call("x", "number", &[]));
    assert_eq!(failed(served.end(short).await), "no answer within 200ms");
}

#[tokio::test]
async fn a_script_has_no_clock_no_file_and_no_other_code() {
    for (script, part) in [
        ("timestamp()", "timestamp"),
        ("sleep(1)", "a script does not sleep"),
        ("sleep(0.1)", "a script does not sleep"),
        ("open_file(\"/etc/passwd\")", "open_file"),
        ("rand()", "rand"),
        ("config(\"none\")", "there is no `config.none`"),
    ] {
        let why = failed(number_of(script).await);
        assert!(why.contains(part), "{script}: {why}");
    }
    for (script, part) in [
        ("fn read_number(args) { eval(\"1\") }", "eval"),
        ("fn read_number(args, more) { 1 }", "`read_number` must take one parameter: `(args)`"),
        ("fn write_set(args) { 1 }", "`write_set` must take two parameters: `(args, key)`"),
        ("fn read_number(args) { 1 ", "the script cannot be read"),
        ("let x = 1;", "neither a `read_NAME(args)` nor a `write_NAME(args, key)`"),
    ] {
        let config = format!("kind = 'script'\nscript = '''{script}'''");
        let problem = Configured::read("x", toml::from_str(&config).unwrap()).unwrap_err();
        assert!(problem.why.contains(part), "{script}: {problem}");
    }
    let why = failed(number_of("import \"/etc/passwd\" as x; 1").await);
    assert!(why.contains("odule"), "{why}");
}

#[tokio::test]
async fn a_script_that_gives_its_secret_away_does_not() {
    log::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, "hunter2-and-more").unwrap();
    let script = "
        fn read_text(args) { log(`log ${config(\"token\")}`); config(\"token\") }
        fn read_number(args) { throw `it is ${config(\"token\")}` }
        fn write_set(args, key) { failed(config(\"token\")) }";
    let mut served = served_with(script, &format!("config.token = 'file:{}'", file.display()));
    let mut shown = String::new();
    for call in [call("x", "text", &[]), call("x", "number", &[]), set()] {
        shown += &format!("{:?}\n", served.end(call).await);
    }
    assert!(shown.contains("it is …") && !shown.contains("hunter2"), "{shown}");
    assert!(!log::of_this_thread().contains("hunter2"));
}
