//! The units that need no declaration.

use super::dimension::{Base, Core, Dimension};
use super::literal::Scale;

const KIB: f64 = 1024.0;

/// What a built-in unit is; `None` where there is no such unit.
pub(crate) fn builtin(name: &str) -> Option<(Dimension, Scale)> {
    let (base, scale) = match name {
        "ns" => (Base::Time, Scale::over(1e9)),
        "us" => (Base::Time, Scale::over(1e6)),
        "ms" => (Base::Time, Scale::over(1e3)),
        "s" => (Base::Time, Scale::ONE),
        "m" => (Base::Time, Scale::times(60.0)),
        "h" => (Base::Time, Scale::times(3_600.0)),
        "d" => (Base::Time, Scale::times(86_400.0)),
        "w" => (Base::Time, Scale::times(604_800.0)),
        "%" => return Some((Dimension::plain(Core::Ratio), Scale::over(100.0))),
        "ratio" => return Some((Dimension::plain(Core::Ratio), Scale::ONE)),
        "number" => return Some((Dimension::plain(Core::Number), Scale::ONE)),
        _ => (Base::Data, data(name)?),
    };
    Some((Dimension::base(base), scale))
}

/// Bytes and bits, with decimal and binary prefixes; a bit is an eighth of a byte.
fn data(name: &str) -> Option<Scale> {
    let (prefix, bits) = match name {
        "bytes" | "byte" => return Some(Scale::ONE),
        "bits" | "bit" => return Some(Scale::over(8.0)),
        _ => match (name.strip_suffix("bit"), name.strip_suffix('B')) {
            (Some(prefix), _) => (prefix, 8.0),
            (None, Some(prefix)) => (prefix, 1.0),
            (None, None) => return None,
        },
    };
    let times = match prefix {
        "" => 1.0,
        "k" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        "T" => 1e12,
        "P" => 1e15,
        "Ki" => KIB,
        "Mi" => KIB * KIB,
        "Gi" => KIB * KIB * KIB,
        "Ti" => KIB * KIB * KIB * KIB,
        "Pi" => KIB * KIB * KIB * KIB * KIB,
        _ => return None,
    };
    Some(Scale { times, over: bits })
}

/// The built-in names, for "did you mean".
pub(crate) const NAMES: &[&str] = &[
    "ns", "us", "ms", "s", "m", "h", "d", "w", "ratio", "number", "bytes", "bits", "kB", "MB", "GB", "TB",
    "PB", "KiB", "MiB", "GiB", "TiB", "PiB", "kbit", "Mbit", "Gbit", "Tbit",
];
