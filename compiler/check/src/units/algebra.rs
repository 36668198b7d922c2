//! The arithmetic of dimensions: products, quotients, and what agrees with what.

use super::dimension::{Base, Core, Dimension, Exponents};

/// What adding or comparing two numbers gives.
pub(crate) type Agreement = Result<Dimension, Clash>;

/// Why two numbers cannot be added or compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clash {
    /// One is a number without a unit, the other a ratio.
    BareWithRatio,
    /// One is a number without a unit, the other has time, data or money in it.
    BareWithUnit,
    /// One is a point in time, the other is none.
    Instant,
    /// The base units differ, or a ratio meets a number.
    Different,
}

impl Dimension {
    /// The dimension both have when they are compared or added; `+` and `-` of instants have their own rules.
    pub(crate) fn agree(&self, other: &Self) -> Agreement {
        let ((left, left_powers), (right, right_powers)) = match (self, other) {
            (Self::Zero, _) => return Ok(other.clone()),
            (_, Self::Zero) => return Ok(self.clone()),
            (Self::Instant, Self::Instant) => return Ok(Self::Instant),
            (Self::Instant, _) | (_, Self::Instant) => return Err(Clash::Instant),
            (Self::Of(left, left_powers), Self::Of(right, right_powers)) => {
                ((*left, left_powers), (*right, right_powers))
            }
        };
        match (left, right) {
            (Core::Bare, Core::Bare) if left_powers == right_powers => Ok(self.clone()),
            (Core::Bare, Core::Bare) => Err(Clash::BareWithUnit),
            (Core::Bare, _) => bare_with(left_powers, right, right_powers).map(|()| other.clone()),
            (_, Core::Bare) => bare_with(right_powers, left, left_powers).map(|()| self.clone()),
            _ if left_powers != right_powers => Err(Clash::Different),
            _ if left == right => Ok(self.clone()),
            // With base units left, what remains besides them says nothing more.
            _ if !left_powers.is_empty() => Ok(self.clone()),
            (Core::Number, Core::Count) | (Core::Count, Core::Number) => Ok(Self::plain(Core::Number)),
            _ => Err(Clash::Different),
        }
    }

    /// The product; `None` for instants.
    pub(crate) fn times(&self, other: &Self) -> Option<Self> {
        let ((left, left_powers), (right, right_powers)) = (self.parts()?, other.parts()?);
        let powers = merge(left_powers, right_powers, 1);
        let core = match (left, right) {
            (Core::One, Core::One) if powers.is_empty() => Core::Ratio,
            (Core::One, Core::One) => Core::One,
            (Core::One, rest) => kept(rest, left_powers, &powers),
            (rest, Core::One) => kept(rest, right_powers, &powers),
            _ => product(left, right),
        };
        Some(Self::Of(core, powers))
    }

    /// The quotient; like over like is a ratio. `None` for instants.
    pub(crate) fn over(&self, other: &Self) -> Option<Self> {
        let ((left, left_powers), (right, right_powers)) = (self.parts()?, other.parts()?);
        let powers = merge(left_powers, right_powers, -1);
        let core = match (left, right) {
            (Core::One, Core::One) if powers.is_empty() => Core::Ratio,
            (Core::One, Core::One) => Core::One,
            (Core::One, rest) => kept(rest, left_powers, &powers),
            (rest, Core::One) => kept(rest, right_powers, &powers),
            _ => quotient(left, right),
        };
        Some(Self::Of(core, powers))
    }

    /// What it is per second.
    pub(crate) fn per_second(&self) -> Self {
        match self {
            Self::Instant | Self::Zero => Self::plain(Core::Ratio),
            Self::Of(core, powers) => {
                let powers = merge(powers, &vec![(Base::Time, 1)], -1);
                let core = if *core == Core::One && powers.is_empty() { Core::Ratio } else { *core };
                Self::Of(core, powers)
            }
        }
    }

    /// The square root; `None` where a power is odd.
    pub(crate) fn square_root(&self) -> Option<Self> {
        let (core, powers) = self.parts()?;
        let halves: Option<Exponents> =
            powers.iter().map(|(base, power)| (power % 2 == 0).then(|| (base.clone(), power / 2))).collect();
        Some(Self::Of(core, halves?))
    }

    /// The factors by which `self` exceeds `other`, as a dimension of its own.
    pub(crate) fn lacks(&self, other: &Self) -> Option<Self> {
        let ((_, left), (_, right)) = (self.parts()?, other.parts()?);
        let powers = merge(left, right, -1);
        (!powers.is_empty()).then_some(Self::Of(Core::One, powers))
    }

    fn parts(&self) -> Option<(Core, &Exponents)> {
        const NONE: &Exponents = &Vec::new();
        match self {
            Self::Instant => None,
            Self::Zero => Some((Core::Bare, NONE)),
            Self::Of(core, powers) => Some((*core, powers)),
        }
    }
}

/// Whether a number without a unit (with its powers of time) may stand for one with a unit.
fn bare_with(bare: &Exponents, core: Core, powers: &Exponents) -> Result<(), Clash> {
    let difference = merge(powers, bare, -1);
    if difference.iter().any(|(base, _)| !matches!(base, Base::Counted(_))) {
        return Err(Clash::BareWithUnit);
    }
    if core == Core::Ratio { Err(Clash::BareWithRatio) } else { Ok(()) }
}

/// What remains of a plain factor beside base units: `70% of 10m` is a time, `100 / 1s` is still a bare number per second.
fn kept(rest: Core, units: &Exponents, result: &Exponents) -> Core {
    let only_time = |powers: &Exponents| powers.iter().all(|(base, _)| *base == Base::Time);
    let per_time = only_time(units) && only_time(result) && result.iter().all(|(_, power)| *power < 0);
    if result.is_empty() || per_time { rest } else { Core::One }
}

fn product(left: Core, right: Core) -> Core {
    match (left, right) {
        (Core::Bare, other) | (other, Core::Bare) => other,
        (Core::Count, _) | (_, Core::Count) => Core::Count,
        (Core::Number, _) | (_, Core::Number) => Core::Number,
        _ => Core::Ratio,
    }
}

fn quotient(left: Core, right: Core) -> Core {
    match (left, right) {
        (Core::Bare, Core::Bare) => Core::Bare,
        (Core::Bare, Core::Ratio) => Core::Ratio,
        (Core::Bare, _) => Core::Number,
        (other, Core::Bare) => other,
        (Core::Number | Core::Count, Core::Number | Core::Count) | (Core::Ratio, _) => Core::Ratio,
        (other, _) => other,
    }
}

/// `left · right^sign`, sorted, without zero powers.
fn merge(left: &Exponents, right: &Exponents, sign: i32) -> Exponents {
    let mut merged = left.clone();
    for (base, power) in right {
        let power = power.saturating_mul(sign);
        match merged.binary_search_by(|(known, _)| known.cmp(base)) {
            Ok(at) => {
                if let Some(entry) = merged.get_mut(at) {
                    entry.1 = entry.1.saturating_add(power);
                }
            }
            Err(at) => merged.insert(at, (base.clone(), power)),
        }
    }
    merged.retain(|(_, power)| *power != 0);
    merged
}
