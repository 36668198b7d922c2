//! Pages for people who were just woken: a head, what is known as lines, then what happened in order.

use nvp_control::wire::Entry;
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use super::Clock;
use crate::output::Paint;
use crate::table::Table;

/// How wide the names of what is known are.
const NAME_WIDTH: usize = 14;

/// How many rows of alerts are shown of those that come one after the other: a storm has thousands.
const ALERTS_SHOWN: usize = 10;

/// A page as it grows.
pub struct Sheet {
    text: String,
    paint: Paint,
    width: Option<usize>,
}

impl Sheet {
    /// An empty one.
    pub fn new(paint: Paint, width: Option<usize>) -> Self {
        Self { text: String::new(), paint, width }
    }

    /// Its colours.
    pub fn paint(&self) -> Paint {
        self.paint
    }

    /// All of it.
    pub fn text(self) -> String {
        self.text
    }

    /// A line as it is.
    pub fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// The name of a part, after an empty line.
    pub fn part(&mut self, name: &str) {
        self.line("");
        let name = self.paint.bold(name);
        self.line(&name);
    }

    /// What to do next, if there is something.
    pub fn next(&mut self, command: Option<&str>) {
        if let Some(command) = command {
            let next = self.paint.help("next:");
            self.line("");
            self.line(&format!("{next} {command}"));
        }
    }

    /// Something known, unless there is nothing to say.
    pub fn known(&mut self, name: &str, what: &str) {
        if !what.is_empty() {
            let blanks = " ".repeat(NAME_WIDTH.saturating_sub(name.width()));
            let name = self.paint.dim(name);
            self.line(&format!("  {name}{blanks}  {}", plain(what)));
        }
    }

    /// A table.
    pub fn table(&mut self, table: &Table) {
        let width = self.width.map(|width| width.saturating_sub(2));
        for (place, line) in table.lines(width).iter().enumerate() {
            let line = plain(line);
            let line = if place == 0 { self.paint.dim(&line) } else { line };
            self.line(&format!("  {line}"));
        }
    }

    /// What happened, each day under its name.
    pub fn entries(&mut self, entries: &[Entry], left_out: u64, clock: &Clock) {
        if left_out > 0 {
            let lines = crate::words::count(left_out, "line is", "lines are");
            let line =
                self.paint.dim(&format!("{lines} left out here; the table `audit` in the journal has them"));
            self.line(&format!("  {line}"));
        }
        let mut day = String::new();
        let mut alerts = 0;
        for (place, entry) in entries.iter().enumerate() {
            alerts = if entry.kind == "alert" { alerts + 1 } else { 0 };
            let is_last = entries.get(place + 1).is_none_or(|next| next.kind != "alert");
            if alerts > ALERTS_SHOWN {
                if is_last {
                    let more = crate::words::count(alerts - ALERTS_SHOWN, "more alert", "more alerts");
                    let line = self.paint.dim(&format!("{more}; `--format json` lists them"));
                    self.line(&format!("            {line}"));
                }
                continue;
            }
            let its_day = clock.day(entry.at_ms);
            if its_day != day {
                let shown = self.paint.dim(&its_day);
                self.line(&format!("  {shown}"));
                day = its_day;
            }
            let until = entry.detail.get("until_ms").and_then(Value::as_i64);
            let until = until.map(|at_ms| format!(", until {}", clock.instant(at_ms))).unwrap_or_default();
            self.line(&format!("  {}  {}{until}", clock.time(entry.at_ms), plain(&entry.text)));
            if entry.kind == "looked" {
                let values = looked_at(&entry.detail);
                if !values.is_empty() {
                    let values = self.paint.dim(&plain(&values));
                    self.line(&format!("            {values}"));
                }
            }
        }
    }
}

/// A text without what could command a terminal: labels and answers come from elsewhere.
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// What a condition looked at: `cpu = 0.41, errors = missing`.
fn looked_at(detail: &Value) -> String {
    let values = detail.get("values").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let shown = values.iter().filter_map(|pair| match pair.as_array().map(Vec::as_slice) {
        Some([Value::String(name), value]) => Some(format!("{name} = {}", shown(value))),
        _ => None,
    });
    shown.collect::<Vec<_>>().join(", ")
}

/// A value as people read it.
pub fn shown(value: &Value) -> String {
    match value {
        Value::Null => "missing".to_owned(),
        other => other.to_string(),
    }
}

/// A call with its arguments: `grow(region: "eu")`.
pub fn called(name: &str, arguments: &[(String, Value)]) -> String {
    let arguments: Vec<_> =
        arguments.iter().map(|(name, value)| format!("{name}: {}", shown(value))).collect();
    format!("{name}({})", arguments.join(", "))
}
