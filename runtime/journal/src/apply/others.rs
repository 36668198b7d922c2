//! Silences, who is who, and what happens to the process itself.

use serde_json::Value;

use crate::batch::Position;
use crate::process::ProcessEvent;
use crate::silence::Silence;
use crate::words::Subject;

use super::{About, Refusal, Writer, integer, json};

impl Writer<'_> {
    pub(super) fn silenced(
        &mut self,
        position: Option<Position>,
        silence: u64,
        at_ms: i64,
        by: &str,
        what: &Silence,
    ) -> Result<(), Refusal> {
        let number = integer(silence)?;
        self.run(
            "INSERT INTO silences (number, key, alert, service, labels, from_ms, to_ms, why, made_by, made_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
             ON CONFLICT (number) DO UPDATE SET key = excluded.key, alert = excluded.alert, service = excluded.service,
               labels = excluded.labels, from_ms = excluded.from_ms, to_ms = excluded.to_ms, why = excluded.why,
               ended_by = NULL, ended_ms = NULL",
            rusqlite::params![
                number,
                what.key,
                what.alert,
                what.service,
                json(&what.labels)?,
                what.from_ms,
                what.to_ms,
                what.why,
                by,
                at_ms,
            ],
        )?;
        let about = About { subject: Subject::Silence, number: Some(number), position, at_ms };
        self.audit(about, "silenced", Some(by), &format!("silenced by {by}: {}", what.why), &json(what)?)
    }

    pub(super) fn unsilenced(
        &mut self,
        position: Option<Position>,
        silence: u64,
        at_ms: i64,
        by: &str,
    ) -> Result<(), Refusal> {
        let number = integer(silence)?;
        self.run(
            "UPDATE silences SET ended_by = ?2, ended_ms = ?3 WHERE number = ?1 AND ended_ms IS NULL",
            (number, by, at_ms),
        )?;
        let about = About { subject: Subject::Silence, number: Some(number), position, at_ms };
        self.audit(about, "unsilenced", Some(by), &format!("ended by {by}"), "{}")
    }

    pub(super) fn roster(
        &mut self,
        position: Option<Position>,
        at_ms: i64,
        roster: &Value,
    ) -> Result<(), Refusal> {
        let about = About { subject: Subject::Roster, number: None, position, at_ms };
        self.audit(about, "changed", None, "who is who has changed", &json(roster)?)
    }

    pub(crate) fn process(
        &mut self,
        position: Option<Position>,
        at_ms: i64,
        event: &ProcessEvent,
    ) -> Result<(), Refusal> {
        let about = About { subject: Subject::Process, number: None, position, at_ms };
        self.audit(about, event.kind(), None, &event.text(), &json(event)?)
    }
}
