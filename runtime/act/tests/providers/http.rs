//! APIs: what is sent, what an answer means, and what is left unknown.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use nvp_plan::response::provider::ValueType;
use nvp_respond::input::Outcome;
use nvp_respond::value::Value;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;

use super::served::{Served, call, declared, failed, number, serving, text, unknown, within, write};
use crate::receiver::{Receiver, status};

const OPERATIONS: &str = "
    [read.state]\npath = '/issues/{id}'\nat = '/fields/state'
    [read.age]\npath = '/age'\nquery = { of = '{id}' }\nunit = 'ms'
    [read.blocked]\npath = '/blocked/{id}'\ntrue_when = [200]\nfalse_when = [404]\nmissing_when = [503]
    [write.open]\npath = '/issues'\nexpect = { '/ok' = true }\nfailed = [400]
    body = { title = '{title}', weight = '{weight}', key = '{intent.key}', tags = ['a', '{title}!'], on = true }";

fn served(address: SocketAddr) -> Served {
    let reads = [("state", ValueType::Text), ("age", number()), ("blocked", ValueType::Flag)];
    let config = format!(
        "kind = 'http'\nbase = 'http://{address}/api/'\nheaders = {{ x-team = 'ops' }}\n{OPERATIONS}"
    );
    Served::new(vec![serving(declared("x", &reads, &["open"]), &config)])
}

fn json(text: &str) -> Response<Body> {
    Response::new(Body::from(text.to_owned()))
}

fn open() -> nvp_respond::effect::Call {
    write(call("x", "open", &[("title", text("a \"b\"")), ("weight", Value::Number(3.0))]))
}

fn state(id: &str) -> nvp_respond::effect::Call {
    call("x", "state", &[("id", text(id))])
}

#[tokio::test]
async fn a_write_carries_its_values_and_its_key() {
    let mut receiver = Receiver::start(|_| json("{\"ok\": true}")).await;
    let mut served = served(receiver.address);
    assert_eq!(served.end(open()).await, Outcome::Done);
    let request = receiver.next().await;
    assert_eq!(request.path, "/api/issues");
    assert_eq!(request.headers["idempotency-key"], "7/grow/0");
    assert_eq!(request.headers["x-team"], "ops");
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    let wanted = serde_json::json!({
        "title": "a \"b\"", "weight": 3, "key": "7/grow/0", "tags": ["a", "a \"b\"!"], "on": true
    });
    assert_eq!(body, wanted);
}

#[tokio::test]
async fn a_value_in_the_path_stays_within_its_segment() {
    let mut receiver = Receiver::start(|_| json("{\"fields\": {\"state\": \"open\"}}")).await;
    let mut served = served(receiver.address);
    let outcome = served.end(state("a/../b?c=%2e#d é")).await;
    assert_eq!(outcome, Outcome::Answered(text("open")));
    assert_eq!(receiver.next().await.path, "/api/issues/a%2F..%2Fb%3Fc=%252e%23d%20%C3%A9");
    for id in ["..", ".", ""] {
        let why = failed(served.end(state(id)).await);
        assert_eq!(why, "a value in the path is empty or dots only, and would change where the request goes");
    }
    assert!(!receiver.has_more());
}

#[tokio::test]
async fn answers_are_read_as_the_configuration_says() {
    let mut receiver = Receiver::start(|n| match n {
        0 => json("1500"),
        1 => status(200),
        2 => status(404),
        3 => status(503),
        _ => status(500),
    })
    .await;
    let mut served = served(receiver.address);
    let age = served.end(call("x", "age", &[("id", text("a&b"))])).await;
    assert_eq!(age, Outcome::Answered(Value::Number(1.5)));
    receiver.next().await;
    for is in [Some(true), Some(false), None] {
        let outcome = served.end(call("x", "blocked", &[("id", text("1"))])).await;
        assert_eq!(outcome, Outcome::Answered(Value::Condition(is)));
    }
    let why = failed(served.end(call("x", "blocked", &[("id", text("1"))])).await);
    assert_eq!(why, "it answered 500 Internal Server Error");
}

#[tokio::test]
async fn answers_that_are_not_what_was_declared_are_failures() {
    for (body, why) in [
        ("{\"fields\": {\"state\": 5}}", "the answer is a number, where a text is declared"),
        ("{\"fields\": {\"state\": null}}", "the answer is missing, where a text is declared"),
        (
            "{\"fields\": {\"state\": {}}}",
            "the answer has an object at `/fields/state`: point at one of its entries",
        ),
        ("{\"fields\": {\"state\": [\"a\"]}}", "the answer is a list, where a text is declared"),
        ("{}", "the answer has nothing at `/fields/state`"),
        ("", "the answer is empty, not JSON"),
        ("<html>", "the answer is no JSON: <html>"),
    ] {
        let receiver = Receiver::start(move |_| json(body)).await;
        assert_eq!(failed(served(receiver.address).end(state("1")).await), why);
    }
}

#[tokio::test]
async fn what_a_status_and_an_answer_mean_for_a_write() {
    let answer =
        |code: u16, body: &'static str| Response::builder().status(code).body(Body::from(body)).unwrap();
    let end = async |code: u16, body: &'static str| {
        let receiver = Receiver::start(move |_| answer(code, body)).await;
        served(receiver.address).end(open()).await
    };
    assert_eq!(end(201, "{\"ok\": true}").await, Outcome::Done);
    assert_eq!(failed(end(400, "no such queue").await), "it answered 400 Bad Request: no such queue");
    // Success by its status only: it said that it was not done, or nothing that can be read.
    assert_eq!(
        unknown(end(200, "{\"ok\": false}").await),
        "the answer is not true at `/ok`: {\"ok\": false}"
    );
    assert_eq!(unknown(end(200, "").await), "the answer is empty, not JSON");
    assert_eq!(unknown(end(503, "").await), "it answered 503 Service Unavailable");
    assert_eq!(unknown(end(307, "").await), "it answered 307 Temporary Redirect");
}

#[tokio::test]
async fn nobody_there_is_known_and_a_broken_connection_is_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut served = served(address);
    let resets = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        // It has come in, and may have been carried out, when the connection breaks.
        let mut buffer = [0; 64];
        assert!(stream.read(&mut buffer).await.unwrap() > 0);
        stream.set_zero_linger().unwrap();
    });
    unknown(served.end(open()).await);
    resets.await.unwrap();
    let why = failed(served.end(open()).await);
    assert!(why.contains("onnection refused"), "{why}");
}

#[tokio::test]
async fn an_answer_that_never_comes_is_unknown() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut served = served(listener.local_addr().unwrap());
    let short = Duration::from_millis(300);
    assert_eq!(unknown(served.end(within(short, open())).await), "no answer within 300ms");
    assert_eq!(failed(served.end(within(short, state("1"))).await), "no answer within 300ms");
}

#[tokio::test]
async fn an_answer_of_a_gigabyte_is_cut() {
    let endless = || {
        let chunks = std::iter::repeat_with(|| Ok::<_, Infallible>(vec![b' '; 1 << 16])).take(1 << 14);
        Response::new(Body::from_stream(futures_util::stream::iter(chunks)))
    };
    let receiver = Receiver::start(move |_| endless()).await;
    let mut served = served(receiver.address);
    assert_eq!(failed(served.end(state("1")).await), "it answered 200 OK with more than 1048576 bytes");
    assert_eq!(unknown(served.end(open()).await), "it answered 200 OK with more than 1048576 bytes");
}
