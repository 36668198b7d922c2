//! `defaults { … }`: what a file's metrics and alerts do not say themselves.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, DefaultsClause, Ident, LabelDeclaration};

use crate::checker::Checker;
use crate::expr::{Bounded, DurationUse};
use crate::problems::clauses::ClauseTwice;
use crate::scope::Scope;

/// What the `defaults` of one file say.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileDefaults<'a> {
    pub(crate) absent: Option<&'a ast::Absent>,
    pub(crate) every_ms: Option<i64>,
    pub(crate) stale_ms: Option<i64>,
    pub(crate) forget_ms: Option<i64>,
    pub(crate) labels: Vec<&'a LabelDeclaration>,
    pub(crate) flapping: Option<(u32, i64)>,
    pub(crate) autonomy: Option<&'a Ident>,
}

impl<'a> Checker<'a> {
    /// Reads the `defaults` of every file.
    pub(crate) fn read_defaults(&mut self) {
        self.defaults = vec![FileDefaults::default(); self.set.files.len()];
        let mut said: Vec<(usize, &'static str, Span)> = Vec::new();
        for at in 0..self.items.defaults.len() {
            let Some(item) = self.items.defaults.get(at) else { continue };
            let (file, clauses) = (item.file, &item.node.clauses);
            self.begin(file);
            for clause in clauses {
                let name = clause_name(&clause.node);
                if name != "labels" {
                    match said.iter().find(|(other, known, _)| *other == file && *known == name) {
                        Some((_, _, first)) => {
                            self.sink.report(ClauseTwice { clause: name, span: clause.span, first: *first });
                            continue;
                        }
                        None => said.push((file, name, clause.span)),
                    }
                }
                self.read_default(file, &clause.node);
            }
        }
        self.scope = Scope::default();
    }

    fn read_default(&mut self, file: usize, clause: &'a DefaultsClause) {
        let mut defaults = self.defaults.get(file).cloned().unwrap_or_default();
        match clause {
            DefaultsClause::Absent(absent) => defaults.absent = Some(absent),
            DefaultsClause::Every(every) => defaults.every_ms = self.duration(every, DurationUse::Positive),
            DefaultsClause::Stale(stale) => defaults.stale_ms = self.duration(stale, DurationUse::Positive),
            DefaultsClause::Forget(forget) => {
                defaults.forget_ms = self.duration(forget, DurationUse::Positive)
            }
            DefaultsClause::Labels(labels) => defaults.labels.extend(labels),
            DefaultsClause::Flapping(flapping) => defaults.flapping = self.flapping(flapping),
            DefaultsClause::Autonomy(word) => {
                defaults.autonomy = self.autonomy(word).map(|_| word);
            }
        }
        if let Some(place) = self.defaults.get_mut(file) {
            *place = defaults;
        }
    }

    /// `flapping 6 in 30m`: how many changes, within how long.
    pub(crate) fn flapping(&mut self, flapping: &'a ast::Flapping) -> Option<(u32, i64)> {
        let changes = self.quantity(&flapping.changes.node, flapping.changes.span);
        let within_ms = self.duration(&flapping.within, DurationUse::Positive);
        let bounds = Bounded {
            what: "the number of level changes",
            allowed: "a whole number from 2 to 1000",
            min: 2.0,
            max: 1000.0,
            whole: true,
            ratio: false,
        };
        let changes = self.within(changes?, flapping.changes.span, &bounds)?;
        // Exact: it is a whole number of at most a thousand.
        Some((changes as u32, within_ms?))
    }
}

fn clause_name(clause: &DefaultsClause) -> &'static str {
    match clause {
        DefaultsClause::Absent(_) => "absent",
        DefaultsClause::Forget(_) => "forget",
        DefaultsClause::Every(_) => "every",
        DefaultsClause::Stale(_) => "stale",
        DefaultsClause::Labels(_) => "labels",
        DefaultsClause::Flapping(_) => "flapping",
        DefaultsClause::Autonomy(_) => "autonomy",
    }
}
