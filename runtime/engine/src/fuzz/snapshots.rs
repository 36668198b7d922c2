//! An engine that is stopped at any input and made anew of its snapshot goes on as if nothing had happened, as a plain function of bytes.

use super::dice::Dice;
use super::{Series, TICK_MS, plan, world, write_down};
use crate::{Effects, Engine, Input, Options};
use nvp_kernels::{Mode, Program};
use nvp_plan::Plan;
use nvp_plan::ids::LaneId;
use std::sync::Arc;

/// What was seen on the way.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Restored {
    /// Decisions after the first restoration.
    pub decisions: usize,
    /// The last snapshot.
    pub snapshot: Vec<u8>,
}

/// An input, of a world's series by their places.
#[derive(Debug, Clone)]
enum Told {
    Opened(u32, i64),
    Closed(u32, i64),
    Ended(u32),
    Appeared(usize),
    Removed(usize),
    Samples(Vec<(usize, i64, f64)>),
    Clock(i64),
    Gap(i64),
}

/// Makes a plan and a world of any bytes and tells it to an engine, while others are stopped now and then, written down, and made anew. At each
/// input all must say the same; each restored one must write down what it was made of, and at the end the state of all must be one.
///
/// # Panics
///
/// When they differ, or a snapshot cannot be read back.
pub fn snapshot_and_restore(data: &[u8]) -> Restored {
    let mut dice = Dice::new(data);
    let (series, samples) = world(&mut dice);
    let story = story(&series, &samples, &mut dice);
    let plan = Arc::new(plan::varied(TICK_MS, &mut dice));
    let mode = dice.pick([Mode::Off, Mode::Off, Mode::Off, Mode::Auto]);
    let Some(program) = Program::compile(&plan.kernels, mode).ok().map(Arc::new) else {
        return Restored::default();
    };
    let Ok(mut whole) = Engine::new(Arc::clone(&plan), Arc::clone(&program), Options::default()) else {
        return Restored::default();
    };
    let mut stopped = again(&plan, &program, &whole);
    let (mut decisions, mut was_restored) = (0, false);
    for (place, told) in story.iter().enumerate() {
        if dice.below(8) == 0 {
            stopped = again(&plan, &program, &stopped);
            was_restored = true;
        }
        let said = tell(&mut whole, &plan, &series, told);
        let other = tell(&mut stopped, &plan, &series, told);
        assert!(said == other, "at {place}, {told:?}:\n{said}\nbut restored\n{other}\nof {series:?}");
        decisions += if was_restored { said.lines().count() } else { 0 };
    }
    assert!(bytes_of(&whole) == bytes_of(&stopped), "the state differs at the end of {story:?}");
    assert!(whole.statistics() == stopped.statistics(), "the counters differ");
    Restored { decisions, snapshot: bytes_of(&stopped) }
}

fn bytes_of(engine: &Engine) -> Vec<u8> {
    let mut bytes = Vec::new();
    assert!(engine.snapshot(&mut bytes).is_ok(), "a state can be written");
    bytes
}

/// The engine made anew of its snapshot.
fn again(plan: &Arc<Plan>, program: &Arc<Program>, engine: &Engine) -> Engine {
    let bytes = bytes_of(engine);
    match Engine::restore(Arc::clone(plan), Arc::clone(program), Options::default(), &bytes) {
        Ok(restored) => {
            assert!(bytes_of(&restored) == bytes, "what was restored writes something else");
            restored
        }
        #[expect(clippy::panic, reason = "this is a property")]
        Err(error) => panic!("a snapshot cannot be read: {error}"),
    }
}

/// The world as inputs of two sources: series come late, go and come again, one source ends, the clock goes on where promises stand still.
fn story(series: &[Series], samples: &[super::Sample], dice: &mut Dice<'_>) -> Vec<Told> {
    let mut story = vec![Told::Opened(0, 0), Told::Opened(1, dice.pick([0, 3_000]))];
    let mut is_announced = vec![false; series.len()];
    let last_ms = samples.iter().map(|sample| sample.instant_ms).max().unwrap_or_default();
    let has_clock = dice.below(2) == 0;
    let mut through_ms = 0;
    while through_ms < last_ms + 20 * TICK_MS {
        let before_ms = through_ms;
        through_ms += TICK_MS;
        let mut batch = Vec::new();
        for sample in samples.iter().filter(|it| it.instant_ms > before_ms && it.instant_ms <= through_ms) {
            if let Some(is_announced) = is_announced.get_mut(sample.series).filter(|is| !**is) {
                *is_announced = true;
                story.push(Told::Appeared(sample.series));
            }
            batch.push((sample.series, sample.instant_ms, sample.value));
            if dice.below(5) == 0 {
                story.push(Told::Samples(std::mem::take(&mut batch)));
            }
        }
        story.push(Told::Samples(batch));
        if dice.below(6) == 0 {
            let place = usize::try_from(dice.below(series.len() as u64)).unwrap_or_default();
            if let Some(is_announced) = is_announced.get_mut(place).filter(|is| **is) {
                *is_announced = false;
                story.push(Told::Removed(place));
            }
        }
        story.push(match dice.below(12) {
            0 => Told::Ended(1),
            1 => Told::Opened(1, 0),
            _ => Told::Closed(1, through_ms - 1),
        });
        if dice.below(20) == 0 {
            story.push(Told::Gap(through_ms + 3 * TICK_MS));
        }
        story.push(Told::Closed(0, through_ms));
        if has_clock {
            story.push(Told::Clock(through_ms + 500));
        }
    }
    story.push(Told::Ended(1));
    story.push(Told::Closed(0, through_ms));
    story
}

/// Gives an input; what came of it.
fn tell(engine: &mut Engine, plan: &Arc<Plan>, series: &[Series], told: &Told) -> String {
    let mut out = Effects::new(Arc::clone(plan));
    let number = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
    match told {
        Told::Opened(source, waits_ms) => {
            engine
                .step(Input::SourceOpened { source: *source, name: "bytes", waits_ms: *waits_ms }, &mut out);
        }
        Told::Closed(source, through_ms) => {
            engine.step(Input::SourceClosed { source: *source, through_ms: *through_ms }, &mut out);
        }
        Told::Ended(source) => engine.step(Input::SourceEnded { source: *source }, &mut out),
        Told::Appeared(place) => {
            if let Some(Series { name, labels }) = series.get(*place) {
                let labels: Vec<(&str, &str)> =
                    labels.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let input = Input::Appeared { source: 0, series: number(*place), name, labels: &labels };
                engine.step(input, &mut out);
            }
        }
        Told::Removed(place) => engine.step(Input::Removed { series: number(*place) }, &mut out),
        Told::Samples(samples) => {
            let numbers: Vec<u32> = samples.iter().map(|(place, ..)| number(*place)).collect();
            let instants: Vec<i64> = samples.iter().map(|(_, instant_ms, _)| *instant_ms).collect();
            let values: Vec<f64> = samples.iter().map(|(.., value)| *value).collect();
            let (series, instants, values) = (&numbers, &instants, &values);
            engine.step(Input::Samples { source: 0, lane: LaneId(0), series, instants, values }, &mut out);
        }
        Told::Gap(through_ms) => engine.step(Input::Gap { through_ms: *through_ms }, &mut out),
        Told::Clock(now_ms) => engine.step(Input::Clock { now_ms: *now_ms }, &mut out),
    }
    write_down(&out)
}
