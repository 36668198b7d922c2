//! Problems with clauses: of aggregates, metrics, alerts, severities.

use nvp_dsl::Span;
use nvp_dsl::diagnostic::{Code, Diagnostic};

use super::{after, listed, replace};
use crate::codes;

/// An aggregate that says neither over what time nor across what.
pub(crate) struct AggregateWithoutClause<'t> {
    pub(crate) function: &'t str,
    /// The call with its parentheses.
    pub(crate) call: Span,
    /// The call as it would be read with the clause put in.
    pub(crate) mended: String,
    /// `overall`, `over 5m`
    pub(crate) clause: &'static str,
    pub(crate) note: &'static str,
}

impl From<AggregateWithoutClause<'_>> for Diagnostic {
    fn from(problem: AggregateWithoutClause<'_>) -> Self {
        let AggregateWithoutClause { function, call, mended, clause, note } = problem;
        let inside = Span { end: call.end.saturating_sub(1).max(call.start), ..call };
        let title = if clause == "overall" {
            format!("`{function}` does not say what it takes together")
        } else {
            format!("`{function}` does not say over what time")
        };
        Diagnostic::error(codes::AGGREGATE_WITHOUT_CLAUSE, title, call)
            .note(note)
            .help(format!("write `{mended}`"))
            .fix(format!("write `{mended}`"), vec![after(inside, format!(" {clause}"))])
    }
}

/// A clause that the aggregate cannot have.
pub(crate) struct AggregateClauseWrong<'t> {
    pub(crate) function: &'t str,
    pub(crate) span: Span,
    /// `over`, `by`, `without`, `overall`
    pub(crate) clause: &'static str,
    pub(crate) note: &'static str,
    pub(crate) help: String,
}

impl From<AggregateClauseWrong<'_>> for Diagnostic {
    fn from(AggregateClauseWrong { function, span, clause, note, help }: AggregateClauseWrong<'_>) -> Self {
        Diagnostic::error(codes::AGGREGATE_CLAUSE, format!("`{function}` takes no `{clause}`"), span)
            .note(note)
            .help(help)
    }
}

/// A histogram's aggregate without `over`.
pub(crate) struct HistogramWithoutOver<'t> {
    pub(crate) function: &'t str,
    pub(crate) histogram: &'t str,
    pub(crate) call: Span,
    /// Where `over` goes: after the argument, before the other clauses.
    pub(crate) insert: Span,
}

impl From<HistogramWithoutOver<'_>> for Diagnostic {
    fn from(HistogramWithoutOver { function, histogram, call, insert }: HistogramWithoutOver<'_>) -> Self {
        Diagnostic::error(
            codes::HISTOGRAM_WITHOUT_OVER,
            format!("`{function}` of the histogram `{histogram}` does not say over what time"),
            call,
        )
        .note("a histogram counts observations since the process began; what counts is those of a window")
        .help("add `over 5m`")
        .fix("add `over 5m`", vec![after(insert, " over 5m")])
    }
}

/// One clause twice.
pub(crate) struct ClauseTwice<'t> {
    pub(crate) clause: &'t str,
    pub(crate) span: Span,
    pub(crate) first: Span,
}

impl From<ClauseTwice<'_>> for Diagnostic {
    fn from(ClauseTwice { clause, span, first }: ClauseTwice<'_>) -> Self {
        Diagnostic::error(codes::CLAUSE_TWICE, format!("`{clause}` is said twice"), span)
            .here("again here")
            .also(first, "first here")
            .help("take one of them away")
    }
}

/// An alert that does not say what missing data do.
pub(crate) struct WithoutAbsent<'t> {
    pub(crate) alert: &'t str,
    pub(crate) span: Span,
    /// The whole item, of which the last byte is its brace.
    pub(crate) item: Span,
}

impl From<WithoutAbsent<'_>> for Diagnostic {
    fn from(WithoutAbsent { alert, span, item }: WithoutAbsent<'_>) -> Self {
        let inside = Span { end: item.end.saturating_sub(1).max(item.start), ..item };
        Diagnostic::error(
            codes::WITHOUT_ABSENT,
            format!("`{alert}` does not say what missing data do to it"),
            span,
        )
        .note("missing is neither zero nor false: without data nobody knows whether all is well")
        .help(
            "add `absent holds`, `absent clears` or `absent for 5m is red`, here or in the file's `defaults`",
        )
        .fix("add `absent holds`", vec![after(inside, "  absent holds ")])
    }
}

/// One level twice.
pub(crate) struct LevelTwice<'t> {
    pub(crate) level: &'t str,
    pub(crate) span: Span,
    pub(crate) first: Span,
}

impl From<LevelTwice<'_>> for Diagnostic {
    fn from(LevelTwice { level, span, first }: LevelTwice<'_>) -> Self {
        Diagnostic::error(codes::LEVEL_TWICE, format!("the level `{level}` is declared twice"), span)
            .here("again here")
            .also(first, "first here")
            .help("join the two conditions with `or`")
    }
}

/// An alert without a level.
pub(crate) struct WithoutLevel<'t> {
    pub(crate) alert: &'t str,
    pub(crate) span: Span,
}

impl From<WithoutLevel<'_>> for Diagnostic {
    fn from(WithoutLevel { alert, span }: WithoutLevel<'_>) -> Self {
        Diagnostic::error(codes::WITHOUT_LEVEL, format!("`{alert}` has no level, so it can never fire"), span)
            .help("add a level such as `red when > 90%`, or `absent for 5m is red`")
    }
}

/// A comparison without its subject.
pub(crate) struct WithoutSubject<'t> {
    pub(crate) span: Span,
    pub(crate) title: &'t str,
    pub(crate) help: &'t str,
}

impl From<WithoutSubject<'_>> for Diagnostic {
    fn from(WithoutSubject { span, title, help }: WithoutSubject<'_>) -> Self {
        Diagnostic::error(codes::WITHOUT_SUBJECT, title, span).help(help)
    }
}

/// Severities that are not declared mildest first.
pub(crate) struct SeverityOrder<'t> {
    pub(crate) name: &'t str,
    pub(crate) span: Span,
    pub(crate) worse: &'t str,
    pub(crate) worse_span: Span,
}

impl From<SeverityOrder<'_>> for Diagnostic {
    fn from(SeverityOrder { name, span, worse, worse_span }: SeverityOrder<'_>) -> Self {
        Diagnostic::error(
            codes::SEVERITY_ORDER,
            format!("`{name}` is milder than `{worse}`, which stands before it"),
            span,
        )
        .also(worse_span, "worse")
        .note("severities are declared mildest first: their order is that of the levels of an alert")
        .help(format!("move `{name}` before `{worse}`"))
    }
}

/// A level that the alert does not have.
pub(crate) struct NoSuchLevel<'t> {
    pub(crate) alert: &'t str,
    pub(crate) level: &'t str,
    pub(crate) levels: &'t [String],
    pub(crate) span: Span,
    pub(crate) declared: Span,
}

impl From<NoSuchLevel<'_>> for Diagnostic {
    fn from(NoSuchLevel { alert, level, levels, span, declared }: NoSuchLevel<'_>) -> Self {
        Diagnostic::error(codes::NO_SUCH_LEVEL, format!("`{alert}` is never `{level}`"), span)
            .also(declared, format!("its levels are {}", listed(levels)))
            .help("ask for a level that it has")
    }
}

/// A change over time of something that is no metric.
pub(crate) struct MetricWanted<'t> {
    pub(crate) function: &'t str,
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<MetricWanted<'_>> for Diagnostic {
    fn from(MetricWanted { function, text, span }: MetricWanted<'_>) -> Self {
        Diagnostic::error(
            codes::METRIC_WANTED,
            format!("`{function}` wants a metric, with or without a selector, and `{text}` is none"),
            span,
        )
        .note("it looks at the samples of each series as they came in, and an expression has no samples of its own")
        .help(format!("apply `{function}` to the metric first, then the rest to its result"))
    }
}

/// Clauses of an aggregate in a call that is none.
pub(crate) struct ClauseMisplaced<'t> {
    pub(crate) function: &'t str,
    pub(crate) span: Span,
}

impl From<ClauseMisplaced<'_>> for Diagnostic {
    fn from(ClauseMisplaced { function, span }: ClauseMisplaced<'_>) -> Self {
        Diagnostic::error(
            codes::CLAUSE_MISPLACED,
            format!("`{function}` works row by row and takes no `over`, `by`, `without` or `overall`"),
            span,
        )
        .help("take the clause away, or put an aggregate round the call")
    }
}

/// A condition as an alert's subject.
pub(crate) struct SubjectCondition<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<SubjectCondition<'_>> for Diagnostic {
    fn from(SubjectCondition { text, span }: SubjectCondition<'_>) -> Self {
        Diagnostic::error(
            codes::SUBJECT_CONDITION,
            format!("`{text}` is a condition, and a subject is a number"),
            span,
        )
        .note("`on` names what the levels compare and what `{value}` shows")
        .help(format!("leave `on` out and write the condition into a level: `red when {text}`"))
    }
}

/// An aggregate of a constant.
pub(crate) struct AggregateOfConstant<'t> {
    pub(crate) function: &'t str,
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<AggregateOfConstant<'_>> for Diagnostic {
    fn from(AggregateOfConstant { function, text, span }: AggregateOfConstant<'_>) -> Self {
        Diagnostic::error(
            codes::AGGREGATE_OF_CONSTANT,
            format!("`{function}` aggregates series, and `{text}` reads no metric"),
            span,
        )
        .help("apply it to a metric or a derive")
    }
}

/// A former name that another alert or playbook bears.
pub(crate) struct FormerName<'t> {
    /// `alert`, `playbook`
    pub(crate) what: &'static str,
    pub(crate) name: &'t str,
    pub(crate) span: Span,
    pub(crate) other: Span,
}

impl From<FormerName<'_>> for Diagnostic {
    fn from(FormerName { what, name, span, other }: FormerName<'_>) -> Self {
        Diagnostic::error(
            codes::FORMER_NAME,
            format!("another {what} already answers to the name `{name}`"),
            span,
        )
        .also(other, "this one")
        .note(format!("a former name hands the state of the old {what} on to one new {what}"))
        .help("take the `formerly` away")
    }
}

/// One value of the label `service` that means two services.
pub(crate) struct ServiceValueTwice<'t> {
    pub(crate) value: &'t str,
    pub(crate) span: Span,
    pub(crate) first: Span,
}

impl From<ServiceValueTwice<'_>> for Diagnostic {
    fn from(ServiceValueTwice { value, span, first }: ServiceValueTwice<'_>) -> Self {
        Diagnostic::error(codes::SERVICE_VALUE_TWICE, format!("`{value}` means two services"), span)
            .also(first, "already means this one")
            .note("an alert belongs to the service that its label `service` means")
            .help("take it from one of them")
    }
}

/// A range whose end comes before its start, bounds that do not ascend.
pub(crate) struct RangeReversed<'t> {
    pub(crate) span: Span,
    pub(crate) title: &'t str,
    pub(crate) swap: Option<(Span, String, Span, String)>,
}

impl From<RangeReversed<'_>> for Diagnostic {
    fn from(RangeReversed { span, title, swap }: RangeReversed<'_>) -> Self {
        let diagnostic = Diagnostic::error(codes::RANGE_REVERSED, title, span);
        match swap {
            Some((first, first_text, second, second_text)) => diagnostic
                .help(format!("write `{second_text}` first"))
                .fix("swap them", vec![replace(first, second_text), replace(second, first_text)]),
            None => diagnostic.help("write the smaller one first"),
        }
    }
}

/// A time that is too short for how often samples come.
pub(crate) struct TooShort {
    pub(crate) code: Code,
    pub(crate) title: String,
    pub(crate) span: Span,
    pub(crate) note: String,
    pub(crate) help: String,
    pub(crate) replacement: Option<String>,
}

impl From<TooShort> for Diagnostic {
    fn from(TooShort { code, title, span, note, help, replacement }: TooShort) -> Self {
        let diagnostic = Diagnostic::error(code, title, span).note(note).help(help);
        match replacement {
            Some(text) => diagnostic.fix(format!("write `{text}`"), vec![replace(span, text)]),
            None => diagnostic,
        }
    }
}
