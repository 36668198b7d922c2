//! A scenario: time passes, and all that can happen happens.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use nvp_plan::response::Lowered;
use nvp_respond::effect::{Effects, Intent};
use nvp_respond::input::{AlertChange, Deed, Delivery, NotificationNumber, Silence};
use nvp_respond::responder::{Options, Responder};
use nvp_respond::roster::{Roster, TeamRoster};

use crate::chance::{Seen, Weather, happens, one_of};
use crate::hands::{Hands, REGIONS};
use crate::ledger::Ledger;
use crate::log::{Given, Log};
use crate::rules::Rules;
use crate::tally::Tally;

/// Monday 2026-01-05, 00:00 UTC.
const START_MS: i64 = 1_767_571_200_000;
const TICK_MS: i64 = 10_000;
const STEP_MS: i64 = 5_000;
/// How long nothing goes wrong any more at the end, in ms: longer than anything in the policy lasts.
const QUIET_MS: i64 = 60 * 60_000;
/// How many values of the evaluation there are, at the most.
const VALUES: u32 = 24;

/// How long scenarios are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Length {
    /// The virtual time in which things go wrong, in ms.
    pub rough_ms: i64,
}

/// Runs the scenario of a seed.
///
/// # Errors
/// What should never have happened, and when.
pub fn run(plan: &Arc<Lowered>, seed: u64, length: Length) -> Result<Tally, String> {
    let mut scenario = Scenario::new(plan, seed);
    let told =
        |scenario: &Scenario, why: String| format!("seed {seed} at {} s: {why}", scenario.wall_ms / 1_000);
    scenario.give(Given::Roster(roster())).map_err(|why| told(&scenario, why))?;
    scenario.pass(length.rough_ms).map_err(|why| told(&scenario, why))?;
    scenario.calm_down().map_err(|why| told(&scenario, why))?;
    scenario.pass(length.rough_ms + QUIET_MS).map_err(|why| told(&scenario, why))?;
    scenario.rules.all_ended().map_err(|why| told(&scenario, why))?;
    if scenario.responder.actions().next().is_some() {
        return Err(told(&scenario, "a run is still under way".to_owned()));
    }
    scenario.tally.scenarios = 1;
    scenario.tally.virtual_ms = u64::try_from(scenario.wall_ms).unwrap_or_default();
    scenario.tally.meddlings = scenario.ledger.meddlings();
    Ok(scenario.tally)
}

fn roster() -> Roster {
    let shared = BTreeSet::from(["chat".to_owned(), "sms".to_owned()]);
    let team = |name: &str| {
        let members = vec![format!("{name}_member")];
        (name.to_owned(), TeamRoster { shared: shared.clone(), members, ..TeamRoster::default() })
    };
    let channels = BTreeSet::from(["chat".to_owned(), "sms".to_owned(), "tickets".to_owned()]);
    Roster {
        teams: BTreeMap::from([team("operations"), team("specialists")]),
        people: BTreeMap::new(),
        channels,
        show_acknowledgements: BTreeSet::from(["chat".to_owned()]),
        close_tickets: BTreeSet::from(["tickets".to_owned()]),
    }
}

/// The rows of alerts that stand, by alert and region.
type Rows = BTreeMap<(&'static str, &'static str), u32>;

struct Scenario {
    plan: Arc<Lowered>,
    rng: fastrand::Rng,
    weather: Weather,
    responder: Responder,
    log: Log,
    hands: Hands,
    ledger: Ledger,
    rules: Rules,
    seen: Arc<Seen>,
    rows: Rows,
    /// As they are according to what is durable.
    durable_rows: Rows,
    /// What channels will say: when, of which notification, what.
    posts: VecDeque<(i64, NotificationNumber, Delivery)>,
    is_halted: bool,
    /// Virtual time since the start, in ms; what clocks show differs by the skew.
    wall_ms: i64,
    skew_ms: i64,
    ticked_ms: i64,
    matures: VecDeque<i64>,
    tally: Tally,
}

impl Scenario {
    fn new(plan: &Arc<Lowered>, seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let weather = Weather::drawn(&mut rng);
        Self {
            plan: Arc::clone(plan),
            weather,
            rng,
            responder: Responder::new(Arc::clone(plan), Options::default()),
            log: Log::default(),
            hands: Hands::new(Arc::clone(plan)),
            ledger: Ledger::default(),
            rules: Rules::default(),
            seen: Arc::default(),
            rows: Rows::new(),
            durable_rows: Rows::new(),
            posts: VecDeque::new(),
            is_halted: false,
            wall_ms: 0,
            skew_ms: 0,
            ticked_ms: -1,
            matures: VecDeque::new(),
            tally: Tally::default(),
        }
    }

    fn shown_ms(&self) -> i64 {
        START_MS + self.wall_ms + self.skew_ms
    }

    /// Gives an input; what comes of it is done outside when it is durable.
    fn give(&mut self, given: Given) -> Result<(), String> {
        let mut effects = Effects::default();
        self.responder.step(given.input(), &*self.seen, &mut effects);
        self.tally.inputs += 1;
        let now_ms = self.responder.clock().now_ms();
        if let Some(due_ms) = self.responder.next_due_ms().filter(|due_ms| *due_ms <= now_ms) {
            return Err(format!("after {given:?} what was due at {due_ms} is not done at {now_ms}"));
        }
        self.log.push(given, &self.seen, effects);
        self.matures.push_back(self.responder.clock().mature_ms());
        if !happens(&mut self.rng, self.weather.unflushed) {
            self.flush()?;
        }
        Ok(())
    }

    /// All inputs become durable, and what they came to is done.
    fn flush(&mut self) -> Result<(), String> {
        for line in self.log.flush(&self.responder)? {
            let mature_ms = self.matures.pop_front().unwrap_or_default();
            self.rules.look(&line.effects, mature_ms, &self.ledger, &mut self.tally)?;
            if let Given::Tick(_, changes) = &line.given {
                for change in changes {
                    follow(&mut self.durable_rows, change);
                }
            }
            for intent in &line.effects.intents {
                match intent {
                    Intent::Call(call) => {
                        self.tally.calls += 1;
                        self.tally.writes += u64::from(call.write.is_some());
                        let chance = (&mut self.rng, self.weather.call_fails);
                        self.hands.call(call, self.wall_ms, chance, &mut self.ledger);
                    }
                    Intent::Notify(notification) => {
                        self.tally.notifications += 1;
                        self.post(notification.number);
                    }
                    Intent::Forget(_) => {}
                }
            }
        }
        Ok(())
    }

    /// A channel will say how far a notification has come.
    fn post(&mut self, number: NotificationNumber) {
        let failed = Delivery::Failed("no such number".to_owned());
        let course: &[Delivery] = match self.rng.u32(..10) {
            0 if self.weather.call_fails > 0 => &[failed],
            1 => &[Delivery::Accepted, Delivery::Delivered, Delivery::Accepted],
            _ => &[Delivery::Accepted, Delivery::Sent],
        };
        for delivery in course {
            let at_ms = self.wall_ms + self.rng.i64(0..20_000);
            self.posts.push_back((at_ms, number, delivery.clone()));
        }
    }

    /// Time passes until so much after the start.
    fn pass(&mut self, until_ms: i64) -> Result<(), String> {
        while self.wall_ms < until_ms {
            if self.wall_ms % TICK_MS == 0 && self.ticked_ms < self.wall_ms {
                self.ticked_ms = self.wall_ms;
                self.happen()?;
                self.tick()?;
            }
            let now_ms = self.responder.clock().now_ms();
            let due_ms = self.responder.next_due_ms().map(|due_ms| self.wall_ms + (due_ms - now_ms).max(1));
            let tick_ms = (self.wall_ms / TICK_MS + 1) * TICK_MS;
            let next = [due_ms, self.hands.next_ms(), Some(tick_ms), Some(self.wall_ms + STEP_MS)];
            let next_ms = next.into_iter().flatten().min().unwrap_or(tick_ms);
            self.wall_ms = next_ms.max(self.wall_ms + 1).min(until_ms);
            if happens(&mut self.rng, self.weather.jump) {
                self.skew_ms += self.rng.i64(-3_600_000..3_600_000);
            }
            self.give(Given::Clock(self.shown_ms()))?;
            self.answer()?;
            if happens(&mut self.rng, self.weather.crash) {
                self.crash()?;
            }
        }
        Ok(())
    }

    /// All answers that are due arrive.
    fn answer(&mut self) -> Result<(), String> {
        while let Some((call, outcome)) = self.hands.next(self.wall_ms, &mut self.ledger) {
            self.give(Given::Outcome(call, outcome))?;
        }
        if happens(&mut self.rng, self.weather.call_fails / 20) {
            let (call, outcome) = self.hands.again(&mut self.rng);
            self.give(Given::Outcome(call, outcome))?;
        }
        let due = self.posts.iter().filter(|(at_ms, ..)| *at_ms <= self.wall_ms).count();
        for _ in 0..due.min(self.posts.len()) {
            let Some((at_ms, number, delivery)) = self.posts.pop_front() else { break };
            if at_ms <= self.wall_ms {
                self.give(Given::Delivery(number, delivery))?;
            } else {
                self.posts.push_back((at_ms, number, delivery));
            }
        }
        Ok(())
    }

    /// The evaluation closes a tick.
    fn tick(&mut self) -> Result<(), String> {
        let mut changes = Vec::new();
        for (alert, service) in [("broken", "database"), ("full", "gateway"), ("slow", "gateway")] {
            for region in REGIONS {
                if happens(&mut self.rng, self.weather.alert) {
                    let level = if self.rng.bool() { None } else { Some(self.rng.u32(..2)) };
                    changes.extend(self.change((alert, service), region, level));
                }
            }
        }
        for _ in 0..4 {
            if happens(&mut self.rng, self.weather.value) {
                let mut seen = (*self.seen).clone();
                seen.change(&mut self.rng, VALUES);
                self.seen = Arc::new(seen);
            }
        }
        self.give(Given::Tick(self.shown_ms(), changes))
    }

    fn change(
        &mut self,
        (alert, service): (&'static str, &str),
        region: &'static str,
        level: Option<u32>,
    ) -> Option<AlertChange> {
        if self.rows.get(&(alert, region)).copied() == level {
            return None;
        }
        let change = AlertChange {
            alert: alert.into(),
            labels: vec![("region".to_owned(), region.to_owned())].into(),
            service: Some(service.into()),
            level,
            is_forgotten: false,
            says: "".into(),
            runbook: None,
        };
        follow(&mut self.rows, &change);
        Some(change)
    }

    /// People and others do something.
    fn happen(&mut self) -> Result<(), String> {
        if happens(&mut self.rng, self.weather.meddling) {
            self.hands.meddle(&mut self.rng, &mut self.ledger);
        }
        if happens(&mut self.rng, self.weather.halt) {
            self.is_halted = !self.is_halted;
            self.give(Given::Halted(self.halted()))?;
        }
        if happens(&mut self.rng, self.weather.deed) {
            const WHO: [&str; 3] = ["operations_member", "specialists_member", "carl"];
            let by = one_of(&mut self.rng, &WHO).copied().unwrap_or("carl").to_owned();
            let deed = self.deed();
            self.give(Given::Deed(by, deed))?;
        }
        Ok(())
    }

    fn halted(&self) -> Option<String> {
        self.is_halted.then(|| "the journal is full".to_owned())
    }

    fn deed(&mut self) -> Deed {
        let runs: Vec<u64> = self.responder.actions().collect();
        let run = one_of(&mut self.rng, &runs).copied().unwrap_or(1);
        let incidents: Vec<u64> =
            self.responder.desk().incidents().map(|incident| incident.number()).collect();
        let incident = one_of(&mut self.rng, &incidents).copied().unwrap_or(1);
        match self.rng.u32(..10) {
            0..5 => Deed::Approve(run, None),
            5 => Deed::Abort(run),
            6 => Deed::Resolve(incident),
            7 => {
                let from_ms = self.shown_ms();
                Deed::Silence(Silence {
                    key: format!("at {from_ms}"),
                    alert: self.rng.bool().then(|| "slow".to_owned()),
                    service: None,
                    labels: Vec::new(),
                    from_ms,
                    to_ms: from_ms + self.rng.i64(1..1_200_000),
                    why: "known".to_owned(),
                })
            }
            _ => Deed::Acknowledge(incident),
        }
    }

    /// The process is cut, and starts again.
    fn crash(&mut self) -> Result<(), String> {
        self.tally.crashes += 1;
        self.hands.crash(&mut self.rng, &mut self.ledger);
        self.matures.clear();
        self.rows.clone_from(&self.durable_rows);
        let (responder, lost, replayed) = self.log.crash(&self.plan)?;
        self.responder = responder;
        self.tally.lost += lost as u64;
        self.tally.replayed += replayed as u64;
        let longest_ms = if self.rng.u32(..10) == 0 { 3_600_000 } else { 20_000 };
        self.wall_ms += self.rng.i64(0..longest_ms);
        self.give(Given::Started(self.shown_ms()))?;
        self.give(Given::Halted(self.halted()))
    }

    /// Nothing goes wrong any more, and no alert stands.
    fn calm_down(&mut self) -> Result<(), String> {
        self.weather = Weather::CALM;
        self.seen = Arc::default();
        self.is_halted = false;
        self.give(Given::Halted(None))?;
        let mut changes = Vec::new();
        for (alert, service) in [("broken", "database"), ("full", "gateway"), ("slow", "gateway")] {
            for region in REGIONS {
                changes.extend(self.change((alert, service), region, None));
            }
        }
        self.give(Given::Tick(self.shown_ms(), changes))
    }
}

/// Rows as a change leaves them.
fn follow(rows: &mut Rows, change: &AlertChange) {
    const ALERTS: [&str; 3] = ["broken", "full", "slow"];
    let alert = ALERTS.into_iter().find(|alert| *alert == change.alert);
    let region = REGIONS.into_iter().find(|region| change.labels.iter().any(|(_, value)| value == region));
    let (Some(alert), Some(region)) = (alert, region) else { return };
    match change.level {
        Some(level) => rows.insert((alert, region), level),
        None => rows.remove(&(alert, region)),
    };
}
