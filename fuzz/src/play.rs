//! Plays a world to an engine, in order or as disorderly as it may come, and writes down all that the engine says.

use std::fmt::Write as _;
use std::sync::Arc;

use nvp_engine::{Effects, Engine, Input, NodeValue, Options, SeriesId, State, Transition};
use nvp_kernels::Program;
use nvp_plan::Plan;
use nvp_plan::ids::{AlertId, LaneId, TreeId};

use crate::choices::Choices;
use crate::world::{Epoch, Sample, World};

/// The most rows of an alert that are explained at the end.
const EXPLAINED_MAX: usize = 8;

/// Plays a world tick by tick, all series announced first and in order, each tick's samples as one batch a source.
///
/// # Panics
///
/// When the engine refuses the plan, or itself panics.
pub fn in_order(plan: &Arc<Plan>, program: &Arc<Program>, world: &World) -> String {
    let mut player = Player::new(plan, program, world);
    player.start(world);
    for epoch in &world.epochs {
        player.remove(world, epoch);
        for series in 0..world.series.len() {
            player.announce(world, series);
        }
        for (tick_ms, samples) in &epoch.ticks {
            player.batches(world, samples, usize::MAX);
            player.promise(world, *tick_ms);
        }
    }
    player.finish()
}

/// Plays it with other numbers for the series, announced when they must be, in whatever order, in batches of any length, several
/// ticks at once, as far as the promises allow.
///
/// # Panics
///
/// When the engine refuses the plan, or itself panics.
pub fn disorderly(
    plan: &Arc<Plan>,
    program: &Arc<Program>,
    world: &World,
    choices: &mut Choices<'_>,
) -> String {
    let mut player = Player::new(plan, program, world);
    choices.shuffle(&mut player.numbers);
    player.start(world);
    for epoch in &world.epochs {
        player.remove(world, epoch);
        let mut early: Vec<usize> = (0..world.series.len()).filter(|_| choices.percent(30)).collect();
        choices.shuffle(&mut early);
        for series in early {
            player.announce(world, series);
        }
        let mut rest = epoch.ticks.as_slice();
        while !rest.is_empty() {
            let (now, later) = rest.split_at_checked(1 + choices.below(6)).unwrap_or((rest, &[]));
            rest = later;
            let mut samples: Vec<Sample> = now.iter().flat_map(|(_, samples)| samples).copied().collect();
            choices.shuffle(&mut samples);
            let longest = 1 + choices.below(40);
            for sample in &samples {
                player.announce(world, sample.series);
            }
            player.batches(world, &samples, longest);
            if choices.percent(60) {
                for (tick_ms, _) in now {
                    player.promise_by_and_by(world, *tick_ms, choices);
                }
            } else if let Some((tick_ms, _)) = now.last() {
                player.promise(world, *tick_ms);
            }
        }
        // In order all are announced, those without a sample too, and those refused are counted.
        for series in 0..world.series.len() {
            player.announce(world, series);
        }
    }
    player.finish()
}

/// The most pieces that a hole is promised in.
const PIECES_MAX: i64 = 3_000;

struct Player {
    plan: Arc<Plan>,
    engine: Engine,
    effects: Effects,
    /// The number that the engine knows each series by.
    numbers: Vec<SeriesId>,
    are_announced: Vec<bool>,
    log: String,
}

impl Player {
    fn new(plan: &Arc<Plan>, program: &Arc<Program>, world: &World) -> Self {
        let engine = match Engine::new(Arc::clone(plan), Arc::clone(program), Options::default()) {
            Ok(engine) => engine,
            Err(error) => panic!("the engine refuses what was lowered: {error}"),
        };
        Self {
            plan: Arc::clone(plan),
            engine,
            effects: Effects::new(Arc::clone(plan)),
            numbers: (0..).take(world.series.len()).collect(),
            are_announced: vec![false; world.series.len()],
            log: String::new(),
        }
    }

    fn start(&mut self, world: &World) {
        for source in 0..world.sources {
            self.step(Input::SourceOpened { source, name: "fuzz", waits_ms: 0 });
        }
        self.promise(world, world.start_ms);
    }

    fn promise(&mut self, world: &World, through_ms: i64) {
        for source in 0..world.sources {
            self.step(Input::SourceClosed { source, through_ms });
        }
    }

    /// Promises a hole before a tick in pieces, or each of its ticks by itself: that time was passed over at once must not show.
    fn promise_by_and_by(&mut self, world: &World, through_ms: i64, choices: &mut Choices<'_>) {
        let from_ms = self.engine.last_tick().unwrap_or(through_ms);
        let pieces = match choices.below(4) {
            0 => i64::try_from(choices.below(4)).unwrap_or_default(),
            1 => (through_ms.saturating_sub(from_ms) / self.plan.tick_ms.max(1)).min(PIECES_MAX),
            _ => 0,
        };
        for piece in 1..=pieces {
            let span_ms = through_ms.saturating_sub(from_ms);
            self.promise(world, from_ms.saturating_add(span_ms / (pieces + 1) * piece));
        }
        self.promise(world, through_ms);
    }

    fn announce(&mut self, world: &World, series: usize) {
        let (Some(described), Some(number)) = (world.series.get(series), self.numbers.get(series).copied())
        else {
            return;
        };
        if self.are_announced.get(series).copied().unwrap_or(true) {
            return;
        }
        if let Some(is_announced) = self.are_announced.get_mut(series) {
            *is_announced = true;
        }
        let labels: Vec<_> =
            described.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let source = described.source;
        self.step(Input::Appeared { source, series: number, name: &described.name, labels: &labels });
    }

    fn remove(&mut self, world: &World, epoch: &Epoch) {
        for series in &epoch.removed {
            // Removing what was never announced would be another input in every order of appearance.
            self.announce(world, *series);
            if let (Some(is_announced), Some(number)) =
                (self.are_announced.get_mut(*series), self.numbers.get(*series).copied())
            {
                *is_announced = false;
                self.step(Input::Removed { series: number });
            }
        }
    }

    /// Hands samples over in the order given: as many at once as come from one source for one lane, up to `longest`.
    fn batches(&mut self, world: &World, samples: &[Sample], longest: usize) {
        let of = |sample: &Sample| {
            (world.series.get(sample.series).map_or(0, |series| series.source), sample.lane)
        };
        for run in samples.chunk_by(|a, b| of(a) == of(b)) {
            for batch in run.chunks(longest) {
                let Some((source, lane)) = batch.first().map(of) else { continue };
                self.batch(source, lane, batch);
            }
        }
    }

    fn batch(&mut self, source: u32, lane: LaneId, batch: &[Sample]) {
        let number = |sample: &Sample| self.numbers.get(sample.series).copied();
        let series: Vec<SeriesId> = batch.iter().filter_map(number).collect();
        let instants: Vec<i64> = batch.iter().map(|sample| sample.instant_ms).collect();
        let values: Vec<f64> = batch.iter().map(|sample| sample.value).collect();
        self.step(Input::Samples { source, lane, series: &series, instants: &instants, values: &values });
    }

    fn step(&mut self, input: Input<'_>) {
        self.engine.step(input, &mut self.effects);
        for transition in self.effects.transitions() {
            tell(&mut self.log, &transition);
        }
        self.effects.clear();
    }

    /// What was said, and how things stand at the end.
    fn finish(mut self) -> String {
        let refusals = self.engine.statistics().sources.iter().flat_map(|source| source.refusals.iter());
        for (reason, count) in refusals.filter(|(_, count)| *count > 0) {
            let _ = writeln!(self.log, "left out {} {count}", reason.name());
        }
        let trees = (0..).take(self.plan.trees.len()).map(TreeId);
        for (alert, planned) in (0..).map(AlertId).zip(&self.plan.alerts) {
            // A row that ended is shown until its number is used again, which an announcement without a sample puts off.
            let rows = self.engine.rows_of_alert(alert).filter(|row| row.state != State::Forgotten);
            for row in rows.take(EXPLAINED_MAX) {
                let labels: Vec<(&str, &str)> = row.labels.clone().collect();
                let _ = writeln!(
                    self.log,
                    "{} {labels:?} {:?} {:?} since {} {}",
                    planned.name,
                    row.state,
                    row.value.map(f64::to_bits),
                    row.since_ms,
                    row.is_flapping
                );
                for tree in trees.clone() {
                    let explained = self.engine.explain(tree, &labels);
                    nodes(&mut self.log, explained.as_ref().map_or(&[], |explained| &explained.nodes));
                }
            }
        }
        self.log
    }
}

fn tell(log: &mut String, transition: &Transition<'_>) {
    let name = transition.rule.map_or("", |rule| &rule.name);
    let labels: Vec<_> = transition.labels.clone().collect();
    let (from, to, value) = (transition.from, transition.to, transition.value.map(f64::to_bits));
    let _ = write!(log, "{} {name} {labels:?} {from:?} → {to:?} {value:?}", transition.at_ms);
    let why = &transition.why;
    let _ = writeln!(log, " {:?} {} {:?}", why.clause, why.flapping, why.tree);
    nodes(log, why.nodes);
    nodes(log, transition.says);
}

/// Values, numbers by their bits, all NaN alike.
fn nodes(log: &mut String, nodes: &[NodeValue]) {
    for node in nodes {
        let _ = match node {
            NodeValue::Number(number) if number.is_nan() => write!(log, " missing"),
            NodeValue::Number(number) => write!(log, " {:x}", number.to_bits()),
            NodeValue::Condition(condition) => write!(log, " {condition:?}"),
            NodeValue::Nowhere => write!(log, " nowhere"),
        };
    }
    log.push('\n');
}
