//! `rate`, `increase` and `delta` as Prometheus computes them: from first to last sample, extrapolated to the window's edges.

use super::monoid::seconds;

/// First and last of the samples in a window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) first: f64,
    pub(crate) first_ms: i64,
    pub(crate) last_ms: i64,
    pub(crate) count: u32,
    /// How much the value grew between the two.
    pub(crate) growth: f64,
    pub(crate) is_counter: bool,
}

/// The window `(from_ms, to_ms]`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edges {
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
}

/// By what the growth between the samples is multiplied to be that of the whole window; missing with fewer than two samples.
///
/// A sample nearer to an edge than 1.1 times the average distance of samples is taken to stand for all up to it, else for half an average
/// distance. A counter is not extrapolated back beyond where it would have been zero.
pub(crate) fn factor(ends: &Ends, edges: Edges) -> f64 {
    let sampled = seconds(ends.last_ms.saturating_sub(ends.first_ms));
    if ends.count < 2 || sampled <= 0.0 {
        return f64::NAN;
    }
    let distance = sampled / f64::from(ends.count - 1);
    let mut to_start = seconds(ends.first_ms.saturating_sub(edges.from_ms));
    let to_end = seconds(edges.to_ms.saturating_sub(ends.last_ms));
    if ends.is_counter && ends.growth > 0.0 && ends.first >= 0.0 {
        to_start = to_start.min(sampled * (ends.first / ends.growth));
    }
    let threshold = distance * 1.1;
    let reach = |to_edge: f64| if to_edge < threshold { to_edge } else { distance / 2.0 };
    (sampled + reach(to_start) + reach(to_end)) / sampled
}

#[cfg(test)]
mod tests {
    use super::{Edges, Ends, factor};

    const WINDOW: Edges = Edges { from_ms: 0, to_ms: 60_000 };

    fn ends(first: f64, first_ms: i64, last_ms: i64, count: u32, growth: f64) -> Ends {
        Ends { first, first_ms, last_ms, count, growth, is_counter: true }
    }

    #[test]
    fn samples_near_both_edges_stand_for_the_whole_window() {
        // Every 15 s from 5 s to 50 s: 45 s sampled, 5 s and 10 s to the edges.
        assert_eq!(factor(&ends(100.0, 5_000, 50_000, 4, 45.0), WINDOW), 60.0 / 45.0);
    }

    #[test]
    fn far_from_an_edge_half_a_distance_is_added() {
        // Every 10 s from 30 s to 50 s: 20 s sampled, 30 s to the start is more than 11 s.
        assert_eq!(factor(&ends(100.0, 30_000, 50_000, 3, 20.0), WINDOW), (20.0 + 5.0 + 10.0) / 20.0);
    }

    #[test]
    fn a_counter_is_not_extrapolated_below_zero() {
        // It grows 1/s and stands at 2 at the first sample: zero was 2 s before.
        assert_eq!(factor(&ends(2.0, 5_000, 50_000, 4, 45.0), WINDOW), (45.0 + 2.0 + 10.0) / 45.0);
        let gauge = Ends { is_counter: false, ..ends(2.0, 5_000, 50_000, 4, 45.0) };
        assert_eq!(factor(&gauge, WINDOW), 60.0 / 45.0);
    }

    #[test]
    fn one_sample_tells_nothing() {
        assert!(factor(&ends(2.0, 5_000, 5_000, 1, 0.0), WINDOW).is_nan());
    }
}
