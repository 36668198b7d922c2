//! A dimension: exponents over base units, and what is left when there are none.

use std::sync::Arc;

use nvp_plan::unit::Unit;

/// What cannot be taken apart further.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Base {
    /// Seconds.
    Time,
    /// Bytes.
    Data,
    /// A currency, by its code.
    Money(Arc<str>),
    /// Whatever else is counted, by the name it was declared under.
    Counted(Arc<str>),
}

/// What a number is besides its base units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Core {
    /// Nothing: the base units say it all (never without any).
    One,
    /// A literal without a unit: agrees with counted units and counts.
    Bare,
    /// The unit `number`: scores, indices.
    Number,
    /// What `count`, `distinct`, `changes`, `resets` give.
    Count,
    /// 1 is 100 %.
    Ratio,
}

/// Powers of base units, sorted by base, none of them 0.
pub(crate) type Exponents = Vec<(Base, i32)>;

/// The dimension of a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Dimension {
    /// The literal `0`, which has every dimension.
    Zero,
    /// A point in time.
    Instant,
    /// Everything else. Without exponents the core is never [`Core::One`].
    Of(Core, Exponents),
}

impl Dimension {
    /// A number without base units.
    pub(crate) fn plain(core: Core) -> Self {
        Self::Of(core, Vec::new())
    }

    /// One base unit.
    pub(crate) fn base(base: Base) -> Self {
        Self::Of(Core::One, vec![(base, 1)])
    }

    /// Seconds.
    pub(crate) fn time() -> Self {
        Self::base(Base::Time)
    }

    /// Whether it is a length of time.
    pub(crate) fn is_time(&self) -> bool {
        *self == Self::time()
    }

    /// Whether it is a ratio.
    pub(crate) fn is_ratio(&self) -> bool {
        matches!(self, Self::Of(Core::Ratio, exponents) if exponents.is_empty())
    }

    /// Whether it is a literal without a unit, with or without a power of time.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(self, Self::Of(Core::Bare, _))
    }

    /// Whether it has no base units: a bare number, a `number`, a count or a ratio.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Self::Zero) || matches!(self, Self::Of(_, exponents) if exponents.is_empty())
    }

    /// The unit in which people see it.
    pub(crate) fn unit(&self) -> Unit {
        let (core, exponents) = match self {
            Self::Zero => return Unit::Number,
            Self::Instant => return Unit::Instant,
            Self::Of(core, exponents) => (*core, exponents),
        };
        let plain = if core == Core::Ratio { Unit::Ratio } else { Unit::Number };
        if exponents.is_empty() {
            return plain;
        }
        if let [(base, 1)] = exponents.as_slice() {
            return base.unit();
        }
        let mut over = Vec::new();
        let mut under = Vec::new();
        for (base, power) in exponents {
            let side = if *power > 0 { &mut over } else { &mut under };
            for _ in 0..power.unsigned_abs().min(8) {
                side.push(base.unit());
            }
        }
        if over.is_empty() {
            over.push(plain);
        }
        Unit::Compound { over, under }
    }

    /// It in words for people: `a time`, `requests per second`, `a ratio`.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Zero => "zero".to_owned(),
            Self::Instant => "a point in time".to_owned(),
            Self::Of(core, exponents) if exponents.is_empty() => core.words().to_owned(),
            Self::Of(_, exponents) => match exponents.as_slice() {
                [(Base::Time, 1)] => "a time".to_owned(),
                [(Base::Data, 1)] => "an amount of data".to_owned(),
                [(Base::Money(code), 1)] => format!("money (`{code}`)"),
                [(Base::Counted(name), 1)] => format!("`{name}`"),
                _ => format!("`{}`", self.formula()),
            },
        }
    }

    /// It as a product and a quotient: `requests/s`, `s/read`.
    pub(crate) fn formula(&self) -> String {
        let (core, exponents) = match self {
            Self::Zero => return "0".to_owned(),
            Self::Instant => return "instant".to_owned(),
            Self::Of(core, exponents) => (*core, exponents),
        };
        let side = |sign: i32| -> Vec<String> {
            exponents.iter().filter(|(_, power)| power.signum() == sign).map(factor).collect()
        };
        let (over, under) = (side(1), side(-1));
        let head = match (over.is_empty(), core) {
            (false, _) => over.join("·"),
            (true, Core::Ratio) => "ratio".to_owned(),
            (true, Core::Number) if under.is_empty() => "number".to_owned(),
            (true, Core::Count) if under.is_empty() => "count".to_owned(),
            (true, _) if under.is_empty() => "no unit".to_owned(),
            (true, _) => "1".to_owned(),
        };
        if under.is_empty() { head } else { format!("{head}/{}", under.join("/")) }
    }
}

/// One factor without its sign: `s`, `requests`, `s^2`.
fn factor((base, power): &(Base, i32)) -> String {
    match power.unsigned_abs() {
        1 => base.name().to_owned(),
        more => format!("{}^{more}", base.name()),
    }
}

impl Base {
    /// How it is written.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Time => "s",
            Self::Data => "bytes",
            Self::Money(name) | Self::Counted(name) => name,
        }
    }

    fn unit(&self) -> Unit {
        match self {
            Self::Time => Unit::Time,
            Self::Data => Unit::Data,
            Self::Money(name) | Self::Counted(name) => Unit::Counted(name.as_ref().to_owned()),
        }
    }
}

impl Core {
    fn words(self) -> &'static str {
        match self {
            Self::One | Self::Bare => "a number without a unit",
            Self::Number => "a `number`",
            Self::Count => "a count",
            Self::Ratio => "a ratio",
        }
    }
}
