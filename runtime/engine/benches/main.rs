//! What a tick costs: 21 rules of two levels, each with a `for` and a default `clear`, over a million series, in steady operation with
//! transitions. Samples are taken in and folded, kernels, clocks, latches and decisions carried out; the decisions are those of a model by hand.
//!
//! `cargo bench -p nvp-engine [-- SERIES]`. Times are processor time of one thread, in turns; the ratios count.
//! `STATE=1` writes and reads snapshots alone, `ONLY=1` runs the compiled engine alone, to be looked at by a profiler; `BLOCK=WORDS` with another size of blocks.
#![expect(
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::expect_used,
    reason = "a benchmark talks and may fail"
)]

mod by_hand;
mod measure;
mod plans;
mod state;

use by_hand::ByHand;
use measure::{Turns, goal};
use nvp_engine::{Effects, Engine, Input, Options};
use nvp_kernels::{Mode, Program};
use nvp_plan::Plan;
use nvp_plan::ids::LaneId;
use std::sync::Arc;

/// The tick, in ms.
pub const TICK_MS: i64 = 10_000;
/// The rules, as NovaEvo has them.
pub const RULES: usize = 21;
/// Values are whole numbers of these, so that sums are exact in whatever order they are taken.
const SIXTEENTH: f64 = 0.0625;
/// How many different ticks of samples are fed in turn.
const CYCLE: usize = 8;
/// One series in so many is high for some ticks of the cycle: one condition in 500 changes at a tick, and one row in a thousand of an
/// alert changes its level. That is a storm that never ends.
const STORM: u64 = 250;
/// The same with a tenth of what happens; still more decisions a tick than any team could read.
const CALM: u64 = 2_500;

fn main() {
    let asked = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let series: usize = asked.unwrap_or(1_000_000);
    if std::env::var_os("STATE").is_some() {
        state::snapshots();
        return;
    }
    let ticks = samples(series, STORM);
    println!("{RULES} rules of two levels over {series} series\n");
    if std::env::var_os("ONLY").is_some() {
        let mut compiled = Running::new(plans::rules(1), Mode::Auto, series);
        let mut turns = Turns::new("only");
        let ticks = if std::env::var("ONLY").as_deref() == Ok("steady") {
            vec![ticks[0].clone(); CYCLE]
        } else {
            ticks
        };
        for _ in 0..100 {
            turns.take("the engine, compiled", || compiled.tick(&ticks));
        }
        turns.print();
        println!("{} transitions", compiled.transitions);
        return;
    }
    without_windows(series, &ticks);
    calmer(series);
    with_average(series, &ticks);
    parts(series, &ticks);
    state::snapshots();
}

/// Values of some ticks: most stay where they are, one in so many goes up and down.
fn samples(series: usize, one_in: u64) -> Vec<Vec<f64>> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut draw = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let base: Vec<f64> = (0..series).map(|_| (draw() % 9_000) as f64 * SIXTEENTH * 0.125).collect();
    let mut ticks = vec![base; CYCLE];
    let high: Vec<usize> = (0..series).filter(|_| draw() % one_in == 0).collect();
    for place in high {
        let (from, length) = (draw() as usize % CYCLE, 1 + draw() as usize % 3);
        for at in from..from + length {
            ticks[at % CYCLE][place] = 75.0 + (draw() % 400) as f64 * SIXTEENTH;
        }
    }
    ticks
}

/// An engine with all series announced.
pub struct Running {
    engine: Engine,
    out: Effects,
    series: Vec<u32>,
    instants: Vec<i64>,
    tick: i64,
    transitions: u64,
}

impl Running {
    fn new(plan: Plan, mode: Mode, count: usize) -> Self {
        let plan = Arc::new(plan);
        let program = Arc::new(Program::compile(&plan.kernels, mode).expect("kernels are well formed"));
        let mut engine =
            Engine::new(Arc::clone(&plan), program, Options::default()).expect("a plan that fits together");
        if let Some(words) = std::env::var("BLOCK").ok().and_then(|words| words.parse().ok()) {
            engine.set_block_words(words);
        }
        let mut out = Effects::new(plan);
        engine.step(Input::SourceOpened { source: 0, name: "bench", waits_ms: 0 }, &mut out);
        let series: Vec<u32> = (0..u32::try_from(count).expect("few")).collect();
        for number in &series {
            let instance = format!("instance-{number}.example:9100");
            let labels = [("instance", instance.as_str())];
            engine
                .step(Input::Appeared { source: 0, series: *number, name: "cpu", labels: &labels }, &mut out);
        }
        Self { engine, out, instants: vec![0; series.len()], series, tick: 0, transitions: 0 }
    }

    fn tick(&mut self, ticks: &[Vec<f64>]) {
        let at_ms = self.tick * TICK_MS;
        self.instants.fill(at_ms);
        self.out.clear();
        let values = &ticks[usize::try_from(self.tick).expect("positive") % CYCLE];
        let (source, lane) = (0, LaneId(0));
        let samples = Input::Samples { source, lane, series: &self.series, instants: &self.instants, values };
        self.engine.step(samples, &mut self.out);
        self.engine.step(Input::SourceClosed { source, through_ms: at_ms }, &mut self.out);
        self.transitions += self.out.transitions().len() as u64;
        self.tick += 1;
    }

    fn print_transitions(&self) {
        println!(
            "  {} transitions a tick",
            self.transitions / u64::try_from(self.tick.max(1)).expect("positive")
        );
    }
}

fn without_windows(series: usize, ticks: &[Vec<f64>]) {
    let mut by_hand = ByHand::new(series, 1);
    let mut interpreted = Running::new(plans::rules(1), Mode::Off, series);
    let mut compiled = Running::new(plans::rules(1), Mode::Auto, series);
    let mut turns = Turns::new("a whole tick, samples to decisions, without windows");
    for _ in 0..24 {
        turns.take("a loop by hand over one series after the other", || by_hand.tick(ticks));
        turns.take("the engine, interpreted", || interpreted.tick(ticks));
        turns.take("the engine, compiled", || compiled.tick(ticks));
    }
    turns.print();
    assert_eq!(interpreted.transitions, by_hand.transitions, "the same decisions");
    assert_eq!(compiled.transitions, by_hand.transitions, "the same decisions");
    compiled.print_transitions();
    let nanoseconds = turns.median("the engine, compiled") * 1e9 / (series * RULES) as f64;
    goal("ns a series and rule (1 G/s)", nanoseconds, 1.0);
    memory(&compiled, series);
}

fn calmer(series: usize) {
    let ticks = samples(series, CALM);
    let mut by_hand = ByHand::new(series, 1);
    let mut compiled = Running::new(plans::rules(1), Mode::Auto, series);
    let mut turns = Turns::new("the same with a tenth of the transitions");
    for _ in 0..24 {
        turns.take("a loop by hand over one series after the other", || by_hand.tick(&ticks));
        turns.take("the engine, compiled", || compiled.tick(&ticks));
    }
    turns.print();
    assert_eq!(compiled.transitions, by_hand.transitions, "the same decisions");
    compiled.print_transitions();
    let nanoseconds = turns.median("the engine, compiled") * 1e9 / (series * RULES) as f64;
    goal("ns a series and rule (1 G/s)", nanoseconds, 1.0);
}

fn with_average(series: usize, ticks: &[Vec<f64>]) {
    let mut by_hand = ByHand::new(series, 30);
    let mut compiled = Running::new(plans::rules(30), Mode::Auto, series);
    let mut turns = Turns::new("the same of the average over 5 min");
    for _ in 0..75 {
        turns.take("a loop by hand over one series after the other", || by_hand.tick(ticks));
        turns.take("the engine, compiled", || compiled.tick(ticks));
    }
    turns.print();
    assert_eq!(compiled.transitions, by_hand.transitions, "the same decisions");
    let nanoseconds = turns.mean("the engine, compiled") * 1e9 / (series * RULES) as f64;
    goal("ns a series and rule, the mean over whole blocks (250 M/s)", nanoseconds, 4.0);
    memory(&compiled, series);
}

fn parts(series: usize, ticks: &[Vec<f64>]) {
    let mut samples = Running::new(plans::samples_only(), Mode::Off, series);
    let mut window = Running::new(plans::window_only(), Mode::Off, series);
    let mut turns = Turns::new("parts of a tick");
    for _ in 0..60 {
        turns.take("samples into columns", || samples.tick(ticks));
        turns.take("samples into columns and a 5 min average", || window.tick(ticks));
    }
    turns.print();
    println!(
        "  {:.1} ns a sample, {:.1} ns with the average\n",
        turns.median("samples into columns") * 1e9 / series as f64,
        turns.mean("samples into columns and a 5 min average") * 1e9 / series as f64
    );
}

fn memory(running: &Running, series: usize) {
    let bytes = running.engine.bytes();
    let each = |bytes: u64, of: usize| bytes as f64 / of as f64;
    println!(
        "  bytes a series: identity {:.0}, columns {:.0}, windows {:.0}, waiting {:.0}; clocks and latches {:.1} a series and rule",
        each(bytes.identity, series),
        each(bytes.columns, series),
        each(bytes.windows, series),
        each(bytes.waiting, series),
        each(bytes.clocks, series * RULES),
    );
    goal("bytes of evaluation a series and rule", each(bytes.columns + bytes.clocks, series * RULES), 32.0);
    goal("bytes of identity a series", each(bytes.identity, series), 320.0);
}
