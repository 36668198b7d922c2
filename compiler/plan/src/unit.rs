//! How a number of a known dimension is shown to people and scaled from the wire; the arithmetic of dimensions is the checker's.

/// What a number is, as far as showing it goes. Numbers themselves are always in base units: seconds, bytes, 1 for a ratio,
/// and one of whatever else is counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Unit {
    /// A pure number (scores, counts of series).
    #[default]
    Number,
    /// 1 is 100 %.
    Ratio,
    /// Seconds.
    Time,
    /// Bytes.
    Data,
    /// Seconds since the Unix epoch.
    Instant,
    /// Money or anything declared (`requests`, `EUR`), by its name.
    Counted(String),
    /// A product and a quotient of the above, such as requests per second.
    Compound {
        /// The factors above the stroke.
        over: Vec<Unit>,
        /// The factors below it.
        under: Vec<Unit>,
    },
}

/// How a number on the wire becomes one in base units: multiplied, then divided. One of the two is 1, so that 70 % is exactly what
/// `70%` in a policy is: 70 / 100, and not 70 × 0.01.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// What it is multiplied by.
    pub factor: f64,
    /// What it is then divided by.
    pub divisor: f64,
}

impl Scale {
    /// The wire's numbers are in base units.
    pub const ONE: Self = Self { factor: 1.0, divisor: 1.0 };

    /// The number in base units.
    #[must_use]
    pub fn apply(self, wire: f64) -> f64 {
        wire * self.factor / self.divisor
    }
}
