//! `escalation`: a rung a line, in columns; and what an alert does at a level.

use super::block::Clause;
use super::doc::Doc;
use super::layout::bytes;
use super::{Formatter, joined};
use crate::ast::{EscalationClause, Reaction, ReactionDoes, Remedy, Rung};
use crate::span::Spanned;

/// Blanks between two columns.
const GAP: usize = 2;
const ACKNOWLEDGED: &str = "acknowledged";
/// Lists of channels that are wider do not widen the others' column.
const CHANNELS_COLUMNS_MAX: usize = 40;

/// How wide the columns of a ladder are.
struct Columns {
    name: usize,
    team: usize,
    channels: usize,
}

impl Formatter<'_> {
    pub(super) fn escalation_clauses(&self, clauses: &[Spanned<EscalationClause>]) -> Vec<Clause> {
        let rungs = || {
            clauses.iter().filter_map(|clause| match &clause.node {
                EscalationClause::Rung(rung) => Some(rung),
                EscalationClause::AcknowledgedHolds(_) => None,
            })
        };
        let name = rungs().map(|rung| width(&rung.name.node)).max().unwrap_or_default();
        let team = rungs().map(|rung| width(team(rung))).max().unwrap_or_default();
        let has_acknowledged = clauses.len() > rungs().count();
        let least = (ACKNOWLEDGED.len() * usize::from(has_acknowledged)).saturating_sub(name + GAP);
        let channels = rungs().filter(|rung| has_times(rung)).map(|rung| width(&channels(rung)));
        let channels = channels.filter(|width| *width <= CHANNELS_COLUMNS_MAX).max().unwrap_or_default();
        let columns = Columns { name, team: team.max(least), channels };
        let doc = |clause: &EscalationClause| match clause {
            EscalationClause::Rung(rung) => self.rung(rung, &columns),
            EscalationClause::AcknowledgedHolds(time) => {
                let gap = (columns.name + columns.team + 2 * GAP).saturating_sub(ACKNOWLEDGED.len());
                Doc::Cat(vec![
                    Doc::text(ACKNOWLEDGED),
                    Doc::Gap(gap.max(GAP)),
                    Doc::text("holds "),
                    self.expression(time),
                ])
            }
        };
        clauses.iter().map(|clause| Clause::alone(bytes(clause.span), doc(&clause.node))).collect()
    }

    fn rung(&self, rung: &Rung, columns: &Columns) -> Doc {
        let mut row = Row::default();
        row.cell(Doc::text(&rung.name.node), columns.name);
        row.cell(Doc::text(team(rung)), columns.team);
        let timed = |head: &str, time| Doc::Cat(vec![Doc::text(head), self.expression(time)]);
        if let Some(at_most) = &rung.at_most {
            row.cell(timed("at most ", at_most), 0);
        }
        if !rung.by.is_empty() {
            row.cell(Doc::Text(channels(rung)), columns.channels);
        }
        for (head, time) in
            [("for ", &rung.lasts), ("every ", &rung.every), ("then every ", &rung.then_every)]
        {
            if let Some(time) = time {
                row.cell(timed(head, time), 0);
            }
        }
        Doc::Cat(row.parts)
    }

    /// `escalate standard`, `for 2m run a(x) within 20m, then b(x)`.
    pub(super) fn reaction(&self, reaction: &Reaction) -> Doc {
        let mut parts = Vec::new();
        if let Some(after) = &reaction.after {
            parts.extend([Doc::text("for "), self.expression(after), Doc::text(" ")]);
        }
        match &reaction.does {
            ReactionDoes::Escalate(ladder) => parts.push(Doc::text(format!("escalate {}", ladder.node))),
            ReactionDoes::Run(remedies) => {
                let remedies = remedies.iter().enumerate().map(|(index, remedy)| self.remedy(index, remedy));
                parts.extend([Doc::text("run "), Doc::list(remedies).align()]);
            }
        }
        Doc::Cat(parts)
    }

    fn remedy(&self, index: usize, remedy: &Remedy) -> Doc {
        let word = if index == 0 { "" } else { "then " };
        let mut parts = vec![Doc::text(word), self.call(&remedy.call).align()];
        if let Some(within) = &remedy.within {
            parts.extend([Doc::text(" within "), self.expression(within)]);
        }
        Doc::Cat(parts)
    }
}

/// Cells with gaps between them, none behind the last.
#[derive(Default)]
struct Row {
    parts: Vec<Doc>,
    /// How wide the gap before the next cell is.
    gap: usize,
}

impl Row {
    fn cell(&mut self, cell: Doc, columns: usize) {
        if !self.parts.is_empty() {
            self.parts.push(Doc::Gap(self.gap));
        }
        self.gap = columns.saturating_sub(width(&cell.flat())) + GAP;
        self.parts.push(cell);
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn team(rung: &Rung) -> &str {
    rung.team.as_ref().map_or("automatic", |team| team.node.as_str())
}

fn channels(rung: &Rung) -> String {
    format!("by {}", joined(&rung.by))
}

fn has_times(rung: &Rung) -> bool {
    rung.lasts.is_some() || rung.every.is_some() || rung.then_every.is_some()
}
