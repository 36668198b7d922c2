//! One expectation, tick by tick, until it is decided.

use nvp_check::typed::ExpectedWhen;

use crate::instant::show_duration;

/// What has become of an expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Not decided yet.
    Open,
    /// It holds.
    Held,
    /// It does not, for this reason.
    Failed(String),
}

/// What an expectation makes of a tick at which its condition was `is`. `at_ms` is from the test's start; `last` says that no tick
/// follows.
pub fn at_tick(when: &ExpectedWhen, at_ms: i64, is: Option<bool>, last: bool) -> Verdict {
    let truth = is == Some(true);
    let verdict = match when {
        ExpectedWhen::At(wanted_ms) if at_ms >= *wanted_ms => held_or(truth, || said(is)),
        ExpectedWhen::By(until_ms) if at_ms > *until_ms => Verdict::Failed(never_by(*until_ms)),
        ExpectedWhen::By(_) if truth => Verdict::Held,
        ExpectedWhen::By(until_ms) if at_ms == *until_ms => Verdict::Failed(never_by(*until_ms)),
        ExpectedWhen::Within(from_ms, until_ms) => within(*from_ms, *until_ms, at_ms, truth),
        ExpectedWhen::Never if truth => Verdict::Failed("it is true".to_owned()),
        _ => Verdict::Open,
    };
    if verdict != Verdict::Open || !last {
        return verdict;
    }
    match when {
        ExpectedWhen::Never | ExpectedWhen::Only(_) => Verdict::Held,
        ExpectedWhen::By(until_ms) | ExpectedWhen::Within(_, until_ms) => {
            Verdict::Failed(never_by(*until_ms))
        }
        ExpectedWhen::At(wanted_ms) => {
            Verdict::Failed(format!("the test ends before {}", show_duration(*wanted_ms)))
        }
    }
}

/// The latest instant an expectation looks at, in ms from the test's start; `None` when it looks at the whole test.
pub fn looks_until_ms(when: &ExpectedWhen) -> Option<i64> {
    match when {
        ExpectedWhen::At(at_ms) => Some(*at_ms),
        ExpectedWhen::By(until_ms) | ExpectedWhen::Within(_, until_ms) => Some(*until_ms),
        ExpectedWhen::Never | ExpectedWhen::Only(_) => None,
    }
}

fn within(from_ms: i64, until_ms: i64, at_ms: i64, truth: bool) -> Verdict {
    match truth {
        true if at_ms < from_ms => {
            Verdict::Failed(format!("it is true already, before {}", show_duration(from_ms)))
        }
        true if at_ms <= until_ms => Verdict::Held,
        _ if at_ms >= until_ms => Verdict::Failed(never_by(until_ms)),
        _ => Verdict::Open,
    }
}

fn held_or(truth: bool, problem: impl Fn() -> String) -> Verdict {
    if truth { Verdict::Held } else { Verdict::Failed(problem()) }
}

fn said(is: Option<bool>) -> String {
    match is {
        None => "it is unknown".to_owned(),
        Some(_) => "it is false".to_owned(),
    }
}

fn never_by(until_ms: i64) -> String {
    format!("it was not true at any tick up to {}", show_duration(until_ms))
}

#[cfg(test)]
mod tests;
