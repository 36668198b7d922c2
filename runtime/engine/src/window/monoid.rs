//! What slots keep: summaries of samples that can be put together in order of time, the empty one being neutral.
//!
//! Putting together is always earlier ∘ later and always cut at the same ticks, so the same samples give the same bits.

use serde::{Deserialize, Serialize};

/// A summary of samples.
pub(crate) trait Monoid: Copy {
    /// Of no samples.
    const EMPTY: Self;

    /// Of one sample.
    fn of(instant_ms: i64, value: f64) -> Self;

    /// Of these samples and then those.
    #[must_use]
    fn then(self, later: Self) -> Self;
}

/// Their sum.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sum(pub(crate) f64);

impl Monoid for Sum {
    const EMPTY: Self = Self(0.0);

    #[inline(always)]
    fn of(_: i64, value: f64) -> Self {
        Self(value)
    }

    #[inline(always)]
    fn then(self, later: Self) -> Self {
        Self(self.0 + later.0)
    }
}

/// Their number.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Count(pub(crate) u32);

impl Monoid for Count {
    const EMPTY: Self = Self(0);

    #[inline(always)]
    fn of(_: i64, _: f64) -> Self {
        Self(1)
    }

    #[inline(always)]
    fn then(self, later: Self) -> Self {
        Self(self.0.wrapping_add(later.0))
    }
}

/// The smallest; NaN of none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Least(pub(crate) f64);

impl Monoid for Least {
    const EMPTY: Self = Self(f64::NAN);

    #[inline(always)]
    fn of(_: i64, value: f64) -> Self {
        Self(value)
    }

    /// Of equal ones (−0 and 0) the earlier.
    #[inline(always)]
    fn then(self, later: Self) -> Self {
        if self.0 <= later.0 || later.0.is_nan() { self } else { later }
    }
}

/// The greatest; NaN of none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Greatest(pub(crate) f64);

impl Monoid for Greatest {
    const EMPTY: Self = Self(f64::NAN);

    #[inline(always)]
    fn of(_: i64, value: f64) -> Self {
        Self(value)
    }

    /// Of equal ones (−0 and 0) the earlier.
    #[inline(always)]
    fn then(self, later: Self) -> Self {
        if self.0 >= later.0 || later.0.is_nan() { self } else { later }
    }
}

/// Their number, mean and sum of squared differences from it (Chan, Golub and LeVeque).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Moments {
    pub(crate) count: f64,
    pub(crate) mean: f64,
    pub(crate) squares: f64,
}

impl Moments {
    /// The population standard deviation; missing of none.
    pub(crate) fn deviation(&self) -> f64 {
        (self.squares / self.count).sqrt()
    }
}

impl Monoid for Moments {
    const EMPTY: Self = Self { count: 0.0, mean: 0.0, squares: 0.0 };

    #[inline(always)]
    fn of(_: i64, value: f64) -> Self {
        Self { count: 1.0, mean: value, squares: if value.is_finite() { 0.0 } else { f64::NAN } }
    }

    fn then(self, later: Self) -> Self {
        if self.count == 0.0 {
            return later;
        }
        if later.count == 0.0 {
            return self;
        }
        let count = self.count + later.count;
        let difference = later.mean - self.mean;
        let share = later.count / count;
        Self {
            count,
            mean: self.mean + difference * share,
            squares: self.squares + later.squares + difference * difference * self.count * share,
        }
    }
}

/// What is needed to tell a counter's growth: first and last sample, and what was lost at resets between samples.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counter {
    pub(crate) first: f64,
    pub(crate) first_ms: i64,
    pub(crate) last: f64,
    pub(crate) last_ms: i64,
    /// What has to be added to `last − first`.
    pub(crate) lost: f64,
    /// The number of samples, twice, and one more if the first begins a new series: what it says does not go on from before.
    count: u32,
    pub(crate) resets: u32,
}

impl Counter {
    /// Of one sample; with `anew` it does not go on from what the row's samples said before.
    pub(crate) fn sample(instant_ms: i64, value: f64, anew: bool) -> Self {
        let count = 2 + u32::from(anew);
        Self {
            first: value,
            first_ms: instant_ms,
            last: value,
            last_ms: instant_ms,
            lost: 0.0,
            count,
            resets: 0,
        }
    }

    /// How many samples.
    pub(crate) fn count(&self) -> u32 {
        self.count / 2
    }
}

impl Monoid for Counter {
    const EMPTY: Self =
        Self { first: f64::NAN, first_ms: 0, last: f64::NAN, last_ms: 0, lost: 0.0, count: 0, resets: 0 };

    fn of(instant_ms: i64, value: f64) -> Self {
        Self::sample(instant_ms, value, false)
    }

    fn then(self, later: Self) -> Self {
        if self.count < 2 {
            return later;
        }
        if later.count < 2 {
            return self;
        }
        let begins_anew = later.count & 1 == 1;
        let fell = !begins_anew && later.first < self.last;
        let lost = if begins_anew {
            self.last - later.first
        } else if fell {
            self.last
        } else {
            0.0
        };
        Self {
            first: self.first,
            first_ms: self.first_ms,
            last: later.last,
            last_ms: later.last_ms,
            lost: self.lost + lost + later.lost,
            count: self.count.saturating_add(later.count & !1),
            resets: self.resets.saturating_add(later.resets).saturating_add(u32::from(fell)),
        }
    }
}

/// First and last sample, and how often one differed from that before.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Changes {
    pub(crate) first: f64,
    pub(crate) first_ms: i64,
    pub(crate) last: f64,
    pub(crate) last_ms: i64,
    pub(crate) count: u32,
    pub(crate) changes: u32,
}

impl Monoid for Changes {
    const EMPTY: Self =
        Self { first: f64::NAN, first_ms: 0, last: f64::NAN, last_ms: 0, count: 0, changes: 0 };

    fn of(instant_ms: i64, value: f64) -> Self {
        Self { first: value, first_ms: instant_ms, last: value, last_ms: instant_ms, count: 1, changes: 0 }
    }

    fn then(self, later: Self) -> Self {
        if self.count == 0 {
            return later;
        }
        if later.count == 0 {
            return self;
        }
        let differs = u32::from(self.last != later.first);
        Self {
            first: self.first,
            first_ms: self.first_ms,
            last: later.last,
            last_ms: later.last_ms,
            count: self.count.saturating_add(later.count),
            changes: self.changes.saturating_add(later.changes).saturating_add(differs),
        }
    }
}

/// Their number, means and co-moments of instant and value. Instants are in seconds after that of the first sample.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Slope {
    base_ms: i64,
    count: f64,
    mean_s: f64,
    mean: f64,
    squares_s: f64,
    products: f64,
}

impl Slope {
    /// The least-squares slope per second; missing of fewer than two instants.
    pub(crate) fn slope(&self) -> f64 {
        if self.squares_s > 0.0 { self.products / self.squares_s } else { f64::NAN }
    }
}

impl Monoid for Slope {
    const EMPTY: Self =
        Self { base_ms: 0, count: 0.0, mean_s: 0.0, mean: 0.0, squares_s: 0.0, products: 0.0 };

    fn of(instant_ms: i64, value: f64) -> Self {
        Self { base_ms: instant_ms, count: 1.0, mean_s: 0.0, mean: value, squares_s: 0.0, products: 0.0 }
    }

    fn then(self, later: Self) -> Self {
        if self.count == 0.0 {
            return later;
        }
        if later.count == 0.0 {
            return self;
        }
        let count = self.count + later.count;
        let share = later.count / count;
        let seconds = seconds(later.base_ms.saturating_sub(self.base_ms)) + later.mean_s - self.mean_s;
        let difference = later.mean - self.mean;
        let weight = self.count * share;
        Self {
            base_ms: self.base_ms,
            count,
            mean_s: self.mean_s + seconds * share,
            mean: self.mean + difference * share,
            squares_s: self.squares_s + later.squares_s + seconds * seconds * weight,
            products: self.products + later.products + seconds * difference * weight,
        }
    }
}

/// Of conditions: how many ticks were true, false, unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticks {
    pub(crate) are_true: u32,
    pub(crate) are_false: u32,
    pub(crate) are_unknown: u32,
}

impl Monoid for Ticks {
    const EMPTY: Self = Self { are_true: 0, are_false: 0, are_unknown: 0 };

    /// A condition as a number: 1 is true, 0 false, NaN unknown.
    fn of(_: i64, value: f64) -> Self {
        Self {
            are_true: u32::from(value == 1.0),
            are_false: u32::from(value == 0.0),
            are_unknown: u32::from(value.is_nan()),
        }
    }

    #[inline(always)]
    fn then(self, later: Self) -> Self {
        Self {
            are_true: self.are_true.wrapping_add(later.are_true),
            are_false: self.are_false.wrapping_add(later.are_false),
            are_unknown: self.are_unknown.wrapping_add(later.are_unknown),
        }
    }
}

/// ms as seconds.
pub(crate) fn seconds(ms: i64) -> f64 {
    ms as f64 / 1_000.0
}
