//! The response with everything around it: values that are seen, a world that providers change, hands that do as they are told, and a
//! clock that goes on as it does live. All inputs are kept, so that a run can be done again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use nvp_plan::response::Lowered;
use nvp_respond::effect::{Call, Effects, Intent};
use nvp_respond::input::{AlertChange, CallNumber, Deed, Input, Outcome};
use nvp_respond::responder::{Options, Responder};
use nvp_respond::roster::{Roster, TeamRoster};
use nvp_respond::world::World;

use super::observed::Seen;
use crate::desk::start_ms;

/// How often the evaluation closes a tick, in ms.
pub const TICK_MS: i64 = 10_000;
/// The journaled clock's steps, in ms.
const STEP_MS: i64 = 5_000;

/// An input as it was given.
#[derive(Debug, Clone)]
pub enum Given {
    Tick(i64, Vec<AlertChange>),
    Clock(i64),
    Started(i64),
    Roster(Roster),
    Halted(Option<String>),
    Outcome(CallNumber, Outcome),
    Deed(String, Deed),
}

impl Given {
    /// It, as the response takes it.
    pub fn input(&self) -> Input<'_> {
        match self {
            Self::Tick(at_ms, alerts) => Input::Tick { at_ms: *at_ms, alerts },
            Self::Clock(now_ms) => Input::Clock { now_ms: *now_ms },
            Self::Started(now_ms) => Input::Started { now_ms: *now_ms },
            Self::Roster(roster) => Input::Roster(roster),
            Self::Halted(why) => Input::Halted(why.as_deref()),
            Self::Outcome(call, outcome) => Input::Outcome { call: *call, outcome },
            Self::Deed(by, deed) => Input::Deed { by, deed },
        }
    }
}

/// How the hands do what they are asked for.
#[derive(Debug, Clone)]
pub struct Way {
    /// `pool.set_size`
    pub what: String,
    /// How it ends.
    pub ends: Ends,
    /// After how long, in ms.
    pub after_ms: i64,
    /// How often still; `None` always.
    pub times: Option<u32>,
}

/// How a call ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// Done, and said so.
    Succeeds,
    /// Not done, and said so.
    Fails,
    /// Not done, and nothing is said.
    Hangs,
    /// Done, and nothing is said.
    IsDoneSilently,
    /// Not done, and said to be.
    Lies,
    /// The run itself says how and when.
    Waits,
}

/// The response with everything around it.
pub struct Stage {
    pub plan: Arc<Lowered>,
    pub responder: Responder,
    pub seen: Seen,
    pub world: World,
    pub ways: Vec<Way>,
    /// Answers that are on their way, with the call where the world changes then.
    answers: BTreeMap<(i64, CallNumber), (Outcome, Option<Call>)>,
    /// What the wall clock shows more than it should, in ms.
    pub skew_ms: i64,
    now_ms: i64,
    ticked: BTreeSet<i64>,
    /// What has come of inputs since it was last taken: the time after the start, and the effects.
    pub out: VecDeque<Effects>,
    /// All inputs, with what was seen then and what came of them.
    pub past: Vec<(Given, Seen, Effects)>,
}

impl Stage {
    /// At the start, with everybody in place: each team is reached by every channel but that of tickets, and `TEAM_member` is in it.
    pub fn new(plan: Arc<Lowered>) -> Self {
        let seen = Seen::new(&plan);
        let responder = Responder::new(Arc::clone(&plan), Options::default());
        let channels = plan.channels.iter().map(|channel| channel.name.clone());
        let channels: BTreeSet<String> = channels.filter(|name| name != "tickets").collect();
        let team = |name: &String| {
            let members = vec![format!("{name}_member")];
            (name.clone(), TeamRoster { shared: channels.clone(), members, ..TeamRoster::default() })
        };
        let teams = plan.teams.iter().map(|it| team(&it.name)).collect();
        let roster =
            Roster { teams, people: BTreeMap::new(), channels: channels.clone(), ..Roster::default() };
        let mut stage = Self {
            plan,
            responder,
            seen,
            world: World::default(),
            ways: Vec::new(),
            answers: BTreeMap::new(),
            skew_ms: 0,
            now_ms: 0,
            ticked: BTreeSet::new(),
            out: VecDeque::new(),
            past: Vec::new(),
        };
        stage.give(Given::Roster(roster));
        stage.out.clear();
        stage.give(Given::Clock(start_ms()));
        stage
    }

    /// How much later than the start it is, in ms.
    pub fn now_ms(&self) -> i64 {
        self.now_ms
    }

    /// What the clock shows.
    pub fn shown_ms(&self) -> i64 {
        start_ms() + self.now_ms + self.skew_ms
    }

    /// Gives an input.
    pub fn give(&mut self, given: Given) {
        let mut effects = Effects::default();
        self.responder.step(given.input(), &self.seen, &mut effects);
        self.past.push((given, self.seen.clone(), effects.clone()));
        for intent in &effects.intents {
            match intent {
                Intent::Call(call) => self.call(call),
                Intent::Forget(number) => self.answers.retain(|(_, call), _| call != number),
                Intent::Notify(_) => {}
            }
        }
        self.out.push_back(effects);
    }

    fn call(&mut self, call: &Call) {
        let name = format!("{}.{}", call.provider, call.operation);
        // What holds so many times comes before what holds always.
        let mut ways: Vec<&mut Way> =
            self.ways.iter_mut().filter(|way| way.what == name && way.times != Some(0)).collect();
        ways.sort_by_key(|way| way.times.is_none());
        let way = ways.into_iter().next();
        let (ends, after_ms) = way.map_or((Ends::Succeeds, 0), |way| {
            way.times = way.times.map(|times| times - 1);
            (way.ends, way.after_ms)
        });
        let is_write = call.write.is_some();
        let unknown = Outcome::Unknown("no answer".to_owned());
        let (after_ms, outcome, is_done) = match ends {
            Ends::Waits => return,
            Ends::Fails => (after_ms, Outcome::Failed("refused".to_owned()), false),
            Ends::Hangs => (call.timeout_ms, unknown, false),
            Ends::IsDoneSilently => (call.timeout_ms, unknown, true),
            Ends::Lies => (after_ms, Outcome::Done, false),
            Ends::Succeeds if is_write => (after_ms, Outcome::Done, true),
            Ends::Succeeds => (after_ms, Outcome::Answered(self.world.read(&self.plan, call)), false),
        };
        if ends == Ends::IsDoneSilently {
            self.done(call);
        }
        let changes = (is_done && ends == Ends::Succeeds).then(|| call.clone());
        self.answers.insert((self.now_ms + after_ms, call.number), (outcome, changes));
    }

    fn done(&mut self, call: &Call) {
        let change = self.world.change_of(&self.plan, call);
        self.world.apply(&change);
    }

    /// All answers that are due now arrive.
    pub fn answer(&mut self) {
        while let Some(((at_ms, number), (outcome, changes))) = self.answers.pop_first() {
            if at_ms > self.now_ms {
                self.answers.insert((at_ms, number), (outcome, changes));
                return;
            }
            if let Some(call) = changes {
                self.done(&call);
            }
            self.give(Given::Outcome(number, outcome));
        }
    }

    /// A tick is closed in which these rows changed.
    pub fn tick(&mut self, alerts: Vec<AlertChange>) {
        self.ticked.insert(self.now_ms);
        self.give(Given::Tick(self.shown_ms(), alerts));
        self.answer();
    }

    /// The clock goes on to so much after the start, as it does live; ticks are closed on the way, but not at the end.
    pub fn run_to(&mut self, after_ms: i64) {
        self.answer();
        while self.now_ms < after_ms {
            if self.now_ms % TICK_MS == 0 && !self.ticked.contains(&self.now_ms) {
                self.tick(Vec::new());
            }
            let due_ms = self.responder.next_due_ms().map(|due_ms| due_ms - start_ms() - self.skew_ms);
            assert!(due_ms.is_none_or(|due_ms| due_ms > self.now_ms), "what is due is done: {due_ms:?}");
            let answer_ms = self.answers.first_key_value().map(|((at_ms, _), _)| *at_ms);
            let tick_ms = (self.now_ms / TICK_MS + 1) * TICK_MS;
            let next = [due_ms, answer_ms, Some(tick_ms), Some(self.now_ms + STEP_MS), Some(after_ms)];
            self.now_ms = next.into_iter().flatten().min().expect("there is one");
            self.give(Given::Clock(self.shown_ms()));
            self.answer();
        }
    }

    /// The process is cut, and starts again so much later: what was on its way is lost.
    pub fn crash(&mut self, for_ms: i64) {
        let state = self.responder.snapshot().expect("it can be written down");
        let plan = Arc::clone(&self.plan);
        self.responder = Responder::restore(plan, Options::default(), &state).expect("it can be read again");
        self.answers.clear();
        self.now_ms += for_ms;
        self.give(Given::Started(self.shown_ms()));
        self.answer();
    }
}
