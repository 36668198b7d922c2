//! All about a run: how it stands, its journal step by step, its calls.

use nvp_control::wire::{Action, ActionPage, Call};
use nvp_journal::words::{ActionEnd, ActionState};

use super::super::operate::sheet::{Sheet, called, plain, shown};
use super::super::operate::{self, Clock, Format};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::table::{Align, Table};

/// Shows it, or that there is none.
pub fn show(
    number: u64,
    page: Option<&ActionPage>,
    format: Format,
    out: &mut Output,
) -> Result<Exit, Failure> {
    operate::show(&format!("run {number}"), page, format, out, human)
}

fn human(page: &ActionPage, sheet: &mut Sheet) {
    let clock = Clock::system();
    head(page, &clock, sheet);
    sheet.part("what happened");
    sheet.entries(&page.journal, page.journal_left_out, &clock);
    if !page.calls.is_empty() {
        sheet.part("calls");
        sheet.table(&calls(&page.calls, &clock));
    }
    let Action { number, state, source_hash, .. } = &page.action;
    let what_next = match state {
        ActionState::Proposed => Some(format!("novaevo-policy approve {number} --hash {source_hash}")),
        ActionState::Approved | ActionState::Running | ActionState::Standing => {
            Some(format!("novaevo-policy actions abort {number}"))
        }
        ActionState::Planned | ActionState::RollingBack | ActionState::Ended => None,
    };
    sheet.next(what_next.as_deref());
}

fn head(page: &ActionPage, clock: &Clock, sheet: &mut Sheet) {
    let paint = sheet.paint();
    let action = &page.action;
    let state = match action.end {
        Some(end @ (ActionEnd::Succeeded | ActionEnd::NoChange | ActionEnd::Lifted)) => {
            paint.good(end.as_str())
        }
        Some(end @ (ActionEnd::RollbackFailed | ActionEnd::Indeterminate)) => paint.error(end.as_str()),
        Some(end) => paint.warning(end.as_str()),
        None => paint.bold(action.state.as_str()),
    };
    let name = paint.bold(&format!("run {}", action.number));
    sheet.line(&format!("{name}  {state}  {}", plain(&called(&action.playbook, &action.arguments))));
    if let Some(why) = &action.end_why {
        sheet.line(&plain(why));
    }
    sheet.line("");
    sheet.known("incident", &action.incident.map(|incident| incident.to_string()).unwrap_or_default());
    sheet.known("planned", &clock.with_zone(action.planned_ms));
    if let Some(by) = &action.requested_by {
        let why = action.requested_why.as_deref().unwrap_or_default();
        sheet.known("asked for", &plain(&format!("by {by}: {why}")));
    }
    if let Some(until_ms) = action.proposed_until_ms.filter(|_| action.state == ActionState::Proposed) {
        sheet.known("waits", &format!("for an approval until {}", clock.instant(until_ms)));
    }
    for approval in &page.approvals {
        let why = approval.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        sheet.known("approved", &format!("{} by {}{why}", clock.instant(approval.at_ms), approval.by));
    }
    sheet.known("began", &clock.maybe(action.started_ms));
    if let Some(at_ms) = action.rolling_back_ms {
        let why = action.rolling_back_why.as_deref().unwrap_or_default();
        sheet.known("taken back", &format!("{} {why}", clock.instant(at_ms)));
    }
    sheet.known("aborted by", action.aborted_by.as_deref().unwrap_or_default());
    if let Some(until_ms) = action.standing_until_ms.filter(|_| action.state == ActionState::Standing) {
        sheet.known("stands until", &clock.instant(until_ms));
    }
    sheet.known("ended", &clock.maybe(action.ended_ms));
    sheet.known("text", &action.source_hash);
}

fn calls(calls: &[Call], clock: &Clock) -> Table {
    let mut table = Table::new(&[
        ("call", Align::Right),
        ("intended", Align::Left),
        ("ended", Align::Left),
        ("step", Align::Left),
        ("outcome", Align::Left),
        ("what", Align::Left),
        ("answer", Align::Left),
    ]);
    for call in calls {
        let step =
            call.step.as_ref().map(|step| if call.is_undo { format!("{step}, back") } else { step.clone() });
        let answer = call.why.clone().or_else(|| call.answer.as_ref().map(shown));
        table.row(vec![
            call.number.to_string(),
            clock.time(call.intended_ms),
            call.ended_ms.map(|at_ms| clock.time(at_ms)).unwrap_or_default(),
            step.unwrap_or_default(),
            call.outcome.map_or("no answer yet", |outcome| outcome.as_str()).to_owned(),
            called(&format!("{}.{}", call.provider, call.operation), &call.arguments),
            answer.unwrap_or_default(),
        ]);
    }
    table
}
