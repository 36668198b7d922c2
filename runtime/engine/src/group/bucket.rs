//! Classic histograms: quantiles and shares by interpolation within a bucket, as Prometheus does.
//!
//! Buckets are cumulative. Buckets of one bound are put together, and a bucket with less than the one below it (which different scrapes
//! of them may give) is taken to have as much. Fewer than two buckets, none for +∞, or no observations: missing.

use super::Groups;

/// A bucket's bound and what it and all below hold.
type Bucket = (f64, f64);

/// Collects the buckets of a group; says whether they make a histogram.
fn collect(groups: &Groups, row: usize, of: &[f64], buckets: &mut Vec<Bucket>) -> bool {
    buckets.clear();
    for member in groups.of(row) {
        let (bound, count) = (groups.bound(*member), of.get(*member as usize).copied().unwrap_or(f64::NAN));
        if bound.is_nan() || count.is_nan() {
            continue;
        }
        match buckets.last_mut() {
            Some(last) if last.0 == bound => last.1 += count,
            _ => buckets.push((bound, count)),
        }
    }
    let mut most = f64::NEG_INFINITY;
    for bucket in &mut *buckets {
        most = most.max(bucket.1);
        bucket.1 = most;
    }
    buckets.len() >= 2 && buckets.last().is_some_and(|(bound, count)| *bound == f64::INFINITY && *count > 0.0)
}

/// A quantile of each group.
pub(crate) fn quantiles(
    quantile: f64,
    groups: &Groups,
    of: &[f64],
    to: &mut [f64],
    buckets: &mut Vec<Bucket>,
) {
    for (row, to) in to.iter_mut().enumerate() {
        *to = if collect(groups, row, of, buckets) { quantile_of(buckets, quantile) } else { f64::NAN };
    }
}

fn quantile_of(buckets: &[Bucket], quantile: f64) -> f64 {
    let Some((&(_, total), finite)) = buckets.split_last() else { return f64::NAN };
    let Some(&(highest, _)) = finite.last() else { return f64::NAN };
    let rank = quantile.clamp(0.0, 1.0) * total;
    let place = finite.partition_point(|(_, count)| *count < rank);
    let Some(&(bound, count)) = finite.get(place) else { return highest };
    match place.checked_sub(1).and_then(|below| finite.get(below)) {
        Some(&(start, below)) => start + (bound - start) * ((rank - below) / (count - below)),
        None if bound <= 0.0 => bound,
        None => bound * (rank / count),
    }
}

/// The share of observations at or below a bound, or above it.
pub(crate) fn shares(
    bound: f64,
    above: bool,
    groups: &Groups,
    of: &[f64],
    to: &mut [f64],
    buckets: &mut Vec<Bucket>,
) {
    for (row, to) in to.iter_mut().enumerate() {
        let share = if collect(groups, row, of, buckets) { share_of(buckets, bound) } else { f64::NAN };
        *to = if above { 1.0 - share } else { share };
    }
}

/// What lies beyond the highest finite bound is above any finite bound.
fn share_of(buckets: &[Bucket], at: f64) -> f64 {
    let Some((&(_, total), finite)) = buckets.split_last() else { return f64::NAN };
    let place = finite.partition_point(|(bound, _)| *bound < at);
    let below = place.checked_sub(1).and_then(|below| finite.get(below)).copied();
    let count = match (finite.get(place), below) {
        _ if at == f64::INFINITY => total,
        (Some(&(bound, count)), Some((start, below))) => {
            below + (count - below) * ((at - start) / (bound - start))
        }
        (Some(&(bound, count)), None) if bound > 0.0 && at > 0.0 => count * (at / bound),
        (Some(&(bound, count)), None) if at == bound => count,
        (Some(_), None) => 0.0,
        (None, Some((_, below))) => below,
        (None, None) => return f64::NAN,
    };
    count / total
}

#[cfg(test)]
mod tests {
    use super::{quantile_of, share_of};

    const BUCKETS: [(f64, f64); 4] = [(0.1, 10.0), (0.5, 30.0), (1.0, 40.0), (f64::INFINITY, 50.0)];

    #[test]
    fn a_quantile_is_interpolated_within_its_bucket() {
        assert_eq!(quantile_of(&BUCKETS, 0.1), 0.05, "the lowest bucket starts at 0");
        assert_eq!(quantile_of(&BUCKETS, 0.4), 0.1 + 0.4 * 0.5);
        assert_eq!(quantile_of(&BUCKETS, 0.95), 1.0, "beyond the last finite bound it is that bound");
        assert_eq!(quantile_of(&[(-1.0, 5.0), (1.0, 10.0), (f64::INFINITY, 10.0)], 0.1), -1.0);
    }

    #[test]
    fn a_share_is_interpolated_within_its_bucket() {
        assert_eq!(share_of(&BUCKETS, 0.5), 0.6);
        assert_eq!(share_of(&BUCKETS, 0.3), 0.4);
        assert_eq!(share_of(&BUCKETS, 0.05), 0.1);
        assert_eq!(share_of(&BUCKETS, 7.0), 0.8);
        assert_eq!(share_of(&BUCKETS, f64::INFINITY), 1.0);
        assert_eq!(share_of(&BUCKETS, -1.0), 0.0);
    }
}
