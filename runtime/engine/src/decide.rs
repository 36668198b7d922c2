//! The decisions of a tick, written out: in the order of rule names and labels, with what explains them.

use crate::alert::Change;
use crate::effects::{Effects, Record, place};
use crate::engine::Engine;
use crate::explain;
use crate::tick::Now;
use crate::why::Clause;
use nvp_plan::alert::{Alert, Says};
use nvp_plan::ids::{AlertId, TreeId};
use std::cmp::Ordering;
use std::ops::Range;

/// A row of which something is decided at a tick. Several alerts may decide: its labels are written once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShownRow {
    domain: u32,
    row: u32,
    /// Its place in the order of labels among the rows of its domain shown at this tick.
    rank: u32,
    /// Its labels in the arena.
    labels: Range<u32>,
}

impl Engine {
    /// Writes the tick's decisions out; says how many.
    pub(crate) fn decide(&mut self, now: &Now, out: &mut Effects) -> u32 {
        let mut changes = std::mem::take(&mut self.scratch.changes);
        if !changes.is_empty() {
            let rows = self.show_rows(&changes, out);
            for change in &mut changes {
                change.rank = find(&rows, self.domain_of(change), change.row).map_or(0, |row| row.rank);
            }
            changes.sort_unstable_by_key(|change| (change.alert, change.rank));
            for change in &changes {
                self.record(now, change, &rows, out);
            }
            self.scratch.shown_rows = rows;
        }
        let transitions = place(changes.len());
        changes.clear();
        self.scratch.changes = changes;
        transitions
    }

    /// Writes the labels of all rows down, and says in which order they stand.
    fn show_rows(&mut self, changes: &[Change], out: &mut Effects) -> Vec<ShownRow> {
        let mut rows = std::mem::take(&mut self.scratch.shown_rows);
        rows.clear();
        rows.extend(changes.iter().map(|change| ShownRow {
            domain: self.domain_of(change),
            row: change.row,
            rank: 0,
            labels: 0..0,
        }));
        rows.sort_unstable_by_key(|row| (row.domain, row.row));
        rows.dedup();
        let interner = &self.identity.interner;
        let order = |a: &ShownRow, b: &ShownRow| {
            let labels = || Some(self.identity.rows.get(a.domain as usize)?.order(interner, a.row, b.row));
            a.domain.cmp(&b.domain).then_with(|| labels().unwrap_or(Ordering::Equal))
        };
        rows.sort_unstable_by(order);
        for (row, rank) in rows.iter_mut().zip(0..) {
            let start = place(out.labels.len());
            let key = self.identity.rows.get(row.domain as usize).map_or(&[][..], |rows| rows.key(row.row));
            for symbol in key {
                out.push_label(interner.text(*symbol));
            }
            (row.rank, row.labels) = (rank, start..place(out.labels.len()));
        }
        rows.sort_unstable_by_key(|row| (row.domain, row.row));
        rows
    }

    fn domain_of(&self, change: &Change) -> u32 {
        self.plan.alerts.get(change.alert as usize).map_or(0, |alert| alert.domain.0)
    }

    fn record(&self, now: &Now, change: &Change, rows: &[ShownRow], out: &mut Effects) {
        let Some(alert) = self.plan.alerts.get(change.alert as usize) else { return };
        let domain = alert.domain.index();
        let labels = find(rows, alert.domain.0, change.row).map_or(0..0, |row| row.labels.clone());
        let first_node = place(out.nodes.len());
        let tree = tree_of(alert, change.clause);
        if let Some(tree) = tree {
            let row_of = |to| self.identity.row_in(&self.plan, domain, change.row, to);
            explain::nodes(&self.plan, &self.columns, tree, row_of, &mut out.nodes);
        }
        let nodes = first_node..place(out.nodes.len());
        let says = alert.says.iter().chain(&alert.runbook);
        let says = says.filter_map(|says| if let Says::Value(shown) = says { Some(shown) } else { None });
        out.nodes.extend(says.map(|shown| self.shown_at(shown, domain, change.row)));
        let value =
            alert.subject.as_ref().map_or(f64::NAN, |subject| self.number(subject, domain, change.row));
        out.records.push(Record {
            at_ms: now.at_ms,
            alert: AlertId(change.alert),
            labels,
            from: change.from,
            to: change.to,
            value,
            clause: change.clause,
            flapping: change.flapping,
            tree,
            says: nodes.end..place(out.nodes.len()),
            nodes,
        });
    }
}

fn find(rows: &[ShownRow], domain: u32, row: u32) -> Option<&ShownRow> {
    rows.binary_search_by_key(&(domain, row), |row| (row.domain, row.row))
        .ok()
        .and_then(|place| rows.get(place))
}

/// The tree that explains a clause.
fn tree_of(alert: &Alert, clause: Clause) -> Option<TreeId> {
    let level = |level: u32| alert.levels.get(level as usize);
    match clause {
        Clause::When(place) | Clause::Absent(place) | Clause::Pending(place) | Clause::NotPending(place) => {
            level(place)?.tree
        }
        Clause::Clear(place) | Clause::AbsentClears(place) => {
            level(place).and_then(|level| level.clear_tree.or(level.tree))
        }
        Clause::Forgotten | Clause::FlappingHeld | Clause::FlappingReleased => None,
    }
}
