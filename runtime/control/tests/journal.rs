//! The journal itself: its trail is walked, and it is copied.

use nvp_control::questions;
use nvp_control::wire::{BackupTo, VerifyQuery};
use nvp_journal::Reader;

use crate::server::{ANNA, Running};

#[tokio::test]
async fn the_trail_is_walked_and_heads_are_looked_for() {
    let running = Running::start().await;
    let anna = running.with(ANNA);
    let whole = anna.verify(&VerifyQuery::default()).await.unwrap();
    assert!(whole.is_whole && whole.why.is_none(), "{whole:?}");
    let head = whole.head.unwrap();
    anna.acknowledge(1).await.unwrap();
    let known = VerifyQuery { heads: Some(format!("{head},{head}")) };
    assert!(anna.verify(&known).await.unwrap().is_whole);
    let foreign = VerifyQuery { heads: Some(format!("1:{}", "ab".repeat(32))) };
    let broken = anna.verify(&foreign).await.unwrap();
    assert_eq!((broken.is_whole, broken.broken_at), (false, Some(1)));
    let error = anna.verify(&VerifyQuery { heads: Some("x".into()) }).await.unwrap_err().to_string();
    assert_eq!(error, "`x`: a head is a row's number, a colon and 64 hexadecimal digits");
}

#[tokio::test]
async fn a_copy_is_written_at_the_socket_alone_and_over_nothing() {
    let running = Running::start().await;
    let to = running.folder.path().join("copy.sqlite");
    let backup = BackupTo { to: to.display().to_string() };
    let error = running.with(ANNA).backup(&backup).await.unwrap_err().to_string();
    assert_eq!(error, "this is for the control socket alone");
    assert!(!to.exists());
    let written = running.client().backup(&backup).await.unwrap();
    let copy = Reader::open(&to).unwrap();
    assert_eq!(questions::verify(&copy, &[written.head.parse().unwrap()]).unwrap().head, Some(written.head));
    assert!(questions::incident(&copy, 1).unwrap().is_some());
    let error = running.client().backup(&backup).await.unwrap_err().to_string();
    assert!(error.contains("there is a file already"), "{error}");
    let near = BackupTo { to: "copy.sqlite".into() };
    let error = running.client().backup(&near).await.unwrap_err().to_string();
    assert!(error.starts_with("`copy.sqlite` is no absolute path"), "{error}");
    let journal = running.journal();
    let again = BackupTo { to: journal.display().to_string() };
    assert!(running.client().backup(&again).await.is_err(), "the journal itself is no place for a copy");
    assert!(Reader::open(&journal).unwrap().incident(1).unwrap().is_some());
}
