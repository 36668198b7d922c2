//! Statistics that need all values at once: quantiles, ranks, numbers of different values. The values' order does not matter.

/// The quantile in 0..=1, interpolated linearly between ranks as Prometheus' `quantile_over_time` does; missing of nothing.
pub(crate) fn quantile(values: &mut [f64], quantile: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return f64::NAN };
    let rank = quantile.clamp(0.0, 1.0) * last as f64;
    let lower = (rank.floor() as usize).min(last);
    let weight = rank - lower as f64;
    let (_, &mut at_lower, above) = values.select_nth_unstable_by(lower, f64::total_cmp);
    if weight == 0.0 {
        return at_lower;
    }
    let at_upper = above.iter().copied().min_by(f64::total_cmp).unwrap_or(at_lower);
    at_lower * (1.0 - weight) + at_upper * weight
}

/// How many different values there are; 0 and −0 are the same. Missing of nothing.
pub(crate) fn distinct(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    values.sort_unstable_by(f64::total_cmp);
    let pairs = values.iter().zip(values.iter().skip(1));
    1.0 + pairs.filter(|(a, b)| a != b).count() as f64
}

/// The n-th greatest, from 1; missing if there are fewer.
pub(crate) fn nth_greatest(values: &mut [f64], n: u32) -> f64 {
    match values.len().checked_sub(n as usize) {
        Some(place) if n > 0 => *values.select_nth_unstable_by(place, f64::total_cmp).1,
        _ => f64::NAN,
    }
}

/// The n-th smallest, from 1; missing if there are fewer.
pub(crate) fn nth_smallest(values: &mut [f64], n: u32) -> f64 {
    if n == 0 || n as usize > values.len() {
        return f64::NAN;
    }
    *values.select_nth_unstable_by(n as usize - 1, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::{distinct, nth_greatest, nth_smallest, quantile};

    #[test]
    fn a_quantile_lies_between_ranks() {
        assert!(quantile(&mut [], 0.5).is_nan());
        assert_eq!(quantile(&mut [7.0], 0.95), 7.0);
        assert_eq!(quantile(&mut [3.0, 1.0], 0.5), 2.0);
        assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0], 0.5), 2.5);
        assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0], 1.0), 4.0);
        assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0], 0.0), 1.0);
        assert_eq!(quantile(&mut [f64::INFINITY, 1.0, 2.0], 0.5), 2.0);
    }

    #[test]
    fn ranks_count_from_one() {
        assert_eq!(nth_greatest(&mut [5.0, 9.0, 7.0], 1), 9.0);
        assert_eq!(nth_greatest(&mut [5.0, 9.0, 7.0], 3), 5.0);
        assert!(nth_greatest(&mut [5.0, 9.0, 7.0], 4).is_nan());
        assert!(nth_greatest(&mut [5.0], 0).is_nan());
        assert_eq!(nth_smallest(&mut [5.0, 9.0, 7.0], 2), 7.0);
        assert!(nth_smallest(&mut [], 1).is_nan());
    }

    #[test]
    fn zeros_of_both_signs_are_one_value() {
        assert_eq!(distinct(&mut [0.0, -0.0, 1.0, 1.0]), 2.0);
        assert!(distinct(&mut []).is_nan());
    }
}
