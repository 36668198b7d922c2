//! What was left out, and why.

/// The longest text kept of an example, in bytes.
const EXAMPLE_BYTES_MAX: usize = 120;

/// Why something was left out (or, where [`DropReason::is_loss`] says no, was let in with a remark).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DropReason {
    /// The line is not of the format.
    BadLine,
    /// The line is not UTF-8.
    NotUtf8,
    /// The value is no number.
    BadValue,
    /// The timestamp is no number, or out of range.
    BadTimestamp,
    /// The timestamp is missing where the format needs one.
    NoTimestamp,
    /// The line is too long.
    LineTooLong,
    /// The series has too many labels.
    TooManyLabels,
    /// A name is too long.
    NameTooLong,
    /// A label's value is too long.
    LabelTooLong,
    /// A label stands twice in one series.
    RepeatedLabel,
    /// The series would be one more than the table takes.
    SeriesLimit,
    /// The same series stood before with the same instant.
    Duplicate,
    /// A line after `# EOF`.
    AfterEof,
    /// The input ends within a line, or without its `# EOF`.
    Cut,
    /// The series' clock is far from the others'.
    ClockOutlier,
    /// There are more samples than the memory allowed for them holds.
    SampleLimit,
    /// More metrics are declared than are remembered; this one's kind stays unknown.
    FamilyLimit,
    /// The kind of a metric is another one than before; the new one holds, the samples are kept.
    TypeChanged,
    /// The value is NaN; the sample is kept and reads as missing.
    NotANumber,
}

impl DropReason {
    /// All reasons, in the order of their counters.
    pub const ALL: [Self; 19] = [
        Self::BadLine,
        Self::NotUtf8,
        Self::BadValue,
        Self::BadTimestamp,
        Self::NoTimestamp,
        Self::LineTooLong,
        Self::TooManyLabels,
        Self::NameTooLong,
        Self::LabelTooLong,
        Self::RepeatedLabel,
        Self::SeriesLimit,
        Self::Duplicate,
        Self::AfterEof,
        Self::Cut,
        Self::ClockOutlier,
        Self::SampleLimit,
        Self::FamilyLimit,
        Self::TypeChanged,
        Self::NotANumber,
    ];

    /// Its name as a label value of our own metrics, such as `bad_line`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BadLine => "bad_line",
            Self::NotUtf8 => "not_utf8",
            Self::BadValue => "bad_value",
            Self::BadTimestamp => "bad_timestamp",
            Self::NoTimestamp => "no_timestamp",
            Self::LineTooLong => "line_too_long",
            Self::TooManyLabels => "too_many_labels",
            Self::NameTooLong => "name_too_long",
            Self::LabelTooLong => "label_too_long",
            Self::RepeatedLabel => "repeated_label",
            Self::SeriesLimit => "series_limit",
            Self::Duplicate => "duplicate",
            Self::AfterEof => "after_eof",
            Self::Cut => "cut",
            Self::ClockOutlier => "clock_outlier",
            Self::SampleLimit => "sample_limit",
            Self::FamilyLimit => "family_limit",
            Self::TypeChanged => "type_changed",
            Self::NotANumber => "not_a_number",
        }
    }

    /// How often it was met, in words for people: `3 lines that are too long`.
    #[must_use]
    pub fn words(self, count: u64) -> String {
        let (one, several) = match self {
            Self::BadLine => ("line that is not of the format", "lines that are not of the format"),
            Self::NotUtf8 => ("line that is not UTF-8", "lines that are not UTF-8"),
            Self::BadValue => ("value that is no number", "values that are no numbers"),
            Self::BadTimestamp => (
                "timestamp that is no number or out of range",
                "timestamps that are no numbers or out of range",
            ),
            Self::NoTimestamp => ("sample without a timestamp", "samples without a timestamp"),
            Self::LineTooLong => ("line that is too long", "lines that are too long"),
            Self::TooManyLabels => ("sample with too many labels", "samples with too many labels"),
            Self::NameTooLong => ("name that is too long", "names that are too long"),
            Self::LabelTooLong => ("label value that is too long", "label values that are too long"),
            Self::RepeatedLabel => ("sample that repeats a label", "samples that repeat a label"),
            Self::SeriesLimit => ("sample of a series over the limit", "samples of series over the limit"),
            Self::Duplicate => (
                "sample whose series and instant stood before",
                "samples whose series and instant stood before",
            ),
            Self::AfterEof => ("line after `# EOF`", "lines after `# EOF`"),
            Self::Cut => ("input that ends too early", "inputs that end too early"),
            Self::ClockOutlier => {
                ("sample of a clock far from the others", "samples of a clock far from the others")
            }
            Self::SampleLimit => ("sample over the limit of memory", "samples over the limit of memory"),
            Self::FamilyLimit => (
                "declaration over the limit (its samples are kept)",
                "declarations over the limit (their samples are kept)",
            ),
            Self::TypeChanged => ("metric whose kind changed (kept)", "metrics whose kind changed (kept)"),
            Self::NotANumber => {
                ("value that is NaN (kept as missing)", "values that are NaN (kept as missing)")
            }
        };
        if count == 1 { format!("1 {one}") } else { format!("{} {several}", grouped(count)) }
    }

    /// Whether the sample is left out; otherwise the counter is a remark only.
    #[must_use]
    pub fn is_loss(self) -> bool {
        !matches!(self, Self::FamilyLimit | Self::TypeChanged | Self::NotANumber)
    }
}

/// The first place where a reason was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The line, from 1; 0 where there is none.
    pub line: u64,
    /// The text there, cut to a readable length, with control characters and broken UTF-8 replaced.
    pub text: String,
}

/// Counters of what was left out, by reason, each with its first example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dropped {
    counts: [u64; DropReason::ALL.len()],
    examples: [Option<Example>; DropReason::ALL.len()],
}

impl Dropped {
    /// Nothing left out yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Counts one case, met on `line` (from 1; 0 where there is none), with the text there.
    pub fn count(&mut self, reason: DropReason, line: u64, text: &[u8]) {
        self.count_many(reason, 1, line, text);
    }

    /// Counts `cases` at once, the first of them met on `line`.
    pub fn count_many(&mut self, reason: DropReason, cases: u64, line: u64, text: &[u8]) {
        if cases == 0 {
            return;
        }
        if let Some(count) = self.counts.get_mut(reason as usize) {
            *count = count.saturating_add(cases);
        }
        if let Some(example) = self.examples.get_mut(reason as usize)
            && example.is_none()
        {
            *example = Some(Example { line, text: readable(text) });
        }
    }

    /// How often `reason` was met.
    #[must_use]
    pub fn get(&self, reason: DropReason) -> u64 {
        self.counts.get(reason as usize).copied().unwrap_or_default()
    }

    /// The first place where `reason` was met.
    #[must_use]
    pub fn example(&self, reason: DropReason) -> Option<&Example> {
        self.examples.get(reason as usize).and_then(Option::as_ref)
    }

    /// All that was left out, over all reasons; remarks are not counted.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.iter()
            .filter(|(reason, _, _)| reason.is_loss())
            .fold(0, |sum, (_, count, _)| sum.saturating_add(count))
    }

    /// The reasons met, with their counts and first examples, in a fixed order.
    pub fn iter(&self) -> impl Iterator<Item = (DropReason, u64, Option<&Example>)> + '_ {
        DropReason::ALL
            .into_iter()
            .map(|r| (r, self.get(r), self.example(r)))
            .filter(|(_, count, _)| *count > 0)
    }

    /// Adds the counts of `other`; an example already there stays.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine = mine.saturating_add(*theirs);
        }
        for (mine, theirs) in self.examples.iter_mut().zip(&other.examples) {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        }
    }
}

/// `235755` as `235,755`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let places = digits.len();
    let mut shown = String::with_capacity(places + places / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (places - at).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// The beginning of `text` as something that can be shown on one line of a terminal.
fn readable(text: &[u8]) -> String {
    let cut = text.get(..EXAMPLE_BYTES_MAX).unwrap_or(text);
    let mut shown: String =
        String::from_utf8_lossy(cut).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if cut.len() < text.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests;
