//! `escalation standard { N1 operations by sms for 15m … }`: ladders, which call somebody at every rung and come to an end.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, EscalationClause, Expr};
use nvp_plan::ids::{ChannelId, TeamId};
use nvp_plan::response::ladder::{Calls, Ladder, Rung};
use rustc_hash::FxHashMap;

use crate::checker::Checker;
use crate::expr::DurationUse;
use crate::library::Kind;
use crate::problems::ladders::{
    AutomaticLate, NobodyCalled, RepeatTooLong, RungUnreachable, RungWithoutEnd, ThenWithoutEnd,
};
use crate::problems::names::Repeated;
use crate::scope::Scope;

/// How long an acknowledgement holds where nothing is said.
const ACKNOWLEDGED_MS: i64 = 30 * 60_000;

/// A rung as written, with its place.
#[derive(Clone, Copy)]
struct Written<'a> {
    rung: &'a ast::Rung,
    span: Span,
}

impl<'a> Checker<'a> {
    /// Checks all ladders; teams and channels are known by name.
    pub(crate) fn check_ladders(&mut self) {
        for ladder in self.items.answers.of(Kind::Escalation).to_vec() {
            let Some(item) = self.items.escalations.get(ladder.at) else { continue };
            let (node, whole) = (item.node, item.span);
            self.begin(ladder.file);
            let ladder = self.ladder(node, whole);
            self.policy.response.ladders.push(ladder);
        }
        self.scope = Scope::default();
    }

    fn ladder(&mut self, node: &'a ast::Escalation, whole: Span) -> Ladder {
        let mut rungs: Vec<Written<'a>> = Vec::new();
        let mut acknowledged: Option<(Span, Option<i64>)> = None;
        for clause in &node.clauses {
            match &clause.node {
                EscalationClause::Rung(rung) => rungs.push(Written { rung, span: clause.span }),
                EscalationClause::AcknowledgedHolds(holds) => {
                    let holds = |checker: &mut Self| checker.duration(holds, DurationUse::Positive);
                    self.once("acknowledged holds", clause.span, &mut acknowledged, holds);
                }
            }
        }
        let calls = rungs.iter().any(|written| written.rung.team.is_some());
        if !calls && !self.sink.lost().is_part_of(whole) {
            self.sink.report(NobodyCalled { ladder: &node.name, has_rungs: !rungs.is_empty() });
        }
        self.rung_names(&rungs);
        let mut checked = Vec::with_capacity(rungs.len());
        for (place, written) in rungs.iter().enumerate() {
            if place > 0 && written.rung.team.is_none() {
                self.sink.report(AutomaticLate { rung: &written.rung.name });
            }
            checked.extend(self.rung(*written));
            // What follows a part that could not be read is not known.
            if calls && !self.sink.lost().is_part_of(whole) {
                self.rung_ends(*written, rungs.get(place + 1).copied());
            }
        }
        let acknowledged_ms = acknowledged.and_then(|(_, holds)| holds).unwrap_or(ACKNOWLEDGED_MS);
        Ladder { name: node.name.node.clone(), rungs: checked, acknowledged_ms }
    }

    fn rung_names(&mut self, rungs: &[Written<'a>]) {
        let mut first: FxHashMap<&str, Span> = FxHashMap::default();
        for Written { rung, .. } in rungs {
            let name = &rung.name;
            match first.get(name.node.as_str()) {
                Some(first) => self.sink.report(Repeated {
                    what: "rung",
                    name: &name.node,
                    span: name.span,
                    first: *first,
                }),
                None => {
                    first.insert(&name.node, name.span);
                }
            }
        }
    }

    fn rung(&mut self, written: Written<'a>) -> Option<Rung> {
        let rung = written.rung;
        let at_most = self.positive(rung.at_most.as_ref());
        let lasts = self.positive(rung.lasts.as_ref());
        let every = self.positive(rung.every.as_ref());
        let then_every = self.positive(rung.then_every.as_ref());
        let by = self.channels(rung);
        let Some(team) = &rung.team else {
            let name = rung.name.node.clone();
            return Some(Rung {
                name,
                calls: Calls::Automatic,
                lasts_ms: at_most,
                every_ms: None,
                then_every_ms: None,
            });
        };
        let team_id = self.named(Kind::Team, team);
        if let (Some(then_every), None) = (&rung.then_every, &rung.lasts) {
            self.sink.report(ThenWithoutEnd { rung: &rung.name, then_every: then_every.span });
        }
        if let (Some(every), Some(lasts), Some(written)) = (every, lasts, &rung.every)
            && every >= lasts
        {
            let lasts_span = rung.lasts.as_ref().map(|lasts| lasts.span);
            self.sink.report(RepeatTooLong { rung: &rung.name, every: written.span, lasts: lasts_span });
        }
        let calls = Calls::Team(TeamId(team_id? as u32), by);
        let name = rung.name.node.clone();
        Some(Rung { name, calls, lasts_ms: lasts, every_ms: every, then_every_ms: then_every })
    }

    fn positive(&mut self, written: Option<&'a Expr>) -> Option<i64> {
        self.duration(written?, DurationUse::Positive)
    }

    fn channels(&mut self, rung: &'a ast::Rung) -> Vec<ChannelId> {
        let mut first: FxHashMap<&str, Span> = FxHashMap::default();
        let mut by = Vec::with_capacity(rung.by.len());
        for name in &rung.by {
            if let Some(first) = first.insert(&name.node, name.span) {
                self.sink.report(Repeated { what: "channel", name: &name.node, span: name.span, first });
                continue;
            }
            by.extend(self.named(Kind::Channel, name).map(|id| ChannelId(id as u32)));
        }
        by
    }

    /// Every rung but the last has an end; the last has one, or calls again and again.
    fn rung_ends(&mut self, written: Written<'a>, next: Option<Written<'a>>) {
        let Written { rung, span } = written;
        let ends = if rung.team.is_some() { rung.lasts.is_some() } else { rung.at_most.is_some() };
        let repeats = rung.every.is_some() || rung.then_every.is_some();
        match next {
            Some(next) if rung.team.is_some() && rung.then_every.is_some() => {
                let then_every = rung.then_every.as_ref().map_or(span, |every| every.span);
                self.sink.report(RungUnreachable { rung: &next.rung.name, before: &rung.name, then_every });
            }
            Some(next) if !ends => {
                let next = Some(&next.rung.name);
                self.sink.report(RungWithoutEnd { rung, span, next });
            }
            None if !ends && (!repeats || rung.team.is_none()) => {
                self.sink.report(RungWithoutEnd { rung, span, next: None });
            }
            _ => {}
        }
    }
}
