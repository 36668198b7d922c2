//! Playbooks' runs.

use nvp_journal::reader::{Action, ActionFilter, Approval, CallRow, PAGE_ROWS_MAX};
use nvp_journal::{JournalError, Page, Reader};

use super::{cut, last, page};
use crate::wire;

/// A page of runs.
///
/// # Errors
/// When the journal cannot be read.
pub fn actions(reader: &Reader, query: &wire::ActionQuery) -> Result<wire::Actions, JournalError> {
    let filter = ActionFilter {
        is_unended: query.unended,
        playbook: query.playbook.clone(),
        incident: query.incident,
        ..ActionFilter::default()
    };
    let (page, rows) = page(query.after, query.rows);
    let mut actions: Vec<_> = reader.actions(&filter, page)?.into_iter().map(shown).collect();
    let next = cut(&mut actions, rows, |action| action.number);
    Ok(wire::Actions { actions, next })
}

/// All about a run; `None` when there is none of this number.
///
/// # Errors
/// When the journal cannot be read.
pub fn action(reader: &Reader, number: u64) -> Result<Option<wire::ActionPage>, JournalError> {
    let Some(action) = reader.action(number)? else { return Ok(None) };
    let (journal, journal_left_out) = last(|page| reader.action_journal(number, page))?;
    let calls = reader.calls(number, Page { after: None, rows: PAGE_ROWS_MAX })?;
    let approvals = reader.approvals(number)?;
    Ok(Some(wire::ActionPage {
        action: shown(action),
        journal,
        journal_left_out,
        calls: calls.into_iter().map(call).collect(),
        approvals: approvals.into_iter().map(approval).collect(),
    }))
}

pub(super) fn shown(action: Action) -> wire::Action {
    let (requested_by, requested_why) = action.requested.map(|asked| (asked.by, asked.why)).unzip();
    wire::Action {
        number: action.number,
        playbook: action.playbook,
        arguments: action.arguments,
        incident: action.incident,
        source_hash: action.source_hash,
        requested_by,
        requested_why,
        state: action.state,
        end: action.end,
        end_why: action.end_why,
        planned_ms: action.planned_ms,
        proposed_until_ms: action.proposed_until_ms,
        started_ms: action.started_ms,
        rolling_back_ms: action.rolling_back_ms,
        rolling_back_why: action.rolling_back_why,
        standing_until_ms: action.standing_until_ms,
        aborted_by: action.aborted_by,
        ended_ms: action.ended_ms,
    }
}

fn call(row: CallRow) -> wire::Call {
    let write = row.call.write;
    wire::Call {
        number: row.call.number,
        provider: row.call.provider,
        operation: row.call.operation,
        arguments: row.call.arguments,
        is_undo: write.as_ref().is_some_and(|write| write.is_undo),
        attempt: write.as_ref().map(|write| write.attempt),
        step: write.map(|write| write.step),
        intended_ms: row.call.intended_ms,
        ended_ms: row.ended_ms,
        outcome: row.outcome,
        answer: row.answer,
        why: row.why,
    }
}

fn approval(approval: Approval) -> wire::Approval {
    wire::Approval { by: approval.approved_by, why: approval.why, at_ms: approval.approved_ms }
}
