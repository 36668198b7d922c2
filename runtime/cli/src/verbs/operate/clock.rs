//! Instants as the clock on the wall shows them.

use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// The clock on this machine's wall.
pub struct Clock {
    zone: TimeZone,
}

impl Clock {
    /// In the system's zone, or that of `TZ`.
    pub fn system() -> Self {
        Self { zone: TimeZone::system() }
    }

    fn zoned(&self, at_ms: i64) -> Option<Zoned> {
        Timestamp::from_millisecond(at_ms).ok().map(|at| at.to_zoned(self.zone.clone()))
    }

    fn shown(&self, at_ms: i64, format: &str) -> String {
        self.zoned(at_ms).map_or_else(|| "?".to_owned(), |at| at.strftime(format).to_string())
    }

    /// `2026-11-23 02:14:07`
    pub fn instant(&self, at_ms: i64) -> String {
        self.shown(at_ms, "%Y-%m-%d %H:%M:%S")
    }

    /// The same with its zone: `2026-11-23 02:14:07 CET`
    pub fn with_zone(&self, at_ms: i64) -> String {
        self.shown(at_ms, "%Y-%m-%d %H:%M:%S %Z")
    }

    /// An instant where there is one.
    pub fn maybe(&self, at_ms: Option<i64>) -> String {
        at_ms.map(|at_ms| self.instant(at_ms)).unwrap_or_default()
    }

    /// `02:14:07`
    pub fn time(&self, at_ms: i64) -> String {
        self.shown(at_ms, "%H:%M:%S")
    }

    /// `Monday, 2026-11-23 (CET)`
    pub fn day(&self, at_ms: i64) -> String {
        self.shown(at_ms, "%A, %Y-%m-%d (%Z)")
    }
}
