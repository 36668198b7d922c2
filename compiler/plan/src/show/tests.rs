//! What people read.

use super::{unit, value};
use crate::unit::Unit;

fn counted(name: &str) -> Unit {
    Unit::Counted(name.to_owned())
}

fn compound(over: &[Unit], under: &[Unit]) -> Unit {
    Unit::Compound { over: over.to_vec(), under: under.to_vec() }
}

#[test]
fn values_are_written_for_people() {
    let per_second = |over: Unit| compound(&[over], &[Unit::Time]);
    for (number, unit, shown) in [
        (0.35, Unit::Time, "350 ms"),
        (0.2004, Unit::Time, "200.4 ms"),
        (0.0, Unit::Time, "0 s"),
        (1.5e-6, Unit::Time, "1.5 µs"),
        (59.0, Unit::Time, "59 s"),
        (59.999, Unit::Time, "1 min"),
        (150.0, Unit::Time, "2 min 30 s"),
        (-150.0, Unit::Time, "-2 min 30 s"),
        (3_599.9, Unit::Time, "1 h"),
        (5_400.0, Unit::Time, "1 h 30 min"),
        (273_600.0, Unit::Time, "3 d 4 h"),
        (86_399.0, Unit::Time, "1 d"),
        (f64::INFINITY, Unit::Time, "∞ s"),
        (0.932, Unit::Ratio, "93.2 %"),
        (0.9995, Unit::Ratio, "99.95 %"),
        (1.0, Unit::Ratio, "100 %"),
        (-0.05, Unit::Ratio, "-5 %"),
        (1.4 * 1_073_741_824.0, Unit::Data, "1.4 GiB"),
        (0.0, Unit::Data, "0 B"),
        (512.0, Unit::Data, "512 B"),
        (1_048_575.99, Unit::Data, "1 MiB"),
        (5_120.0, per_second(Unit::Number), "5,120 /s"),
        (5_120.4, per_second(counted("requests")), "5,120 requests/s"),
        (1_048_576.0, per_second(Unit::Data), "1 MiB/s"),
        (0.01, per_second(Unit::Ratio), "1 %/s"),
        (0.1, compound(&[Unit::Time], &[counted("reads")]), "100 ms/read"),
        (42.0, counted("connections"), "42 connections"),
        (1.0, counted("connections"), "1 connection"),
        (1.0, counted("processes"), "1 process"),
        (1.0, counted("celsius"), "1 celsius"),
        (3.75, Unit::Number, "3.75"),
        (1_234_567.8, Unit::Number, "1,234,568"),
        (999.96, Unit::Number, "1,000"),
        (1e-9, Unit::Number, "1.000e-9"),
        (f64::NAN, Unit::Ratio, "missing"),
        (0.0, Unit::Instant, "1970-01-01T00:00:00Z"),
        (951_782_400.0, Unit::Instant, "2000-02-29T00:00:00Z"),
        (1_795_371_314.25, Unit::Instant, "2026-11-22T18:15:14.250Z"),
        (-1.0, Unit::Instant, "1969-12-31T23:59:59Z"),
        (1e15, Unit::Instant, "1.000e15 s since 1970"),
    ] {
        assert_eq!(value(number, &unit), shown, "{number} {unit:?}");
    }
}

#[test]
fn units_have_names() {
    assert_eq!(unit(&compound(&[counted("requests")], &[Unit::Time])), "requests/s");
    assert_eq!(unit(&compound(&[Unit::Number], &[Unit::Time])), "/s");
    assert_eq!(unit(&Unit::Number), "");
}
