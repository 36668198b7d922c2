//! How values are written for people: `350 ms`, `93.2 %`, `1.4 GiB`, `5,120 /s`, `42 connections`, `2 min 30 s`.
//!
//! One function for the texts of alerts, tests, explanations and the live view, so that a number looks the same everywhere. It
//! reads no clock and no locale.

use crate::unit::Unit;

#[cfg(test)]
mod tests;

/// More digits than these say nothing to a person.
const DIGITS: i32 = 4;

/// A value in base units (seconds, bytes, 1 for 100 %) as people read it; NaN is `missing`.
#[must_use]
pub fn value(value: f64, unit: &Unit) -> String {
    if value.is_nan() {
        return "missing".to_owned();
    }
    match unit {
        Unit::Number => number(value),
        Unit::Ratio => format!("{} %", number(value * 100.0)),
        Unit::Time => time(value),
        Unit::Data => scaled(value, DATA, ""),
        Unit::Instant => instant(value),
        Unit::Counted(name) => {
            let shown = number(value);
            let name = if shown == "1" || shown == "-1" { singular(name) } else { name.clone() };
            format!("{shown} {name}")
        }
        Unit::Compound { over, under } => compound(value, over, under),
    }
}

/// The name of a unit by itself, for the head of a column: `ms` is not chosen yet, so `s`; `requests/s`; empty for a number.
#[must_use]
pub fn unit(unit: &Unit) -> String {
    match unit {
        Unit::Number => String::new(),
        Unit::Ratio => "%".to_owned(),
        Unit::Time => "s".to_owned(),
        Unit::Data => "bytes".to_owned(),
        Unit::Instant => "time".to_owned(),
        Unit::Counted(name) => name.clone(),
        Unit::Compound { over, under } => {
            let head: Vec<String> = over.iter().map(self::unit).filter(|name| !name.is_empty()).collect();
            format!("{}{}", head.join("·"), per(under))
        }
    }
}

const DATA: &[(f64, &str)] = &[
    (1_125_899_906_842_624.0, "PiB"),
    (1_099_511_627_776.0, "TiB"),
    (1_073_741_824.0, "GiB"),
    (1_048_576.0, "MiB"),
    (1_024.0, "KiB"),
    (1.0, "B"),
];

const SECONDS: &[(f64, &str)] = &[(1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")];

/// Four digits, thousands set apart; greater numbers whole.
fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "∞".to_owned() } else { "-∞".to_owned() };
    }
    let size = value.abs();
    if !(1e-6..1e15).contains(&size) {
        return format!("{value:.3e}");
    }
    // Below 10^15 and not zero, so the exponent is a small whole number.
    let exponent = size.log10().floor() as i32;
    let decimals = usize::try_from(DIGITS - 1 - exponent).unwrap_or(0);
    let written = format!("{size:.decimals$}");
    let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0.0 { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", thousands(whole))
}

/// `5120` → `5,120`.
fn thousands(digits: &str) -> String {
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// In the largest unit that leaves at least one whole, with what it is divided by behind.
fn scaled(value: f64, units: &[(f64, &str)], behind: &str) -> String {
    let size = value.abs();
    let (scale, name) = units
        .iter()
        // A little less than one whole is shown as one whole, so it belongs to the larger unit.
        .find(|(scale, _)| size >= scale * 0.99995)
        .or(if value == 0.0 { units.iter().find(|(scale, _)| *scale == 1.0) } else { units.last() })
        .copied()
        .unwrap_or((1.0, ""));
    format!("{} {name}{behind}", number(value / scale))
}

/// `350 ms`, `59 s`, `2 min 30 s`, `1 h 30 min`, `3 d 4 h`.
fn time(seconds: f64) -> String {
    let size = seconds.abs();
    if size < 59.995 || !size.is_finite() {
        return scaled(seconds, SECONDS, "");
    }
    if size > 1e11 {
        return format!("{} d", number(seconds / 86_400.0));
    }
    // The two largest parts are enough; the value is rounded to the smaller.
    let (grain, large, small, large_name, small_name) = if size < 3_599.5 {
        (1.0, 60, 1, "min", "s")
    } else if size < 86_370.0 {
        (60.0, 3_600, 60, "h", "min")
    } else {
        (3_600.0, 86_400, 3_600, "d", "h")
    };
    // At most 10^11, so exact.
    let whole = ((size / grain).round() * grain) as i64;
    let (first, second) = (whole / large, whole % large / small);
    let sign = if seconds < 0.0 { "-" } else { "" };
    let first = thousands(&first.to_string());
    if second == 0 {
        format!("{sign}{first} {large_name}")
    } else {
        format!("{sign}{first} {large_name} {second} {small_name}")
    }
}

fn compound(value: f64, over: &[Unit], under: &[Unit]) -> String {
    let behind = per(under);
    match over {
        [] | [Unit::Number] => format!("{} {}", number(value), if behind.is_empty() { "" } else { &behind }),
        [Unit::Ratio] => format!("{} %{behind}", number(value * 100.0)),
        [Unit::Time] => scaled(value, SECONDS, &behind),
        [Unit::Data] => scaled(value, DATA, &behind),
        _ => {
            let names: Vec<String> = over.iter().map(unit).filter(|name| !name.is_empty()).collect();
            format!("{} {}{behind}", number(value), names.join("·"))
        }
    }
}

/// `/s`, `/read`.
fn per(under: &[Unit]) -> String {
    under.iter().map(|factor| format!("/{}", singular(&unit(factor)))).collect()
}

/// One of what a unit names: `reads` → `read`. Names that only look like plurals (`celsius`) stay.
fn singular(name: &str) -> String {
    let one_of = |ending: &str, with: &str| {
        name.strip_suffix(ending).filter(|stem| stem.len() > 1).map(|stem| format!("{stem}{with}"))
    };
    if ["ss", "us", "is"].iter().any(|ending| name.ends_with(ending)) {
        return name.to_owned();
    }
    one_of("ies", "y")
        .or_else(|| one_of("sses", "ss"))
        .or_else(|| one_of("xes", "x"))
        .or_else(|| one_of("shes", "sh"))
        .or_else(|| one_of("s", ""))
        .unwrap_or_else(|| name.to_owned())
}

/// `2026-11-22T18:15:14Z`, with the milliseconds where there are some. Outside of the years 0 to 9999 the seconds themselves.
fn instant(seconds: f64) -> String {
    const FIRST_S: f64 = -62_167_219_200.0;
    const AFTER_S: f64 = 253_402_300_800.0;
    if !(FIRST_S..AFTER_S).contains(&seconds) {
        return format!("{} s since 1970", number(seconds));
    }
    // Within 10^15 ms, so exact.
    let ms = (seconds * 1000.0).round() as i64;
    let (days, of_day) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    let (year, month, day) = date(days);
    let (hour, minute, second, rest) =
        (of_day / 3_600_000, of_day / 60_000 % 60, of_day / 1_000 % 60, of_day % 1_000);
    let rest = if rest == 0 { String::new() } else { format!(".{rest:03}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{rest}Z")
}

/// The date of a day counted from 1970-01-01, in the Gregorian calendar: eras of 400 years, years from March.
fn date(days: i64) -> (i64, i64, i64) {
    let from_march = days + 719_468;
    let (era, day_of_era) = (from_march.div_euclid(146_097), from_march.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}
