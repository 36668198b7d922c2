//! Windows against their plain definition: keep all samples, look at those between the edges.

use super::WindowState;
use super::read::{Moment, Scratch};
use crate::bits::{Bitmap, Truth};
use nvp_plan::ids::{ColumnId, DomainId, InputId};
use nvp_plan::window::{Keep, Window, WindowFunction as F, WindowSource, WindowTest};
use proptest::prelude::*;

const TICK_MS: i64 = 5_000;
const ROWS: usize = 3;

fn planned(ticks: u32, pane_ticks: u32, keeps: Vec<Keep>) -> Window {
    Window {
        of: WindowSource::Input(InputId(0)),
        domain: DomainId(1),
        over_ms: i64::from(ticks) * TICK_MS,
        ticks,
        pane_ticks,
        keeps,
        warm_ticks: 0,
        text: String::new(),
    }
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    row: usize,
    instant_ms: i64,
    value: f64,
}

/// What the definition says of some samples in order of their instants.
fn defined(function: F, samples: &[Sample], from_ms: i64, to_ms: i64, over_ms: i64) -> f64 {
    let values: Vec<f64> = samples.iter().map(|sample| sample.value).collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let pairs = || values.iter().zip(values.iter().skip(1));
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return if matches!(function, F::Count | F::SumOrZero) { 0.0 } else { f64::NAN };
    };
    let extrapolated = |growth: f64, is_counter: bool| {
        let sampled = (last.instant_ms - first.instant_ms) as f64 / 1e3;
        if samples.len() < 2 || sampled == 0.0 {
            return f64::NAN;
        }
        let distance = sampled / (count - 1.0);
        let mut to_start = (first.instant_ms - from_ms) as f64 / 1e3;
        let to_end = (to_ms - last.instant_ms) as f64 / 1e3;
        if is_counter && growth > 0.0 && first.value >= 0.0 {
            to_start = to_start.min(sampled * (first.value / growth));
        }
        let reach = |edge: f64| if edge < distance * 1.1 { edge } else { distance / 2.0 };
        growth * (sampled + reach(to_start) + reach(to_end)) / sampled
    };
    let counted = || {
        let lost: f64 = pairs().filter(|(a, b)| b < a).map(|(a, _)| *a).sum();
        last.value - first.value + lost
    };
    let range_s = (to_ms - from_ms) as f64 / 1e3;
    let asked = over_ms as f64 / 1e3 / range_s;
    match function {
        F::Avg => mean,
        F::SumOrZero => values.iter().sum(),
        F::Count => count,
        F::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
        F::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        F::Stddev => (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt(),
        F::Rate => extrapolated(counted(), true) / range_s,
        F::Increase => extrapolated(counted(), true) * asked,
        F::Delta => extrapolated(last.value - first.value, false) * asked,
        F::Slope => {
            let seconds: Vec<f64> =
                samples.iter().map(|sample| (sample.instant_ms - first.instant_ms) as f64 / 1e3).collect();
            let middle = seconds.iter().sum::<f64>() / count;
            let squares: f64 = seconds.iter().map(|s| (s - middle).powi(2)).sum();
            let products: f64 = seconds.iter().zip(&values).map(|(s, v)| (s - middle) * (v - mean)).sum();
            if squares > 0.0 { products / squares } else { f64::NAN }
        }
        F::Changes => pairs().filter(|(a, b)| a != b).count() as f64,
        F::Resets => pairs().filter(|(a, b)| b < a).count() as f64,
        F::First => first.value,
        F::Last => last.value,
        _ => panic!("not read off a slot"),
    }
}

/// The last values of the ticks.
fn of_ticks(function: F, samples: &[Sample]) -> f64 {
    let tick = |sample: &Sample| (sample.instant_ms + TICK_MS - 1).div_euclid(TICK_MS);
    let mut values: Vec<f64> = samples
        .chunk_by(|a, b| tick(a) == tick(b))
        .filter_map(|of_tick| of_tick.last())
        .map(|s| s.value)
        .collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1);
    match (function, last) {
        (_, None) => f64::NAN,
        (F::Quantile(q), Some(last)) => {
            let rank = q * last as f64;
            let (low, high) = (values[rank.floor() as usize], values[(rank.ceil() as usize).min(last)]);
            low + (high - low) * (rank - rank.floor())
        }
        (F::Top(n), Some(_)) => values.iter().rev().nth(n as usize - 1).copied().unwrap_or(f64::NAN),
        (F::Bottom(n), Some(_)) => values.get(n as usize - 1).copied().unwrap_or(f64::NAN),
        (F::Distinct, Some(_)) => {
            values.dedup();
            values.len() as f64
        }
        _ => panic!("not read off ticks"),
    }
}

fn near(a: f64, b: f64) -> bool {
    (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

const READ: [F; 14] = [
    F::Avg,
    F::SumOrZero,
    F::Count,
    F::Min,
    F::Max,
    F::Stddev,
    F::Rate,
    F::Increase,
    F::Delta,
    F::Slope,
    F::Changes,
    F::Resets,
    F::First,
    F::Last,
];
const RANKED: [F; 5] = [F::Quantile(0.9), F::Quantile(0.5), F::Distinct, F::Top(2), F::Bottom(1)];

fn all_keeps() -> Vec<Keep> {
    vec![
        Keep::Sum,
        Keep::Min,
        Keep::Max,
        Keep::Moments,
        Keep::Counter,
        Keep::Changes,
        Keep::Slope,
        Keep::Values,
    ]
}

/// Samples by tick: offsets back from the tick, and small whole values so that changes and resets happen.
fn samples(ticks: usize) -> impl Strategy<Value = Vec<Vec<Sample>>> {
    let sample = (0..ROWS, 0..TICK_MS, -3..12_i32);
    prop::collection::vec(prop::collection::vec(sample, 0..6), ticks).prop_map(|ticks| {
        let of_tick = |(tick, samples): (i64, Vec<(usize, i64, i32)>)| {
            let mut samples: Vec<Sample> = samples
                .into_iter()
                .map(|(row, back, value)| Sample {
                    row,
                    instant_ms: tick * TICK_MS - back,
                    value: f64::from(value),
                })
                .collect();
            samples.sort_by_key(|sample| (sample.row, sample.instant_ms));
            samples.dedup_by_key(|sample| (sample.row, sample.instant_ms));
            samples
        };
        (1_000_003..).zip(ticks).map(of_tick).collect()
    })
}

fn run_tick(
    window: &mut WindowState,
    tick: i64,
    samples: &[Sample],
    functions: &[F],
    scratch: &mut Scratch,
) -> Vec<Vec<f64>> {
    window.begin(tick);
    for sample in samples {
        window.push(sample.row, sample.instant_ms, sample.value, false);
    }
    let mut out: Vec<(F, Vec<f64>)> =
        functions.iter().map(|function| (*function, vec![f64::NAN; 64])).collect();
    let moment = Moment { at_ms: tick * TICK_MS, tick_ms: TICK_MS, is_warming: false };
    window.read(moment, &Bitmap(vec![u64::MAX]), &mut out, &mut [], scratch);
    out.into_iter().map(|(_, column)| column).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn windows_are_their_definition((ticks, pane) in (1..20_u32).prop_flat_map(|ticks| (Just(ticks), 1..=ticks)), fed in samples(60)) {
        let mut window = WindowState::new(&planned(ticks, pane, all_keeps()));
        window.resize(64);
        let functions: Vec<F> = READ.into_iter().chain(RANKED).collect();
        let mut scratch = Scratch::default();
        for (at, samples) in fed.iter().enumerate() {
            let tick = 1_000_003 + at as i64;
            let read = run_tick(&mut window, tick, samples, &functions, &mut scratch);
            let from = (tick - i64::from(ticks)).div_euclid(i64::from(pane)) * i64::from(pane);
            for row in 0..ROWS {
                let between = |from: i64| -> Vec<Sample> {
                    let all = fed[..=at].iter().flatten().copied();
                    all.filter(|s| s.row == row && s.instant_ms > from * TICK_MS).collect()
                };
                for (function, column) in functions.iter().zip(&read) {
                    let wanted = if RANKED.contains(function) {
                        of_ticks(*function, &between(tick - i64::from(ticks)))
                    } else {
                        defined(*function, &between(from), from * TICK_MS, tick * TICK_MS, i64::from(ticks) * TICK_MS)
                    };
                    prop_assert!(near(column[row], wanted), "{function:?} of row {row} at {at}: {} for {wanted}", column[row]);
                }
            }
        }
    }

    /// Whatever came before the window reaches back, and whenever the engine started: the same bits.
    #[test]
    fn what_is_read_depends_on_the_samples_in_the_window_alone(
        (ticks, pane) in (1..12_u32).prop_flat_map(|ticks| (Just(ticks), 1..=ticks)),
        before in samples(30),
        fed in samples(60),
    ) {
        let mut early = WindowState::new(&planned(ticks, pane, all_keeps()));
        let mut late = WindowState::new(&planned(ticks, pane, all_keeps()));
        early.resize(64);
        late.resize(64);
        let functions: Vec<F> = READ.into_iter().chain(RANKED).collect();
        let mut scratch = Scratch::default();
        let shift = before.len() as i64;
        for (at, samples) in before.iter().enumerate() {
            let tick = 1_000_003 + at as i64;
            run_tick(&mut early, tick, samples, &functions, &mut scratch);
        }
        for (at, samples) in fed.iter().enumerate() {
            let tick = 1_000_003 + shift + at as i64;
            let moved: Vec<Sample> = samples
                .iter()
                .map(|s| Sample { instant_ms: s.instant_ms + shift * TICK_MS, value: s.value * 0.1, ..*s })
                .collect();
            let of_early = run_tick(&mut early, tick, &moved, &functions, &mut scratch);
            let of_late = run_tick(&mut late, tick, &moved, &functions, &mut scratch);
            if at as u32 >= ticks + pane {
                for (a, b) in of_early.iter().flatten().zip(of_late.iter().flatten()) {
                    prop_assert_eq!(a.to_bits(), b.to_bits());
                }
            }
        }
    }

    /// Kleene's `or` and `and`, and counts, over the ticks at which the row was there.
    #[test]
    fn conditions_are_counted_tick_by_tick(
        (ticks, pane) in (1..12_u32).prop_flat_map(|ticks| (Just(ticks), 1..=ticks)),
        fed in prop::collection::vec((prop::option::of(any::<bool>()), prop::bool::weighted(0.8)), 40),
    ) {
        let mut window = WindowState::new(&planned(ticks, pane, vec![Keep::Truth]));
        window.resize(64);
        let mut scratch = Scratch::default();
        for (at, (is, is_there)) in fed.iter().enumerate() {
            let tick = 77 + at as i64;
            window.begin(tick);
            let (mut of, mut any, mut all) = (Truth::default(), Truth::default(), Truth::default());
            for truth in [&mut of, &mut any, &mut all] {
                truth.resize(1);
            }
            of.set(0, *is);
            window.push_condition(&Bitmap(vec![u64::from(*is_there)]), tick * TICK_MS, &of);
            let mut values = vec![(F::TrueCount, vec![0.0; 64]), (F::KnownCount, vec![0.0; 64])];
            let mut conditions = vec![(WindowTest::Any, any), (WindowTest::All, all)];
            let moment = Moment { at_ms: tick * TICK_MS, tick_ms: TICK_MS, is_warming: false };
            window.read(moment, &Bitmap(vec![1]), &mut values, &mut conditions, &mut scratch);
            let from = (tick - i64::from(ticks)).div_euclid(i64::from(pane)) * i64::from(pane);
            let seen: Vec<Option<bool>> = fed[..=at]
                .iter()
                .enumerate()
                .filter(|(of, (_, is_there))| 77 + *of as i64 > from && *is_there)
                .map(|(_, (is, _))| *is)
                .collect();
            let has = |is: Option<bool>| seen.contains(&is);
            let known = seen.iter().flatten().count() as f64;
            let wanted_any = if has(Some(true)) { Some(true) } else if has(None) || seen.is_empty() { None } else { Some(false) };
            let wanted_all = if has(Some(false)) { Some(false) } else if has(None) || seen.is_empty() { None } else { Some(true) };
            prop_assert_eq!(conditions[0].1.get(0), wanted_any);
            prop_assert_eq!(conditions[1].1.get(0), wanted_all);
            prop_assert_eq!(values[0].1[0], seen.iter().flatten().filter(|is| **is).count() as f64);
            prop_assert_eq!(values[1].1[0], known);
        }
    }
}

#[test]
fn a_column_is_taken_where_rows_are_alive_and_numbers_are_there() {
    let window =
        Window { of: WindowSource::Column(ColumnId(0)), ..planned(3, 1, vec![Keep::Sum, Keep::Values]) };
    let mut window = WindowState::new(&window);
    window.resize(64);
    let mut scratch = Scratch::default();
    let mut column = vec![1.0; 64];
    column[1] = f64::NAN;
    let mut out = vec![(F::Count, vec![0.0; 64]), (F::Distinct, vec![0.0; 64])];
    for tick in 1..=3 {
        window.begin(tick);
        window.push_column(&Bitmap(vec![0b11]), tick * TICK_MS, &column);
        let moment = Moment { at_ms: tick * TICK_MS, tick_ms: TICK_MS, is_warming: false };
        window.read(moment, &Bitmap(vec![0b11]), &mut out, &mut [], &mut scratch);
    }
    assert_eq!(out[0].1[..3], [3.0, 0.0, 0.0]);
    assert_eq!(out[1].1[0], 1.0);
    assert!(out[1].1[1].is_nan());
}

#[test]
fn a_counter_that_begins_anew_does_not_go_on_from_before() {
    let mut window = WindowState::new(&planned(6, 1, vec![Keep::Counter]));
    window.resize(64);
    let mut scratch = Scratch::default();
    let mut read = Vec::new();
    let fed = [(1, 100.0, false), (2, 110.0, false), (3, 5_000.0, true), (4, 5_020.0, false)];
    for (tick, value, anew) in fed {
        window.begin(tick);
        window.push(0, tick * TICK_MS, value, anew);
        let mut out = vec![(F::Increase, vec![0.0; 64]), (F::Resets, vec![0.0; 64])];
        let moment = Moment { at_ms: tick * TICK_MS, tick_ms: TICK_MS, is_warming: false };
        window.read(moment, &Bitmap(vec![1]), &mut out, &mut [], &mut scratch);
        read = out.iter().map(|(_, column)| column[0]).collect();
    }
    // 10 and 20 between four samples 5 s apart; half a distance is added where the window began before.
    assert_eq!(read, [30.0 * (15.0 + 2.5) / 15.0, 0.0]);
}

#[test]
fn a_window_takes_the_memory_that_its_plan_says() {
    use Keep as K;
    for keep in [K::Sum, K::Min, K::Max, K::Values, K::Moments, K::Counter, K::Changes, K::Slope, K::Truth] {
        for (ticks, pane_ticks) in [(1, 1), (30, 1), (31, 7), (1_440, 3)] {
            let planned = planned(ticks, pane_ticks, vec![keep]);
            let mut window = WindowState::new(&planned);
            window.resize(64);
            let said = planned.bytes_per_row() * 64;
            assert_eq!(window.bytes() as u64, said, "{keep:?} of {ticks} ticks in panes of {pane_ticks}");
        }
    }
}
