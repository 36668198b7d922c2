//! A playbook that may bring about the alert that runs it is bounded in how often it starts.
//!
//! What a playbook changes is not declared; what it hopes to change is: the metrics that its checks, `verify` and `lift` look at.

use std::collections::{BTreeMap, BTreeSet};

use nvp_dsl::Diagnostic;
use nvp_plan::response::incident::Does;
use nvp_plan::response::playbook::Limit;

use super::Book;
use crate::checker::Checker;
use crate::declared::Value;
use crate::deeds::visit;
use crate::graph::{circle, components};
use crate::problems::playbooks::CycleWithoutLimit;
use crate::tree;
use crate::typed::{AlertId, Expr, ExprKind, MetricId};

/// Something that is read: what a playbook may change, and what an alert goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Metric(MetricId),
    Alert(AlertId),
}

/// An alert that runs playbooks.
struct Runner<'p> {
    name: &'p str,
    reads: BTreeSet<Source>,
    playbooks: BTreeSet<usize>,
}

impl Checker<'_> {
    pub(super) fn cycles(&self, books: &[Book<'_, '_>], found: &mut Vec<Diagnostic>) {
        let is_bounded =
            |book: &Book<'_, '_>| book.typed.limits.iter().any(|limit| matches!(limit, Limit::Rate { .. }));
        let unbounded: Vec<&Book<'_, '_>> = books.iter().filter(|book| !is_bounded(book)).collect();
        let runners = self.runners();
        let edges = self.brings_about(&unbounded, &runners);
        for component in components(&edges) {
            let Some(members) = circle(&component, &edges) else { continue };
            // The circle goes from a playbook to what it may change, to an alert, to the next playbook.
            let first = members.iter().position(|member| *member < unbounded.len()).unwrap_or_default();
            let round = members.iter().cycle().skip(first).take(members.len());
            let mut playbooks = Vec::new();
            for member in round {
                if let Some(book) = unbounded.get(*member) {
                    playbooks.push((book.node.name.node.as_str(), book.node.name.span, ""));
                } else if let Some(runner) =
                    member.checked_sub(unbounded.len()).and_then(|at| runners.get(at))
                    && let Some((_, _, through)) = playbooks.last_mut()
                {
                    *through = runner.name;
                }
            }
            found.push(CycleWithoutLimit { round: playbooks }.into());
        }
    }

    /// Which playbook may change what, which alert reads it, and which playbook that runs. Playbooks are numbered first, then the
    /// alerts, then what is read.
    fn brings_about(&self, unbounded: &[&Book<'_, '_>], runners: &[Runner<'_>]) -> Vec<Vec<usize>> {
        let mut edges: Vec<Vec<usize>> = vec![Vec::new(); unbounded.len() + runners.len()];
        let mut sources: BTreeMap<Source, usize> = BTreeMap::new();
        for (at, runner) in runners.iter().enumerate() {
            let alert = unbounded.len() + at;
            for source in &runner.reads {
                let place = *sources.entry(*source).or_insert_with(|| {
                    edges.push(Vec::new());
                    edges.len() - 1
                });
                if let Some(readers) = edges.get_mut(place) {
                    readers.push(alert);
                }
            }
            let place = |id: &usize| unbounded.binary_search_by_key(id, |book| book.id).ok();
            if let Some(places) = edges.get_mut(alert) {
                places.extend(runner.playbooks.iter().filter_map(place));
            }
        }
        for (at, book) in unbounded.iter().enumerate() {
            let mut looked_at: Vec<&Expr> = Vec::new();
            for clause in visit::outcomes(book.typed) {
                visit::observed(&clause.formula, &mut |expr| looked_at.push(expr));
            }
            let changes = self.reads_of(looked_at);
            if let Some(places) = edges.get_mut(at) {
                places.extend(changes.iter().filter_map(|source| sources.get(source)));
            }
        }
        edges
    }

    /// The alerts that run playbooks, in the order of their names.
    fn runners(&self) -> Vec<Runner<'_>> {
        let mut runners: Vec<Runner<'_>> = Vec::new();
        for reaction in &self.policy.response.reactions {
            let Does::Run(remedies) = &reaction.does else { continue };
            let playbooks = remedies.iter().map(|remedy| remedy.playbook.index());
            if let Some(known) = runners.last_mut().filter(|known| known.name == reaction.alert) {
                known.playbooks.extend(playbooks);
                continue;
            }
            let Some(Value::Alert(at)) = self.items.values.get(reaction.alert.as_str()) else { continue };
            let Some(Some(info)) = self.alerts.get(*at) else { continue };
            let mut reads = self.reads_of(self.conditions_of(info.id));
            reads.insert(Source::Alert(info.id));
            runners.push(Runner { name: &reaction.alert, reads, playbooks: playbooks.collect() });
        }
        runners
    }

    fn conditions_of(&self, alert: AlertId) -> Vec<&Expr> {
        let levels = self.policy.alerts.get(alert.0).into_iter().flat_map(|alert| &alert.levels);
        levels.flat_map(|level| level.when.iter().chain(&level.clear)).collect()
    }

    /// What expressions read, through derives and alerts.
    fn reads_of<'e>(&'e self, roots: Vec<&'e Expr>) -> BTreeSet<Source> {
        let mut reads = BTreeSet::new();
        let mut derives = BTreeSet::new();
        let mut todo = roots;
        while let Some(expr) = todo.pop() {
            match &expr.kind {
                ExprKind::Metric(id, _) => {
                    reads.insert(Source::Metric(*id));
                }
                // Each is gone into once.
                ExprKind::Derive(id, _) if derives.insert(*id) => {
                    todo.extend(self.policy.derives.get(id.0).map(|derive| &derive.value));
                }
                ExprKind::AlertState(id, ..) if reads.insert(Source::Alert(*id)) => {
                    todo.extend(self.conditions_of(*id));
                }
                _ => {}
            }
            tree::children(expr, &mut |child| todo.push(child));
        }
        reads
    }
}
