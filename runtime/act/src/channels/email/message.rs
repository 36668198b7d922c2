//! A letter: its headers, and what makes an incident's letters a thread.

use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use nvp_respond::effect::Notification;

use crate::channels::Site;
use crate::channels::text::{Text, truncated};

/// The longest subject.
const SUBJECT_CHARACTERS_MAX: usize = 200;
/// The longest text.
const BODY_CHARACTERS_MAX: usize = 50_000;

/// A letter ready to be sent.
pub(super) struct Letter {
    pub(super) id: String,
    pub(super) bytes: Vec<u8>,
}

/// Writes the letter for a notification.
pub(super) fn compose(
    notification: &Notification,
    site: &Site,
    text: &Text,
    from: &Mailbox,
    to: &Mailbox,
    in_doubt: bool,
) -> Result<Letter, String> {
    let domain = from.email.domain();
    let id = format!("<{}@{domain}>", site.digest(&[&notification.channel, &notification.key], 32));
    let mut message = Message::builder()
        .from(from.clone())
        .to(to.clone())
        .subject(truncated(&text.subject, SUBJECT_CHARACTERS_MAX))
        .date_now()
        .message_id(Some(id.clone()))
        .raw_header(ours("Auto-Submitted", "auto-generated"))
        .header(ContentType::TEXT_PLAIN);
    if let Some(incident) = notification.incident {
        let number = incident.to_string();
        let root = format!("<incident-{number}.{}@{domain}>", site.digest(&["incident", &number], 16));
        message = message.in_reply_to(root.clone()).references(root);
    }
    if in_doubt {
        message = message.raw_header(ours("X-Novaevo-Possible-Repeat", "yes"));
    }
    let message = message
        .body(truncated(&text.body, BODY_CHARACTERS_MAX))
        .map_err(|error| format!("no letter can be written: {error}"))?;
    Ok(Letter { id, bytes: message.formatted() })
}

fn ours(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
