//! Units in which others count: policies hand over seconds and ratios.

use serde::Deserialize;

/// A unit of the other side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measure {
    /// By what a number in base units is multiplied to be one of these.
    factor: f64,
    /// By what it is then divided. One of the two is 1, so that nothing is rounded twice.
    divisor: f64,
}

/// The units, with factor and divisor.
const KNOWN: [(&str, f64, f64); 9] = [
    ("ns", 1e9, 1.0),
    ("us", 1e6, 1.0),
    ("ms", 1e3, 1.0),
    ("s", 1.0, 1.0),
    ("m", 1.0, 60.0),
    ("h", 1.0, 3_600.0),
    ("d", 1.0, 86_400.0),
    ("w", 1.0, 604_800.0),
    ("%", 100.0, 1.0),
];

impl Measure {
    /// The unit of this name.
    ///
    /// # Errors
    /// When there is none of this name.
    pub(super) fn parse(name: &str) -> Result<Self, String> {
        let found = KNOWN.iter().find(|(own, _, _)| *own == name);
        found
            .map(|&(_, factor, divisor)| Self { factor, divisor })
            .ok_or_else(|| format!("`{name}` is no unit here: write one of `ns us ms s m h d w %`"))
    }

    /// A number of these, from one in base units.
    pub(super) fn of_base(self, number: f64) -> f64 {
        number * self.factor / self.divisor
    }

    /// A number in base units, from one of these.
    pub(super) fn to_base(self, number: f64) -> f64 {
        number * self.divisor / self.factor
    }
}

impl<'de> Deserialize<'de> for Measure {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        Self::parse(&name).map_err(serde::de::Error::custom)
    }
}
