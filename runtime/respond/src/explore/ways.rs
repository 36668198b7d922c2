//! The ways that lead on from a state.

use nvp_plan::response::Lowered;

use super::node::{Node, has_done, polls, waits};
use crate::action::{Action, Phase};
use crate::effect::Call;
use crate::input::Outcome;
use crate::value::Value;

/// How long before the end of a wait its last look is, in ms.
const LAST_LOOK_MS: i64 = 1;

impl Node {
    /// What can happen next, each with what to say of it; what goes well is said by nothing.
    pub(super) fn ways(&self, plan: &Lowered) -> Vec<(String, Self)> {
        let mut ways = Vec::new();
        if let Some(call) = self.calls.first() {
            match &call.write {
                None => self.read_ways(plan, call, &mut ways),
                Some(_) => self.write_ways(plan, call, &mut ways),
            }
            return ways;
        }
        let Some(action) = self.action() else { return ways };
        if let Phase::Proposed(until_ms) = &action.phase {
            let (number, until_ms) = (action.number, *until_ms);
            ways.push(self.way("it is approved", |node| {
                node.act(plan, None, |actions, context, out| {
                    // It waits for exactly this: nothing can be wrong with it.
                    let _ = actions.approve((context, out), number, "somebody", None);
                });
            }));
            ways.push(self.way("nobody approves it", |node| node.advance_to(plan, until_ms, None)));
            return ways;
        }
        if self.meddlings > 0 && has_done(action) {
            self.meddling_ways(plan, &mut ways);
        }
        match waits(action) {
            Some(until_ms) => self.wait_ways(plan, until_ms, &mut ways),
            None => {
                let due_ms =
                    polls(action).unwrap_or_else(|| self.due_ms(plan)).max(self.now_ms.saturating_add(1));
                ways.push(self.way("", |node| {
                    node.actions.runs.values_mut().for_each(Action::skip_to_last_look);
                    node.advance_to(plan, due_ms, None);
                }));
            }
        }
        ways
    }

    fn way(&self, label: impl Into<String>, what: impl FnOnce(&mut Self)) -> (String, Self) {
        let mut node = self.clone();
        what(&mut node);
        (label.into(), node)
    }

    fn read_ways(&self, plan: &Lowered, call: &Call, ways: &mut Vec<(String, Self)>) {
        let begins = self.so_already(plan);
        if !begins.is_nothing() {
            // Not a way of its own: so it was from the beginning.
            ways.push(self.way("", |node| {
                node.world.begin_with(&begins);
                let value = node.world.read(plan, call);
                node.answer(plan, call, &Outcome::Answered(value));
            }));
            return;
        }
        let value = self.world.read(plan, call);
        ways.push(self.way("", |node| node.answer(plan, call, &Outcome::Answered(value))));
        let failed = Outcome::Failed("it cannot be read".to_owned());
        let label = format!("`{}` cannot be read", text(call));
        ways.push(self.way(label, |node| node.answer(plan, call, &failed)));
        if self.crashes > 0 {
            let label = format!("a crash while `{}` is read", text(call));
            ways.push(self.way(label, |node| node.crash(plan)));
        }
    }

    fn write_ways(&self, plan: &Lowered, call: &Call, ways: &mut Vec<(String, Self)>) {
        let change = self.world.change_of(plan, call);
        let unknown = Outcome::Unknown("no answer".to_owned());
        let failed = Outcome::Failed("refused".to_owned());
        let name = text(call);
        let done = |node: &mut Self| node.world.apply(&change);
        ways.push(self.way("", |node| {
            done(node);
            node.answer(plan, call, &Outcome::Done);
        }));
        ways.push(self.way(format!("`{name}` fails"), |node| node.answer(plan, call, &failed)));
        ways.push(self.way(format!("`{name}` is done, and gives no answer"), |node| {
            done(node);
            node.answer(plan, call, &unknown);
        }));
        ways.push(self.way(format!("`{name}` is not done, and gives no answer"), |node| {
            node.answer(plan, call, &unknown);
        }));
        if !change.is_nothing() {
            ways.push(self.way(format!("`{name}` lies: it says that it is done"), |node| {
                node.lied = true;
                node.answer(plan, call, &Outcome::Done);
            }));
        }
        if self.crashes > 0 {
            ways.push(self.way(format!("a crash before `{name}` is done"), |node| node.crash(plan)));
            ways.push(self.way(format!("a crash after `{name}` is done"), |node| {
                done(node);
                node.crash(plan);
            }));
        }
    }

    /// Somebody else changes what a deed has changed.
    fn meddling_ways(&self, plan: &Lowered, ways: &mut Vec<(String, Self)>) {
        for (text, world) in self.world.meddled(plan) {
            ways.push(self.way(format!("somebody else changes `{text}`"), |node| {
                node.world = world;
                node.meddlings -= 1;
            }));
        }
    }

    /// A wait ends well, or its time is over and the last look saw that it is not so, or that it is not known.
    fn wait_ways(&self, plan: &Lowered, until_ms: i64, ways: &mut Vec<(String, Self)>) {
        let look = |node: &mut Self, is, needs| {
            (node.is, node.needs) = (is, needs);
            let at_ms = until_ms.saturating_sub(LAST_LOOK_MS).max(node.now_ms.saturating_add(1));
            node.advance_to(plan, at_ms, Some(at_ms));
        };
        let over = |node: &mut Self| {
            // A check that could not be looked at in its time is given a while.
            for at_ms in [until_ms, until_ms.saturating_add(OVER_MS)] {
                if node.calls.is_empty() && node.action().and_then(waits) == Some(until_ms) {
                    node.advance_to(plan, at_ms, None);
                }
            }
        };
        let what = self.waited();
        ways.push(self.way(format!("{what} comes true"), |node| look(node, Some(true), Some(true))));
        let cases = [
            (format!("{what} stays false"), Some(false), Some(true)),
            (format!("{what} is not known"), None, Some(true)),
            (format!("{what} comes true without what it needs"), Some(true), Some(false)),
        ];
        for (label, is, needs) in cases {
            ways.push(self.way(label, |node| {
                look(node, is, needs);
                over(node);
            }));
        }
        if self.crashes > 0 {
            ways.push(self.way(format!("a crash while {what} is waited for"), |node| node.crash(plan)));
        }
    }

    fn waited(&self) -> &'static str {
        match self.action().map(|action| &action.phase) {
            Some(Phase::Check(..)) => "`check`",
            Some(Phase::Standing(_)) => "`lift`",
            _ => "`verify`",
        }
    }

    /// The process is cut; what was on its way is lost.
    fn crash(&mut self, plan: &Lowered) {
        self.crashes -= 1;
        self.calls.clear();
        self.act(plan, None, |actions, context, out| actions.restarted(context, out));
    }

    fn due_ms(&self, plan: &Lowered) -> i64 {
        let mut node = self.clone();
        let mut due_ms = None;
        node.act(plan, None, |actions, context, _| due_ms = actions.next_due_ms(context));
        due_ms.unwrap_or(self.now_ms).max(self.now_ms.saturating_add(1))
    }
}

/// How long after the end of a wait it is over for certain, in ms.
const OVER_MS: i64 = 121_000;

fn text(call: &Call) -> String {
    let arguments: Vec<String> = call.arguments.iter().map(|(_, value)| Value::to_string(value)).collect();
    let undo = if call.write.as_ref().is_some_and(|write| write.is_undo) { "taking back: " } else { "" };
    format!("{undo}{}.{}({})", call.provider, call.operation, arguments.join(", "))
}
