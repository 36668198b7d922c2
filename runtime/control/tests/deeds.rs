//! What people do, at the socket and at the port, once and again.

use nvp_control::wire::{ActionQuery, Approve, Came, Done, NewAction, NewSilence, SilenceQuery};
use nvp_journal::words::{ActionEnd, ActionState, IncidentState};

use crate::server::{ANNA, BORIS, Running};

fn account() -> String {
    nix::unistd::User::from_uid(nix::unistd::getuid()).unwrap().unwrap().name
}

#[tokio::test]
async fn an_incident_is_acknowledged_and_resolved_once_and_again() {
    let running = Running::start().await;
    let (local, anna) = (running.client(), running.with(ANNA));
    let done = local.acknowledge(1).await.unwrap();
    assert_eq!((done.came, done.number, done.durable), (Came::Done, Some(1), true));
    assert_eq!(done.by, account(), "the account at the other end of the socket");
    let incident = local.incident(1).await.unwrap().unwrap().incident;
    assert_eq!(incident.state, IncidentState::Acknowledged);
    assert_eq!(incident.acknowledged_by, Some(account()));
    assert_eq!(incident.acknowledged_until_ms, done.until_ms);
    let again = anna.acknowledge(1).await.unwrap();
    let why = format!("incident 1 is acknowledged by {} already", account());
    assert_eq!((again.came, again.why), (Came::Already, Some(why)));

    let done = anna.resolve(1).await.unwrap();
    assert_eq!((done.came, done.by.as_str()), (Came::Done, "anna"));
    let again = local.resolve(1).await.unwrap();
    assert_eq!((again.came, again.why.as_deref()), (Came::Already, Some("incident 1 is resolved")));
    assert_eq!(anna.acknowledge(1).await.unwrap().came, Came::Already, "nobody is called for it any more");
    let resolved = local.incident(1).await.unwrap().unwrap();
    assert_eq!(resolved.incident.resolved_by.as_deref(), Some("anna"));
    let done_by: Vec<_> = resolved
        .timeline
        .iter()
        .filter_map(|entry| Some((entry.kind.as_str(), entry.actor.as_deref()?)))
        .collect();
    assert_eq!(done_by, [("acknowledged", account().as_str()), ("resolved", "anna")]);
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_unknown() {
    let running = Running::start().await;
    let client = running.client();
    let unknown = |done: Done| (done.came, done.number, done.why.unwrap());
    assert_eq!(
        unknown(client.acknowledge(7).await.unwrap()),
        (Came::Unknown, Some(7), "incident 7 is not known".into())
    );
    assert_eq!(
        unknown(client.resolve(0).await.unwrap()),
        (Came::Unknown, Some(0), "incident 0 is not known".into())
    );
    assert_eq!(client.approve(9, &Approve::default()).await.unwrap().came, Came::Unknown);
    assert_eq!(client.abort(9).await.unwrap().came, Came::Unknown);
    let (came, _, why) = unknown(client.unsilence(4).await.unwrap());
    assert_eq!((came, why.as_str()), (Came::Unknown, "silence 4 is over or was never there"));
    assert!(client.incident(7).await.unwrap().is_none() && client.action(9).await.unwrap().is_none());
    // As its status says, to whoever has no client of ours.
    let head =
        format!("POST /v1/incidents/7/resolve HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {ANNA}");
    let (status, body) = running.say(&head, "").await;
    assert_eq!(status, 404);
    assert_eq!(serde_json::from_str::<Done>(&body).unwrap().came, Came::Unknown);
}

#[tokio::test]
async fn a_run_is_approved_by_who_may_and_for_the_text_that_was_read() {
    let running = Running::start().await;
    let (anna, boris) = (running.with(ANNA), running.with(BORIS));
    let waits = anna.actions(&ActionQuery { unended: true, ..ActionQuery::default() }).await.unwrap().actions;
    let [run] = waits.as_slice() else { panic!("one run waits: {waits:?}") };
    assert_eq!((run.number, run.playbook.as_str(), run.state), (1, "grow", ActionState::Proposed));
    let refused = anna.approve(1, &Approve::default()).await.unwrap();
    let why = "run 1 is approved by `dba`, and anna is not in it (anna)";
    assert_eq!((refused.came, refused.why.as_deref()), (Came::Refused, Some(why)));
    let other = Approve { hash: Some("0".repeat(64)) };
    let refused = boris.approve(1, &other).await.unwrap();
    assert_eq!(refused.came, Came::Refused);
    assert!(refused.why.unwrap().contains("the approval is for 000"));
    let this = Approve { hash: Some(run.source_hash.clone()) };
    let done = boris.approve(1, &this).await.unwrap();
    assert_eq!((done.came, done.durable), (Came::Done, true));
    assert_eq!(boris.approve(1, &this).await.unwrap().came, Came::Already);
    let page = anna.action(1).await.unwrap().unwrap();
    assert_eq!(page.approvals.len(), 1);
    assert_eq!(page.approvals[0].by, "boris");
    assert!(page.journal.iter().any(|entry| entry.kind == "intent"), "{:?}", page.journal);
    assert!(
        page.calls.iter().any(|call| call.operation == "set_size" && call.step.as_deref() == Some("more"))
    );
}

#[tokio::test]
async fn a_run_is_asked_for_once_and_again_and_approved_by_somebody_else() {
    let running = Running::start().await;
    let boris = running.with(BORIS);
    let wanted = NewAction {
        playbook: "grow".into(),
        arguments: [("region".to_owned(), "us".to_owned())].into(),
        incident: 1,
        why: "us fills too".into(),
        ..NewAction::default()
    };
    let done = boris.start(&wanted).await.unwrap();
    assert_eq!((done.came, done.number, done.durable), (Came::Done, Some(2), true), "{:?}", done.why);
    let again = running.with(ANNA).start(&wanted).await.unwrap();
    let why = "that is run 2 already; a further one needs another key (anna)";
    assert_eq!((again.came, again.number, again.why.as_deref()), (Came::Already, Some(2), Some(why)));
    let refused = boris.approve(2, &Approve::default()).await.unwrap();
    let why = "run 2 was asked for by boris: somebody else approves it (boris)";
    assert_eq!((refused.came, refused.why.as_deref()), (Came::Refused, Some(why)));
    let page = boris.action(2).await.unwrap().unwrap();
    assert_eq!(page.action.requested_by.as_deref(), Some("boris"));
    assert_eq!(page.action.requested_why.as_deref(), Some("us fills too"));
    let planned = &page.journal[0];
    assert_eq!(planned.text, "planned: grow(region: \"us\"), asked for by boris: us fills too");
    assert_eq!(planned.actor.as_deref(), Some("boris"));
    assert_eq!(boris.approve(1, &Approve::default()).await.unwrap().came, Came::Done, "what an alert began");
}

#[tokio::test]
async fn a_run_that_cannot_be_asked_for_says_why() {
    let running = Running::start().await;
    let boris = running.with(BORIS);
    let of = |playbook: &str, incident, arguments: &[(&str, &str)]| NewAction {
        playbook: playbook.to_owned(),
        arguments: arguments.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        incident,
        why: "it is slow".into(),
        key: None,
    };
    for (wanted, why) in [
        (of("shrink", 1, &[]), "there is no playbook `shrink` (boris)"),
        (of("grow", 1, &[]), "`grow` needs `region` (boris)"),
        (of("grow", 1, &[("region", "eu"), ("to", "9")]), "`grow` takes `region`, and not `to` (boris)"),
        (of("grow", 7, &[("region", "eu")]), "incident 7 is not open (boris)"),
    ] {
        let refused = boris.start(&wanted).await.unwrap();
        assert_eq!((refused.came, refused.number, refused.why.as_deref()), (Came::Refused, None, Some(why)));
    }
    let unsaid = boris.start(&NewAction { why: " ".into(), ..of("grow", 1, &[]) }).await.unwrap_err();
    assert!(unsaid.to_string().contains("`why` is empty"), "{unsaid}");
    assert_eq!(boris.actions(&ActionQuery::default()).await.unwrap().actions.len(), 1);
}

#[tokio::test]
async fn a_run_is_aborted_once_and_again() {
    let running = Running::start().await;
    let anna = running.with(ANNA);
    let done = anna.abort(1).await.unwrap();
    assert_eq!((done.came, done.number), (Came::Done, Some(1)));
    let again = anna.abort(1).await.unwrap();
    assert_eq!(
        (again.came, again.why.as_deref()),
        (Came::Already, Some("there is no run 1 under way (anna)"))
    );
    let run = anna.action(1).await.unwrap().unwrap().action;
    assert_eq!(
        (run.aborted_by.as_deref(), run.state, run.end),
        (Some("anna"), ActionState::Ended, Some(ActionEnd::Refused))
    );
}

#[tokio::test]
async fn a_silence_with_the_same_key_is_the_same_silence() {
    let running = Running::start().await;
    let anna = running.with(ANNA);
    let silence = NewSilence {
        alert: Some("gateway_slow".into()),
        labels: [("region".to_owned(), "eu".to_owned())].into(),
        for_ms: 3_600_000,
        why: "being replaced".into(),
        ..NewSilence::default()
    };
    let first = anna.silence(&silence).await.unwrap();
    assert_eq!((first.came, first.number, first.durable), (Came::Done, Some(1), true));
    let longer =
        running.client().silence(&NewSilence { for_ms: 7_200_000, ..silence.clone() }).await.unwrap();
    assert_eq!((longer.came, longer.number), (Came::Done, Some(1)), "it lasts longer now");
    assert!(longer.until_ms.unwrap() >= first.until_ms.unwrap() + 3_600_000);
    let own = NewSilence { key: Some("another".into()), ..silence.clone() };
    assert_eq!(anna.silence(&own).await.unwrap().number, Some(2));
    let holding = anna.silences(&SilenceQuery::default()).await.unwrap().silences;
    let shown: Vec<_> = holding.iter().map(|one| (one.number, one.key.as_str())).collect();
    assert_eq!(shown, [(2, "another"), (1, r#"alert=gateway_slow region="eu""#)]);
    assert_eq!(anna.unsilence(1).await.unwrap().came, Came::Done);
    assert_eq!(anna.unsilence(1).await.unwrap().came, Came::Already);
    let holding = anna.silences(&SilenceQuery::default()).await.unwrap().silences;
    assert_eq!(holding.iter().map(|one| one.number).collect::<Vec<_>>(), [2]);
    let all = anna.silences(&SilenceQuery { all: true, ..SilenceQuery::default() }).await.unwrap().silences;
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].ended_by.as_deref(), Some("anna"));
}

#[tokio::test]
async fn a_silence_that_says_too_little_is_refused() {
    let running = Running::start().await;
    let anna = running.with(ANNA);
    let sound = NewSilence {
        service: Some("api_gateway".into()),
        for_ms: 1,
        why: "x".into(),
        ..NewSilence::default()
    };
    for (silence, wanted) in [
        (NewSilence { service: None, ..sound.clone() }, "a silence says what it silences"),
        (NewSilence { why: "  ".into(), ..sound.clone() }, "a silence says why"),
        (NewSilence { for_ms: 0, ..sound.clone() }, "a silence needs a duration"),
        (NewSilence { for_ms: i64::MAX, ..sound.clone() }, "a silence lasts a year at most"),
        (NewSilence { everything: true, ..sound.clone() }, "names no alert, service or labels"),
    ] {
        let error = anna.silence(&silence).await.unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
    let all = NewSilence { service: None, everything: true, for_ms: 60_000, ..sound };
    assert_eq!(anna.silence(&all).await.unwrap().came, Came::Done);
}
