//! When a source is asked: at whole multiples of its interval, so that what it brings is fresh when a tick closes.

/// The times at which one source is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Schedule {
    /// The distance, in ms.
    pub(super) interval_ms: i64,
    /// Its place within the interval, in ms, so that many targets are not asked all at once.
    pub(super) offset_ms: i64,
}

impl Schedule {
    /// The first time after `now_ms`.
    pub(super) fn after(self, now_ms: i64) -> i64 {
        let interval = self.interval_ms.max(1);
        let since = now_ms.saturating_sub(self.offset_ms).rem_euclid(interval);
        now_ms.saturating_add(interval - since)
    }

    /// How many times there were between `from_ms` and `to_ms`, both left out.
    pub(super) fn between(self, from_ms: i64, to_ms: i64) -> u64 {
        let first = self.after(from_ms);
        if first >= to_ms {
            return 0;
        }
        let times = (to_ms - 1 - first) / self.interval_ms.max(1) + 1;
        u64::try_from(times).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Schedule;

    #[test]
    fn at_multiples_with_an_offset() {
        let schedule = Schedule { interval_ms: 5_000, offset_ms: 1_000 };
        assert_eq!([999, 1_000, 5_999, 6_000].map(|now| schedule.after(now)), [1_000, 6_000, 6_000, 11_000]);
    }

    #[test]
    fn what_lies_between_is_counted() {
        let schedule = Schedule { interval_ms: 5_000, offset_ms: 0 };
        assert_eq!(schedule.between(5_000, 10_000), 0);
        assert_eq!(schedule.between(5_000, 10_001), 1);
        assert_eq!(schedule.between(5_000, 30_000), 4);
        assert_eq!(schedule.between(4_999, 5_000), 0);
    }
}
