//! Problems with labels.

use nvp_dsl::Span;
use nvp_dsl::diagnostic::Diagnostic;

use super::{after, before, listed, replace};
use crate::codes;

/// A label that the expression does not have.
pub(crate) struct UnknownLabel<'t> {
    pub(crate) label: &'t str,
    pub(crate) span: Span,
    pub(crate) of: &'t str,
    pub(crate) labels: &'t [String],
    /// The value it was pinned to, when that is why it is gone.
    pub(crate) pinned: bool,
    pub(crate) near: Option<String>,
}

impl From<UnknownLabel<'_>> for Diagnostic {
    fn from(UnknownLabel { label, span, of, labels, pinned, near }: UnknownLabel<'_>) -> Self {
        let diagnostic =
            Diagnostic::error(codes::UNKNOWN_LABEL, format!("`{of}` has no label `{label}`"), span).note(
                if labels.is_empty() {
                    "it has no labels".to_owned()
                } else {
                    format!("its labels are {}", listed(labels))
                },
            );
        if pinned {
            return diagnostic.note(format!("`=` pins `{label}` to one value and removes it"));
        }
        match near {
            Some(near) => diagnostic
                .help(format!("did you mean `{near}`?"))
                .fix(format!("write `{near}`"), vec![replace(span, near)]),
            None => diagnostic,
        }
    }
}

/// One operand and its labels.
pub(crate) struct Operand<'t> {
    pub(crate) text: &'t str,
    pub(crate) labels: &'t [String],
    pub(crate) span: Span,
}

/// Two sets of labels of which neither holds the other.
pub(crate) struct LabelsDiffer<'t> {
    pub(crate) span: Span,
    pub(crate) left: Operand<'t>,
    pub(crate) right: Operand<'t>,
    /// The aggregate that suits the left side: `sum`, `avg`, `any`.
    pub(crate) aggregate: &'static str,
}

impl From<LabelsDiffer<'_>> for Diagnostic {
    fn from(LabelsDiffer { span, left, right, aggregate }: LabelsDiffer<'_>) -> Self {
        let only = |one: &Operand<'_>, other: &Operand<'_>| -> Vec<String> {
            one.labels.iter().filter(|label| !other.labels.contains(label)).cloned().collect()
        };
        let (only_left, only_right) = (only(&left, &right), only(&right, &left));
        let common: Vec<String> =
            left.labels.iter().filter(|label| right.labels.contains(label)).cloned().collect();
        let clause =
            if common.is_empty() { "overall".to_owned() } else { format!("by {}", common.join(", ")) };
        let wrapped = format!("{aggregate}({} {clause})", left.text);
        Diagnostic::error(
            codes::LABELS_DIFFER,
            format!(
                "`{}` and `{}` have different labels, so it is open which row meets which",
                left.text, right.text
            ),
            span,
        )
        .also(left.span, format!("only here: {}", listed(&only_left)))
        .also(right.span, format!("only here: {}", listed(&only_right)))
        .note("rows join where the labels are the same, or where one side's are among the other's")
        .help(format!("aggregate {} away, for instance `{wrapped}`", listed(&only_left)))
        .fix(
            format!("write `{wrapped}`"),
            vec![before(left.span, format!("{aggregate}(")), after(left.span, format!(" {clause})"))],
        )
    }
}

/// A dividend with fewer labels than its divisor.
pub(crate) struct DividendBroadcast<'t> {
    pub(crate) span: Span,
    pub(crate) left: Operand<'t>,
    pub(crate) right: Operand<'t>,
}

impl From<DividendBroadcast<'_>> for Diagnostic {
    fn from(DividendBroadcast { span, left, right }: DividendBroadcast<'_>) -> Self {
        let more: Vec<String> =
            right.labels.iter().filter(|label| !left.labels.contains(label)).cloned().collect();
        let clause = if left.labels.is_empty() {
            "overall".to_owned()
        } else {
            format!("by {}", left.labels.join(", "))
        };
        let wrapped = format!("sum({} {clause})", right.text);
        Diagnostic::error(
            codes::DIVIDEND_BROADCAST,
            format!("`{}` would be divided once for every {}", left.text, listed(&more)),
            span,
        )
        .also(
            left.span,
            if left.labels.is_empty() {
                "no labels".to_owned()
            } else {
                format!("by {}", listed(left.labels))
            },
        )
        .also(right.span, format!("by {}", listed(right.labels)))
        .note("a total over one of its parts is rarely meant; the other way round it would be a share")
        .help(format!("aggregate {} away: `{wrapped}`", listed(&more)))
        .fix(
            format!("write `{wrapped}`"),
            vec![before(right.span, "sum("), after(right.span, format!(" {clause})"))],
        )
    }
}

/// A condition with labels that its alert does not have.
pub(crate) struct ConditionLabels<'t> {
    pub(crate) alert: &'t str,
    pub(crate) alert_labels: &'t [String],
    pub(crate) span: Span,
    pub(crate) labels: &'t [String],
    pub(crate) subject: Option<Span>,
}

impl From<ConditionLabels<'_>> for Diagnostic {
    fn from(ConditionLabels { alert, alert_labels, span, labels, subject }: ConditionLabels<'_>) -> Self {
        let more: Vec<String> =
            labels.iter().filter(|label| !alert_labels.contains(label)).cloned().collect();
        let clause = if alert_labels.is_empty() {
            "overall".to_owned()
        } else {
            format!("by {}", alert_labels.join(", "))
        };
        let mut diagnostic = Diagnostic::error(
            codes::CONDITION_LABELS,
            format!("this condition has {}, which `{alert}` has not", listed(&more)),
            span,
        )
        .here(format!("has {}", listed(labels)));
        if let Some(subject) = subject {
            let has = if alert_labels.is_empty() { "no labels".to_owned() } else { listed(alert_labels) };
            diagnostic = diagnostic.also(subject, format!("the alert has {has}"));
        }
        diagnostic
            .note("an alert has one row for each value of its labels, and a condition must say which row it is about")
            .help(format!("aggregate it: `any(… {clause})`"))
            .fix(
                format!("write `any(… {clause})`"),
                vec![before(span, "any("), after(span, format!(" {clause})"))],
            )
    }
}

/// A value outside a closed label.
pub(crate) struct ClosedLabel<'t> {
    pub(crate) label: &'t str,
    pub(crate) value: &'t str,
    pub(crate) span: Span,
    pub(crate) values: &'t [String],
    pub(crate) near: Option<String>,
}

impl From<ClosedLabel<'_>> for Diagnostic {
    fn from(ClosedLabel { label, value, span, values, near }: ClosedLabel<'_>) -> Self {
        let diagnostic =
            Diagnostic::error(codes::CLOSED_LABEL, format!("`{label}` is never `\"{value}\"`"), span)
                .note(format!("the metric closes `{label}` to {}", listed(values)));
        match near {
            Some(near) => diagnostic.help(format!("did you mean `\"{near}\"`?")),
            None => diagnostic,
        }
    }
}

/// A pattern that cannot be read.
pub(crate) struct BadPattern<'t> {
    pub(crate) pattern: &'t str,
    pub(crate) span: Span,
    pub(crate) problem: PatternProblem,
}

/// Why a pattern cannot be matched by.
pub(crate) enum PatternProblem {
    /// It is no regular expression.
    Unreadable(String),
    /// It takes more memory than a pattern may.
    TooLarge {
        /// How many bytes a compiled pattern may take.
        bytes_max: usize,
    },
}

impl From<BadPattern<'_>> for Diagnostic {
    fn from(BadPattern { pattern, span, problem }: BadPattern<'_>) -> Self {
        match problem {
            PatternProblem::Unreadable(why) => {
                let title = format!("`{pattern}` is not a pattern that can be read");
                Diagnostic::error(codes::BAD_PATTERN, title, span)
                    .here(why)
                    .note("patterns are anchored at both ends; look-around and back-references do not exist")
            }
            PatternProblem::TooLarge { bytes_max } => {
                let title = format!("`{pattern}` is too large a pattern");
                Diagnostic::error(codes::BAD_PATTERN, title, span)
                    .here(format!("compiled, it takes more than {} KiB", bytes_max >> 10))
                    .note("a repetition of a repetition is written out: `(a{100}){100}` is ten thousand `a`")
                    .help("repeat less, or without a count: `+` and `*` cost nothing")
            }
        }
    }
}

/// A `with` that cannot lend its label.
pub(crate) struct BadWith<'t> {
    pub(crate) span: Span,
    pub(crate) title: String,
    pub(crate) note: Option<String>,
    pub(crate) help: &'t str,
}

impl From<BadWith<'_>> for Diagnostic {
    fn from(BadWith { span, title, note, help }: BadWith<'_>) -> Self {
        let diagnostic = Diagnostic::error(codes::BAD_WITH, title, span).help(help);
        match note {
            Some(note) => diagnostic.note(note),
            None => diagnostic,
        }
    }
}

/// One label pinned twice.
pub(crate) struct PinnedTwice<'t> {
    pub(crate) label: &'t str,
    pub(crate) span: Span,
    pub(crate) first: Span,
}

impl From<PinnedTwice<'_>> for Diagnostic {
    fn from(PinnedTwice { label, span, first }: PinnedTwice<'_>) -> Self {
        Diagnostic::error(codes::PINNED_TWICE, format!("`{label}` is pinned twice"), span)
            .here("again here")
            .also(first, "pinned here")
            .help(format!("name the values in one place: `{label} in (…)`"))
    }
}

/// A text that shows labels which its alert does not have.
pub(crate) struct TextLabels<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    pub(crate) more: Vec<String>,
    pub(crate) alert_labels: &'t [String],
}

impl From<TextLabels<'_>> for Diagnostic {
    fn from(TextLabels { text, span, more, alert_labels }: TextLabels<'_>) -> Self {
        let clause = if alert_labels.is_empty() {
            "overall".to_owned()
        } else {
            format!("by {}", alert_labels.join(", "))
        };
        Diagnostic::error(
            codes::TEXT_LABELS,
            format!("`{text}` has a value for each {}, and the text shows one", listed(&more)),
            span,
        )
        .note("the text of an alert is written once for each of its rows")
        .help(format!("aggregate it, for instance `{{max({text} {clause})}}`"))
    }
}
