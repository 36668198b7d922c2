//! Playbooks' runs: how one stands, its calls and approvals, and its journal.

use rusqlite::params;

use crate::action::{ActionEvent, Call, Outcome, Requested};
use crate::batch::Position;
use crate::words::{ActionState, Subject};

use super::{About, Refusal, Writer, integer, json};

impl Writer<'_> {
    pub(super) fn action(
        &mut self,
        position: Option<Position>,
        action: u64,
        at_ms: i64,
        event: &ActionEvent,
    ) -> Result<(), Refusal> {
        let number = integer(action)?;
        self.come_to(number, at_ms, event)?;
        let about = About { subject: Subject::Action, number: Some(number), position, at_ms };
        self.audit(about, event.kind(), event.actor(), &event.text(), &json(event)?)
    }

    /// Makes sure that there is a row: a run may be older than this journal.
    fn ensure_action(&self, number: i64, at_ms: i64) -> Result<(), Refusal> {
        self.run(
            "INSERT INTO actions (number, playbook, arguments, source_hash, state, planned_ms)
             VALUES (?1, '(planned before this journal began)', '[]', '', 'planned', ?2)
             ON CONFLICT (number) DO NOTHING",
            (number, at_ms),
        )?;
        Ok(())
    }

    /// Says how far the run has come after an event.
    fn come_to(&self, number: i64, at_ms: i64, event: &ActionEvent) -> Result<(), Refusal> {
        if let ActionEvent::Planned { playbook, arguments, incident, source_hash, requested } = event {
            let incident = incident.map(integer).transpose()?;
            if let Some(incident) = incident {
                self.ensure_incident(incident, at_ms)?;
            }
            self.run(
                "INSERT INTO actions (number, playbook, arguments, incident, source_hash, state, planned_ms)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'planned', ?6)
                 ON CONFLICT (number) DO UPDATE SET playbook = excluded.playbook, arguments = excluded.arguments,
                   incident = excluded.incident, source_hash = excluded.source_hash, planned_ms = excluded.planned_ms",
                (number, playbook, json(arguments)?, incident, source_hash, at_ms),
            )?;
            if let Some(Requested { by, key, why }) = requested {
                self.run(
                    "UPDATE actions SET requested_by = ?2, requested_key = ?3, requested_why = ?4 WHERE number = ?1",
                    (number, by, key, why),
                )?;
            }
            return Ok(());
        }
        self.ensure_action(number, at_ms)?;
        match event {
            ActionEvent::Proposed { until_ms } => self.run(
                "UPDATE actions SET state = ?2, proposed_ms = ?3, proposed_until_ms = ?4 WHERE number = ?1",
                (number, ActionState::Proposed, at_ms, until_ms),
            )?,
            ActionEvent::Approved { by, why } => {
                self.run(
                    "INSERT INTO approvals (action, approved_by, why, approved_ms) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO NOTHING",
                    (number, by, why, at_ms),
                )?;
                self.run("UPDATE actions SET state = ?2 WHERE number = ?1", (number, ActionState::Approved))?
            }
            ActionEvent::Started => self.run(
                "UPDATE actions SET state = ?2, started_ms = ?3 WHERE number = ?1",
                (number, ActionState::Running, at_ms),
            )?,
            ActionEvent::RollingBack { why } => self.run(
                "UPDATE actions SET state = ?2, rolling_back_ms = ?3, rolling_back_why = ?4 WHERE number = ?1",
                (number, ActionState::RollingBack, at_ms, why),
            )?,
            ActionEvent::Standing { until_ms } => self.run(
                "UPDATE actions SET state = ?2, standing_ms = ?3, standing_until_ms = ?4 WHERE number = ?1",
                (number, ActionState::Standing, at_ms, until_ms),
            )?,
            ActionEvent::Aborted { by } => {
                self.run("UPDATE actions SET aborted_by = ?2 WHERE number = ?1", (number, by))?
            }
            ActionEvent::Ended { call, outcome } => self.call_ended(*call, at_ms, outcome)?,
            ActionEvent::End { end, why } => self.run(
                "UPDATE actions SET state = ?2, \"end\" = ?3, end_why = ?4, ended_ms = ?5 WHERE number = ?1",
                (number, ActionState::Ended, end, why, at_ms),
            )?,
            _ => 0,
        };
        Ok(())
    }

    pub(super) fn call(&mut self, position: Option<Position>, call: &Call) -> Result<(), Refusal> {
        let (number, action) = (integer(call.number)?, integer(call.action)?);
        self.ensure_action(action, call.intended_ms)?;
        let write = call.write.as_ref();
        let entered = self.run(
            "INSERT INTO calls (number, action, provider, operation, arguments, is_write, step, is_undo, attempt, key,
               fences, timeout_ms, intended_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT (number) DO NOTHING",
            params![
                number,
                action,
                call.provider,
                call.operation,
                json(&call.arguments)?,
                write.is_some(),
                write.map(|write| &write.step),
                write.map(|write| write.is_undo),
                write.map(|write| write.attempt),
                write.map(|write| &write.key),
                write.map(|write| json(&write.fences)).transpose()?,
                call.timeout_ms,
                call.intended_ms,
            ],
        )?;
        if entered == 0 {
            return Ok(());
        }
        let about =
            About { subject: Subject::Action, number: Some(action), position, at_ms: call.intended_ms };
        let text = format!("call {}: {}.{}", call.number, call.provider, call.operation);
        self.audit(about, "call", None, &text, &json(call)?)
    }

    /// The first end counts.
    fn call_ended(&self, call: u64, at_ms: i64, outcome: &Outcome) -> Result<usize, Refusal> {
        let (answer, why) = match outcome {
            Outcome::Answered { value } => (Some(json(value)?), None),
            Outcome::Done => (None, None),
            Outcome::Failed { why } | Outcome::Unknown { why } => (None, Some(why)),
        };
        self.run(
            "UPDATE calls SET ended_ms = ?2, outcome = ?3, answer = ?4, why = ?5
             WHERE number = ?1 AND ended_ms IS NULL",
            (integer(call)?, at_ms, outcome.kind(), answer, why),
        )
    }
}
