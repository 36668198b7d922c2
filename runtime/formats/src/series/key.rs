//! A series as the wire names it.

use std::fmt;

/// A wire series as it is: its metric name and its labels, sorted by label name, without `__name__`, without empty values.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SeriesKey {
    /// The metric's name on the wire.
    pub name: String,
    /// Label names and values, sorted by name; no name twice, no value empty.
    pub labels: Vec<(String, String)>,
}

impl SeriesKey {
    /// A key in its canonical form: labels sorted, empty ones dropped; of a repeated label the first stands.
    #[must_use]
    pub fn new(name: impl Into<String>, labels: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut labels: Vec<_> = labels.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        labels.sort_by(|a, b| a.0.cmp(&b.0));
        labels.dedup_by(|later, first| later.0 == first.0);
        Self { name: name.into(), labels }
    }

    /// The value of a label; `None` where it is missing (which is the same as empty).
    #[must_use]
    pub fn label(&self, name: &str) -> Option<&str> {
        let place = self.labels.binary_search_by(|(n, _)| n.as_str().cmp(name)).ok()?;
        self.labels.get(place).map(|(_, value)| value.as_str())
    }
}

/// As in the exposition text: `up{instance="a:9100",job="node"}`. Names that need quotes get them: `{"my.metric","my.label"="x"}`.
impl fmt::Display for SeriesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "{";
        if is_plain(&self.name, true) {
            f.write_str(&self.name)?;
        } else {
            write!(f, "{{{}", Quoted(&self.name))?;
            separator = ",";
        }
        for (name, value) in &self.labels {
            f.write_str(separator)?;
            if is_plain(name, false) {
                write!(f, "{name}={}", Quoted(value))?;
            } else {
                write!(f, "{}={}", Quoted(name), Quoted(value))?;
            }
            separator = ",";
        }
        f.write_str(if separator == "," { "}" } else { "" })
    }
}

/// Whether a name can stand without quotes; that of a metric may have colons.
fn is_plain(name: &str, colons: bool) -> bool {
    let is_start = |b: u8| b.is_ascii_alphabetic() || b == b'_' || (colons && b == b':');
    name.bytes().next().is_some_and(is_start) && name.bytes().all(|b| is_start(b) || b.is_ascii_digit())
}

/// A text in quotes, with the escapes of the exposition text.
struct Quoted<'t>(&'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for c in self.0.chars() {
            match c {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                c => write!(f, "{c}")?,
            }
        }
        f.write_str("\"")
    }
}

/// What the wire says a metric is. A histogram's `_bucket`, `_sum` and `_count` series are all of the kind `Histogram`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum WireKind {
    /// Not said, or `untyped`, or `unknown`.
    #[default]
    Unknown,
    /// A value that goes up and down.
    Gauge,
    /// A value that only grows, or starts over.
    Counter,
    /// Cumulative buckets with `le`, a sum and a count. OpenMetrics' `gaugehistogram` too.
    Histogram,
    /// Quantiles with `quantile`, a sum and a count.
    Summary,
    /// Always 1; its labels are the information.
    Info,
    /// 0 or 1 for each state.
    StateSet,
}

impl WireKind {
    /// The kind of a word after `# TYPE name`; `None` for a word of no format.
    #[must_use]
    pub fn from_word(word: &[u8]) -> Option<Self> {
        Some(match word {
            b"counter" => Self::Counter,
            b"gauge" => Self::Gauge,
            b"histogram" | b"gaugehistogram" => Self::Histogram,
            b"summary" => Self::Summary,
            b"info" => Self::Info,
            b"stateset" => Self::StateSet,
            b"untyped" | b"unknown" => Self::Unknown,
            _ => return None,
        })
    }

    /// Its word in OpenMetrics.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
            Self::Summary => "summary",
            Self::Info => "info",
            Self::StateSet => "stateset",
        }
    }
}
