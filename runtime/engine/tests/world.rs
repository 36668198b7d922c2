//! A small world round an engine: series by name and labels, decisions as lines of text.

use nvp_engine::fuzz::PlanBuilder;
use nvp_engine::{Clause, Effects, Engine, Input, Options, Refusal, State, Transition};
use nvp_kernels::{Mode, Program};
use nvp_plan::alert::Alert;
use nvp_plan::ids::{ColumnId, LaneId};
use std::collections::HashMap;
use std::sync::Arc;

pub type Labels<'a> = &'a [(&'a str, &'a str)];

pub struct World {
    pub engine: Engine,
    pub out: Effects,
    series: HashMap<String, u32>,
    /// Shown by `log`.
    decisions: Vec<String>,
    pub ticks: Vec<i64>,
    pub skipped: u64,
}

impl World {
    /// One source, which is waited for by its promises only.
    pub fn new(builder: PlanBuilder) -> Self {
        Self::with(builder, Options::default(), Mode::Off)
    }

    pub fn with(builder: PlanBuilder, options: Options, mode: Mode) -> Self {
        let plan = Arc::new(builder.plan);
        let program = Arc::new(Program::compile(&plan.kernels, mode).expect("kernels are well formed"));
        let engine = Engine::new(Arc::clone(&plan), program, options).expect("the plan fits together");
        let mut world = Self {
            engine,
            out: Effects::new(plan),
            series: HashMap::new(),
            decisions: Vec::new(),
            ticks: Vec::new(),
            skipped: 0,
        };
        world.give(Input::SourceOpened { source: 0, name: "test", waits_ms: 0 });
        world
    }

    pub fn give(&mut self, input: Input<'_>) {
        self.engine.step(input, &mut self.out);
        for transition in self.out.transitions() {
            self.decisions.push(line(&transition));
        }
        self.ticks.extend(self.out.ticks().iter().map(|tick| tick.at_ms));
        self.skipped += self.out.ticks().iter().map(|tick| tick.skipped).sum::<u64>();
        self.out.clear();
    }

    /// The number of a series, which appears if it is new.
    pub fn series(&mut self, name: &str, labels: Labels<'_>) -> u32 {
        let key = format!("{name}{labels:?}");
        let new = u32::try_from(self.series.len()).expect("few");
        let series = *self.series.entry(key).or_insert(new);
        if series == new {
            self.give(Input::Appeared { source: 0, series, name, labels });
        }
        series
    }

    pub fn remove(&mut self, name: &str, labels: Labels<'_>) {
        let series = self.series.remove(&format!("{name}{labels:?}")).expect("it is there");
        // Numbers are dense: keep the place taken.
        self.series.insert(format!("removed {series}"), series);
        self.give(Input::Removed { series });
    }

    pub fn sample(&mut self, name: &str, labels: Labels<'_>, instant_ms: i64, value: f64) {
        let series = self.series(name, labels);
        self.give(Input::Samples {
            source: 0,
            lane: LaneId(0),
            series: &[series],
            instants: &[instant_ms],
            values: &[value],
        });
    }

    /// Promises that nothing comes any more up to an instant.
    pub fn close(&mut self, through_ms: i64) {
        self.give(Input::SourceClosed { source: 0, through_ms });
    }

    /// A sample of each tick of 10 s from here, then the tick is closed.
    pub fn feed(&mut self, name: &str, labels: Labels<'_>, from_ms: i64, values: &[f64]) {
        for (at, value) in (0..).zip(values) {
            self.sample(name, labels, from_ms + at * 10_000, *value);
            self.close(from_ms + at * 10_000);
        }
    }

    /// The decisions since the last look.
    pub fn log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.decisions)
    }

    /// A number of the row of these labels at the last tick.
    pub fn value(&self, builder: &PlanBuilder, column: ColumnId, labels: Labels<'_>) -> f64 {
        let domain = builder.plan.columns[column.index()].domain;
        let shown = nvp_plan::alert::Shown {
            at: nvp_plan::tree::Place::Column(column),
            domain,
            unit: nvp_plan::unit::Unit::Number,
        };
        let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        match self.engine.shown(&shown, &labels) {
            nvp_engine::NodeValue::Number(number) => number,
            _ => f64::NAN,
        }
    }

    pub fn refused(&self, reason: Refusal) -> u64 {
        self.engine.statistics().sources.iter().map(|source| source.refusals.get(reason)).sum()
    }
}

/// `20 s: hot{pod=a} ok → red, when red, 97`
pub fn line(transition: &Transition<'_>) -> String {
    let rule = transition.rule.expect("planned");
    let labels: Vec<String> =
        transition.labels.clone().map(|(name, value)| format!("{name}={value}")).collect();
    let value = transition.value.map_or_else(|| "missing".to_owned(), |value| value.to_string());
    format!(
        "{} s: {}{{{}}} {} → {}, {}{}, {value}",
        transition.at_ms / 1_000,
        rule.name,
        labels.join(","),
        state(rule, transition.from),
        state(rule, transition.to),
        clause(rule, transition.why.clause),
        if transition.why.flapping { ", flapping" } else { "" },
    )
}

fn level(rule: &Alert, level: u32) -> &str {
    &rule.levels[level as usize].name
}

pub fn state(rule: &Alert, state: State) -> &str {
    match state {
        State::Ok => "ok",
        State::Pending => "pending",
        State::Level(place) => level(rule, place),
        State::Forgotten => "forgotten",
    }
}

fn clause(rule: &Alert, clause: Clause) -> String {
    let (words, place) = match clause {
        Clause::When(place) => ("when", place),
        Clause::Absent(place) => ("absent", place),
        Clause::Clear(place) => ("clear", place),
        Clause::AbsentClears(place) => ("absent clears", place),
        Clause::Pending(place) => ("pending", place),
        Clause::NotPending(place) => ("not pending", place),
        Clause::Forgotten => return "forgotten".to_owned(),
        Clause::FlappingHeld => return "held".to_owned(),
        Clause::FlappingReleased => return "released".to_owned(),
    };
    format!("{words} {}", level(rule, place))
}
