//! Webhooks: what is sent, tried again, given up, counted, and never shown.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use nvp_act::destinations::webhook::{self, Webhook};
use nvp_act::{Message, Results};
use nvp_settings::Secret;
use tokio::net::TcpListener;

use crate::log;
use crate::receiver::{Receiver, status};

fn message(number: usize) -> Arc<Message> {
    Arc::new(Message { json: format!("{{\"number\":{number}}}"), text: format!("number {number}") })
}

fn webhook_at(address: SocketAddr) -> Webhook {
    Webhook::at(&format!("http://{address}/hook/T0KEN"))
}

/// An address at which nobody listens.
async fn nobody() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

fn ends(results: Results) -> u64 {
    results.delivered + results.refused + results.expired + results.dropped
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn decisions_arrive_in_order_with_their_headers() {
    let mut receiver = Receiver::start(|_| status(204)).await;
    let token = std::env::temp_dir().join(format!("nvp-act-token-{}", std::process::id()));
    std::fs::write(&token, "hunter2\n").unwrap();
    let mut webhook = webhook_at(receiver.address);
    webhook.bearer = Some(Secret::File(token.clone()));
    webhook.headers.insert("x-team".into(), "ops".to_owned().into());
    let destination = webhook::start(&webhook).unwrap();
    std::fs::remove_file(token).unwrap();
    assert_eq!(destination.name(), format!("http://{}", receiver.address));
    (0..100).for_each(|number| destination.offer(message(number)));
    for number in 0..100 {
        let request = receiver.next().await;
        assert_eq!(request.body, format!("{{\"number\":{number}}}"));
        assert_eq!(request.path, "/hook/T0KEN");
        assert_eq!(request.headers["content-type"], "application/json");
        assert_eq!(request.headers["authorization"], "Bearer hunter2");
        assert_eq!(request.headers["x-team"], "ops");
        assert!(request.headers["user-agent"].to_str().unwrap().starts_with("novaevo-policy/"));
    }
    let results = destination.finish(LONG).await;
    assert_eq!(results, Results { offered: 100, delivered: 100, ..Results::default() });
}

#[tokio::test]
async fn what_may_pass_is_tried_again_in_order() {
    let mut receiver = Receiver::start(|n| status(if n == 0 { 503 } else { 200 })).await;
    let destination = webhook::start(&webhook_at(receiver.address)).unwrap();
    destination.offer(message(0));
    destination.offer(message(1));
    for number in [0, 0, 1] {
        assert_eq!(receiver.next().await.body, format!("{{\"number\":{number}}}"));
    }
    let results = destination.finish(LONG).await;
    assert_eq!(results, Results { offered: 2, delivered: 2, retried: 1, ..Results::default() });
}

#[tokio::test]
async fn retry_after_is_kept() {
    let busy = || Response::builder().status(429).header("retry-after", "2").body(Body::empty()).unwrap();
    let mut receiver = Receiver::start(move |n| if n == 0 { busy() } else { status(200) }).await;
    let destination = webhook::start(&webhook_at(receiver.address)).unwrap();
    destination.offer(message(0));
    let (first, second) = (receiver.next().await, receiver.next().await);
    assert!(second.at - first.at >= Duration::from_secs(2));
    assert_eq!(destination.finish(LONG).await.delivered, 1);
}

#[tokio::test]
async fn what_is_refused_is_counted_and_the_rest_goes_on() {
    let mut receiver = Receiver::start(|n| status(if n == 0 { 400 } else { 200 })).await;
    let destination = webhook::start(&webhook_at(receiver.address)).unwrap();
    destination.offer(message(0));
    destination.offer(message(1));
    receiver.next().await;
    assert_eq!(receiver.next().await.body, "{\"number\":1}");
    let results = destination.finish(LONG).await;
    assert_eq!(results, Results { offered: 2, delivered: 1, refused: 1, ..Results::default() });
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let away =
        || Response::builder().status(307).header("location", "/elsewhere").body(Body::empty()).unwrap();
    let mut receiver = Receiver::start(move |_| away()).await;
    let destination = webhook::start(&webhook_at(receiver.address)).unwrap();
    destination.offer(message(0));
    let results = destination.finish(LONG).await;
    assert_eq!((results.refused, results.failing), (1, true));
    assert_eq!(receiver.next().await.path, "/hook/T0KEN");
    assert!(!receiver.has_more());
}

#[tokio::test]
async fn an_unreachable_receiver_holds_nobody_up_and_loses_the_oldest_counted() {
    let mut webhook = webhook_at(nobody().await);
    webhook.queue = 16.try_into().unwrap();
    let destination = webhook::start(&webhook).unwrap();
    for number in 0..5_000 {
        destination.offer(message(number));
        assert!(destination.queued() <= 16);
    }
    let results = destination.finish(Duration::from_millis(1)).await;
    assert_eq!(results.offered, 5_000);
    assert_eq!(ends(results), 5_000, "{results:?}");
    assert_eq!(results.delivered, 0);
}

#[tokio::test]
async fn the_newest_decisions_are_those_that_survive_an_outage() {
    let address = nobody().await;
    let mut webhook = webhook_at(address);
    webhook.queue = 4.try_into().unwrap();
    let destination = webhook::start(&webhook).unwrap();
    (0..100).for_each(|number| destination.offer(message(number)));
    let mut receiver = Receiver::start_on(address, |_| status(200)).await;
    let mut arrived = Vec::new();
    while arrived.last().is_none_or(|body| body != "{\"number\":99}") {
        arrived.push(receiver.next().await.body);
    }
    let results = destination.finish(LONG).await;
    assert_eq!(results.delivered, arrived.len() as u64);
    assert_eq!(ends(results), 100);
    assert_eq!(
        arrived[arrived.len() - 4..].join(""),
        "{\"number\":96}{\"number\":97}{\"number\":98}{\"number\":99}"
    );
    assert!(!results.failing);
}

#[tokio::test]
async fn a_decision_that_waited_too_long_expires() {
    let mut webhook = webhook_at(nobody().await);
    webhook.give_up_after = Duration::from_millis(200);
    let destination = webhook::start(&webhook).unwrap();
    destination.offer(message(0));
    let results = destination.finish(LONG).await;
    assert_eq!((results.expired, results.failing), (1, true));
}

#[tokio::test]
async fn a_receiver_that_hangs_is_left_after_the_timeout() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut webhook = webhook_at(listener.local_addr().unwrap());
    webhook.timeout = Duration::from_millis(100);
    webhook.give_up_after = Duration::from_millis(200);
    let destination = webhook::start(&webhook).unwrap();
    destination.offer(message(0));
    let results = destination.finish(LONG).await;
    assert_eq!(results.expired, 1);
}

#[tokio::test]
async fn an_endless_answer_ends() {
    let endless = || {
        let chunks = std::iter::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 1 << 16]));
        Response::new(Body::from_stream(futures_util::stream::iter(chunks)))
    };
    let receiver = Receiver::start(move |_| endless()).await;
    let destination = webhook::start(&webhook_at(receiver.address)).unwrap();
    destination.offer(message(0));
    assert_eq!(destination.finish(LONG).await.delivered, 1);
}

#[tokio::test]
async fn an_outage_is_one_line_and_its_end_another_and_no_secret_is_in_them() {
    log::start();
    let mut receiver = Receiver::start(|n| status(if n < 3 { 503 } else { 200 })).await;
    let destination = webhook::start(&webhook_at(receiver.address)).unwrap();
    destination.offer(message(0));
    for _ in 0..4 {
        receiver.next().await;
    }
    assert_eq!(destination.finish(LONG).await.delivered, 1);

    let text = log::of_this_thread();
    let lines: Vec<_> = text.lines().filter(|line| line.contains("the webhook")).collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].contains("ERROR") && lines[0].contains("does not take decisions"), "{text}");
    assert!(lines[0].contains("it answered 503 Service Unavailable"), "the cause is not named: {text}");
    assert!(lines[1].contains("takes decisions again"), "{text}");
    assert!(!text.contains("T0KEN"), "{text}");
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_named_with_the_cause() {
    log::start();
    let mut webhook = webhook_at(nobody().await);
    webhook.give_up_after = Duration::from_millis(1);
    let destination = webhook::start(&webhook).unwrap();
    (0..3).for_each(|number| destination.offer(message(number)));
    assert_eq!(destination.finish(LONG).await.expired, 3);
    let text = log::of_this_thread();
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("onnection refused") && !text.contains("T0KEN"), "{text}");
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let mut webhook = Webhook::at("http://127.0.0.1:1/");
    webhook.bearer = Some(Secret::Environment("NOVAEVO_NO_SUCH_VARIABLE".into()));
    let error = webhook::start(&webhook).unwrap_err().to_string();
    assert_eq!(error, "the environment variable `NOVAEVO_NO_SUCH_VARIABLE` is not set");
}
