//! Maintenance: planned times in which nobody is called for what is covered, and nothing is done by itself.

use nvp_plan::response::Lowered;
use nvp_plan::response::calendar::{Covered, Maintenance, When};

use crate::calendar;

/// The maintenance that there is at an instant (ms since the Unix epoch), each with its end; `i64::MAX` where it never ends.
#[must_use]
pub fn at(plan: &Lowered, at_ms: i64) -> Vec<(&Maintenance, i64)> {
    let until = |maintenance: &Maintenance| {
        maintenance.when.iter().filter_map(|when| lasts_until_ms(plan, when, at_ms)).max()
    };
    plan.maintenances.iter().filter_map(|each| until(each).map(|until_ms| (each, until_ms))).collect()
}

/// Whether maintenance covers a row of an alert.
#[must_use]
pub fn covers(
    plan: &Lowered,
    maintenance: &Maintenance,
    alert: &str,
    labels: &[(String, String)],
    service: &str,
) -> bool {
    maintenance.covers.iter().any(|covered| match covered {
        Covered::Everything => true,
        Covered::Service(id) => plan.services.get(id.index()).is_some_and(|known| known.name == service),
        Covered::Alert(name, wanted) => name == alert && wanted.iter().all(|label| labels.contains(label)),
    })
}

fn lasts_until_ms(plan: &Lowered, when: &When, at_ms: i64) -> Option<i64> {
    match when {
        When::Between(from_ms, to_ms) => (*from_ms <= at_ms && at_ms < *to_ms).then_some(*to_ms),
        When::During(id) => {
            let calendar = plan.calendars.get(id.index())?;
            let is_open = calendar::is_open(calendar, at_ms);
            is_open.then(|| calendar::next_change_ms(calendar, at_ms).unwrap_or(i64::MAX))
        }
    }
}
