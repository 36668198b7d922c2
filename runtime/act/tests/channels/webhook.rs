//! Webhooks: the payload, its signature, and what is known when no answer comes.

use std::time::Duration;

use nvp_act::channels::{Attempt, Failure, Repeat, Stage};
use nvp_respond::effect::Reason;

use super::{IN_DOUBT, One, Secrets, because, page};
use crate::fakes::http::Fault;
use crate::fakes::webhook::start;

fn configuration(url: &str, secrets: &Secrets, more: &str) -> String {
    let (secret, bearer) = (secrets.keep("secret", "hunter2"), secrets.keep("bearer", "T0KEN"));
    format!(
        "[notifications]\nsite = \"eu-1\"\nurl = \"https://policy.example/i/{{incident}}\"\n[channel.c]\n\
         kind = \"webhook\"\nurl = \"{url}/hook\"\nsecret = \"{secret}\"\nbearer = \"{bearer}\"\n{more}\n[team.operations]"
    )
}

#[tokio::test]
async fn an_alertmanager_payload_arrives_signed_with_a_delivery_id() {
    let secrets = Secrets::new();
    let mut receiver = start("hunter2").await;
    let one = One::of(&configuration(&receiver.url(), &secrets, ""));
    let receipt = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    let request = receiver.next().await;
    assert_eq!(receipt.stage, Stage::Sent);
    assert_eq!(receipt.remote.as_deref(), Some(request.header("x-novaevo-delivery")));
    assert_eq!(request.header("authorization"), "Bearer T0KEN");
    assert_eq!(request.header("x-novaevo-attempt"), "1");
    let payload = receiver.look(|receiver| receiver.payloads.pop()).unwrap();
    for (pointer, wanted) in [
        ("/version", "4"),
        ("/status", "firing"),
        ("/groupKey", "eu-1/incident/12"),
        ("/receiver", "operations"),
        ("/externalURL", "https://policy.example/i/12"),
        ("/commonLabels/region", "eu"),
        ("/commonLabels/severity", "critical"),
        ("/commonLabels/alertname", "gateway p95 in eu is 612 ms"),
        ("/commonAnnotations/summary", "[CRITICAL] gateway p95 in eu is 612 ms"),
        ("/alerts/0/status", "firing"),
        ("/alerts/0/startsAt", "2023-11-14T22:13:20Z"),
        ("/alerts/0/endsAt", "0001-01-01T00:00:00Z"),
        ("/novaevo/rung", "N1"),
    ] {
        assert_eq!(payload.pointer(pointer).and_then(|value| value.as_str()), Some(wanted), "{pointer}");
    }
    assert_eq!(payload["truncatedAlerts"], 2);
    let resolved = because(Reason::Resolved, page(1, "c"));
    one.deliver(&resolved, Attempt::FIRST).await.unwrap();
    let over = receiver.look(|receiver| receiver.payloads.pop()).unwrap();
    assert_eq!(over["status"], "resolved");
    assert_eq!(over["alerts"][0]["fingerprint"], payload["alerts"][0]["fingerprint"]);
    assert_ne!(over["alerts"][0]["endsAt"], "0001-01-01T00:00:00Z");
}

#[tokio::test]
async fn what_is_not_signed_with_its_secret_is_refused_by_the_receiver() {
    let secrets = Secrets::new();
    let receiver = start("another").await;
    let one = One::of(&configuration(&receiver.url(), &secrets, ""));
    let failure = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err();
    assert_eq!(failure, Failure::Permanent("it answered 401 Unauthorized".into()));
}

#[tokio::test]
async fn each_fault_is_told_apart() {
    let secrets = Secrets::new();
    let receiver = start("hunter2").await;
    let one = One::of(&configuration(&receiver.url(), &secrets, "timeout = \"1s\""));
    let temporary = |why: &str, seconds: Option<u64>| Failure::Temporary {
        why: why.into(),
        retry_after: seconds.map(Duration::from_secs),
    };
    for (fault, wanted) in [
        (Fault::Refuse(503, None), temporary("it answered 503 Service Unavailable", None)),
        (Fault::Refuse(500, None), temporary("it answered 500 Internal Server Error", None)),
        (Fault::Refuse(429, Some(7)), temporary("it answered 429 Too Many Requests", Some(7))),
        (Fault::Refuse(429, None), temporary("it answered 429 Too Many Requests", None)),
        (Fault::Refuse(400, None), Failure::Permanent("it answered 400 Bad Request".into())),
        (Fault::Refuse(504, None), Failure::Unknown("it answered 504 Gateway Timeout".into())),
        (Fault::HangAfterTaking, Failure::Unknown("it did not answer in time".into())),
    ] {
        receiver.plan([fault]);
        assert_eq!(one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err(), wanted, "{fault:?}");
    }
    receiver.plan([Fault::ResetAfterTaking]);
    let failure = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err();
    assert!(matches!(failure, Failure::Unknown(_)), "{failure:?}");
}

#[tokio::test]
async fn nobody_there_is_known_not_to_have_it() {
    let secrets = Secrets::new();
    let nobody = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let one = One::of(&configuration(&format!("http://{nobody}"), &secrets, ""));
    let failure = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err();
    assert!(
        matches!(&failure, Failure::Temporary { why, .. } if why.contains("onnection refused")),
        "{failure:?}"
    );
}

#[tokio::test]
async fn a_possible_repeat_is_marked_and_has_the_same_delivery_id() {
    let secrets = Secrets::new();
    let mut receiver = start("hunter2").await;
    let one = One::of(&configuration(&receiver.url(), &secrets, ""));
    assert_eq!(one.channel.repeat(&page(1, "c"), &one.address), Repeat::Unsafe);
    one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    one.deliver(&page(1, "c"), IN_DOUBT).await.unwrap();
    one.deliver(&page(2, "c"), Attempt::FIRST).await.unwrap();
    let (first, second, other) = (receiver.next().await, receiver.next().await, receiver.next().await);
    assert_eq!(first.header("x-novaevo-delivery"), second.header("x-novaevo-delivery"));
    assert_ne!(first.header("x-novaevo-delivery"), other.header("x-novaevo-delivery"));
    assert_eq!(first.header("x-novaevo-possible-repeat"), "");
    assert_eq!(second.header("x-novaevo-possible-repeat"), "true");
    assert_eq!(second.json()["commonAnnotations"]["possible_repeat"], "true");
    assert!(
        second.json()["commonAnnotations"]["summary"].as_str().unwrap().starts_with("[possible repeat] ")
    );
}

#[tokio::test]
async fn a_receiver_that_deduplicates_gets_the_same_again() {
    let secrets = Secrets::new();
    let mut receiver = start("hunter2").await;
    let one = One::of(&configuration(&receiver.url(), &secrets, "deduplicates = true"));
    assert_eq!(one.channel.repeat(&page(1, "c"), &one.address), Repeat::Keyed);
    one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    one.deliver(&page(1, "c"), IN_DOUBT).await.unwrap();
    let (first, second) = (receiver.next().await, receiver.next().await);
    assert_eq!(first.body, second.body);
    assert_eq!(first.header("x-novaevo-delivery"), second.header("x-novaevo-delivery"));
}
