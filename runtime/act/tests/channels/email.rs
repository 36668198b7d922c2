//! E-mail: what must be encrypted, what threads, each recipient's own fate, and what is known when the connection breaks.

use std::path::PathBuf;
use std::sync::Arc;

use nvp_act::channels::{Attempt, Failure, Repeat, Stage};
use nvp_respond::effect::Reason;

use super::{IN_DOUBT, One, Secrets, because, bind, page, why};
use crate::fakes::smtp::{Behaviour, Smtp};

/// `\0policy\0hunter2` in base64.
const LOGIN: &str = "AHBvbGljeQBodW50ZXIy";

async fn server(behaviour: Behaviour) -> (Arc<Smtp>, PathBuf, Secrets) {
    let secrets = Secrets::new();
    let (smtp, ca) = Smtp::start(secrets.folder(), behaviour).await;
    (smtp, ca, secrets)
}

fn configuration(smtp: &Smtp, more: &str) -> String {
    format!(
        "[channel.c]\nkind = \"email\"\nhost = \"localhost\"\nport = {}\nfrom = \"Policy <policy@example.org>\"\n\
         timeout = \"2s\"\n{more}\n[team.operations]\nc = \"Operations <ops@example.org>\"",
        smtp.address.port()
    )
}

fn encrypted() -> Behaviour {
    Behaviour { offers_starttls: true, credentials: Some(LOGIN), ..Behaviour::default() }
}

#[tokio::test]
async fn a_letter_is_encrypted_and_in_its_incidents_thread() {
    let (smtp, ca, secrets) = server(encrypted()).await;
    let password = secrets.keep("password", "hunter2");
    let more = format!("ca = \"{}\"\nusername = \"policy\"\npassword = \"{password}\"", ca.display());
    let one = One::of(&configuration(&smtp, &more));
    let receipt = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    assert_eq!(receipt.stage, Stage::Accepted);
    one.deliver(&because(Reason::Resolved, page(2, "c")), Attempt::FIRST).await.unwrap();
    let mut other = page(3, "c");
    other.incident = None;
    one.deliver(&other, Attempt::FIRST).await.unwrap();
    let letters = smtp.letters();
    assert!(letters.iter().all(|letter| letter.was_encrypted && letter.was_logged_in));
    assert_eq!(letters[0].to, "ops@example.org");
    assert_eq!(letters[0].header("Subject"), Some("[CRITICAL] gateway p95 in eu is 612 ms"));
    assert_eq!(letters[0].header("Auto-Submitted"), Some("auto-generated"));
    assert_eq!(letters[0].header("Message-ID"), receipt.remote.as_deref());
    assert!(letters[0].header("References").is_some());
    assert_eq!(letters[0].header("References"), letters[1].header("References"));
    assert_eq!(letters[0].header("In-Reply-To"), letters[0].header("References"));
    assert_ne!(letters[0].header("Message-ID"), letters[1].header("Message-ID"));
    assert_eq!(letters[2].header("References"), None);
    assert!(letters[0].text.contains("cause: database\r\n"), "{}", letters[0].text);
    let clear = smtp.clear.lock().unwrap().join("\n");
    assert!(!clear.contains(LOGIN) && !clear.contains("MAIL"), "{clear}");
}

#[tokio::test]
async fn without_starttls_nothing_is_said() {
    let (smtp, ca, _secrets) = server(Behaviour::default()).await;
    let one = One::of(&configuration(&smtp, &format!("ca = \"{}\"", ca.display())));
    let failure = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err();
    assert!(matches!(&failure, Failure::Permanent(why) if why.contains("STARTTLS")), "{failure:?}");
    assert!(!smtp.clear.lock().unwrap().join("\n").contains("MAIL"));
    let one = One::of(&configuration(&smtp, "tls = \"none\""));
    one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap();
    assert!(!smtp.letters()[0].was_encrypted);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_gets_no_letter() {
    let (smtp, _ca, _secrets) = server(encrypted()).await;
    let one = One::of(&configuration(&smtp, ""));
    let failure = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err();
    assert!(matches!(failure, Failure::Temporary { .. }), "{failure:?}");
    assert!(smtp.letters().is_empty());
}

#[tokio::test]
async fn a_wrong_password_is_refused_and_not_shown() {
    let (smtp, ca, secrets) = server(encrypted()).await;
    let password = secrets.keep("password", "wr0ng");
    let more = format!("ca = \"{}\"\nusername = \"policy\"\npassword = \"{password}\"", ca.display());
    let one = One::of(&configuration(&smtp, &more));
    let refused = one.deliver(&page(1, "c"), Attempt::FIRST).await;
    assert!(matches!(refused, Err(Failure::Permanent(_))), "{refused:?}");
    let why = why(refused);
    assert!(why.contains("535") && !why.contains("wr0ng"), "{why}");
}

#[tokio::test]
async fn each_recipient_has_a_fate_of_its_own() {
    let refuse = vec![("alice@", "550 5.1.1 no such user"), ("bob@", "450 4.2.1 try later")];
    let (smtp, _ca, _secrets) = server(Behaviour { refuse, ..Behaviour::default() }).await;
    let more = "[person.alice]\nc = \"alice@example.org\"\n[person.bob]\nc = \"bob@example.org\"\n\
                [person.carol]\nc = \"carol@example.org\"";
    let (channels, addresses) = bind(&format!("{}\n{more}", configuration(&smtp, "tls = \"none\"")));
    let mut ends = Vec::new();
    for person in ["alice", "bob", "carol"] {
        let mut notification = page(1, "c");
        notification.person = Some(person.into());
        let address = addresses.of(&notification).unwrap();
        ends.push(channels["c"].channel.deliver(&notification, address, Attempt::FIRST).await);
    }
    assert!(matches!(&ends[0], Err(Failure::Permanent(why)) if why.contains("no such user")), "{ends:?}");
    assert!(matches!(&ends[1], Err(Failure::Temporary { why, .. }) if why.contains("450")), "{ends:?}");
    assert!(ends[2].is_ok());
    assert_eq!(smtp.letters().len(), 1);
}

#[tokio::test]
async fn only_between_the_letter_and_its_answer_nobody_knows() {
    let behaviour = Behaviour {
        after_letter: vec!["", "451 4.3.0 try later", "554 5.6.0 no"],
        breaks_before_letter: 1,
        ..Behaviour::default()
    };
    let (smtp, _ca, _secrets) = server(behaviour).await;
    let one = One::of(&configuration(&smtp, "tls = \"none\""));
    assert_eq!(one.channel.repeat(&page(1, "c"), &one.address), Repeat::Unsafe);
    let before = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err();
    assert!(matches!(before, Failure::Temporary { .. }), "{before:?}");
    assert!(smtp.letters().is_empty());
    let between = one.deliver(&page(1, "c"), Attempt::FIRST).await.unwrap_err();
    assert!(matches!(between, Failure::Unknown(_)), "{between:?}");
    assert_eq!(smtp.letters().len(), 1);
    let later = one.deliver(&page(1, "c"), IN_DOUBT).await.unwrap_err();
    assert!(matches!(later, Failure::Temporary { .. }), "{later:?}");
    let never = one.deliver(&page(1, "c"), IN_DOUBT).await.unwrap_err();
    assert!(matches!(never, Failure::Permanent(_)), "{never:?}");
    one.deliver(&page(1, "c"), IN_DOUBT).await.unwrap();
    let letters = smtp.letters();
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0].header("Message-ID"), letters[1].header("Message-ID"));
    assert_eq!(letters[0].header("X-Novaevo-Possible-Repeat"), None);
    assert_eq!(letters[1].header("X-Novaevo-Possible-Repeat"), Some("yes"));
    assert!(letters[1].header("Subject").unwrap().starts_with("[possible repeat] "));
}

#[tokio::test]
async fn what_comes_from_outside_is_no_header() {
    let (smtp, _ca, _secrets) = server(Behaviour::default()).await;
    let one = One::of(&configuration(&smtp, "tls = \"none\""));
    let mut notification = page(1, "c");
    notification.title = "a\r\nBcc: eve@example.org\r\n\r\nbody \u{1f525}".into();
    notification.lines = vec![".".into(), "..".into(), "\r\n.\r\nMAIL FROM:<eve@example.org>".into()];
    one.deliver(&notification, Attempt::FIRST).await.unwrap();
    let letters = smtp.letters();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].header("Bcc"), None, "{}", letters[0].text);
}
