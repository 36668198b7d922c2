//! Notifications: the outbox, how far each has come, and the attempts.

use rusqlite::{OptionalExtension as _, params};

use crate::batch::Position;
use crate::notification::{AttemptEnd, Delivery, Notification, Reason};
use crate::words::Subject;

use super::{About, Refusal, Writer, integer, json};

impl Writer<'_> {
    pub(super) fn notify(
        &mut self,
        position: Option<Position>,
        notification: &Notification,
    ) -> Result<(), Refusal> {
        let number = integer(notification.number)?;
        let incident = notification.incident.map(integer).transpose()?;
        if let Some(incident) = incident {
            self.ensure_incident(incident, notification.made_ms)?;
        }
        if !self.enter(number, incident, notification)? {
            return Ok(());
        }
        let about = About {
            subject: Subject::Notification,
            number: Some(number),
            position,
            at_ms: notification.made_ms,
        };
        let text = format!("{}: {}", notification.channel, notification.title);
        self.audit(about, "made", None, &text, &json(notification)?)
    }

    /// Puts a notification into the outbox; says no when it is there already.
    fn enter(
        &self,
        number: i64,
        incident: Option<i64>,
        notification: &Notification,
    ) -> Result<bool, Refusal> {
        let (ladder, rung, attempt) = match &notification.reason {
            Reason::Page { ladder, rung, attempt } => (Some(ladder), Some(rung), Some(*attempt)),
            _ => (None, None, None),
        };
        let action = match &notification.reason {
            Reason::Approval { action } => Some(integer(*action)?),
            _ => None,
        };
        let entered = self.run(
            "INSERT INTO notifications (number, key, incident, reason, ladder, rung, rung_attempt, action, channel,
               team, person, severity, priority, title, text, labels, runbook, alerts, since_ms, made_ms,
               acknowledgements)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
             ON CONFLICT DO NOTHING",
            params![
                number,
                notification.key,
                incident,
                notification.reason.kind(),
                ladder,
                rung,
                attempt,
                action,
                notification.channel,
                notification.team,
                notification.person,
                notification.severity,
                notification.priority,
                notification.title,
                notification.lines.join("\n"),
                json(&notification.labels)?,
                notification.runbook,
                notification.alerts,
                notification.since_ms,
                notification.made_ms,
                notification.acknowledgements,
            ],
        )?;
        if entered == 1 {
            return Ok(true);
        }
        // The same once more changes nothing; another under its number or key would be lost without a word.
        let known: Option<String> = self
            .connection
            .prepare_cached("SELECT key FROM notifications WHERE number = ?1")?
            .query_row([number], |row| row.get(0))
            .optional()?;
        match known {
            Some(key) if key == notification.key => Ok(false),
            Some(_) => Err(Refusal::Batch(format!("notification {number} is another one already"))),
            None => Err(Refusal::Batch(format!("the key of notification {number} is another one's already"))),
        }
    }

    pub(super) fn delivery(
        &mut self,
        position: Option<Position>,
        notification: u64,
        at_ms: i64,
        delivery: &Delivery,
    ) -> Result<(), Refusal> {
        let number = integer(notification)?;
        self.come(number, at_ms, delivery)?;
        let about = About { subject: Subject::Notification, number: Some(number), position, at_ms };
        self.audit(about, delivery.kind(), None, &delivery.text(), &json(delivery)?)
    }

    /// Notes the first instant of a step.
    fn come(&self, number: i64, at_ms: i64, delivery: &Delivery) -> Result<(), Refusal> {
        let values = (number, at_ms);
        match delivery {
            Delivery::Accepted => self.run(
                "UPDATE notifications SET accepted_ms = coalesce(accepted_ms, ?2) WHERE number = ?1",
                values,
            ),
            Delivery::Sent => {
                self.run("UPDATE notifications SET sent_ms = coalesce(sent_ms, ?2) WHERE number = ?1", values)
            }
            Delivery::Delivered => self.run(
                "UPDATE notifications SET delivered_ms = coalesce(delivered_ms, ?2) WHERE number = ?1",
                values,
            ),
            Delivery::Seen => {
                self.run("UPDATE notifications SET seen_ms = coalesce(seen_ms, ?2) WHERE number = ?1", values)
            }
            Delivery::Failed { why } => self.run(
                "UPDATE notifications SET failed_ms = coalesce(failed_ms, ?2), failed_why = coalesce(failed_why, ?3)
                 WHERE number = ?1",
                (number, at_ms, why),
            ),
        }?;
        Ok(())
    }

    pub(super) fn attempt_begun(
        &mut self,
        notification: u64,
        attempt: u32,
        at_ms: i64,
    ) -> Result<(), Refusal> {
        let number = integer(notification)?;
        let (last, is_repeat): (u32, bool) = self
            .connection
            .prepare_cached(
                "SELECT coalesce(max(attempt), 0), coalesce(max(result IN ('interrupted', 'unknown')), 0)
                 FROM notification_attempts WHERE notification = ?1",
            )?
            .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if last >= attempt {
            return Ok(());
        }
        self.run(
            "INSERT INTO notification_attempts (notification, attempt, begun_ms, result, is_repeat)
             VALUES (?1, ?2, ?3, 'under_way', ?4)",
            (number, attempt, at_ms, is_repeat),
        )?;
        self.run(
            "UPDATE notifications SET attempts = ?2, last_attempt_ms = ?3, repeats = repeats + ?4,
               not_before_ms = NULL WHERE number = ?1",
            (number, attempt, at_ms, is_repeat),
        )?;
        Ok(())
    }

    pub(super) fn attempt_ended(
        &mut self,
        notification: u64,
        attempt: u32,
        at_ms: i64,
        end: &AttemptEnd,
    ) -> Result<(), Refusal> {
        let number = integer(notification)?;
        let ended = self.run(
            "UPDATE notification_attempts SET ended_ms = ?3, result = ?4, why = ?5
             WHERE notification = ?1 AND attempt = ?2 AND result IN ('under_way', 'interrupted')",
            (number, attempt, at_ms, end.result(), end.why()),
        )?;
        if ended == 0 {
            return self.already_ended(number, attempt);
        }
        if let Some(remote) = end.remote() {
            self.run("UPDATE notifications SET remote = ?2 WHERE number = ?1", (number, remote))?;
        }
        let step = match end {
            AttemptEnd::Accepted { .. } => Delivery::Accepted,
            AttemptEnd::Sent { .. } => Delivery::Sent,
            AttemptEnd::Failed { why } => Delivery::Failed { why: why.clone() },
            AttemptEnd::Retry { .. } | AttemptEnd::Unknown { .. } => {
                self.run(
                    "UPDATE notifications SET not_before_ms = ?2 WHERE number = ?1",
                    (number, end.not_before_ms()),
                )?;
                return Ok(());
            }
        };
        self.come(number, at_ms, &step)
    }

    /// An end that is known changes nothing; the end of what never began is a mistake that must not pass for sent.
    fn already_ended(&self, number: i64, attempt: u32) -> Result<(), Refusal> {
        let known: bool = self
            .connection
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM notification_attempts WHERE notification = ?1 AND attempt = ?2)",
            )?
            .query_row((number, attempt), |row| row.get(0))?;
        if known {
            return Ok(());
        }
        Err(Refusal::Batch(format!("attempt {attempt} of notification {number} was never begun")))
    }
}
