//! The hands and the world: calls are carried out, fail, hang, lie, answer late or twice, and are cut.

use std::collections::BTreeMap;
use std::sync::Arc;

use nvp_plan::response::Lowered;
use nvp_respond::effect::Call;
use nvp_respond::input::{CallNumber, Outcome};
use nvp_respond::value::Value;
use nvp_respond::world::World;

use crate::chance::{happens, one_of};
use crate::ledger::Ledger;

/// How long after its timeout an answer comes that comes too late, in ms.
const TOO_LATE_MS: i64 = 9_000;

/// The regions, whose names are also those of what providers know.
pub const REGIONS: [&str; 3] = ["eu", "us", "ap"];

/// The hands and the world.
#[derive(Debug)]
pub struct Hands {
    plan: Arc<Lowered>,
    /// What providers read.
    pub world: World,
    /// What is on its way: when it ends, and how; a write that is done when it ends.
    answers: BTreeMap<(i64, CallNumber), (Outcome, Option<Call>)>,
    /// Calls that were carried out, for answers that come twice.
    past: Vec<(CallNumber, Outcome)>,
}

impl Hands {
    /// At the beginning.
    pub fn new(plan: Arc<Lowered>) -> Self {
        let mut world = World::default();
        for region in REGIONS {
            let hosts = ["a", "b"].map(|host| Value::Text(format!("{region}-{host}")));
            world.set(
                &plan,
                ("fleet", "hosts"),
                vec![Value::Text(region.to_owned())],
                Value::List(hosts.to_vec()),
            );
        }
        Self { plan, world, answers: BTreeMap::new(), past: Vec::new() }
    }

    /// A call is made.
    pub fn call(
        &mut self,
        call: &Call,
        now_ms: i64,
        (rng, call_fails): (&mut fastrand::Rng, u32),
        ledger: &mut Ledger,
    ) {
        let unknown = Outcome::Unknown("no answer".to_owned());
        let after_ms = rng.i64(0..3_000);
        let Some(_) = &call.write else {
            let failed = Outcome::Failed("unreachable".to_owned());
            let read = Outcome::Answered(self.world.read(&self.plan, call));
            let outcome = if happens(rng, call_fails / 2) { failed } else { read };
            self.answer(now_ms + after_ms / 10, call.number, outcome, None);
            return;
        };
        let fate = if happens(rng, call_fails) { rng.u32(1..6) } else { 0 };
        match fate {
            // It is done and says so, when it is done.
            0 => self.answer(now_ms + after_ms, call.number, Outcome::Done, Some(call.clone())),
            1 => self.answer(now_ms + after_ms, call.number, Outcome::Failed("refused".to_owned()), None),
            2 => self.answer(now_ms + call.timeout_ms, call.number, unknown, None),
            3 => {
                self.done(call, ledger);
                self.answer(now_ms + call.timeout_ms, call.number, unknown, None);
            }
            4 => {
                ledger.lied(call);
                self.answer(now_ms + after_ms, call.number, Outcome::Done, None);
            }
            // It is done at once, and says so when nobody waits for it any more.
            _ => {
                self.done(call, ledger);
                self.answer(now_ms + call.timeout_ms + TOO_LATE_MS, call.number, Outcome::Done, None);
            }
        }
    }

    fn answer(&mut self, at_ms: i64, call: CallNumber, outcome: Outcome, done: Option<Call>) {
        self.answers.insert((at_ms, call), (outcome, done));
    }

    fn done(&mut self, call: &Call, ledger: &mut Ledger) {
        let change = self.world.change_of(&self.plan, call);
        self.world.apply(&change);
        ledger.done(call);
    }

    /// The next answer that is due.
    pub fn next(&mut self, now_ms: i64, ledger: &mut Ledger) -> Option<(CallNumber, Outcome)> {
        let ((at_ms, number), (outcome, done)) = self.answers.pop_first()?;
        if at_ms > now_ms {
            self.answers.insert((at_ms, number), (outcome, done));
            return None;
        }
        if let Some(call) = done {
            self.done(&call, ledger);
        }
        self.past.push((number, outcome.clone()));
        Some((number, outcome))
    }

    /// When the next answer is due.
    pub fn next_ms(&self) -> Option<i64> {
        self.answers.first_key_value().map(|((at_ms, _), _)| *at_ms)
    }

    /// An answer that came before comes again, or one to a call that never was.
    pub fn again(&mut self, rng: &mut fastrand::Rng) -> (CallNumber, Outcome) {
        let known = one_of(rng, &self.past).cloned();
        known.filter(|_| rng.bool()).unwrap_or((u64::MAX, Outcome::Done))
    }

    /// The process is cut: no answer comes any more; what was on its way is done, or not.
    pub fn crash(&mut self, rng: &mut fastrand::Rng, ledger: &mut Ledger) {
        for (_, done) in std::mem::take(&mut self.answers).into_values() {
            if let Some(call) = done.filter(|_| rng.bool()) {
                self.done(&call, ledger);
            }
        }
    }

    /// Somebody else changes something.
    pub fn meddle(&mut self, rng: &mut fastrand::Rng, ledger: &mut Ledger) {
        let region = one_of(rng, &REGIONS).copied().unwrap_or("eu");
        let number = Value::Number(f64::from(rng.u32(1..30)));
        let text = |text: String| Value::Text(text);
        let (what, given, value) = match rng.u32(..4) {
            0 => (("pool", "size"), vec![text(region.to_owned())], number),
            1 => (("cache", "level"), Vec::new(), number),
            2 => (("dial", "at"), vec![text(region.to_owned())], number),
            _ => {
                (("fleet", "drained"), vec![text(format!("{region}-a"))], Value::Condition(Some(rng.bool())))
            }
        };
        self.world.set(&self.plan, what, given, value);
        ledger.meddled();
    }
}
