//! Questions about notifications, their attempts, and the outbox.

use rusqlite::Row;

use super::{Conditions, NEWEST_FIRST, OLDEST_FIRST, Page, Reader, json, number, number_if_any};
use crate::error::JournalError;
use crate::notification::{Notification, Reason};
use crate::words::{AttemptResult, NotificationState, ReasonKind};

/// A notification and how far it has come.
#[derive(Debug, Clone, PartialEq)]
pub struct NotificationRow {
    /// The notification.
    pub notification: Notification,
    /// Its gravest news.
    pub state: NotificationState,
    /// When the channel took it over.
    pub accepted_ms: Option<i64>,
    /// When it left.
    pub sent_ms: Option<i64>,
    /// When it arrived.
    pub delivered_ms: Option<i64>,
    /// When somebody saw it.
    pub seen_ms: Option<i64>,
    /// When what it tells of was acknowledged, after it had been sent.
    pub acknowledged_ms: Option<i64>,
    /// When it was given up, or came back.
    pub failed_ms: Option<i64>,
    /// Why.
    pub failed_why: Option<String>,
    /// How often it was tried to be sent.
    pub attempts: u32,
    /// How many of these may have been second messages, on a channel without a key.
    pub repeats: u32,
    /// When the last attempt began.
    pub last_attempt_ms: Option<i64>,
    /// No attempt before this.
    pub not_before_ms: Option<i64>,
    /// What the other side calls it: a message's place, a ticket's number, an alert's key.
    pub remote: Option<String>,
    /// What became of the last attempt.
    pub last_result: Option<AttemptResult>,
    /// How many attempts may have been sent without anybody knowing.
    pub doubts: u32,
}

impl NotificationRow {
    /// Whether the next attempt may be a second message: one before, not only the last, may have been sent, and nobody knows. On a
    /// channel without a key the message must then say so.
    #[must_use]
    pub fn is_next_a_repeat(&self) -> bool {
        self.doubts > 0
    }
}

/// Which notifications.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotificationFilter {
    /// Only those about this incident.
    pub incident: Option<u64>,
    /// Only those that have come so far.
    pub state: Option<NotificationState>,
    /// Only those sent for such a reason.
    pub reason: Option<ReasonKind>,
    /// Only those by this channel.
    pub channel: Option<String>,
    /// Only those to this team.
    pub team: Option<String>,
    /// Only those to this person.
    pub person: Option<String>,
}

/// What the other side calls something that it was told of an incident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remote {
    /// The incident.
    pub incident: u64,
    /// By which channel it was told.
    pub channel: String,
    /// Which team was meant.
    pub team: Option<String>,
    /// Which person, where the channel reaches people.
    pub person: Option<String>,
    /// What the other side calls it.
    pub remote: String,
}

/// An attempt to send a notification.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Which time, from 1.
    pub attempt: u32,
    /// When it began.
    pub begun_ms: i64,
    /// When it ended.
    pub ended_ms: Option<i64>,
    /// What became of it.
    pub result: AttemptResult,
    /// Why.
    pub why: Option<String>,
    /// Whether the attempt before may have been sent.
    pub is_repeat: bool,
}

/// The most incidents of which it is asked what other sides call them.
pub const REMEMBERED_INCIDENTS_MAX: u32 = 10_000;

const NOTIFICATION: &str = "SELECT *, (SELECT result FROM notification_attempts WHERE notification = number
  ORDER BY attempt DESC LIMIT 1) AS last_result, (SELECT count(*) FROM notification_attempts
  WHERE notification = number AND result IN ('interrupted', 'unknown')) AS doubts FROM notifications";

impl Reader {
    /// Notifications, the newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn notifications(
        &self,
        filter: &NotificationFilter,
        page: Page,
    ) -> Result<Vec<NotificationRow>, JournalError> {
        let incident = filter.incident.map(u64::cast_signed);
        let mut wanted = Conditions::default();
        wanted.may("incident = ?", incident.as_ref());
        wanted.may("state = ?", filter.state.as_ref());
        wanted.may("reason = ?", filter.reason.as_ref());
        wanted.may("channel = ?", filter.channel.as_ref());
        wanted.may("team = ?", filter.team.as_ref());
        wanted.may("person = ?", filter.person.as_ref());
        self.page(NOTIFICATION, wanted, NEWEST_FIRST, page, notification)
    }

    /// A notification.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn notification(&self, number: u64) -> Result<Option<NotificationRow>, JournalError> {
        let statement = format!("{NOTIFICATION} WHERE number = ?1");
        Ok(self.query(&statement, [number.cast_signed()], notification)?.into_iter().next())
    }

    /// The outbox: what was neither taken over nor sent nor given up, the oldest first. After a restart all of it is to be sent.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn outbox(&self, page: Page) -> Result<Vec<NotificationRow>, JournalError> {
        let mut wanted = Conditions::default();
        wanted.must(
            "accepted_ms IS NULL AND sent_ms IS NULL AND delivered_ms IS NULL AND seen_ms IS NULL AND failed_ms IS NULL",
        );
        self.page(NOTIFICATION, wanted, OLDEST_FIRST, page, notification)
    }

    /// What other sides call the first and the last that each was told of an incident, in the order in which it was made: of incidents that are
    /// not resolved, were so since that instant, or about which there is still something to be told; of at most [`REMEMBERED_INCIDENTS_MAX`], the
    /// newest.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn remotes(&self, resolved_since_ms: i64) -> Result<Vec<Remote>, JournalError> {
        self.query(
            "WITH wanted AS (
               SELECT number FROM incidents WHERE state <> 'resolved' OR resolved_ms >= ?1
               UNION SELECT incident FROM notifications WHERE accepted_ms IS NULL AND sent_ms IS NULL
                 AND delivered_ms IS NULL AND seen_ms IS NULL AND failed_ms IS NULL
               ORDER BY number DESC LIMIT ?2
             ), ends AS (
               SELECT min(number) AS first, max(number) AS last FROM notifications
               WHERE remote IS NOT NULL AND incident IN (SELECT number FROM wanted)
               GROUP BY incident, channel, team, person
             )
             SELECT incident, channel, team, person, remote FROM notifications
             WHERE number IN (SELECT first FROM ends UNION SELECT last FROM ends) ORDER BY number",
            (resolved_since_ms, REMEMBERED_INCIDENTS_MAX),
            |row| {
                Ok(Remote {
                    incident: number(row, "incident")?,
                    channel: row.get("channel")?,
                    team: row.get("team")?,
                    person: row.get("person")?,
                    remote: row.get("remote")?,
                })
            },
        )
    }

    /// The attempts to send a notification, the oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn attempts(&self, notification: u64) -> Result<Vec<Attempt>, JournalError> {
        self.query(
            "SELECT * FROM notification_attempts WHERE notification = ?1 ORDER BY attempt",
            [notification.cast_signed()],
            |row| {
                Ok(Attempt {
                    attempt: row.get("attempt")?,
                    begun_ms: row.get("begun_ms")?,
                    ended_ms: row.get("ended_ms")?,
                    result: row.get("result")?,
                    why: row.get("why")?,
                    is_repeat: row.get("is_repeat")?,
                })
            },
        )
    }
}

fn reason(row: &Row<'_>) -> rusqlite::Result<Reason> {
    Ok(match row.get("reason")? {
        ReasonKind::Page => Reason::Page {
            ladder: row.get("ladder")?,
            rung: row.get("rung")?,
            attempt: row.get("rung_attempt")?,
        },
        ReasonKind::Worse => Reason::Worse,
        ReasonKind::Unacknowledged => Reason::Unacknowledged,
        ReasonKind::Resolved => Reason::Resolved,
        ReasonKind::Notice => Reason::Notice,
        ReasonKind::Ticket => Reason::Ticket,
        ReasonKind::Acknowledged => Reason::Acknowledged,
        ReasonKind::Approval => Reason::Approval { action: number(row, "action")? },
    })
}

fn notification(row: &Row<'_>) -> rusqlite::Result<NotificationRow> {
    let text: String = row.get("text")?;
    Ok(NotificationRow {
        notification: Notification {
            number: number(row, "number")?,
            key: row.get("key")?,
            made_ms: row.get("made_ms")?,
            incident: number_if_any(row, "incident")?,
            reason: reason(row)?,
            channel: row.get("channel")?,
            team: row.get("team")?,
            person: row.get("person")?,
            severity: row.get("severity")?,
            priority: row.get("priority")?,
            title: row.get("title")?,
            lines: text.lines().map(str::to_owned).collect(),
            labels: json(row, "labels")?,
            runbook: row.get("runbook")?,
            alerts: row.get("alerts")?,
            since_ms: row.get("since_ms")?,
            acknowledgements: row.get("acknowledgements")?,
        },
        state: row.get("state")?,
        accepted_ms: row.get("accepted_ms")?,
        sent_ms: row.get("sent_ms")?,
        delivered_ms: row.get("delivered_ms")?,
        seen_ms: row.get("seen_ms")?,
        acknowledged_ms: row.get("acknowledged_ms")?,
        failed_ms: row.get("failed_ms")?,
        failed_why: row.get("failed_why")?,
        attempts: row.get("attempts")?,
        repeats: row.get("repeats")?,
        last_attempt_ms: row.get("last_attempt_ms")?,
        not_before_ms: row.get("not_before_ms")?,
        remote: row.get("remote")?,
        last_result: row.get("last_result")?,
        doubts: row.get("doubts")?,
    })
}
