//! Writing recordings, in each format that can be read.
//!
//! Values are written so that reading gives the same bits, but for NaN: every NaN, stale markers too, reads back as the plain one.

use std::io::{self, Write};

use crate::recording::RecordingFormat;
use crate::series::{SeriesKey, WireKind};

/// Writes the samples of one series: `instants_ms` (since the Unix epoch) and `values`, of one length (what one has more is left
/// away). `kind` shows in OpenMetrics text only, as a `# TYPE` line before the samples unless it is `Unknown`.
///
/// # Errors
/// Those of `out`.
pub fn series(
    out: &mut impl Write,
    format: RecordingFormat,
    key: &SeriesKey,
    kind: WireKind,
    instants_ms: &[i64],
    values: &[f64],
) -> io::Result<()> {
    match format {
        RecordingFormat::OpenMetrics => open_metrics(out, key, kind, instants_ms, values),
        RecordingFormat::TsdbDump => tsdb_dump(out, key, instants_ms, values),
        RecordingFormat::JsonLines => json_lines(out, key, instants_ms, values),
    }
}

/// Writes what ends a recording: `# EOF` for OpenMetrics text, else nothing.
///
/// # Errors
/// Those of `out`.
pub fn end(out: &mut impl Write, format: RecordingFormat) -> io::Result<()> {
    if format == RecordingFormat::OpenMetrics { writeln!(out, "# EOF") } else { Ok(()) }
}

/// Writes one line of VictoriaMetrics JSON: the series and all its samples.
///
/// # Errors
/// Those of `out`.
pub fn json_lines(
    out: &mut impl Write,
    key: &SeriesKey,
    instants_ms: &[i64],
    values: &[f64],
) -> io::Result<()> {
    out.write_all(b"{\"metric\":{\"__name__\":")?;
    serde_json::to_writer(&mut *out, &key.name)?;
    for (name, value) in &key.labels {
        out.write_all(b",")?;
        serde_json::to_writer(&mut *out, name)?;
        out.write_all(b":")?;
        serde_json::to_writer(&mut *out, value)?;
    }
    out.write_all(b"},\"values\":[")?;
    for (place, (value, _)) in values.iter().zip(instants_ms).enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        match *value {
            value if value.is_infinite() => {
                out.write_all(if value > 0.0 { b"\"Infinity\"".as_slice() } else { b"\"-Infinity\"" })?;
            }
            value => serde_json::to_writer(&mut *out, &value)?,
        }
    }
    out.write_all(b"],\"timestamps\":[")?;
    for (place, (_, instant)) in values.iter().zip(instants_ms).enumerate() {
        write!(out, "{}{instant}", if place > 0 { "," } else { "" })?;
    }
    out.write_all(b"]}\n")
}

fn open_metrics(
    out: &mut impl Write,
    key: &SeriesKey,
    kind: WireKind,
    instants_ms: &[i64],
    values: &[f64],
) -> io::Result<()> {
    if kind != WireKind::Unknown {
        let family = SeriesKey::new(family(&key.name, kind), []).to_string();
        let family = family.trim_start_matches('{').trim_end_matches('}');
        writeln!(out, "# TYPE {family} {}", kind.word())?;
    }
    for (&instant, &value) in instants_ms.iter().zip(values) {
        write!(out, "{key} {} ", number(value))?;
        let (sign, ms) = (if instant < 0 { "-" } else { "" }, instant.unsigned_abs());
        match ms % 1_000 {
            0 => writeln!(out, "{sign}{}", ms / 1_000)?,
            rest => writeln!(out, "{sign}{}.{rest:03}", ms / 1_000)?,
        }
    }
    Ok(())
}

fn tsdb_dump(out: &mut impl Write, key: &SeriesKey, instants_ms: &[i64], values: &[f64]) -> io::Result<()> {
    let mut series = format!("{{__name__={}", quoted(&key.name));
    for (name, value) in &key.labels {
        series.push_str(", ");
        if name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            series.push_str(name);
        } else {
            series.push_str(&quoted(name));
        }
        series.push('=');
        series.push_str(&quoted(value));
    }
    series.push('}');
    for (&instant, &value) in instants_ms.iter().zip(values) {
        writeln!(out, "{series} {} {instant}", number(value))?;
    }
    Ok(())
}

/// A text as a Go literal.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => quoted.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A value in the fewest digits that read back as the same.
fn number(value: f64) -> String {
    match value {
        value if value.is_nan() => "NaN".to_owned(),
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        // Past these bounds plain digits grow long; a point or exponent is never needed to tell an integer.
        value if value != 0.0 && !(1e-7..1e17).contains(&value.abs()) => format!("{value:e}"),
        value => format!("{value}"),
    }
}

/// The family of a sample: its name without the suffix that its kind gives it.
fn family(name: &str, kind: WireKind) -> &str {
    let suffixes: &[&str] = match kind {
        WireKind::Counter => &["_total"],
        WireKind::Histogram => &["_bucket", "_count", "_sum", "_gcount", "_gsum"],
        WireKind::Summary => &["_count", "_sum"],
        WireKind::Info => &["_info"],
        WireKind::Unknown | WireKind::Gauge | WireKind::StateSet => &[],
    };
    suffixes.iter().find_map(|suffix| name.strip_suffix(suffix)).unwrap_or(name)
}
