//! Lists and pages.

use nvp_control::questions;
use nvp_control::wire::{ActionQuery, IncidentQuery, Standing};
use nvp_drive::live::control::Desk;
use nvp_journal::words::{NotificationState, ReasonKind, Severity};
use nvp_journal::{Batch, Change, IncidentEvent, Journal, Options, Reader};

use crate::server::{ANNA, Running};
use crate::support::World;

#[tokio::test]
async fn incidents_are_listed_by_how_they_stand_and_what_they_are_about() {
    let running = Running::start().await;
    let client = running.client();
    let listed = async |state, service: Option<&str>| {
        let query = IncidentQuery { state, service: service.map(str::to_owned), ..IncidentQuery::default() };
        client.incidents(&query).await.unwrap().incidents.len()
    };
    assert_eq!(listed(Standing::Unresolved, None).await, 1);
    assert_eq!(listed(Standing::Open, Some("api_gateway")).await, 1);
    assert_eq!(listed(Standing::Open, Some("data base & more")).await, 0);
    assert_eq!(listed(Standing::Acknowledged, None).await, 0);
    client.acknowledge(1).await.unwrap();
    assert_eq!(listed(Standing::Open, None).await, 0);
    assert_eq!(listed(Standing::Acknowledged, None).await, 1);
    client.resolve(1).await.unwrap();
    assert_eq!(listed(Standing::Unresolved, None).await, 0);
    assert_eq!(listed(Standing::Resolved, None).await, 1);
    assert_eq!(listed(Standing::All, None).await, 1);
}

#[tokio::test]
async fn an_incident_s_page_has_its_timeline_who_was_told_and_what_was_run() {
    let running = Running::start().await;
    let page = running.with(ANNA).incident(1).await.unwrap().unwrap();
    assert_eq!(page.incident.severity, Some(Severity::Critical));
    assert_eq!(page.incident.services, ["api_gateway"]);
    assert_eq!(page.incident.owner.as_deref(), Some("operations"));
    let kinds: Vec<_> = page.timeline.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!(kinds.first(), Some(&"opened"));
    assert!(kinds.contains(&"rung") && kinds.contains(&"remedy"), "{kinds:?}");
    assert!(page.timeline.is_sorted_by_key(|entry| entry.seq));
    assert_eq!((page.timeline_left_out, page.are_notifications_left_out), (0, false));
    let told: Vec<_> =
        page.notifications.iter().map(|one| (one.reason, one.person.as_deref(), one.state)).collect();
    assert!(told.contains(&(ReasonKind::Page, Some("anna"), NotificationState::Waiting)), "{told:?}");
    assert!(told.iter().any(|(reason, ..)| *reason == ReasonKind::Approval), "{told:?}");
    assert_eq!(page.actions.len(), 1);
    assert_eq!(page.actions[0].arguments, [("region".to_owned(), serde_json::json!("eu"))]);
}

/// A storm is one incident with as many rows of alerts as there are alerts.
#[test]
fn a_storm_pushes_nothing_out_of_the_timeline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.sqlite");
    let journal = Journal::open(&path, Options::default()).unwrap();
    let mut storm = Batch::new();
    let mut happens = |event| storm.push(Change::Incident { incident: 1, at_ms: 1, event });
    happens(IncidentEvent::Opened { title: "storm".into(), services: vec![], owner: None });
    for pod in 0..2_500 {
        let labels = vec![("pod".to_owned(), pod.to_string())];
        let (alert, says) = ("down".to_owned(), String::new());
        happens(IncidentEvent::Alert { alert, labels, service: None, level: Some("red".into()), says });
    }
    happens(IncidentEvent::Resolved { by: None });
    journal.write(storm).unwrap().durable().unwrap();
    let page = questions::incident(&Reader::open(&path).unwrap(), 1).unwrap().unwrap();
    assert_eq!((page.timeline.len(), page.timeline_left_out), (1_002, 1_500));
    let kinds: Vec<_> = page.timeline.iter().map(|entry| entry.kind.as_str()).collect();
    assert_eq!((kinds[0], kinds[1], kinds[1_001]), ("opened", "alert", "resolved"));
    assert!(page.timeline[1].text.contains(r#"pod = "1500""#), "the last ones: {}", page.timeline[1].text);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::quiet(folder.path());
    for region in ["eu", "us", "asia"] {
        world.slow(region);
    }
    let running = Running::before(folder, world.desk()).await;
    let client = running.client();
    let mut query = ActionQuery { rows: Some(2), ..ActionQuery::default() };
    let first = client.actions(&query).await.unwrap();
    assert_eq!(first.actions.iter().map(|run| run.number).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(first.next, Some(2));
    query.after = first.next;
    let second = client.actions(&query).await.unwrap();
    assert_eq!(second.actions.iter().map(|run| run.number).collect::<Vec<_>>(), [1]);
    assert_eq!(second.next, None);
    let of = |incident| ActionQuery { incident: Some(incident), ..ActionQuery::default() };
    assert_eq!(client.actions(&of(1)).await.unwrap().actions.len(), 3);
    assert_eq!(client.actions(&of(2)).await.unwrap().actions.len(), 0);
}

#[tokio::test]
async fn without_a_journal_the_answer_says_which_file_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, _heard) = Desk::new(&folder.path().join("journal.sqlite"));
    let running = Running::before(folder, desk).await;
    let error = running.client().incidents(&IncidentQuery::default()).await.unwrap_err().to_string();
    assert!(
        error.starts_with("the journal cannot be asked: `") && error.contains("journal.sqlite`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_run_that_is_ending_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::with_a_slow_gateway(folder.path());
    let (desk, heard) = Desk::new(&folder.path().join("journal.sqlite"));
    let running = Running::before(folder, desk).await;
    drop((heard, world));
    let error = running.client().acknowledge(1).await.unwrap_err().to_string();
    assert_eq!(error, "the process is ending; ask the next one");
    assert!(running.client().incident(1).await.unwrap().is_some(), "questions are answered all the same");
}
