//! Our answers: each expression is the subject of an alert, and its rows are read off the engine after every tick.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use nvp_drive::generation::{Generation, check};
use nvp_drive::load::{Stdlib, load_text};
use nvp_engine::{Effects, Engine, Input, Options};
use nvp_kernels::Mode;
use nvp_plan::ids::{AlertId, LaneId};

use super::samples::{Samples, Span, TICK_MS};

/// Values by labels; what is missing is not there.
pub type Rows = BTreeMap<BTreeMap<String, String>, f64>;
/// Rows by tick, in ms since the Unix epoch.
pub type Ticks = BTreeMap<i64, Rows>;

/// Asks all expressions at once, of one engine: sharing must not show either.
pub fn ask(metrics: &str, expressions: &[&str], samples: &Samples, span: Span) -> Vec<Ticks> {
    let mut text = metrics.to_owned();
    for (place, expression) in expressions.iter().enumerate() {
        writeln!(text, "alert case_{place:03} on {expression} {{ red when > 0  absent holds }}").unwrap();
    }
    let generation = generation(&text);
    assert_eq!(generation.plan.tick_ms, TICK_MS);
    let mut run = Run::new(&generation, samples);
    let mut answers = vec![Ticks::new(); expressions.len()];
    for tick_ms in (span.start_ms..=span.last_ms).step_by(TICK_MS as usize) {
        run.tick(samples, tick_ms);
        if tick_ms < span.first_ms {
            continue;
        }
        // Alerts stand in the order of their names, and so in that of the expressions.
        for (alert, answer) in (0..).map(AlertId).zip(&mut answers) {
            answer.insert(tick_ms, run.rows(alert));
        }
    }
    answers
}

fn generation(text: &str) -> Generation {
    let stdlib = Stdlib::built_in();
    let set = load_text("prometheus.nvp", text, &stdlib);
    let checked = check(&set, &stdlib);
    let told: Vec<String> = checked
        .diagnostics
        .iter()
        .map(|told| format!("{} {} at `{}`", told.code.0, told.title, set.sources.text(told.primary.span)))
        .collect();
    let policy = checked.policy.unwrap_or_else(|| panic!("{}", told.join("\n")));
    Generation::new(Arc::new(policy), Mode::Auto).unwrap()
}

struct Run {
    engine: Engine,
    effects: Effects,
    lanes: u32,
}

impl Run {
    fn new(generation: &Generation, samples: &Samples) -> Self {
        let (plan, program) = (&generation.plan, &generation.program);
        let engine = Engine::new(Arc::clone(plan), Arc::clone(program), Options::default()).unwrap();
        let lanes = u32::try_from(plan.lanes.len()).unwrap();
        let mut run = Self { engine, effects: Effects::new(Arc::clone(plan)), lanes };
        run.step(Input::SourceOpened { source: 0, name: "shop", waits_ms: 0 });
        for (series, (name, labels)) in (0..).zip(samples.series.keys()) {
            let labels: Vec<_> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            run.step(Input::Appeared { source: 0, series, name, labels: &labels });
        }
        run
    }

    fn tick(&mut self, samples: &Samples, tick_ms: i64) {
        let (mut series, mut instants, mut values) = (Vec::new(), Vec::new(), Vec::new());
        for (of, at_ms, value) in samples.of_tick(tick_ms) {
            series.push(of);
            instants.push(at_ms);
            values.push(value);
        }
        for lane in (0..self.lanes).map(LaneId) {
            self.step(Input::Samples {
                source: 0,
                lane,
                series: &series,
                instants: &instants,
                values: &values,
            });
        }
        self.step(Input::SourceClosed { source: 0, through_ms: tick_ms });
        assert_eq!(self.engine.last_tick(), Some(tick_ms));
    }

    fn rows(&self, alert: AlertId) -> Rows {
        let row = |row: nvp_engine::AlertRow<'_>| {
            let labels = row.labels.filter(|(_, value)| !value.is_empty());
            Some((labels.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(), row.value?))
        };
        self.engine.rows_of_alert(alert).filter_map(row).collect()
    }

    fn step(&mut self, input: Input<'_>) {
        self.effects.clear();
        self.engine.step(input, &mut self.effects);
    }
}
