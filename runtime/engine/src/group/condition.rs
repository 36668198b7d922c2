//! Aggregates of conditions across the rows of a group that are there.

use super::Groups;
use crate::bits::{Bitmap, Truth};
use nvp_plan::window::WindowTest;

/// How many are true; with `share`, of those that are known.
pub(crate) fn count(share: bool, groups: &Groups, of: &Truth, rows: &Bitmap, to: &mut [f64]) {
    for (row, to) in to.iter_mut().enumerate() {
        let (mut are_true, mut are_known) = (0.0, 0.0);
        for is in there(groups, of, rows, row).flatten() {
            are_known += 1.0;
            are_true += f64::from(u8::from(is));
        }
        *to = if share { are_true / are_known } else { are_true };
    }
}

/// Kleene's `or` or `and`; unknown of nothing.
pub(crate) fn test(
    test: WindowTest,
    groups: &Groups,
    of: &Truth,
    rows: &Bitmap,
    size: usize,
    to: &mut Truth,
) {
    to.forget();
    let decisive = test == WindowTest::Any;
    for row in 0..size {
        let mut result = None;
        let mut is_unknown = false;
        for is in there(groups, of, rows, row) {
            match is {
                Some(is) if is == decisive => {
                    (result, is_unknown) = (Some(is), false);
                    break;
                }
                Some(is) => result = Some(is),
                None => is_unknown = true,
            }
        }
        to.set(row, if is_unknown { None } else { result });
    }
}

fn there<'a>(
    groups: &'a Groups,
    of: &'a Truth,
    rows: &'a Bitmap,
    row: usize,
) -> impl Iterator<Item = Option<bool>> + 'a {
    let members = groups.of(row).iter().map(|member| *member as usize);
    members.filter(|member| rows.get(*member)).map(|member| of.get(member))
}
