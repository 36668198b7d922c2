//! Policies made by choices: they know units and labels, so that `check` accepts most of what they say, however odd it is.

use std::fmt::Write as _;

use crate::choices::Choices;

/// What policies read. Labels are a subset of one another where one is the left and the other the right operand of a join.
const METRICS: &str = "\
severity yellow is major
severity red is critical
unit requests
defaults { every 10s }
metric used: ratio { labels pod, service, zone }
metric load: number { labels service, zone  stale 1m }
metric free: number { labels zone  merge min }
metric quota: ratio { labels zone  every 20s  merge max }
metric wait: ms { labels service, zone  forget 10m }
metric reqs: counter of requests { labels service, zone, code in (\"200\", \"500\") }
metric lat: histogram of ms { labels service, zone }
metric live: flag { labels pod, service, zone }
metric build: info { labels zone, version }
";
const OVER: [&str; 5] = ["40s", "1m", "90s", "3m", "10m"];
const DEPTH_MAX: usize = 4;

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Number,
    Ratio,
    Time,
    Rate,
}

const UNITS: [Unit; 4] = [Unit::Number, Unit::Ratio, Unit::Time, Unit::Rate];

/// Label sets, each a subset of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Labels {
    None,
    Zone,
    Service,
    Pod,
}

const LABELS: [Labels; 4] = [Labels::None, Labels::Zone, Labels::Service, Labels::Pod];

impl Labels {
    /// How an aggregate keeps these only.
    const fn across(self) -> &'static str {
        match self {
            Self::None => "overall",
            Self::Zone => "by zone",
            Self::Service => "by service, zone",
            Self::Pod => "by pod, service, zone",
        }
    }
}

/// A policy of a few derives and alerts.
pub fn policy(choices: &mut Choices<'_>) -> String {
    let mut writer = Writer { choices, text: METRICS.to_owned(), derives: Vec::new(), alerts: Vec::new() };
    for place in 0..writer.choices.below(3) {
        writer.derive(place);
    }
    for place in 0..=writer.choices.below(3) {
        writer.alert(place);
    }
    writer.text
}

struct Writer<'c, 'd> {
    choices: &'c mut Choices<'d>,
    text: String,
    derives: Vec<(Unit, Labels)>,
    alerts: Vec<Labels>,
}

impl Writer<'_, '_> {
    fn one<T: Copy>(&mut self, of: &[T], otherwise: T) -> T {
        self.choices.one(of).copied().unwrap_or(otherwise)
    }

    fn over(&mut self) -> &'static str {
        self.one(&OVER, "1m")
    }

    fn derive(&mut self, place: usize) {
        let (unit, labels) = (self.one(&UNITS, Unit::Number), self.one(&LABELS, Labels::None));
        let labels = widest(unit).min(labels);
        let value = self.number(unit, labels, 0);
        let _ = writeln!(self.text, "derive d{place} = {value}");
        self.derives.push((unit, labels));
    }

    fn alert(&mut self, place: usize) {
        let (unit, labels) = (self.one(&UNITS, Unit::Number), self.one(&LABELS, Labels::None));
        let labels = widest(unit).min(labels);
        let subject = self.number(unit, labels, 1);
        let red = self.condition(labels, 0);
        let _ = write!(self.text, "alert a{place} on {subject} {{\n  red when {red}");
        if self.choices.percent(40) {
            let over = self.over();
            let _ = write!(self.text, " for {over}");
        }
        if self.choices.percent(40) {
            let clear = self.condition(labels, 1);
            let _ = write!(self.text, "\n    clear when {clear}");
        }
        if self.choices.percent(40) {
            let yellow = self.condition(labels, 1);
            let _ = write!(self.text, "\n  yellow when {yellow}");
        }
        let absent = self.one(&["clears", "holds", "for 1m is red", "for 30s is red"], "holds");
        let flapping = self.one(&["", "", "  flapping 3 in 5m\n"], "");
        let _ = write!(self.text, "\n  absent {absent}\n{flapping}  says \"{{value}}\"\n}}\n");
        self.alerts.push(labels);
    }

    /// A number of this unit with exactly these labels.
    fn number(&mut self, unit: Unit, labels: Labels, depth: usize) -> String {
        if depth >= DEPTH_MAX {
            return self.plain(unit, labels);
        }
        let deeper = depth + 1;
        match self.choices.below(16) {
            0 | 1 => {
                let (a, b) = (self.number(unit, labels, deeper), self.narrower(unit, labels, deeper));
                let operator = self.one(&["+", "-"], "+");
                format!("({a} {operator} {b})")
            }
            2 => format!("({}% of {})", 1 + self.choices.below(300), self.number(unit, labels, deeper)),
            3 => {
                let (a, b) = (self.number(unit, labels, deeper), self.narrower(unit, labels, deeper));
                format!("({a} default {b})")
            }
            4 => format!("({} default {})", self.number(unit, labels, deeper), self.literal(unit)),
            5 => {
                let (a, b) = (self.number(unit, labels, deeper), self.narrower(unit, labels, deeper));
                let function = self.one(&["max", "min"], "max");
                format!("{function}({a}, {b})")
            }
            6 => {
                let of = self.number(unit, labels, deeper);
                if unit == Unit::Number { format!("floor({of} / 7)") } else { format!("abs({of})") }
            }
            7 => {
                let condition = self.condition(labels, deeper);
                let (a, b) = (self.number(unit, labels, deeper), self.narrower(unit, labels, deeper));
                if self.choices.percent(50) {
                    format!("(if {condition} then {a} else {b})")
                } else {
                    format!("(if {condition} then {a})")
                }
            }
            8 | 9 => {
                let (of, over) = (self.number(unit, labels, deeper), self.over());
                let function = self.one(&["avg", "min", "max", "stddev", "p90", "p50"], "avg");
                format!("{function}({of} over {over})")
            }
            10 => {
                let wider = if labels < widest(unit) { widest(unit) } else { labels };
                let of = self.number(unit, wider, deeper);
                let function = self.one(&["avg", "min", "max", "stddev", "p50", "sum"], "avg");
                let (across, over) = (labels.across(), self.over());
                if function != "sum" && self.choices.percent(30) {
                    format!("{function}({of} over {over} {across})")
                } else {
                    format!("{function}({of} {across})")
                }
            }
            11 => format!("({}) {} ago", self.number(unit, labels, deeper), self.one(&["30s", "2m"], "1m")),
            12 if unit == Unit::Ratio => self.ratio(labels, deeper),
            12 if unit == Unit::Number => {
                let condition = self.condition(Labels::Pod, deeper);
                format!("count({condition} {})", labels.across())
            }
            13 if labels >= Labels::Zone => {
                let of = self.number(unit, labels, deeper);
                format!("max(({of} with build.version) {})", labels.across())
            }
            _ => self.plain(unit, labels),
        }
    }

    fn ratio(&mut self, labels: Labels, depth: usize) -> String {
        if self.choices.percent(50) {
            let (condition, over) = (self.condition(labels, depth), self.over());
            return format!("share({condition} over {over})");
        }
        let unit = self.one(&[Unit::Number, Unit::Time, Unit::Rate], Unit::Number);
        let labels_of = labels.min(widest(unit));
        let (a, b) = (self.number(unit, labels_of, depth), self.narrower(unit, labels_of, depth));
        if labels_of == labels { format!("({a} / {b})") } else { self.plain(Unit::Ratio, labels) }
    }

    /// A number with these labels or some of them: the right operand of a join.
    fn narrower(&mut self, unit: Unit, labels: Labels, depth: usize) -> String {
        let narrower = self.one(&LABELS, labels).min(labels);
        self.number(unit, narrower, depth)
    }

    fn plain(&mut self, unit: Unit, labels: Labels) -> String {
        let known = self.derives.iter().position(|derive| *derive == (unit, labels));
        if let Some(place) = known
            && self.choices.percent(50)
        {
            return format!("d{place}");
        }
        let (across, over) = (labels.across(), self.over());
        let selected =
            self.one(&["", "{zone != \"a\"}", "{zone =~ \"a|b\"}", "{zone in (\"a\", \"b\")}"], "");
        match (unit, labels) {
            (Unit::Ratio, Labels::Pod) => format!("used{selected}"),
            (Unit::Ratio, Labels::Zone) => self.one(&["quota", "avg(used by zone)"], "quota").to_owned(),
            (Unit::Ratio, _) => format!("max(used{selected} {across})"),
            (Unit::Number, Labels::Service) => format!("load{selected}"),
            (Unit::Number, Labels::Zone) => self.one(&["free", "sum(load by zone)"], "free").to_owned(),
            (Unit::Number, _) => format!("sum(load{selected} {across})"),
            (Unit::Time, Labels::Service) => format!("wait{selected}"),
            (Unit::Time, _) => {
                let function = self.one(&["p95", "p50", "avg", "quantile(0.3,"], "p95");
                let open =
                    if function.ends_with(',') { format!("{function} ") } else { format!("{function}(") };
                format!("{open}lat{selected} over {over} {across})")
            }
            (Unit::Rate, _) => {
                let code = self.one(&["", "{code = \"500\"}", "{code != \"200\"}"], "");
                format!("sum(rate(reqs{code} over {over}) {across})")
            }
        }
    }

    fn literal(&mut self, unit: Unit) -> String {
        let number = self.choices.below(120);
        match unit {
            Unit::Number => number.to_string(),
            Unit::Ratio => format!("{number}%"),
            Unit::Time => format!("{number}ms"),
            Unit::Rate => format!("{number}/s"),
        }
    }

    /// A condition with exactly these labels.
    fn condition(&mut self, labels: Labels, depth: usize) -> String {
        let unit = self.one(&UNITS, Unit::Number);
        let unit = if labels > widest(unit) { Unit::Ratio } else { unit };
        let deeper = depth + 1;
        let choice = if depth >= DEPTH_MAX { 15 } else { self.choices.below(16) };
        match choice {
            0 | 1 => {
                let narrower = self.one(&LABELS, labels).min(labels);
                let (a, b) = (self.condition(labels, deeper), self.condition(narrower, deeper));
                let operator = self.one(&["and", "or"], "and");
                format!("({a} {operator} {b})")
            }
            2 => format!("not ({})", self.condition(labels, deeper)),
            3 | 4 => {
                let (condition, over) = (self.condition(labels, deeper), self.over());
                format!("({condition} for {over})")
            }
            5 => {
                let function = self.one(&["present", "missing"], "missing");
                format!("{function}({})", self.number(unit, labels, deeper))
            }
            6 => {
                let (condition, over) = (self.condition(labels, deeper), self.over());
                let function = self.one(&["any", "all"], "any");
                format!("{function}({condition} over {over})")
            }
            7 | 8 => {
                let condition = self.condition(Labels::Pod, deeper);
                let function = self.one(&["any", "all"], "any");
                format!("{function}({condition} {})", labels.across())
            }
            9 => {
                let (condition, other) =
                    (self.condition(labels, deeper), self.one(&["true", "false"], "true"));
                format!("(({condition}) default {other})")
            }
            10 => self.state(labels).unwrap_or_else(|| format!("any(live {})", labels.across())),
            11 => {
                let (a, b) = (self.number(unit, labels, deeper), self.narrower(unit, labels, deeper));
                let operator = self.one(&["<", ">", "<=", ">=", "!="], "<");
                format!("{a} {operator} {b}")
            }
            _ => {
                let a = self.number(unit, labels, deeper);
                let operator = self.one(&["<", ">", "<=", ">="], ">");
                format!("{a} {operator} {}", self.literal(unit))
            }
        }
    }

    /// Asks for the state of an alert written before.
    fn state(&mut self, labels: Labels) -> Option<String> {
        let place = self.alerts.iter().position(|alert| *alert == labels)?;
        let state =
            self.one(&["is red", "is ok", "is pending", "is cleared", "is forgotten", ">= red"], "is red");
        Some(format!("a{place} {state}"))
    }
}

/// The most labels that numbers of this unit have.
const fn widest(unit: Unit) -> Labels {
    match unit {
        Unit::Ratio => Labels::Pod,
        Unit::Number | Unit::Time | Unit::Rate => Labels::Service,
    }
}
