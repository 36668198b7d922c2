//! What may happen, drawn from the scenario's seed.

use std::collections::BTreeMap;

use nvp_plan::ids::ObservationId;
use nvp_respond::Observe;
use nvp_respond::value::Value;

/// How rough a scenario is: the chances, out of a thousand.
#[derive(Debug, Clone, Copy)]
pub struct Weather {
    /// That a call does not just succeed.
    pub call_fails: u32,
    /// That the process is cut, at an input.
    pub crash: u32,
    /// That inputs are not written down at once.
    pub unflushed: u32,
    /// That somebody changes the world, at a tick.
    pub meddling: u32,
    /// That somebody does something, at a tick.
    pub deed: u32,
    /// That a row of an alert changes, at a tick.
    pub alert: u32,
    /// That a value changes, at a tick.
    pub value: u32,
    /// That the clock jumps, at an input.
    pub jump: u32,
    /// That the journal cannot be written for a while, at a tick.
    pub halt: u32,
}

impl Weather {
    /// From calm to a storm.
    pub fn drawn(rng: &mut fastrand::Rng) -> Self {
        let mut up_to = |most: u32| if rng.u32(..4) == 0 { 0 } else { rng.u32(..=most) };
        Self {
            call_fails: up_to(500),
            crash: up_to(30),
            unflushed: up_to(500),
            meddling: up_to(30),
            deed: up_to(100),
            alert: 20 + up_to(150),
            value: 100 + up_to(400),
            jump: up_to(4),
            halt: up_to(5),
        }
    }

    /// Nothing goes wrong any more.
    pub const CALM: Self = Self {
        call_fails: 0,
        crash: 0,
        unflushed: 0,
        meddling: 0,
        deed: 0,
        alert: 0,
        value: 0,
        jump: 0,
        halt: 0,
    };
}

/// Whether something with this chance out of a thousand happens.
pub fn happens(rng: &mut fastrand::Rng, chance: u32) -> bool {
    chance > 0 && rng.u32(..1_000) < chance
}

/// One of several; the first of none.
pub fn one_of<'a, T>(rng: &mut fastrand::Rng, of: &'a [T]) -> Option<&'a T> {
    if of.is_empty() { None } else { of.get(rng.usize(..of.len())) }
}

/// The values of the evaluation.
#[derive(Debug, Clone, Default)]
pub struct Seen(BTreeMap<ObservationId, f64>);

impl Seen {
    /// One of the values changes.
    pub fn change(&mut self, rng: &mut fastrand::Rng, most: u32) {
        const VALUES: [f64; 5] = [0.02, 0.3, 0.6, 0.95, f64::NAN];
        let which = ObservationId(rng.u32(..most.max(1)));
        let value = one_of(rng, &VALUES).copied().unwrap_or(f64::NAN);
        self.0.insert(which, value);
    }
}

impl Observe for Seen {
    fn observe(&self, observation: ObservationId, _: &[(String, String)]) -> Value {
        Value::Number(self.0.get(&observation).copied().unwrap_or(0.3))
    }
}
