//! Slack: threads, refusals that come as 200, and the search for what may have arrived.

use std::time::Duration;

use nvp_act::channels::{Attempt, Failure, Repeat, Stage};
use nvp_respond::effect::Reason;

use super::{IN_DOUBT, One, Secrets, because, page, why};
use crate::fakes::http::{Fault, Server};
use crate::fakes::slack::{Slack, start};

fn bot(service: &Server<Slack>, secrets: &Secrets, room: &str) -> One {
    let token = secrets.keep("token", "xoxb-hunter2");
    One::of(&format!(
        "[channel.c]\nkind = \"slack\"\nurl = \"{}\"\ntoken = \"{token}\"\ntimeout = \"1s\"\n[team.operations]\nc = \"{room}\"",
        service.url()
    ))
}

#[tokio::test]
async fn an_incident_is_a_thread_also_after_a_restart() {
    let secrets = Secrets::new();
    let service = start("xoxb-hunter2").await;
    let one = bot(&service, &secrets, "#ops");
    let first = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    assert_eq!(first.stage, Stage::Delivered);
    assert_eq!(first.remote.as_deref(), Some("C0PS12345/1800000000.000100"));
    one.deliver(&because(Reason::Resolved, page(2, "c")), Attempt::FIRST).await.unwrap();
    let restarted = bot(&service, &secrets, "#ops");
    restarted.channel.recall(12, &restarted.address, &first.remote.unwrap());
    restarted.deliver(&page(3, "c"), Attempt::FIRST).await.unwrap();
    let mut other = page(4, "c");
    other.incident = Some(13);
    restarted.deliver(&other, Attempt::FIRST).await.unwrap();
    service.look(|slack| {
        let threads: Vec<_> = slack.messages.iter().map(|m| m["thread_ts"].as_str()).collect();
        let thread = Some("1800000000.000100");
        assert_eq!(threads, [None, thread, thread, None]);
    });
}

#[tokio::test]
async fn an_acknowledgement_is_told_in_the_thread_once() {
    let secrets = Secrets::new();
    let service = start("xoxb-hunter2").await;
    let one = bot(&service, &secrets, "#ops");
    let first = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    let taken_up = |number, times, title: &str| {
        let mut notification = because(Reason::Acknowledged, page(number, "c"));
        (notification.acknowledgements, notification.title) = (times, title.to_owned());
        notification
    };
    // Two teams that share the room were called.
    let told = one.deliver(&taken_up(2, 1, "acknowledged by anna: slow"), Attempt::FIRST).await.unwrap();
    let again = one.deliver(&taken_up(3, 1, "acknowledged by anna: slow"), Attempt::FIRST).await.unwrap();
    assert_eq!(told.remote, again.remote);
    // The answer for the second team was lost, and so was the process.
    let restarted = bot(&service, &secrets, "#ops");
    restarted.channel.recall(12, &restarted.address, &first.remote.unwrap());
    restarted.deliver(&taken_up(3, 1, "acknowledged by anna: slow"), IN_DOUBT).await.unwrap();
    restarted.deliver(&taken_up(4, 2, "acknowledged by boris: slow"), Attempt::FIRST).await.unwrap();
    service.look(|slack| {
        let said = |m: &serde_json::Value| m["text"].as_str().unwrap().lines().next().unwrap().to_owned();
        let texts: Vec<_> = slack.messages.iter().map(said).collect();
        let taken_up = ["acknowledged by anna: slow", "acknowledged by boris: slow"];
        assert_eq!(texts[1..], taken_up);
        assert!(slack.messages[1..].iter().all(|m| m["thread_ts"] == "1800000000.000100"));
    });
}

#[tokio::test]
async fn what_arrived_before_the_answer_was_lost_is_found_and_not_sent_again() {
    for fault in [Fault::ResetAfterTaking, Fault::HangAfterTaking] {
        let secrets = Secrets::new();
        let service = start("xoxb-hunter2").await;
        let one = bot(&service, &secrets, "C0PS12345");
        assert_eq!(one.channel.repeat(&page(1, "c"), &one.address), Repeat::Searchable);
        service.plan([fault]);
        let lost = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err();
        assert!(matches!(lost, Failure::Unknown(_)), "{lost:?}");
        // Others write too: it is on the third page by now.
        for number in 5..9 {
            let mut other = page(number, "c");
            other.incident = None;
            one.deliver(&other, Attempt::FIRST).await.unwrap();
        }
        let found = one.deliver(&page(1, "c"), IN_DOUBT).await.unwrap();
        assert_eq!(found.remote.as_deref(), Some("C0PS12345/1800000000.000100"));
        assert_eq!(service.look(|slack| slack.messages.len()), 5);
        // And in the thread.
        service.plan([fault]);
        one.deliver(&page(2, "c"), Attempt::FIRST).await.unwrap_err();
        one.deliver(&page(2, "c"), IN_DOUBT).await.unwrap();
        assert_eq!(service.look(|slack| slack.messages.len()), 6);
    }
}

#[tokio::test]
async fn what_did_not_arrive_is_sent_after_the_search_without_a_mark() {
    let secrets = Secrets::new();
    let service = start("xoxb-hunter2").await;
    let one = bot(&service, &secrets, "C0PS12345");
    service.plan([Fault::ResetBeforeTaking]);
    one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err();
    one.deliver(&page(1, "c"), IN_DOUBT).await.unwrap();
    service.look(|slack| {
        assert_eq!(slack.messages.len(), 1);
        assert!(slack.messages[0]["text"].as_str().unwrap().starts_with("[CRITICAL]"));
    });
}

#[tokio::test]
async fn a_search_that_fails_sends_nothing() {
    let secrets = Secrets::new();
    let service = start("xoxb-hunter2").await;
    let one = bot(&service, &secrets, "C0PS12345");
    service.plan([Fault::ResetBeforeTaking]);
    let failure = one.deliver(&page(1, "c"), IN_DOUBT).await.unwrap_err();
    assert!(matches!(failure, Failure::Temporary { .. }), "{failure:?}");
    assert!(service.look(|slack| slack.messages.is_empty()));
}

#[tokio::test]
async fn where_the_history_may_not_be_read_a_repeat_is_marked() {
    let secrets = Secrets::new();
    let service = start("xoxb-hunter2").await;
    service.look(|slack| slack.may_read = false);
    for room in ["C0PS12345", "#ops"] {
        let one = bot(&service, &secrets, room);
        one.deliver(&page(1, "c"), IN_DOUBT).await.unwrap();
        assert_eq!(one.channel.repeat(&page(1, "c"), &one.address), Repeat::Unsafe);
    }
    service.look(|slack| {
        assert_eq!(slack.messages.len(), 2);
        let is_marked = |m: &serde_json::Value| m["text"].as_str().unwrap().starts_with("[possible repeat] ");
        assert!(slack.messages.iter().all(is_marked));
    });
}

#[tokio::test]
async fn a_refusal_is_a_refusal_though_it_says_200() {
    let secrets = Secrets::new();
    let service = start("xoxb-hunter2").await;
    let one = bot(&service, &secrets, "#ops");
    let tell = async |error| {
        service.look(|slack| slack.error = Some(error));
        one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err()
    };
    for error in ["channel_not_found", "not_in_channel", "invalid_auth", "msg_too_long"] {
        assert_eq!(tell(error).await, Failure::Permanent(format!("slack says `{error}`")));
    }
    assert_eq!(tell("ratelimited").await, Failure::temporary("slack says `ratelimited`"));
    assert_eq!(tell("internal_error").await, Failure::Unknown("slack says `internal_error`".into()));
    assert_eq!(tell("<b>xoxb-hunter2").await, Failure::Permanent("slack says `unknown`".into()));
    service.look(|slack| slack.error = None);
    service.plan([Fault::Refuse(429, Some(3)), Fault::Refuse(500, None)]);
    let limited = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err();
    assert!(
        matches!(limited, Failure::Temporary { retry_after: Some(pause), .. } if pause == Duration::from_secs(3))
    );
    let broken = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err();
    assert!(matches!(broken, Failure::Unknown(_)), "{broken:?}");
}

#[tokio::test]
async fn markup_from_outside_is_text() {
    let secrets = Secrets::new();
    let service = start("xoxb-hunter2").await;
    let one = bot(&service, &secrets, "#ops");
    let mut notification = page(1, "c");
    notification.title = "<!channel> & <https://evil.example|click>".into();
    notification.lines = vec!["x".repeat(10_000)];
    one.deliver(&notification, Attempt::FIRST).await.unwrap();
    service.look(|slack| {
        let text = slack.messages[0]["text"].as_str().unwrap();
        assert!(
            text.starts_with("[CRITICAL] &lt;!channel&gt; &amp; &lt;https://evil.example|click&gt;\n"),
            "{text}"
        );
        assert!(text.ends_with("… [cut]") && text.chars().count() <= 4_000);
    });
}

#[tokio::test]
async fn an_incoming_webhook_says_ok_or_why_not() {
    let secrets = Secrets::new();
    let service = start("xoxb-hunter2").await;
    let url = secrets.keep("url", &format!("{}/services/T0KEN", service.url()));
    let one = One::of(&format!("[channel.c]\nkind = \"slack\"\nurl = \"{url}\"\n[team.operations]"));
    let receipt = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    assert_eq!((receipt.stage, receipt.remote), (Stage::Delivered, None));
    one.deliver(&page(1, "c"), IN_DOUBT).await.unwrap();
    service.look(|slack| {
        assert_eq!(slack.incoming.len(), 2);
        assert!(slack.incoming[1].starts_with("[possible repeat] "));
        slack.error = Some("channel_is_archived");
    });
    let failure = one.deliver(&page(2, "c"), Attempt::FIRST).await;
    assert_eq!(why(failure), "slack says `channel_is_archived`");
    assert!(!format!("{:?}", one.address).contains("T0KEN"));
}
