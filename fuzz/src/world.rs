//! Worlds made for a plan: series that its inputs want, and some that they do not, with samples of many kinds, silences and holes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use nvp_engine::STALE_MARKER;
use nvp_plan::Plan;
use nvp_plan::domain::{BUCKET_LABEL, Match};
use nvp_plan::ids::LaneId;
use nvp_plan::input::{Input, Part, WireLabel};

use crate::choices::Choices;

/// The most series of one wire name.
const SERIES_MAX: usize = 7;
/// How many ticks are carried out with samples, mostly.
const TICKS_MAX: usize = 48;
/// How many where a window is longer.
const TICKS_LONG_MAX: usize = 300;

/// The most of its events that a world tells.
const TOLD_MAX: usize = 60;

/// A series on the wire.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub source: u32,
    pub name: String,
    pub labels: Vec<(String, String)>,
}

/// A sample of the series at a place among those of the world.
#[derive(Debug, Clone, Copy)]
pub struct Sample {
    pub series: usize,
    pub lane: LaneId,
    pub instant_ms: i64,
    pub value: f64,
}

/// Ticks in which nothing is removed.
#[derive(Debug)]
pub struct Epoch {
    /// Series that are gone before it begins; those that come again are announced again.
    pub removed: Vec<usize>,
    /// The ticks, in ms since the Unix epoch, each with its samples; between two may be a hole.
    pub ticks: Vec<(i64, Vec<Sample>)>,
}

/// All that happens.
#[derive(Debug)]
pub struct World {
    pub sources: u32,
    pub series: Vec<Series>,
    /// The tick before the first epoch.
    pub start_ms: i64,
    pub epochs: Vec<Epoch>,
}

/// What inputs want of a wire name.
#[derive(Debug, Default)]
struct Wanted {
    labels: BTreeMap<String, BTreeSet<String>>,
    counts: bool,
}

/// How a series' values go.
#[derive(Debug, Clone, Copy)]
enum Course {
    Counter,
    Flag,
    Ratio,
    Small,
    Wild,
}

impl fmt::Display for World {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = 0;
        for epoch in &self.epochs {
            let told = epoch.removed.iter().map(|series| format!("removed s{series}"));
            let samples =
                epoch.ticks.iter().flat_map(|(_, samples)| samples).filter(|sample| sample.lane.0 == 0);
            let sample =
                |sample: &Sample| format!("{} s{} {}", sample.instant_ms, sample.series, shown(sample.value));
            for line in told.chain(samples.map(sample)).take(TOLD_MAX - lines) {
                writeln!(to, "  {line}")?;
                lines += 1;
            }
        }
        for (place, series) in self.series.iter().enumerate() {
            let Series { source, name, labels } = series;
            writeln!(to, "  s{place} is {name}{labels:?} of source {source}")?;
        }
        Ok(())
    }
}

fn shown(value: f64) -> String {
    if nvp_engine::input::is_stale_marker(value) { "ends".to_owned() } else { value.to_string() }
}

impl World {
    /// A world for a plan.
    pub fn new(plan: &Plan, choices: &mut Choices<'_>) -> Self {
        let sources = 1 + choices.below(3);
        let mut series: Vec<Series> = Vec::new();
        let mut courses = Vec::new();
        for (name, wanted) in wanted(plan) {
            for _ in 0..=choices.below(SERIES_MAX) {
                let labels = labels(&wanted, choices);
                let source = choices.below(sources) as u32;
                let one = Series { source, name: name.clone(), labels };
                if !series.contains(&one) {
                    series.push(one);
                    courses.push(course(wanted.counts, choices));
                }
            }
        }
        let mut world =
            Self { sources: sources as u32, series, start_ms: start_ms(plan, choices), epochs: Vec::new() };
        world.live(plan, &courses, choices);
        world
    }

    fn live(&mut self, plan: &Plan, courses: &[Course], choices: &mut Choices<'_>) {
        let warm_ticks =
            plan.windows.iter().map(|window| window.warm_ticks as usize).max().unwrap_or_default();
        let most = if warm_ticks > TICKS_MAX && choices.percent(12) { TICKS_LONG_MAX } else { TICKS_MAX };
        let mut ticks = 4 + choices.below(most);
        let mut tick_ms = self.start_ms;
        let mut values: Vec<f64> = courses.iter().map(|_| choices.below(5) as f64).collect();
        let mut are_there: Vec<bool> = courses.iter().map(|_| choices.percent(80)).collect();
        while ticks > 0 {
            let removed =
                if self.epochs.is_empty() { Vec::new() } else { some(self.series.len(), 10, choices) };
            let mut epoch = Epoch { removed, ticks: Vec::new() };
            for _ in 0..(1 + choices.below(20)).min(ticks) {
                tick_ms = tick_ms.saturating_add(plan.tick_ms.saturating_mul(hole(choices)));
                let mut samples = Vec::new();
                for (at, course) in courses.iter().enumerate() {
                    let (Some(value), Some(is_there)) = (values.get_mut(at), are_there.get_mut(at)) else {
                        continue;
                    };
                    sample(plan, at, *course, value, is_there, tick_ms, choices, &mut samples);
                }
                lanes(plan, &mut samples);
                epoch.ticks.push((tick_ms, samples));
            }
            ticks -= epoch.ticks.len();
            self.epochs.push(epoch);
        }
        // The silence at the end: all goes stale, some is forgotten.
        let silence = plan.tick_ms.saturating_mul(1 + choices.below(500) as i64);
        self.epochs
            .push(Epoch { removed: Vec::new(), ticks: vec![(tick_ms.saturating_add(silence), Vec::new())] });
    }
}

fn wanted(plan: &Plan) -> BTreeMap<String, Wanted> {
    let mut all: BTreeMap<String, Wanted> = BTreeMap::new();
    for input in &plan.inputs {
        for source in &input.sources {
            let wanted = all.entry(source.clone()).or_default();
            wanted.counts |= input.counter || input.part != Part::Value;
            note_labels(plan, input, wanted);
        }
    }
    all
}

fn note_labels(plan: &Plan, input: &Input, wanted: &mut Wanted) {
    let domain = plan.domains.get(input.domain.index()).map_or(&[][..], |domain| &domain.labels);
    for (label, name) in input.labels.iter().zip(domain) {
        if let WireLabel::Named(wire, closed) = label {
            let values = wanted.labels.entry(wire.clone()).or_default();
            if name == BUCKET_LABEL {
                values.extend(["0.1", "0.5", "2", "+Inf", "odd"].map(str::to_owned));
            } else {
                values.extend(closed.iter().flatten().cloned());
                values.extend(["a", "b", ""].map(str::to_owned));
            }
        }
    }
    for (label, matcher) in &input.matchers {
        let values = wanted.labels.entry(label.clone()).or_default();
        match matcher {
            Match::Equal(value) | Match::NotEqual(value) => values.extend([value.clone()]),
            Match::In(some) => values.extend(some.iter().cloned()),
            Match::Matches(pattern) | Match::NotMatches(pattern) => {
                values.extend(pattern.split('|').map(|part| part.replace(".*", "x").replace('.', "0")));
            }
        }
    }
}

fn labels(wanted: &Wanted, choices: &mut Choices<'_>) -> Vec<(String, String)> {
    let mut labels: BTreeMap<String, String> = BTreeMap::new();
    for (name, values) in &wanted.labels {
        let values: Vec<&String> = values.iter().collect();
        if let Some(value) = choices.one(&values) {
            labels.insert(name.clone(), (*value).clone());
        }
    }
    // What the metric does not declare: targets, and labels that make two series claim one row.
    if choices.percent(30) {
        labels.entry("job".to_owned()).or_insert_with(|| "x".to_owned());
        let instance = if choices.percent(50) { "a:1" } else { "b:1" };
        labels.entry("instance".to_owned()).or_insert_with(|| instance.to_owned());
    }
    if choices.percent(15) {
        labels.entry("undeclared".to_owned()).or_insert_with(|| "u".to_owned());
    }
    labels.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

fn course(counts: bool, choices: &mut Choices<'_>) -> Course {
    if counts && !choices.percent(10) {
        return Course::Counter;
    }
    *choices
        .one(&[Course::Flag, Course::Ratio, Course::Small, Course::Small, Course::Wild])
        .unwrap_or(&Course::Small)
}

fn start_ms(plan: &Plan, choices: &mut Choices<'_>) -> i64 {
    let start = *choices.one(&[1_600_000_000_000, 1_600_000_000_000, 0, -70_000]).unwrap_or(&0);
    (start / plan.tick_ms.max(1)).saturating_add(choices.below(700) as i64).saturating_mul(plan.tick_ms)
}

/// How many ticks further the next one with samples is: mostly the next.
fn hole(choices: &mut Choices<'_>) -> i64 {
    match choices.below(64) {
        0 => 2 + choices.below(40) as i64,
        1 => 200 + choices.below(2_000) as i64,
        _ => 1,
    }
}

fn some(of: usize, percent: usize, choices: &mut Choices<'_>) -> Vec<usize> {
    (0..of).filter(|_| choices.percent(percent)).collect()
}

#[expect(clippy::too_many_arguments, reason = "a series' state is kept in columns by its caller")]
fn sample(
    plan: &Plan,
    series: usize,
    course: Course,
    value: &mut f64,
    is_there: &mut bool,
    tick_ms: i64,
    choices: &mut Choices<'_>,
    samples: &mut Vec<Sample>,
) {
    let lane = LaneId(0);
    let slot = usize::try_from(plan.tick_ms).unwrap_or(1);
    let mut instant_ms = tick_ms.saturating_sub(choices.below(slot) as i64);
    if choices.percent(4) {
        if *is_there && choices.percent(50) {
            samples.push(Sample { series, lane, instant_ms, value: STALE_MARKER });
        }
        *is_there = !*is_there;
        return;
    }
    if !*is_there || choices.percent(8) {
        return;
    }
    let count = if choices.percent(8) { 2 + choices.below(3) } else { 1 };
    for _ in 0..count {
        *value = next(course, *value, choices);
        samples.push(Sample { series, lane, instant_ms, value: *value });
        if !choices.percent(20) {
            instant_ms = tick_ms.saturating_sub(choices.below(slot) as i64);
        }
    }
}

fn next(course: Course, before: f64, choices: &mut Choices<'_>) -> f64 {
    const WILD: [f64; 12] = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -0.0,
        0.0,
        f64::MIN_POSITIVE,
        5e-324,
        1.797e308,
        -1e300,
        1e15,
        0.1,
        -7.0,
    ];
    match course {
        Course::Counter if choices.percent(4) => choices.below(3) as f64,
        Course::Counter => before + choices.below(200) as f64 / 4.0,
        Course::Flag => f64::from(u8::from(choices.percent(50))),
        Course::Ratio => choices.below(1_100) as f64 / 1_000.0,
        Course::Small => choices.below(2_000) as f64 / 10.0 - 20.0,
        Course::Wild => choices.one(&WILD).copied().unwrap_or_default(),
    }
}

/// The same samples for the lanes of the past.
fn lanes(plan: &Plan, samples: &mut Vec<Sample>) {
    let present = samples.clone();
    for (lane, _) in (0..).zip(&plan.lanes).skip(1) {
        samples.extend(present.iter().map(|sample| Sample { lane: LaneId(lane), ..*sample }));
    }
}
