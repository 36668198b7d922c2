//! Windows at work: what each keeps, how samples get in, how time goes on. What is read off is in [`read`].

pub(crate) mod extrapolate;
pub(crate) mod monoid;
pub(crate) mod phase;
pub(crate) mod read;
pub(crate) mod ring;
pub(crate) mod two_stack;

use crate::bits::{Bitmap, Truth, ones};
use crate::snapshot::kept::kept;
use monoid::{Changes, Count, Counter, Greatest, Least, Moments, Monoid, Slope, Sum, Ticks};
use nvp_plan::window::{Keep, Window};
use phase::{Cut, Phase};
use ring::Ring;
use two_stack::TwoStack;

/// A window of all rows of its domain.
#[derive(Debug)]
pub(crate) struct WindowState {
    cut: Cut,
    phase: Option<Phase>,
    over_ms: i64,
    sums: Option<(TwoStack<Sum>, TwoStack<Count>)>,
    least: Option<TwoStack<Least>>,
    greatest: Option<TwoStack<Greatest>>,
    moments: Option<TwoStack<Moments>>,
    counters: Option<TwoStack<Counter>>,
    changes: Option<TwoStack<Changes>>,
    slopes: Option<TwoStack<Slope>>,
    ticks: Option<TwoStack<Ticks>>,
    ring: Option<Ring>,
    rows: usize,
}

kept!(WindowState {
    part sums,
    part least,
    part greatest,
    part moments,
    part counters,
    part changes,
    part slopes,
    part ticks,
    part ring,
});

/// Does the same with each part that there is.
macro_rules! each_part {
    ($window:expr, $part:ident => $do:expr) => {{
        let window = $window;
        if let Some(($part, _)) = &mut window.sums {
            $do;
        }
        if let Some((_, $part)) = &mut window.sums {
            $do;
        }
        if let Some($part) = &mut window.least {
            $do;
        }
        if let Some($part) = &mut window.greatest {
            $do;
        }
        if let Some($part) = &mut window.moments {
            $do;
        }
        if let Some($part) = &mut window.changes {
            $do;
        }
        if let Some($part) = &mut window.slopes {
            $do;
        }
    }};
}

impl WindowState {
    pub(crate) fn new(planned: &Window) -> Self {
        let cut = Cut::new(planned.ticks, planned.pane_ticks);
        let block = cut.block();
        let keeps = |keep| planned.keeps.contains(&keep);
        Self {
            cut,
            phase: None,
            over_ms: planned.over_ms,
            sums: keeps(Keep::Sum).then(|| (TwoStack::new(block), TwoStack::new(block))),
            least: keeps(Keep::Min).then(|| TwoStack::new(block)),
            greatest: keeps(Keep::Max).then(|| TwoStack::new(block)),
            moments: keeps(Keep::Moments).then(|| TwoStack::new(block)),
            counters: keeps(Keep::Counter).then(|| TwoStack::new(block)),
            changes: keeps(Keep::Changes).then(|| TwoStack::new(block)),
            slopes: keeps(Keep::Slope).then(|| TwoStack::new(block)),
            ticks: keeps(Keep::Truth).then(|| TwoStack::new(block)),
            ring: keeps(Keep::Values).then(|| Ring::new(planned.ticks)),
            rows: 0,
        }
    }

    /// After how many ticks of the same nothing it shows can change any more.
    pub(crate) fn span(&self) -> i64 {
        self.cut.span()
    }

    pub(crate) fn resize(&mut self, rows: usize) {
        self.rows = rows;
        each_part!(&mut *self, part => part.resize(rows));
        if let Some(counters) = &mut self.counters {
            counters.resize(rows);
        }
        if let Some(ticks) = &mut self.ticks {
            ticks.resize(rows);
        }
        if let Some(ring) = &mut self.ring {
            ring.resize(rows);
        }
    }

    /// Goes on to a tick, the one after the last.
    pub(crate) fn begin(&mut self, tick: i64) {
        if let Some(before) = self.phase.replace(self.cut.at(tick)) {
            each_part!(&mut *self, part => part.turn(before));
            if let Some(counters) = &mut self.counters {
                counters.turn(before);
            }
            if let Some(ticks) = &mut self.ticks {
                ticks.turn(before);
            }
        }
        if let Some(ring) = &mut self.ring {
            ring.begin(tick);
        }
    }

    /// Stands as after this tick; its slots are those of then.
    pub(crate) fn resume(&mut self, tick: i64) {
        self.phase = Some(self.cut.at(tick));
        if let Some(ring) = &mut self.ring {
            ring.resume(tick);
        }
    }

    /// Takes a sample, in order of the instants of its row; with `anew` a counter does not go on from the samples before.
    pub(crate) fn push(&mut self, row: usize, instant_ms: i64, value: f64, anew: bool) {
        each_part!(&mut *self, part => part.push(row, Monoid::of(instant_ms, value)));
        if let Some(counters) = &mut self.counters {
            counters.push(row, Counter::sample(instant_ms, value, anew));
        }
        if let Some(ring) = &mut self.ring {
            ring.set(row, value);
        }
    }

    /// Lets a counter count from zero at an instant before its first sample.
    pub(crate) fn born(&mut self, row: usize, zero_ms: i64) {
        if let Some(counters) = &mut self.counters {
            counters.push(row, Counter::sample(zero_ms, 0.0, true));
        }
    }

    /// Takes one sample of each of these rows; none is NaN.
    pub(crate) fn push_fresh(&mut self, fresh: &[u64], instants: &[i64], values: &[f64]) {
        each_part!(&mut *self, part => push_rows(part, fresh, instants, values));
        if let Some(counters) = &mut self.counters {
            push_rows(counters, fresh, instants, values);
        }
        if let Some(ring) = &mut self.ring {
            for (word, &bits) in fresh.iter().enumerate() {
                for row in ones(bits).map(|bit| word * 64 + bit) {
                    ring.set(row, values.get(row).copied().unwrap_or(f64::NAN));
                }
            }
        }
    }

    /// Takes the column's value of each row that is alive.
    pub(crate) fn push_column(&mut self, alive: &Bitmap, at_ms: i64, column: &[f64]) {
        each_part!(&mut *self, part => push_column(part, alive, at_ms, column));
        if let Some(counters) = &mut self.counters {
            push_column(counters, alive, at_ms, column);
        }
        if let Some(ring) = &mut self.ring {
            let words = alive.0.iter().flat_map(|word| std::iter::repeat_n(*word, 64));
            for (row, ((to, value), word)) in ring.now_mut().iter_mut().zip(column).zip(words).enumerate() {
                *to = if word >> (row % 64) & 1 == 1 { *value } else { f64::NAN };
            }
        }
    }

    /// Takes the condition of each of these rows.
    pub(crate) fn push_condition(&mut self, rows: &Bitmap, at_ms: i64, condition: &Truth) {
        let Some(ticks) = &mut self.ticks else { return };
        for row in rows.ones() {
            let value = condition.get(row).map_or(f64::NAN, |is| f64::from(u8::from(is)));
            ticks.push(row, Ticks::of(at_ms, value));
        }
    }

    /// The moments of one row, once this tick was read.
    pub(crate) fn moments_at(&self, row: usize) -> Moments {
        match (&self.moments, self.phase) {
            (Some(moments), Some(phase)) => moments.at(row, phase),
            _ => Moments::EMPTY,
        }
    }

    /// Appends the last values of a row's ticks.
    pub(crate) fn gather(&self, row: usize, to: &mut Vec<f64>) {
        if let Some(ring) = &self.ring {
            ring.gather(row, to);
        }
    }

    /// As if there had been no samples at all; it goes on at any tick.
    pub(crate) fn clear(&mut self) {
        self.phase = None;
        each_part!(&mut *self, part => part.clear());
        if let Some(counters) = &mut self.counters {
            counters.clear();
        }
        if let Some(ticks) = &mut self.ticks {
            ticks.clear();
        }
        if let Some(ring) = &mut self.ring {
            ring.clear();
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        fn of<M: Monoid>(part: &Option<TwoStack<M>>) -> usize {
            part.as_ref().map_or(0, TwoStack::bytes)
        }
        self.sums.as_ref().map_or(0, |(sums, counts)| sums.bytes() + counts.bytes())
            + of(&self.least)
            + of(&self.greatest)
            + of(&self.moments)
            + of(&self.counters)
            + of(&self.changes)
            + of(&self.slopes)
            + of(&self.ticks)
            + self.ring.as_ref().map_or(0, Ring::bytes)
    }
}

fn push_rows<M: Monoid>(part: &mut TwoStack<M>, fresh: &[u64], instants: &[i64], values: &[f64]) {
    let open = part.open.chunks_mut(64).zip(instants.chunks(64)).zip(values.chunks(64));
    for (((open, instants), values), &bits) in open.zip(fresh) {
        if bits == u64::MAX {
            for ((open, instant), value) in open.iter_mut().zip(instants).zip(values) {
                *open = open.then(M::of(*instant, *value));
            }
        } else {
            for bit in ones(bits) {
                if let (Some(open), Some(instant), Some(value)) =
                    (open.get_mut(bit), instants.get(bit), values.get(bit))
                {
                    *open = open.then(M::of(*instant, *value));
                }
            }
        }
    }
}

fn push_column<M: Monoid>(part: &mut TwoStack<M>, alive: &Bitmap, at_ms: i64, column: &[f64]) {
    for ((open, values), &bits) in part.open.chunks_mut(64).zip(column.chunks(64)).zip(&alive.0) {
        for (bit, (open, value)) in open.iter_mut().zip(values).enumerate() {
            let taken = open.then(M::of(at_ms, *value));
            *open = if bits >> bit & 1 == 1 && !value.is_nan() { taken } else { *open };
        }
    }
}

#[cfg(test)]
mod tests;
