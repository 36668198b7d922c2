//! Literals: from a number with its unit to base units, and back to one canonical spelling.

use super::dimension::{Base, Core, Dimension};

/// How a written number becomes one in base units: multiplied, then divided, so that `70%` is the 0.7 that `70 / 100` is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Scale {
    /// The factor.
    pub(crate) times: f64,
    /// The divisor.
    pub(crate) over: f64,
}

impl Scale {
    /// Leaves a number as it is.
    pub(crate) const ONE: Self = Self { times: 1.0, over: 1.0 };

    /// A factor.
    pub(crate) const fn times(times: f64) -> Self {
        Self { times, over: 1.0 }
    }

    /// A divisor.
    pub(crate) const fn over(over: f64) -> Self {
        Self { times: 1.0, over }
    }

    /// The number in base units.
    pub(crate) fn apply(self, number: f64) -> f64 {
        number * self.times / self.over
    }

    /// The scale of a unit divided by another.
    pub(crate) fn per(self, under: Self) -> Self {
        Self { times: self.times * under.over, over: self.over * under.times }.reduced()
    }

    /// The scale of a unit that is so many of another.
    pub(crate) fn scaled(self, by: f64) -> Self {
        Self { times: self.times * by, over: self.over }.reduced()
    }

    /// As one factor.
    pub(crate) fn factor(self) -> f64 {
        self.times / self.over
    }

    fn reduced(self) -> Self {
        let (times, over) = (self.times, self.over);
        if over != 0.0 && (times / over).fract() == 0.0 {
            Self::times(times / over)
        } else if times != 0.0 && (over / times).fract() == 0.0 {
            Self::over(over / times)
        } else {
            self
        }
    }
}

/// The canonical spelling of a number in base units, such that reading it gives the number again.
pub(crate) fn literal_text(value: f64, dimension: &Dimension) -> String {
    let Dimension::Of(core, powers) = dimension else { return value.to_string() };
    let unit = match powers.as_slice() {
        [] if *core == Core::Ratio => return ratio(value, ""),
        [] => return value.to_string(),
        [(Base::Time, -1)] if *core == Core::Ratio => return ratio(value, "/s"),
        [(Base::Time, -1)] => return format!("{value}/s"),
        [(Base::Time, 1)] => return largest(value, TIMES, "s", ""),
        [(Base::Data, 1)] => return largest(value, DATA, "bytes", ""),
        [(Base::Time, 1), (under, -1)] => return largest(value, TIMES, "s", &format!("/{}", under.name())),
        [(Base::Time, -1), (Base::Data, 1)] => return largest(value, DATA, "bytes", "/s"),
        _ => dimension.formula(),
    };
    format!("{value}{unit}")
}

const TIMES: &[(&str, Scale)] = &[
    ("w", Scale::times(604_800.0)),
    ("d", Scale::times(86_400.0)),
    ("h", Scale::times(3_600.0)),
    ("m", Scale::times(60.0)),
    ("s", Scale::ONE),
    ("ms", Scale::over(1e3)),
    ("us", Scale::over(1e6)),
    ("ns", Scale::over(1e9)),
];

const DATA: &[(&str, Scale)] = &[
    ("TiB", Scale::times(1_099_511_627_776.0)),
    ("GiB", Scale::times(1_073_741_824.0)),
    ("MiB", Scale::times(1_048_576.0)),
    ("KiB", Scale::times(1_024.0)),
];

fn ratio(value: f64, rest: &str) -> String {
    let percent = (value * 100.0 * 1e9).round() / 1e9;
    if percent / 100.0 == value { format!("{percent}%{rest}") } else { format!("{value}ratio{rest}") }
}

/// In the largest unit of which it is a whole number, or else in the base unit.
fn largest(value: f64, units: &[(&str, Scale)], base: &str, rest: &str) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}{base}{rest}");
    }
    for (name, scale) in units {
        let number = (value / scale.times * scale.over).round();
        if number != 0.0 && scale.apply(number) == value {
            return format!("{number}{name}{rest}");
        }
    }
    format!("{value}{base}{rest}")
}
