//! How a number of a known dimension is shown to people; the arithmetic of dimensions is the checker's.

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
