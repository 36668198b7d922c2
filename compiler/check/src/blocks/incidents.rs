//! `incidents { within 5m  reopen 30m }`: how alerts become incidents.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, IncidentsClause};

use crate::checker::Checker;
use crate::expr::DurationUse;
use crate::problems::calendars::IncidentsTwice;
use crate::scope::Scope;

impl<'a> Checker<'a> {
    /// Checks `incidents`, of which a set has at most one.
    pub(crate) fn check_incidents(&mut self) {
        let mut first: Option<Span> = None;
        for at in 0..self.items.incidents.len() {
            let Some(item) = self.items.incidents.get(at) else { continue };
            let (node, file, span) = (item.node, item.file, item.span);
            if let Some(first) = first {
                self.sink.report(IncidentsTwice { span, first });
                continue;
            }
            first = Some(span);
            self.begin(file);
            self.incidents(node);
        }
        self.scope = Scope::default();
    }

    fn incidents(&mut self, node: &'a ast::Incidents) {
        let (mut within, mut reopen) = (None, None);
        for clause in &node.clauses {
            let (name, said, lasts) = match &clause.node {
                IncidentsClause::Within(lasts) => ("within", &mut within, lasts),
                IncidentsClause::Reopen(lasts) => ("reopen", &mut reopen, lasts),
            };
            self.once(name, clause.span, said, |checker| checker.duration(lasts, DurationUse::Positive));
        }
        let incidents = &mut self.policy.response.incidents;
        if let Some((_, Some(ms))) = within {
            incidents.within_ms = ms;
        }
        if let Some((_, Some(ms))) = reopen {
            incidents.reopen_ms = ms;
        }
    }
}
