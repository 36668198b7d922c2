//! Silences: nobody is called for what somebody said is known.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::effect::{Effects, Event};
use crate::input::{Silence, SilenceNumber};

/// All silences that are not over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Silences {
    last: SilenceNumber,
    all: BTreeMap<SilenceNumber, Silence>,
}

impl Silences {
    /// This number was given before, and perhaps forgotten.
    pub(crate) fn raise_number(&mut self, given: SilenceNumber) {
        self.last = self.last.max(given);
    }

    /// Somebody asks for a silence. With the key of one that there is, that one is changed.
    pub(crate) fn begin(&mut self, now_ms: i64, by: &str, silence: &Silence, out: &mut Effects) {
        self.forget(now_ms);
        let known = self.all.iter().find(|(_, other)| other.key == silence.key);
        if known.is_some_and(|(_, other)| other == silence) {
            out.record(now_ms, Event::Ignored(format!("silence `{}` is there already", silence.key)));
            return;
        }
        if silence.to_ms <= now_ms || silence.to_ms <= silence.from_ms {
            out.record(now_ms, Event::Ignored(format!("silence `{}` would be over already", silence.key)));
            return;
        }
        let number = known.map_or_else(|| self.last.saturating_add(1), |(number, _)| *number);
        self.last = self.last.max(number);
        self.all.insert(number, silence.clone());
        out.record(now_ms, Event::Silenced(number, silence.clone(), by.to_owned()));
    }

    /// Somebody ends a silence.
    pub(crate) fn end(&mut self, now_ms: i64, by: &str, number: SilenceNumber, out: &mut Effects) {
        self.forget(now_ms);
        let event = match self.all.remove(&number) {
            Some(_) => Event::Unsilenced(number, by.to_owned()),
            None => Event::Ignored(format!("silence {number} is over or was never there")),
        };
        out.record(now_ms, event);
    }

    /// Those that hold at an instant, by number.
    pub(crate) fn at(&self, at_ms: i64) -> impl Iterator<Item = (SilenceNumber, &Silence)> {
        let all = self.all.iter().map(|(number, silence)| (*number, silence));
        all.filter(move |(_, silence)| silence.from_ms <= at_ms && at_ms < silence.to_ms)
    }

    /// Those that hold or will.
    pub(crate) fn all(&self) -> impl Iterator<Item = (SilenceNumber, &Silence)> {
        self.all.iter().map(|(number, silence)| (*number, silence))
    }

    fn forget(&mut self, now_ms: i64) {
        self.all.retain(|_, silence| silence.to_ms > now_ms);
    }
}

impl Silence {
    /// Whether it is about a row.
    pub(crate) fn matches(&self, alert: &str, labels: &[(String, String)], service: &str) -> bool {
        self.alert.as_deref().is_none_or(|wanted| wanted == alert)
            && self.service.as_deref().is_none_or(|wanted| wanted == service)
            && self.labels.iter().all(|wanted| labels.contains(wanted))
    }
}
