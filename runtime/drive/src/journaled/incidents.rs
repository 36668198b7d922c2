//! Incidents and silences as rows.

use nvp_journal::words::Severity as Word;
use nvp_journal::{IncidentEvent as Row, Silence as SilenceRow};
use nvp_respond::effect::IncidentEvent;
use nvp_respond::input::Silence;
use nvp_respond::severity::Severity;

pub(super) fn event(event: &IncidentEvent) -> Row {
    use IncidentEvent as Is;
    match event.clone() {
        Is::Opened { title, services, owner } => Row::Opened { title, services, owner },
        Is::Reopened => Row::Reopened,
        Is::Alert { alert, labels, level, says } => Row::Alert {
            alert: alert.into(),
            labels: labels.to_vec(),
            service: None,
            level: level.map(String::from),
            says: says.into(),
        },
        Is::Cause(service) => Row::Cause { service },
        Is::Priority(priority, grave) => Row::Priority { priority, severity: severity(grave) },
        Is::Rung { ladder, rung, attempt } => Row::Rung { ladder, rung, attempt },
        Is::Skipped { ladder, rung, why } => Row::Skipped { ladder, rung, why },
        Is::Suppressed(why) => Row::Suppressed { why },
        Is::Unsuppressed => Row::Unsuppressed,
        Is::ReachesNobody { team, channel, why } => Row::ReachesNobody { team, channel, why },
        Is::Notified(notification) => Row::Notified { notification },
        Is::Acknowledged(by, until_ms) => Row::Acknowledged { by, until_ms },
        Is::AcknowledgementEnded => Row::AcknowledgementEnded,
        Is::LadderEnded(ladder) => Row::LadderEnded { ladder },
        Is::Remedy(action, playbook) => Row::Remedy { action, playbook },
        Is::Resolved(by) => Row::Resolved { by },
    }
}

pub(super) fn severity(severity: Severity) -> Word {
    match severity {
        Severity::Info => Word::Info,
        Severity::Minor => Word::Minor,
        Severity::Major => Word::Major,
        Severity::Critical => Word::Critical,
    }
}

pub(super) fn silence(silence: &Silence) -> SilenceRow {
    let Silence { key, alert, service, labels, from_ms, to_ms, why } = silence.clone();
    SilenceRow { key, alert, service, labels, from_ms, to_ms, why }
}
