//! When a rung calls: pure arithmetic on the time that it has served.

#[cfg(test)]
mod tests;

use nvp_plan::response::ladder::Rung;

/// When a rung calls again after it has served so much, in time served; `None` when it does not.
///
/// `every` counts from the rung's beginning and ends before the rung does. Of the last rung, `then every` calls at its end, where the
/// next rung would be called, and so often after that.
pub(crate) fn next_call_ms(rung: &Rung, is_last: bool, served_ms: i64) -> Option<i64> {
    let again = match (rung.every_ms.filter(|every_ms| *every_ms > 0), rung.lasts_ms) {
        (Some(every_ms), Some(lasts_ms)) => {
            next_multiple(every_ms, served_ms).filter(|at_ms| *at_ms < lasts_ms)
        }
        (Some(every_ms), None) => next_multiple(every_ms, served_ms),
        (None, _) => None,
    };
    let afterwards = || {
        let every_ms = rung.then_every_ms.filter(|every_ms| is_last && *every_ms > 0)?;
        match rung.lasts_ms {
            Some(lasts_ms) if served_ms < lasts_ms => Some(lasts_ms),
            Some(lasts_ms) => {
                next_multiple(every_ms, served_ms.saturating_sub(lasts_ms))?.checked_add(lasts_ms)
            }
            None => next_multiple(every_ms, served_ms),
        }
    };
    again.or_else(afterwards)
}

/// The first multiple after an instant.
fn next_multiple(every_ms: i64, after_ms: i64) -> Option<i64> {
    after_ms.div_euclid(every_ms).checked_add(1)?.checked_mul(every_ms)
}
