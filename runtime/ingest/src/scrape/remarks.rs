//! What is odd about a target's answers, told in the log with its place: each kind of oddity once, again when there is
//! much more of it, and when it has stopped. The counters show how often.
//!
//! It decides nothing and leaves nothing out.

use nvp_formats::{Batch, DropReason, Dropped};

/// A sample further than this from our clock is told of, in ms: clocks drift by seconds, and what is wrong is wrong by more.
const CLOCK_DISTANCE_MS_MAX: u64 = 60_000;

/// How many times as much makes something worth telling again.
const GROWTH: u64 = 100;
/// After so many scrapes without it something has stopped.
const QUIET_SCRAPES: u32 = 60;

/// What was told of one reason.
#[derive(Debug, Clone, Copy, Default)]
struct Told {
    /// How many there were when it was last told; 0 for what was not told, or has stopped since.
    at: u64,
    /// How many there were after the last scrape.
    last: u64,
    /// How many were before what is being told of began.
    before: u64,
    /// The scrapes since there was one.
    quiet: u32,
}

/// What is to be told now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum News {
    Nothing,
    /// There were so many of it.
    More(u64),
    Stopped,
}

impl Told {
    /// Notes how many there were from the start until after a scrape.
    fn note(&mut self, count: u64) -> News {
        let has_grown = count > self.last;
        self.last = count;
        if has_grown {
            self.quiet = 0;
            let since = count - self.before.min(count);
            if self.at == 0 || since >= self.at.saturating_mul(GROWTH) {
                self.at = since;
                return News::More(since);
            }
        } else if self.at > 0 {
            self.quiet += 1;
            if self.quiet >= QUIET_SCRAPES {
                *self = Self { last: count, before: count, ..Self::default() };
                return News::Stopped;
            }
        }
        News::Nothing
    }
}

/// Tells of one target.
#[derive(Debug)]
pub(super) struct Remarks {
    /// The target's name for people.
    source: String,
    told: [Told; DropReason::ALL.len()],
    clock_told: bool,
}

impl Remarks {
    pub(super) fn new(source: String) -> Self {
        Self { source, told: [Told::default(); DropReason::ALL.len()], clock_told: false }
    }

    /// Tells what there is of news in what was left out until after a scrape that was answered.
    pub(super) fn left_out(&mut self, dropped: &Dropped) {
        for (reason, count, example) in dropped.iter() {
            // A value that is missing says so with NaN: nothing is wrong with it.
            let Some(told) = self.told.get_mut(reason as usize).filter(|_| reason != DropReason::NotANumber)
            else {
                continue;
            };
            let source = self.source.as_str();
            let count = match told.note(count) {
                News::Nothing => continue,
                News::Stopped => {
                    tracing::warn!(
                        source,
                        reason = reason.name(),
                        "the source gives no more of what was left out"
                    );
                    continue;
                }
                News::More(count) => count,
            };
            let why = reason.words(count);
            let line = example.map_or(0, |example| example.line);
            let text = example.map(|example| example.text.as_str()).unwrap_or_default();
            let what = if reason.is_loss() { "something that is left out" } else { "something odd" };
            tracing::warn!(source, why, line, text, "the source gives {what}; more of it is counted only");
        }
    }

    /// Tells when the samples from `first` on are far from `at_ms`, the instant of the scrape.
    pub(super) fn clock(&mut self, batch: &Batch, first: usize, at_ms: i64) {
        if self.clock_told {
            return;
        }
        let instants = batch.instants.get(first..).unwrap_or_default();
        let far = instants.iter().find(|instant| instant.abs_diff(at_ms) > CLOCK_DISTANCE_MS_MAX);
        if let Some(instant) = far {
            self.clock_told = true;
            let (source, distance_s) =
                (self.source.as_str(), instant.abs_diff(at_ms).saturating_add(500) / 1_000);
            let direction = if *instant > at_ms { "ahead of" } else { "behind" };
            let why = format!("a timestamp is {distance_s} s {direction} our clock");
            tracing::warn!(
                source,
                why,
                "the source gives samples that are left out as future or late; they are counted"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{News, QUIET_SCRAPES, Told};

    #[test]
    fn news_are_the_first_much_more_and_the_end() {
        let mut told = Told::default();
        assert_eq!(told.note(384), News::More(384));
        for scrape in 2..100 {
            assert_eq!(told.note(384 * scrape), News::Nothing);
        }
        assert_eq!(told.note(38_400), News::More(38_400));
        for _ in 1..QUIET_SCRAPES {
            assert_eq!(told.note(38_400), News::Nothing);
        }
        assert_eq!(told.note(38_400), News::Stopped);
        assert_eq!(told.note(38_400), News::Nothing);
        assert_eq!(told.note(38_401), News::More(1), "what begins again is told again");
    }

    #[test]
    fn what_comes_now_and_then_has_not_stopped() {
        let mut told = Told::default();
        assert_eq!(told.note(1), News::More(1));
        for count in 2..50 {
            for _ in 1..QUIET_SCRAPES {
                assert_eq!(told.note(count - 1), News::Nothing);
            }
            assert_eq!(told.note(count), News::Nothing);
        }
    }
}
