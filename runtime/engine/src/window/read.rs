//! What is read off a window, row by row.

use super::WindowState;
use super::extrapolate::{Edges, Ends, factor};
use super::monoid::{Changes, Count, Counter, Greatest, Least, Moments, Monoid, Slope, Sum, Ticks, seconds};
use super::phase::Phase;
use super::two_stack::TwoStack;
use crate::bits::{Bitmap, Truth};
use crate::rank;
use nvp_plan::window::{WindowFunction, WindowTest};
use std::ops::Range;

/// How many rows are read at once: what is read of them stays in the cache until it is written out.
const ROWS: usize = 1_024;

/// Memory for the rows read at once.
#[derive(Debug)]
pub(crate) struct Scratch {
    sums: Vec<Sum>,
    counts: Vec<Count>,
    least: Vec<Least>,
    greatest: Vec<Greatest>,
    moments: Vec<Moments>,
    counters: Vec<Counter>,
    changes: Vec<Changes>,
    slopes: Vec<Slope>,
    ticks: Vec<Ticks>,
    values: Vec<f64>,
}

impl Default for Scratch {
    fn default() -> Self {
        Self {
            sums: vec![Sum::EMPTY; ROWS],
            counts: vec![Count::EMPTY; ROWS],
            least: vec![Least::EMPTY; ROWS],
            greatest: vec![Greatest::EMPTY; ROWS],
            moments: vec![Moments::EMPTY; ROWS],
            counters: vec![Counter::EMPTY; ROWS],
            changes: vec![Changes::EMPTY; ROWS],
            slopes: vec![Slope::EMPTY; ROWS],
            ticks: vec![Ticks::EMPTY; ROWS],
            values: Vec::new(),
        }
    }
}

/// When it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) at_ms: i64,
    pub(crate) tick_ms: i64,
    /// Not yet to be believed: everything read off is missing.
    pub(crate) is_warming: bool,
}

impl WindowState {
    /// Reads everything asked for off, once a tick, and so ends the tick.
    pub(crate) fn read(
        &mut self,
        moment: Moment,
        alive: &Bitmap,
        values: &mut [(WindowFunction, Vec<f64>)],
        conditions: &mut [(WindowTest, Truth)],
        scratch: &mut Scratch,
    ) {
        let Some(phase) = self.phase else { return };
        let range_ms = phase.ticks.saturating_mul(moment.tick_ms);
        let reader = Reader {
            edges: Edges { from_ms: moment.at_ms.saturating_sub(range_ms), to_ms: moment.at_ms },
            range_s: seconds(range_ms),
            over_s: seconds(self.over_ms),
        };
        let mut start = 0;
        while start < self.rows {
            let rows = start..self.rows.min(start + ROWS);
            self.read_parts(rows.clone(), phase, scratch);
            for (function, column) in &mut *values {
                let Some(to) = column.get_mut(rows.clone()) else { continue };
                if moment.is_warming {
                    to.fill(f64::NAN);
                } else {
                    self.read_value(*function, &reader, rows.clone(), alive, to, scratch);
                }
            }
            for (test, column) in &mut *conditions {
                read_condition(*test, moment.is_warming, rows.clone(), column, &scratch.ticks);
            }
            start = rows.end;
        }
    }

    fn read_parts(&mut self, rows: Range<usize>, phase: Phase, scratch: &mut Scratch) {
        fn read<M: Monoid>(part: &mut Option<TwoStack<M>>, rows: &Range<usize>, phase: Phase, to: &mut [M]) {
            if let Some(part) = part {
                part.read(rows.clone(), phase, to);
            }
        }
        if let Some((sums, counts)) = &mut self.sums {
            sums.read(rows.clone(), phase, &mut scratch.sums);
            counts.read(rows.clone(), phase, &mut scratch.counts);
        }
        read(&mut self.least, &rows, phase, &mut scratch.least);
        read(&mut self.greatest, &rows, phase, &mut scratch.greatest);
        read(&mut self.moments, &rows, phase, &mut scratch.moments);
        read(&mut self.counters, &rows, phase, &mut scratch.counters);
        read(&mut self.changes, &rows, phase, &mut scratch.changes);
        read(&mut self.slopes, &rows, phase, &mut scratch.slopes);
        read(&mut self.ticks, &rows, phase, &mut scratch.ticks);
    }

    fn read_value(
        &self,
        function: WindowFunction,
        reader: &Reader,
        rows: Range<usize>,
        alive: &Bitmap,
        to: &mut [f64],
        scratch: &mut Scratch,
    ) {
        use WindowFunction as F;
        let has_sums = self.sums.is_some();
        let has_counters = self.counters.is_some();
        match function {
            F::Avg if has_sums => {
                for ((to, sum), count) in to.iter_mut().zip(&scratch.sums).zip(&scratch.counts) {
                    *to = sum.0 / f64::from(count.0);
                }
            }
            F::Avg => map(to, &scratch.moments, |part| if part.count > 0.0 { part.mean } else { f64::NAN }),
            F::SumOrZero => map(to, &scratch.sums, |part| part.0),
            F::Count if has_sums => map(to, &scratch.counts, |part| f64::from(part.0)),
            F::Count if self.moments.is_some() => map(to, &scratch.moments, |part| part.count),
            F::Count if has_counters => map(to, &scratch.counters, |part| f64::from(part.count())),
            F::Count => map(to, &scratch.changes, |part| f64::from(part.count)),
            F::Min => map(to, &scratch.least, |part| part.0),
            F::Max => map(to, &scratch.greatest, |part| part.0),
            F::Stddev => map(to, &scratch.moments, Moments::deviation),
            F::Rate => map(to, &scratch.counters, |part| reader.rate(part)),
            F::Increase => map(to, &scratch.counters, |part| reader.increase(part)),
            F::Delta if has_counters => map(to, &scratch.counters, |part| reader.delta_of_counter(part)),
            F::Delta => map(to, &scratch.changes, |part| reader.delta(part)),
            F::Slope => map(to, &scratch.slopes, Slope::slope),
            F::Changes => map(to, &scratch.changes, |part| of_any(part.count, f64::from(part.changes))),
            F::Resets => map(to, &scratch.counters, |part| of_any(part.count(), f64::from(part.resets))),
            F::First if has_counters => map(to, &scratch.counters, |part| part.first),
            F::First => map(to, &scratch.changes, |part| part.first),
            F::Last if has_counters => map(to, &scratch.counters, |part| part.last),
            F::Last => map(to, &scratch.changes, |part| part.last),
            F::TrueCount => map(to, &scratch.ticks, |part| f64::from(part.are_true)),
            F::KnownCount => {
                map(to, &scratch.ticks, |part| f64::from(part.are_true) + f64::from(part.are_false))
            }
            F::Quantile(quantile) => {
                self.rank(rows, alive, to, &mut scratch.values, |values| rank::quantile(values, quantile));
            }
            F::Distinct => self.rank(rows, alive, to, &mut scratch.values, rank::distinct),
            F::Top(n) => {
                self.rank(rows, alive, to, &mut scratch.values, |values| rank::nth_greatest(values, n));
            }
            F::Bottom(n) => {
                self.rank(rows, alive, to, &mut scratch.values, |values| rank::nth_smallest(values, n));
            }
        }
    }

    fn rank(
        &self,
        rows: Range<usize>,
        alive: &Bitmap,
        to: &mut [f64],
        values: &mut Vec<f64>,
        of: impl Fn(&mut [f64]) -> f64,
    ) {
        for (row, to) in rows.zip(to) {
            *to = f64::NAN;
            if alive.get(row) {
                values.clear();
                self.gather(row, values);
                *to = of(values);
            }
        }
    }
}

/// The window's edges and lengths in seconds.
struct Reader {
    edges: Edges,
    /// How long it is, its oldest pane included.
    range_s: f64,
    /// How long it was asked to be.
    over_s: f64,
}

impl Reader {
    fn rate(&self, part: &Counter) -> f64 {
        let growth = part.last - part.first + part.lost;
        growth * (factor(&counted(part, growth), self.edges) / self.range_s)
    }

    fn increase(&self, part: &Counter) -> f64 {
        let growth = part.last - part.first + part.lost;
        self.asked(growth * factor(&counted(part, growth), self.edges))
    }

    fn delta_of_counter(&self, part: &Counter) -> f64 {
        let growth = part.last - part.first;
        let ends = Ends { is_counter: false, ..counted(part, growth) };
        self.asked(growth * factor(&ends, self.edges))
    }

    fn delta(&self, part: &Changes) -> f64 {
        let growth = part.last - part.first;
        let ends = Ends {
            first: part.first,
            first_ms: part.first_ms,
            last_ms: part.last_ms,
            count: part.count,
            growth,
            is_counter: false,
        };
        self.asked(growth * factor(&ends, self.edges))
    }

    /// Of the length asked for, where the window's oldest pane reaches further back.
    fn asked(&self, growth: f64) -> f64 {
        if self.range_s == self.over_s { growth } else { growth * (self.over_s / self.range_s) }
    }
}

fn counted(part: &Counter, growth: f64) -> Ends {
    Ends {
        first: part.first,
        first_ms: part.first_ms,
        last_ms: part.last_ms,
        count: part.count(),
        growth,
        is_counter: true,
    }
}

fn map<M>(to: &mut [f64], parts: &[M], of: impl Fn(&M) -> f64) {
    for (to, part) in to.iter_mut().zip(parts) {
        *to = of(part);
    }
}

fn of_any(count: u32, value: f64) -> f64 {
    if count > 0 { value } else { f64::NAN }
}

fn read_condition(test: WindowTest, is_warming: bool, rows: Range<usize>, to: &mut Truth, ticks: &[Ticks]) {
    let words = to.is_true.iter_mut().zip(&mut to.is_false).skip(rows.start / 64);
    for ((is_true, is_false), ticks) in words.zip(ticks.chunks(64)).take(rows.len().div_ceil(64)) {
        (*is_true, *is_false) = (0, 0);
        if is_warming {
            continue;
        }
        for (bit, ticks) in ticks.iter().enumerate() {
            let (decisive, other) = match test {
                WindowTest::Any => (ticks.are_true, ticks.are_false),
                WindowTest::All => (ticks.are_false, ticks.are_true),
            };
            let decided = decisive > 0;
            let otherwise = !decided && ticks.are_unknown == 0 && other > 0;
            let (yes, no) = match test {
                WindowTest::Any => (decided, otherwise),
                WindowTest::All => (otherwise, decided),
            };
            *is_true |= u64::from(yes) << bit;
            *is_false |= u64::from(no) << bit;
        }
    }
}
