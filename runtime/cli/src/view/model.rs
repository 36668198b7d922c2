//! What the view shows, as plain data.

use std::collections::VecDeque;
use std::sync::Arc;

use nvp_drive::live::status::Status;

/// The most decisions kept.
pub const DECISIONS_MAX: usize = 200;

/// Everything that can be seen, at one moment.
#[derive(Debug, Clone)]
pub struct ViewModel {
    /// What is being watched, as the person named it: `policies/host`.
    pub title: String,
    /// What the run says of itself.
    pub status: Arc<Status>,
    /// The alerts' rows.
    pub rows: Arc<Rows>,
    /// The last decisions, newest first; at most [`DECISIONS_MAX`].
    pub decisions: VecDeque<DecisionView>,
    /// What a person should know about the run itself: sources that are down, data left out.
    pub troubles: Vec<String>,
}

/// The alerts' rows at the last tick.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// The labels that all rows have in common, and that are not shown again with each.
    pub common: String,
    /// Rows that are not ok, worst first.
    pub standing: Vec<RowView>,
    /// Rows that are not ok and not among `standing` for want of room.
    pub standing_more: usize,
    /// How many rows are ok.
    pub ok: usize,
    /// How many of them have no value now.
    pub missing: usize,
    /// Some of the rows that are ok, nearest to their threshold first.
    pub nearest: Vec<RowView>,
}

/// One row of an alert.
#[derive(Debug, Clone, PartialEq)]
pub struct RowView {
    /// Where it stands.
    pub level: LevelView,
    /// The alert's name.
    pub alert: Arc<str>,
    /// The row's labels, such as `device=sda instance=a`.
    pub labels: Arc<str>,
    /// The same without their names, for where there is little room: `sda a`.
    pub labels_short: Arc<str>,
    /// The subject's value in people's units; empty for an alert without a subject.
    pub value: String,
    /// The threshold that matters next, such as `> 90 %`; empty where there is no single one.
    pub threshold: Arc<str>,
    /// Since when it stands there, in ms since the Unix epoch.
    pub since_ms: i64,
    /// The subject's values at the last ticks, oldest first; NaN where there was none.
    pub history: Vec<f64>,
}

/// A level as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelView {
    /// Its word: the level's name, `pending`, `ok`.
    pub word: Arc<str>,
    /// How it looks.
    pub tone: Tone,
}

/// How bad something is, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tone {
    /// `critical`.
    Critical,
    /// `major`.
    Major,
    /// `minor`.
    Minor,
    /// `info`.
    Info,
    /// It would stand if every `for` were served.
    Pending,
    /// All is well.
    Ok,
    /// Neither good nor bad: it ended.
    Gone,
}

impl Tone {
    /// The tone of a severity on the outside.
    #[must_use]
    pub fn of_severity(severity: &str) -> Self {
        match severity {
            "critical" => Self::Critical,
            "major" => Self::Major,
            "minor" => Self::Minor,
            _ => Self::Info,
        }
    }
}

/// A decision taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionView {
    /// When, in ms since the Unix epoch.
    pub at_ms: i64,
    /// What it was.
    pub from: Arc<str>,
    /// What it is now.
    pub to: LevelView,
    /// The alert's name.
    pub alert: Arc<str>,
    /// The row's labels.
    pub labels: String,
    /// The same without their names.
    pub labels_short: String,
    /// What is to be said of it.
    pub saying: String,
}

impl RowView {
    /// Whether a filter lets it through: all its words occur in the level, the name or the labels, in whatever case.
    #[must_use]
    pub fn matches(&self, filter: &str) -> bool {
        filter.split_whitespace().all(|word| {
            contains(&self.alert, word) || contains(&self.labels, word) || contains(&self.level.word, word)
        })
    }
}

impl DecisionView {
    /// As [`RowView::matches`].
    #[must_use]
    pub fn matches(&self, filter: &str) -> bool {
        filter.split_whitespace().all(|word| {
            [&*self.alert, &self.labels, &self.to.word, &self.from]
                .into_iter()
                .any(|text| contains(text, word))
        })
    }
}

/// Whether `text` contains `word`, ASCII letters in whatever case.
pub(super) fn contains(text: &str, word: &str) -> bool {
    word.is_empty()
        || text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}
