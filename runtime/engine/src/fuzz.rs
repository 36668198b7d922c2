//! The property that holds the engine together, as a plain function of bytes: properties, corpora and fuzzers all feed it.
//! And plans put together by hand, for these and for tests and benchmarks.

mod builder;
mod dice;
mod plan;
mod snapshots;

pub use builder::{Moves, NO_LABELS, ONE, PlanBuilder, Read};
pub use snapshots::{Restored, snapshot_and_restore};

use crate::{Effects, Engine, Input, Options, STALE_MARKER};
use dice::Dice;
use nvp_kernels::{Mode, Program};
use nvp_plan::Plan;
use nvp_plan::ids::LaneId;
use std::fmt::Write as _;
use std::sync::Arc;

/// The plan's tick, in ms.
const TICK_MS: i64 = 10_000;

/// A series of the world that the bytes make.
#[derive(Debug, Clone)]
struct Series {
    name: &'static str,
    labels: Vec<(&'static str, String)>,
}

/// A sample, its series by its place in the world.
#[derive(Debug, Clone, Copy)]
struct Sample {
    series: usize,
    instant_ms: i64,
    value: f64,
}

/// Makes a world of series and samples of any bytes, and gives it to engines in several ways: samples in order and shuffled, in batches of any
/// size, series announced in any order and with any numbers, evaluated by the interpreter and by machine code, ticks promised a few at a time
/// or all at the end, where holes are passed over. What comes out is held against each other, byte for byte; how many decisions it was is said.
///
/// # Panics
///
/// When two of them differ.
pub fn order_and_chunking(data: &[u8]) -> usize {
    let mut dice = Dice::new(data);
    let (series, samples) = world(&mut dice);
    let plan = Arc::new(plan::everything(TICK_MS));
    let plain = run(&plan, &series, &samples, &mut dice, Manner::default());
    for (mode, is_late) in [(Mode::Off, true), (Mode::Auto, false)] {
        let manner = Manner { is_shuffled: true, is_late, is_at_once: !is_late, mode };
        let other = run(&plan, &series, &samples, &mut dice, manner);
        assert!(plain == other, "plain\n{plain}\nbut {manner:?}\n{other}\nof {series:?}\n{samples:?}");
    }
    plain.lines().count()
}

/// How a world is given to an engine.
#[derive(Debug, Clone, Copy)]
struct Manner {
    is_shuffled: bool,
    /// Whether series are announced as late as possible.
    is_late: bool,
    /// Whether all ticks are promised at the end.
    is_at_once: bool,
    mode: Mode,
}

impl Default for Manner {
    fn default() -> Self {
        Self { is_shuffled: false, is_late: false, is_at_once: false, mode: Mode::Off }
    }
}

fn world(dice: &mut Dice<'_>) -> (Vec<Series>, Vec<Sample>) {
    let text = |prefix: &str, number: u64| format!("{prefix}{number}");
    let mut series = Vec::new();
    for _ in 0..2 + dice.below(14) {
        let name = dice.pick(["cpu", "requests", "latency_bucket", "uname", "limit"]);
        let mut labels = vec![("pod", text("p", dice.below(4))), ("zone", text("z", dice.below(2)))];
        match name {
            "latency_bucket" => labels.insert(0, ("le", dice.pick(["0.1", "1", "10", "+Inf"]).to_owned())),
            "uname" => labels.insert(0, ("node", text("n", dice.below(3)))),
            "limit" => drop(labels.remove(0)),
            _ => {}
        }
        if dice.below(4) == 0 {
            labels.insert(0, ("instance", text("i", dice.below(2))));
            labels.insert(1, ("job", "j".to_owned()));
        }
        if dice.below(6) == 0 {
            labels.push(("zversion", text("v", dice.below(2))));
        }
        labels.sort();
        let is_new = series.iter().all(|other: &Series| (other.name, &other.labels) != (name, &labels));
        if is_new {
            series.push(Series { name, labels });
        }
    }
    let mut samples = Vec::new();
    let mut tick = 0;
    for _ in 0..8 + dice.below(24) {
        // Now and then there is a hole in which values go stale and rows are forgotten.
        tick += if dice.below(24) == 0 { 60 } else { 1 };
        for place in 0..series.len() {
            for _ in 0..dice.pick([1, 1, 1, 1, 0, 2, 3]) {
                let back = if dice.below(3) == 0 { dice.below(10) * 1_000 } else { 0 };
                let instant_ms = (tick * 10_000 - back).cast_signed();
                let value = match dice.below(20) {
                    0 => f64::NAN,
                    1 => STALE_MARKER,
                    2 => f64::INFINITY,
                    _ => dice.below(1_000) as f64 * 0.1,
                };
                samples.push(Sample { series: place, instant_ms, value });
            }
        }
    }
    (series, samples)
}

fn run(
    plan: &Arc<Plan>,
    series: &[Series],
    samples: &[Sample],
    dice: &mut Dice<'_>,
    manner: Manner,
) -> String {
    let Some(mut fed) = Fed::new(plan, series, dice, manner) else { return "no engine".to_owned() };
    let last_ms = samples.iter().map(|sample| sample.instant_ms).max().unwrap_or_default();
    let mut through_ms = 0;
    while through_ms < last_ms + 40 * TICK_MS {
        // Ticks come two at a time, so that samples of both wait in any order.
        let before_ms = through_ms;
        through_ms += 2 * TICK_MS;
        let mut batch: Vec<Sample> = (samples.iter().copied())
            .filter(|sample| sample.instant_ms > before_ms && sample.instant_ms <= through_ms)
            .collect();
        batch.sort_by_key(|sample| (sample.instant_ms, sample.series));
        let order = dice.order(batch.len(), manner.is_shuffled);
        let batch: Vec<Sample> = order.into_iter().filter_map(|place| batch.get(place).copied()).collect();
        let mut rest = batch.as_slice();
        while !rest.is_empty() {
            let size = if manner.is_shuffled { 1 + dice.below(7) as usize } else { rest.len() };
            let (chunk, later) = rest.split_at(size.min(rest.len()));
            rest = later;
            fed.give(chunk);
        }
        if !manner.is_at_once {
            fed.promise(through_ms);
        }
    }
    fed.promise(through_ms);
    write_down(&fed.out)
}

/// An engine being fed with a world.
struct Fed<'a> {
    engine: Engine,
    out: Effects,
    series: &'a [Series],
    /// The number of each series.
    numbers: Vec<usize>,
    is_announced: Vec<bool>,
}

impl<'a> Fed<'a> {
    fn new(plan: &Arc<Plan>, series: &'a [Series], dice: &mut Dice<'_>, manner: Manner) -> Option<Self> {
        let program = Program::compile(&plan.kernels, manner.mode).ok()?;
        let mut fed = Self {
            engine: Engine::new(Arc::clone(plan), Arc::new(program), Options::default()).ok()?,
            out: Effects::new(Arc::clone(plan)),
            series,
            numbers: dice.order(series.len(), manner.is_shuffled),
            is_announced: vec![false; series.len()],
        };
        fed.step(Input::SourceOpened { source: 0, name: "bytes", waits_ms: 0 });
        if !manner.is_late {
            for place in dice.order(series.len(), manner.is_shuffled) {
                fed.announce(place);
            }
        }
        Some(fed)
    }

    fn step(&mut self, input: Input<'_>) {
        self.engine.step(input, &mut self.out);
    }

    fn announce(&mut self, place: usize) {
        let (Some(Series { name, labels }), Some(is_announced)) =
            (self.series.get(place), self.is_announced.get_mut(place))
        else {
            return;
        };
        if !std::mem::replace(is_announced, true) {
            let labels: Vec<(&str, &str)> =
                labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let series = self.number_of(place);
            self.step(Input::Appeared { source: 0, series, name, labels: &labels });
        }
    }

    fn give(&mut self, samples: &[Sample]) {
        for sample in samples {
            self.announce(sample.series);
        }
        let numbers: Vec<u32> = samples.iter().map(|sample| self.number_of(sample.series)).collect();
        let instants: Vec<i64> = samples.iter().map(|sample| sample.instant_ms).collect();
        let values: Vec<f64> = samples.iter().map(|sample| sample.value).collect();
        let (source, lane) = (0, LaneId(0));
        self.step(Input::Samples { source, lane, series: &numbers, instants: &instants, values: &values });
    }

    fn promise(&mut self, through_ms: i64) {
        self.step(Input::SourceClosed { source: 0, through_ms });
    }

    fn number_of(&self, place: usize) -> u32 {
        self.numbers.get(place).and_then(|number| u32::try_from(*number).ok()).unwrap_or(u32::MAX)
    }
}

/// The effects as text, numbers by their bits; all NaN are alike.
fn write_down(out: &Effects) -> String {
    let mut log = String::new();
    for transition in out.transitions() {
        let name = transition.rule.map_or("", |rule| rule.name.as_str());
        let labels: Vec<(&str, &str)> = transition.labels.clone().collect();
        let value = transition.value.map(f64::to_bits);
        let nodes: Vec<String> = transition.why.nodes.iter().map(|node| format!("{node:?}")).collect();
        // Writing to a text cannot fail.
        let _ = writeln!(
            log,
            "{} {name} {labels:?} {:?} {:?} {:?} {value:?} {nodes:?}",
            transition.at_ms, transition.from, transition.to, transition.why.clause
        );
    }
    log
}
