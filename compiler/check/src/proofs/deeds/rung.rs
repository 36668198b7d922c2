//! The automatic rung of a ladder outlasts the playbooks that its alert runs: nobody is called while one may still help.

use nvp_dsl::ast::{AlertClause, EscalationClause, ReactionDoes};
use nvp_dsl::{Diagnostic, Span};
use nvp_plan::ids::LadderId;
use nvp_plan::response::incident::{Does, Reaction, Remedy};
use nvp_plan::response::ladder::Calls;
use nvp_plan::response::playbook::{Playbook, Step};

use super::Book;
use crate::checker::Checker;
use crate::library::Kind;
use crate::problems::playbooks::{RungTooShort, composed};
use crate::typed::Expr;

/// What the engine waits before it tries again: doubled each time, and at most this, in ms.
const BACKOFF_MS_MAX: i64 = 30_000;
const BACKOFF_MS: i64 = 1_000;

impl Checker<'_> {
    pub(super) fn rungs_outlast(&self, books: &[Book<'_, '_>], found: &mut Vec<Diagnostic>) {
        for item in &self.items.alerts {
            let name = item.node.name.node.as_str();
            let reactions = self.reactions_of(name);
            let written = item.node.clauses.iter().filter_map(|clause| match &clause.node {
                AlertClause::At(reaction) => Some((reaction, clause.span)),
                _ => None,
            });
            let written: Vec<_> = written.collect();
            // Where one could not be understood, which is which is not known.
            if reactions.len() != written.len() {
                continue;
            }
            let ladders = reactions.iter().filter_map(|reaction| match reaction.does {
                Does::Escalate(ladder) => Some(ladder),
                Does::Run(_) => None,
            });
            let rungs: Vec<(LadderId, i64)> =
                ladders.filter_map(|ladder| Some((ladder, self.automatic_ms(ladder)?))).collect();
            for (reaction, (node, span)) in reactions.iter().zip(&written) {
                let (Does::Run(remedies), ReactionDoes::Run(_)) = (&reaction.does, &node.does) else {
                    continue;
                };
                for (ladder, at_most_ms) in &rungs {
                    self.outlasts((reaction, remedies, *span), (*ladder, *at_most_ms), books, found);
                }
            }
        }
    }

    /// What an alert does, in the order written: all reactions are kept by the alerts' names.
    fn reactions_of(&self, alert: &str) -> &[Reaction] {
        let all = self.policy.response.reactions.as_slice();
        let from = all.partition_point(|reaction| reaction.alert.as_str() < alert);
        let rest = all.get(from..).unwrap_or_default();
        let many = rest.partition_point(|reaction| reaction.alert == alert);
        rest.get(..many).unwrap_or_default()
    }

    fn outlasts(
        &self,
        (reaction, remedies, span): (&Reaction, &[Remedy], Span),
        (ladder, at_most_ms): (LadderId, i64),
        books: &[Book<'_, '_>],
        found: &mut Vec<Diagnostic>,
    ) {
        let mut parts: Vec<(String, i64)> = Vec::new();
        if reaction.after_ms > 0 {
            parts.push(("the level's `for`".to_owned(), reaction.after_ms));
        }
        for (at, remedy) in remedies.iter().enumerate() {
            let place = books.binary_search_by_key(&remedy.playbook.index(), |book| book.id);
            let Some(book) = place.ok().and_then(|place| books.get(place)) else { return };
            let runs_ms = self.longest_ms(book.typed);
            // The next one is tried when the time of this one is over, and not before it has ended.
            let is_last = at + 1 == remedies.len();
            let lasts_ms = match remedy.within_ms {
                Some(within_ms) if !is_last => within_ms.max(runs_ms),
                _ => runs_ms,
            };
            parts.push((format!("`{}`", book.node.name.node), lasts_ms));
        }
        let total_ms = parts.iter().fold(0_i64, |sum, (_, ms)| sum.saturating_add(*ms));
        if total_ms <= at_most_ms {
            return;
        }
        let Some(rung) = self.automatic_span(ladder) else { return };
        let parts: Vec<String> = parts.iter().map(|(what, ms)| format!("{what} {}", composed(*ms))).collect();
        let ladder = self.policy.response.ladders.get(ladder.index()).map(|ladder| ladder.name.as_str());
        found.push(
            RungTooShort {
                alert: &reaction.alert,
                ladder: ladder.unwrap_or_default(),
                span,
                rung,
                at_most: composed(at_most_ms),
                total_ms,
                parts,
            }
            .into(),
        );
    }

    /// The longest that a playbook can take, in ms: all its attempts, checks and its verification, and undoing it all.
    fn longest_ms(&self, playbook: &Playbook<Expr>) -> i64 {
        let mut total_ms = playbook.verify.as_ref().map_or(0, |verify| verify.within_ms);
        for step in &playbook.steps {
            let times = i64::from(step.each.as_ref().map_or(1, |(_, most)| *most));
            let check_ms = step.check.as_ref().map_or(0, |(_, within_ms)| *within_ms);
            let is_undone =
                step.keep.is_none() && self.write_done(step).is_some_and(|write| write.undo.is_some());
            let attempts_ms = attempts_ms(step);
            let undone_ms = if is_undone { attempts_ms } else { 0 };
            let once_ms = attempts_ms.saturating_add(check_ms).saturating_add(undone_ms);
            total_ms = total_ms.saturating_add(once_ms.saturating_mul(times));
        }
        total_ms
    }

    /// How long a ladder's automatic rung lasts, if it has one.
    fn automatic_ms(&self, ladder: LadderId) -> Option<i64> {
        let rungs = &self.policy.response.ladders.get(ladder.index())?.rungs;
        rungs.iter().find(|rung| rung.calls == Calls::Automatic)?.lasts_ms
    }

    fn automatic_span(&self, ladder: LadderId) -> Option<Span> {
        let at = self.items.answers.of(Kind::Escalation).get(ladder.index())?.at;
        let clauses = &self.items.escalations.get(at)?.node.clauses;
        clauses.iter().find_map(|clause| match &clause.node {
            EscalationClause::Rung(rung) if rung.team.is_none() => Some(clause.span),
            _ => None,
        })
    }
}

/// All attempts of a step's write, with what is waited between them.
fn attempts_ms(step: &Step<Expr>) -> i64 {
    let mut total_ms = step.timeout_ms;
    let mut backoff_ms = BACKOFF_MS;
    for _ in 0..step.retries {
        total_ms = total_ms.saturating_add(backoff_ms).saturating_add(step.timeout_ms);
        backoff_ms = (backoff_ms * 2).min(BACKOFF_MS_MAX);
    }
    total_ms
}
