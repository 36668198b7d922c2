//! Incidents.

use nvp_journal::reader::{
    ActionFilter, Incident, IncidentFilter, NotificationFilter, NotificationRow, PAGE_ROWS_MAX,
};
use nvp_journal::words::IncidentState;
use nvp_journal::{JournalError, Page, Reader, Reason};

use super::actions::shown as shown_action;
use super::{cut, last, page};
use crate::wire;

/// A page of incidents.
///
/// # Errors
/// When the journal cannot be read.
pub fn incidents(reader: &Reader, query: &wire::IncidentQuery) -> Result<wire::Incidents, JournalError> {
    let state = match query.state {
        wire::Standing::Open => Some(IncidentState::Open),
        wire::Standing::Acknowledged => Some(IncidentState::Acknowledged),
        wire::Standing::Resolved => Some(IncidentState::Resolved),
        wire::Standing::Unresolved | wire::Standing::All => None,
    };
    let filter = IncidentFilter {
        is_unresolved: query.state == wire::Standing::Unresolved,
        state,
        service: query.service.clone(),
        ..IncidentFilter::default()
    };
    let (page, rows) = page(query.after, query.rows);
    let mut incidents: Vec<_> = reader.incidents(&filter, page)?.into_iter().map(shown).collect();
    let next = cut(&mut incidents, rows, |incident| incident.number);
    Ok(wire::Incidents { incidents, next })
}

/// All about an incident; `None` when there is none of this number.
///
/// # Errors
/// When the journal cannot be read.
pub fn incident(reader: &Reader, number: u64) -> Result<Option<wire::IncidentPage>, JournalError> {
    let Some(incident) = reader.incident(number)? else { return Ok(None) };
    let (timeline, timeline_left_out) = last(|page| reader.timeline(number, page))?;
    let most = Page { after: None, rows: PAGE_ROWS_MAX };
    let filter = NotificationFilter { incident: Some(number), ..NotificationFilter::default() };
    let mut notifications: Vec<_> =
        reader.notifications(&filter, most)?.into_iter().map(notification).collect();
    notifications.reverse();
    let filter = ActionFilter { incident: Some(number), ..ActionFilter::default() };
    let mut actions: Vec<_> = reader.actions(&filter, most)?.into_iter().map(shown_action).collect();
    actions.reverse();
    Ok(Some(wire::IncidentPage {
        incident: shown(incident),
        timeline,
        timeline_left_out,
        are_notifications_left_out: notifications.len() >= PAGE_ROWS_MAX as usize,
        notifications,
        actions,
    }))
}

fn shown(incident: Incident) -> wire::Incident {
    wire::Incident {
        number: incident.number,
        title: incident.title,
        state: incident.state,
        severity: incident.severity,
        priority: incident.priority,
        services: incident.services,
        owner: incident.owner,
        cause: incident.cause,
        opened_ms: incident.opened_ms,
        acknowledged_ms: incident.acknowledged_ms,
        acknowledged_by: incident.acknowledged_by,
        acknowledged_until_ms: incident.acknowledged_until_ms,
        resolved_ms: incident.resolved_ms,
        resolved_by: incident.resolved_by,
        reopened_ms: incident.reopened_ms,
        times_reopened: incident.times_reopened,
    }
}

fn notification(row: NotificationRow) -> wire::Notification {
    let rung = match &row.notification.reason {
        Reason::Page { rung, .. } => Some(rung.clone()),
        _ => None,
    };
    wire::Notification {
        number: row.notification.number,
        reason: row.notification.reason.kind(),
        rung,
        channel: row.notification.channel,
        team: row.notification.team,
        person: row.notification.person,
        state: row.state,
        title: row.notification.title,
        made_ms: row.notification.made_ms,
        accepted_ms: row.accepted_ms,
        sent_ms: row.sent_ms,
        delivered_ms: row.delivered_ms,
        seen_ms: row.seen_ms,
        acknowledged_ms: row.acknowledged_ms,
        failed_ms: row.failed_ms,
        failed_why: row.failed_why,
        attempts: row.attempts,
    }
}
