//! Aggregates of a tick's numbers across the rows of a group, and of all samples of its rows in a window.

use super::Groups;
use crate::rank;
use crate::window::WindowState;
use crate::window::monoid::{Moments, Monoid as _};
use nvp_plan::step::GroupFunction;

/// Computes a group's aggregate for every row of the smaller label set.
pub(crate) fn aggregate(
    function: GroupFunction,
    groups: &Groups,
    of: &[f64],
    to: &mut [f64],
    scratch: &mut Vec<f64>,
) {
    use GroupFunction as F;
    let there = |row: usize| {
        let values = groups.of(row).iter().filter_map(|member| of.get(*member as usize).copied());
        values.filter(|value| !value.is_nan())
    };
    for (row, to) in to.iter_mut().enumerate() {
        *to = match function {
            F::Sum => {
                let (sum, count) = sum_and_count(there(row));
                if count > 0.0 { sum } else { f64::NAN }
            }
            F::Avg => {
                let (sum, count) = sum_and_count(there(row));
                sum / count
            }
            F::Count => there(row).count() as f64,
            F::Min => there(row).fold(f64::NAN, |least, value| if least <= value { least } else { value }),
            F::Max => there(row).fold(f64::NAN, |most, value| if most >= value { most } else { value }),
            F::Stddev => {
                there(row).fold(Moments::EMPTY, |all, value| all.then(Moments::of(0, value))).deviation()
            }
            F::Quantile(_) | F::Distinct | F::Top(_) | F::Bottom(_) => {
                scratch.clear();
                scratch.extend(there(row));
                rank(function, scratch)
            }
        };
    }
}

/// Computes a statistic of all samples of all rows of a group in a window.
pub(crate) fn pool(
    function: GroupFunction,
    groups: &Groups,
    window: &WindowState,
    to: &mut [f64],
    scratch: &mut Vec<f64>,
) {
    for (row, to) in to.iter_mut().enumerate() {
        let members = groups.of(row).iter().map(|member| *member as usize);
        *to = if function == GroupFunction::Stddev {
            members.fold(Moments::EMPTY, |all, member| all.then(window.moments_at(member))).deviation()
        } else {
            scratch.clear();
            for member in members {
                window.gather(member, scratch);
            }
            rank(function, scratch)
        };
    }
}

fn sum_and_count(values: impl Iterator<Item = f64>) -> (f64, f64) {
    values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0))
}

fn rank(function: GroupFunction, values: &mut [f64]) -> f64 {
    match function {
        GroupFunction::Quantile(quantile) => rank::quantile(values, quantile),
        GroupFunction::Distinct => rank::distinct(values),
        GroupFunction::Top(n) => rank::nth_greatest(values, n),
        GroupFunction::Bottom(n) => rank::nth_smallest(values, n),
        _ => f64::NAN,
    }
}
