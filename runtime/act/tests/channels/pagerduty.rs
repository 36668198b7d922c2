//! PagerDuty: one alert an incident and routing key, however often it is told.

use std::time::Duration;

use nvp_act::channels::{Attempt, Failure, Repeat, Stage};
use nvp_respond::effect::{Notification, Reason};

use super::{AGAIN, IN_DOUBT, One, Secrets, because, page, why};
use crate::fakes::http::{Fault, Server};
use crate::fakes::pagerduty::{PagerDuty, State, start};

const KEY: &str = "0123456789abcdef0123456789abcdef";

fn configuration(url: &str, secrets: &Secrets, more: &str) -> String {
    let key = secrets.keep("key", KEY);
    format!(
        "[channel.c]\nkind = \"pagerduty\"\nurl = \"{url}\"\nrouting_key = \"{key}\"\n{more}\n[team.operations]"
    )
}

#[tokio::test]
async fn an_incident_is_one_alert_until_it_is_resolved() {
    let secrets = Secrets::new();
    let service = start(&[KEY]).await;
    let one = One::of(&configuration(&service.url(), &secrets, ""));
    let receipt = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    assert_eq!(receipt.stage, Stage::Accepted);
    assert_eq!(one.channel.repeat(&page(1, "c"), &one.address), Repeat::Keyed);
    one.deliver(&page(1, "c"), IN_DOUBT).await.unwrap();
    one.deliver(&because(Reason::Worse, page(2, "c")), Attempt::FIRST).await.unwrap();
    service.look(|service| {
        assert_eq!(service.alerts.len(), 1, "{:?}", service.alerts);
        assert_eq!(service.alerts[0].triggers, 3);
        assert_eq!(service.alerts[0].summary, "[CRITICAL] gateway p95 in eu is 612 ms");
        assert_eq!(service.alerts[0].severity, "critical");
        assert_eq!(Some(&service.alerts[0].dedup_key), receipt.remote.as_ref());
    });
    for attempt in [Attempt::FIRST, IN_DOUBT] {
        one.deliver(&acknowledged(1, because(Reason::Acknowledged, page(3, "c"))), attempt).await.unwrap();
    }
    assert_eq!(service.look(|service| service.alerts[0].state), State::Acknowledged);
    for attempt in [Attempt::FIRST, IN_DOUBT] {
        let resolved = acknowledged(1, because(Reason::Resolved, page(4, "c")));
        one.deliver(&resolved, attempt).await.unwrap();
    }
    one.deliver(&acknowledged(1, page(5, "c")), Attempt::FIRST).await.unwrap();
    service.look(|service| {
        let states: Vec<_> = service.alerts.iter().map(|alert| alert.state).collect();
        assert_eq!(states, [State::Resolved, State::Triggered]);
        assert_eq!(service.dropped.len(), 2, "the second resolution has nothing to resolve");
    });
}

/// Made when its incident had been acknowledged so often.
fn acknowledged(times: u32, notification: Notification) -> Notification {
    Notification { acknowledgements: times, ..notification }
}

#[tokio::test]
async fn what_calls_somebody_after_an_acknowledgement_is_an_alert_that_nobody_has_acknowledged() {
    let secrets = Secrets::new();
    let service = start(&[KEY]).await;
    let mut one = One::of(&configuration(&service.url(), &secrets, ""));
    let first = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    one.deliver(&acknowledged(1, because(Reason::Acknowledged, page(2, "c"))), Attempt::FIRST).await.unwrap();
    for is_restarted in [false, true] {
        if is_restarted {
            one = One::of(&configuration(&service.url(), &secrets, ""));
            one.channel.recall(12, &one.address, first.remote.as_ref().unwrap());
        }
        for (reason, attempt) in [(Reason::Unacknowledged, Attempt::FIRST), (Reason::Worse, AGAIN)] {
            one.deliver(&acknowledged(1, because(reason, page(3, "c"))), attempt).await.unwrap();
        }
        service.look(|service| {
            let states: Vec<_> = service.alerts.iter().map(|alert| alert.state).collect();
            assert_eq!(states, [State::Resolved, State::Triggered], "{:?}", service.alerts);
        });
    }
    one.deliver(&acknowledged(2, because(Reason::Acknowledged, page(5, "c"))), Attempt::FIRST).await.unwrap();
    assert_eq!(service.look(|service| service.alerts[1].state), State::Acknowledged);
    // One that knows nothing any more finds what may be open.
    let forgetful = One::of(&configuration(&service.url(), &secrets, ""));
    let resolved = acknowledged(2, because(Reason::Resolved, page(6, "c")));
    forgetful.deliver(&resolved, Attempt::FIRST).await.unwrap();
    service.look(|service| {
        assert!(service.alerts.iter().all(|alert| alert.state == State::Resolved), "{:?}", service.alerts);
    });
}

#[tokio::test]
async fn an_older_alert_that_cannot_be_resolved_now_is_resolved_at_the_end() {
    let secrets = Secrets::new();
    let service = start(&[KEY]).await;
    let one = One::of(&configuration(&service.url(), &secrets, ""));
    one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    // The page itself gets through, which is all that matters then.
    service.plan_after(1, [Fault::Refuse(503, None)]);
    one.deliver(&acknowledged(1, because(Reason::Unacknowledged, page(2, "c"))), Attempt::FIRST)
        .await
        .unwrap();
    let states = |service: &Server<PagerDuty>| -> Vec<State> {
        service.look(|service| service.alerts.iter().map(|alert| alert.state).collect())
    };
    assert_eq!(states(&service), [State::Triggered, State::Triggered]);
    one.deliver(&acknowledged(1, because(Reason::Resolved, page(3, "c"))), Attempt::FIRST).await.unwrap();
    assert_eq!(states(&service), [State::Resolved, State::Resolved]);
}

#[tokio::test]
async fn two_routing_keys_have_two_alerts() {
    let other = "ffffffffffffffffffffffffffffffff";
    let secrets = Secrets::new();
    let service = start(&[KEY, other]).await;
    let one = One::of(&configuration(&service.url(), &secrets, ""));
    let other = secrets.keep("other", other);
    let two = One::of(&format!("{}\nc = \"{other}\"", configuration(&service.url(), &secrets, "")));
    one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    two.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    service.look(|service| {
        assert_eq!(service.alerts.len(), 2, "{:?}", service.alerts);
        assert!(service.dropped.is_empty());
    });
}

#[tokio::test]
async fn a_notice_opens_no_alert() {
    let secrets = Secrets::new();
    let service = start(&[KEY]).await;
    let one = One::of(&configuration(&service.url(), &secrets, ""));
    let notice = because(Reason::Notice, page(1, "c"));
    assert_eq!(one.channel.repeat(&notice, &one.address), Repeat::Unsafe);
    one.deliver(&notice, Attempt::FIRST).await.unwrap();
    one.deliver(&notice, IN_DOUBT).await.unwrap();
    service.look(|service| {
        assert!(service.alerts.is_empty());
        let title = "[notice] gateway p95 in eu is 612 ms";
        assert_eq!(service.changes, [title.to_owned(), format!("[possible repeat] {title}")]);
    });
}

#[tokio::test]
async fn what_is_too_large_is_cut_with_a_mark_and_taken() {
    let secrets = Secrets::new();
    let mut service = start(&[KEY]).await;
    let one = One::of(&configuration(&service.url(), &secrets, ""));
    let mut huge = page(1, "c");
    huge.title = "\u{1f525}".repeat(5_000);
    huge.lines = vec!["\"\\\u{1f525}".repeat(1_000); 1_000];
    huge.labels = (0..10_000).map(|n| (format!("label_{n:05}"), "\"".repeat(500))).collect();
    huge.runbook = Some(format!("https://example.org/{}", "x".repeat(1 << 20)));
    one.deliver(&huge, Attempt::FIRST).await.unwrap();
    let event = service.next().await.json();
    assert!(event["payload"]["summary"].as_str().unwrap().ends_with("… [cut]"));
    assert!(event["payload"]["custom_details"]["description"].as_str().unwrap().ends_with("… [cut]"));
    assert_eq!(event["payload"]["custom_details"]["labels"]["…"], "cut");
    assert_eq!(service.look(|service| service.alerts.len()), 1);
}

#[tokio::test]
async fn bursts_pass_and_refusals_stay_and_show_no_key() {
    let secrets = Secrets::new();
    let service = start(&[]).await;
    let one = One::of(&configuration(&service.url(), &secrets, ""));
    service.plan([Fault::Refuse(429, Some(30)), Fault::Refuse(429, None), Fault::Refuse(502, None)]);
    let asked = |failure| match failure {
        Failure::Temporary { retry_after, .. } => retry_after,
        other => panic!("{other:?}"),
    };
    assert_eq!(asked(one.deliver(&page(1, "c"), AGAIN).await.unwrap_err()), Some(Duration::from_secs(30)));
    assert_eq!(asked(one.deliver(&page(1, "c"), AGAIN).await.unwrap_err()), None);
    assert_eq!(asked(one.deliver(&page(1, "c"), AGAIN).await.unwrap_err()), None);
    let refused = one.deliver(&page(1, "c"), AGAIN).await;
    assert!(matches!(refused, Err(Failure::Permanent(_))));
    let why = why(refused);
    assert!(why.contains("400 Bad Request") && why.contains("Invalid routing key"), "{why}");
    assert!(!why.contains(KEY), "{why}");
}
