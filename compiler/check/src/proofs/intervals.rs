//! Sets of numbers as disjoint intervals, with open and closed ends.

use crate::typed::CompareOp;

/// A place between numbers: just before (-1) or just after (1) one.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub(super) struct Cut(pub(super) f64, i8);

/// A set of numbers: intervals from one cut to a later one, in ascending order, none touching the next.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Numbers(Vec<(Cut, Cut)>);

const FIRST: Cut = Cut(f64::NEG_INFINITY, -1);
const LAST: Cut = Cut(f64::INFINITY, 1);

impl Numbers {
    /// No number.
    pub(super) fn none() -> Self {
        Self(Vec::new())
    }

    /// Every number.
    pub(super) fn all() -> Self {
        Self(vec![(FIRST, LAST)])
    }

    /// `[low, high]`.
    pub(super) fn closed(low: f64, high: f64) -> Self {
        Self::one(Cut(low, -1), Cut(high, 1))
    }

    /// The numbers for which a comparison with a constant is true.
    pub(super) fn compared(op: CompareOp, with: f64) -> Self {
        match op {
            CompareOp::Less => Self::one(FIRST, Cut(with, -1)),
            CompareOp::LessOrEqual => Self::one(FIRST, Cut(with, 1)),
            CompareOp::Greater => Self::one(Cut(with, 1), LAST),
            CompareOp::GreaterOrEqual => Self::one(Cut(with, -1), LAST),
            CompareOp::Equal => Self::closed(with, with),
            CompareOp::NotEqual => Self::closed(with, with).complement(),
        }
    }

    fn one(from: Cut, to: Cut) -> Self {
        if from < to { Self(vec![(from, to)]) } else { Self::none() }
    }

    /// Whether there is none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All others.
    pub(super) fn complement(&self) -> Self {
        let mut out = Vec::new();
        let mut from = FIRST;
        for (start, end) in &self.0 {
            if from < *start {
                out.push((from, *start));
            }
            from = *end;
        }
        if from < LAST {
            out.push((from, LAST));
        }
        Self(out)
    }

    /// Those of both.
    pub(super) fn intersect(&self, other: &Self) -> Self {
        let mut out = Vec::new();
        let (mut left, mut right) = (self.0.iter().peekable(), other.0.iter().peekable());
        while let (Some((left_from, left_to)), Some((right_from, right_to))) = (left.peek(), right.peek()) {
            let from = if left_from < right_from { *right_from } else { *left_from };
            let to = if left_to < right_to { *left_to } else { *right_to };
            if from < to {
                out.push((from, to));
            }
            if left_to < right_to {
                left.next();
            } else {
                right.next();
            }
        }
        Self(out)
    }

    /// Those of either.
    pub(super) fn union(&self, other: &Self) -> Self {
        self.complement().intersect(&other.complement()).complement()
    }

    /// Whether it holds more than single numbers.
    pub(super) fn has_breadth(&self) -> bool {
        self.0.iter().any(|(from, to)| from.0 < to.0)
    }

    /// Whether all of these are among the others.
    pub(super) fn within(&self, other: &Self) -> bool {
        self.intersect(&other.complement()).is_empty()
    }

    /// A number of the set that a person would name: an end of an interval where it belongs to it, else one near an end.
    pub(super) fn witness(&self) -> Option<f64> {
        self.0.iter().find_map(|(from, to)| {
            let beyond =
                |edge: f64, away: f64| if edge == 0.0 { away } else { edge + edge.abs() * away * 0.1 };
            let candidates = [
                (from.1 < 0).then_some(from.0),
                (to.1 > 0).then_some(to.0),
                (from.0.is_finite() && to.0.is_finite()).then_some(f64::midpoint(from.0, to.0)),
                from.0.is_finite().then(|| beyond(from.0, 1.0)),
                to.0.is_finite().then(|| beyond(to.0, -1.0)),
                Some(0.0),
            ];
            let inside = |value: &f64| value.is_finite() && *from <= Cut(*value, -1) && Cut(*value, 1) <= *to;
            candidates.into_iter().flatten().find(inside)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const OPS: [CompareOp; 6] = [
        CompareOp::Less,
        CompareOp::LessOrEqual,
        CompareOp::Greater,
        CompareOp::GreaterOrEqual,
        CompareOp::Equal,
        CompareOp::NotEqual,
    ];

    fn holds(op: CompareOp, value: f64, with: f64) -> bool {
        match op {
            CompareOp::Less => value < with,
            CompareOp::LessOrEqual => value <= with,
            CompareOp::Greater => value > with,
            CompareOp::GreaterOrEqual => value >= with,
            CompareOp::Equal => value == with,
            CompareOp::NotEqual => value != with,
        }
    }

    fn has(set: &Numbers, value: f64) -> bool {
        !set.intersect(&Numbers::closed(value, value)).is_empty()
    }

    proptest! {
        /// The algebra agrees with plain evaluation at every point around the constants.
        #[test]
        fn sets_are_what_the_comparisons_say(
            a in 0usize..6, b in 0usize..6, x in -3i32..3, y in -3i32..3, at in -8i32..8,
        ) {
            let (x, y, at) = (f64::from(x), f64::from(y), f64::from(at) / 2.0);
            let (one, other) = (Numbers::compared(OPS[a], x), Numbers::compared(OPS[b], y));
            let (in_one, in_other) = (holds(OPS[a], at, x), holds(OPS[b], at, y));
            prop_assert_eq!(has(&one, at), in_one);
            prop_assert_eq!(has(&one.intersect(&other), at), in_one && in_other);
            prop_assert_eq!(has(&one.union(&other), at), in_one || in_other);
            prop_assert_eq!(has(&one.complement(), at), !in_one);
            if one.within(&other) && in_one {
                prop_assert!(in_other);
            }
            let both = one.intersect(&other);
            if let Some(witness) = both.witness() {
                prop_assert!(has(&both, witness));
            }
            prop_assert_eq!(both.is_empty(), both.witness().is_none());
        }
    }
}
