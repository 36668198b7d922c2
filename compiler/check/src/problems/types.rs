//! Problems with what kind of thing an expression is.

use nvp_dsl::Span;
use nvp_dsl::diagnostic::Diagnostic;

use super::{after, before, replace};
use crate::codes;

/// A counter used as if it were a value.
pub(crate) struct BareCounter<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    /// The aggregate around it, if there is one.
    pub(crate) under: Option<&'t str>,
}

impl From<BareCounter<'_>> for Diagnostic {
    fn from(BareCounter { text, span, under }: BareCounter<'_>) -> Self {
        let title = match under {
            Some(aggregate) => format!("`{aggregate}` of the counter `{text}` says nothing: it only grows"),
            None => format!("the counter `{text}` only grows, so its value says nothing"),
        };
        Diagnostic::error(codes::BARE_COUNTER, title, span)
            .here("a counter")
            .note("how fast it grows is `rate(…)`, by how much `increase(…)`")
            .help(format!("write `rate({text} over 5m)`"))
            .fix("ask for its rate", vec![before(span, "rate("), after(span, " over 5m)")])
    }
}

/// `rate` or `increase` of something that is no counter.
pub(crate) struct NoCounter<'t> {
    pub(crate) function: &'t str,
    pub(crate) function_span: Span,
    pub(crate) text: &'t str,
    pub(crate) is: &'static str,
    pub(crate) span: Span,
}

impl From<NoCounter<'_>> for Diagnostic {
    fn from(problem: NoCounter<'_>) -> Self {
        let NoCounter { function, function_span, text, is, span } = problem;
        let instead = if function == "rate" { "slope" } else { "delta" };
        let diagnostic = Diagnostic::error(codes::NO_COUNTER, format!("`{function}` wants a counter"), span)
            .here(format!("`{text}` is {is}"));
        if is == "a gauge" {
            diagnostic
                .note("a gauge goes up and down; a counter only grows, and starts again at zero")
                .help(format!("write `{instead}({text} over …)`, or declare the metric as a `counter`"))
                .fix(format!("use `{instead}`"), vec![replace(function_span, instead)])
        } else {
            diagnostic.help(format!("apply `{function}` to a metric declared as a `counter`"))
        }
    }
}

/// A histogram used as if it were a value.
pub(crate) struct BareHistogram<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<BareHistogram<'_>> for Diagnostic {
    fn from(BareHistogram { text, span }: BareHistogram<'_>) -> Self {
        Diagnostic::error(codes::BARE_HISTOGRAM, format!("the histogram `{text}` has no single value"), span)
            .here("a histogram")
            .help(format!("ask for a quantile (`p95({text} over 5m)`), its mean (`avg`) or a share (`share({text} <= … over 5m)`)"))
            .fix("ask for its 95th percentile", vec![before(span, "p95("), after(span, " over 5m)")])
    }
}

/// A histogram compared with a bound elsewhere than in `share`.
pub(crate) struct BoundMisplaced<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<BoundMisplaced<'_>> for Diagnostic {
    fn from(BoundMisplaced { text, span }: BoundMisplaced<'_>) -> Self {
        Diagnostic::error(
            codes::BARE_HISTOGRAM,
            format!("`{text}` is neither true nor false: a histogram holds many values"),
            span,
        )
        .here("a histogram and a bound")
        .help(format!("ask for the share of them: `share({text} over 5m) > 95%`"))
    }
}

/// A number where a condition is wanted.
pub(crate) struct ConditionWanted<'t> {
    pub(crate) text: &'t str,
    pub(crate) is: String,
    pub(crate) span: Span,
    pub(crate) wanted_by: &'t str,
    pub(crate) help: Option<String>,
}

impl From<ConditionWanted<'_>> for Diagnostic {
    fn from(ConditionWanted { text, is, span, wanted_by, help }: ConditionWanted<'_>) -> Self {
        Diagnostic::error(
            codes::CONDITION_WANTED,
            format!("{wanted_by} wants a condition, and `{text}` is {is}"),
            span,
        )
        .here("neither true nor false")
        .help(help.unwrap_or_else(|| format!("compare it with something: `{text} > …`")))
    }
}

/// A condition where a number is wanted.
pub(crate) struct NumberWanted<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    pub(crate) wanted_by: &'t str,
    pub(crate) help: Option<String>,
}

impl From<NumberWanted<'_>> for Diagnostic {
    fn from(NumberWanted { text, span, wanted_by, help }: NumberWanted<'_>) -> Self {
        let diagnostic = Diagnostic::error(
            codes::NUMBER_WANTED,
            format!("{wanted_by} wants a number, and `{text}` is a condition"),
            span,
        )
        .here("true or false");
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// A flag compared with a number.
pub(crate) struct FlagCompared<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    /// What the comparison means, when it means anything: `not up`, `up`.
    pub(crate) instead: Option<String>,
}

impl From<FlagCompared<'_>> for Diagnostic {
    fn from(FlagCompared { text, span, instead }: FlagCompared<'_>) -> Self {
        let diagnostic = Diagnostic::error(
            codes::FLAG_COMPARED,
            format!("`{text}` is a flag: a condition, not a number"),
            span,
        )
        .here("compared with a number");
        match instead {
            Some(instead) => diagnostic
                .help(format!("write `{instead}`"))
                .fix(format!("write `{instead}`"), vec![replace(span, instead)]),
            None => diagnostic.help(format!("write `{text}` or `not {text}`")),
        }
    }
}

/// A text where a number or condition is wanted, or the other way round.
pub(crate) struct TextMisplaced {
    pub(crate) span: Span,
    /// `a text`, `a number`
    pub(crate) is: &'static str,
    pub(crate) wanted: &'static str,
    pub(crate) help: Option<&'static str>,
}

impl From<TextMisplaced> for Diagnostic {
    fn from(TextMisplaced { span, is, wanted, help }: TextMisplaced) -> Self {
        let diagnostic =
            Diagnostic::error(codes::TEXT_MISPLACED, format!("{wanted} is wanted here"), span).here(is);
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// A call with the wrong arguments.
pub(crate) struct WrongArguments<'t> {
    pub(crate) function: &'t str,
    pub(crate) span: Span,
    /// `takes 2 arguments, and 1 is given`
    pub(crate) problem: String,
    /// How a right call looks.
    pub(crate) form: String,
}

impl From<WrongArguments<'_>> for Diagnostic {
    fn from(WrongArguments { function, span, problem, form }: WrongArguments<'_>) -> Self {
        Diagnostic::error(codes::WRONG_ARGUMENTS, format!("`{function}` {problem}"), span)
            .help(format!("write `{form}`"))
    }
}

/// Something else where a duration is wanted.
pub(crate) struct DurationWanted<'t> {
    pub(crate) text: &'t str,
    pub(crate) is: String,
    pub(crate) span: Span,
}

impl From<DurationWanted<'_>> for Diagnostic {
    fn from(DurationWanted { text, is, span }: DurationWanted<'_>) -> Self {
        Diagnostic::error(codes::DURATION_WANTED, format!("`{text}` is {is}, and a duration is wanted"), span)
            .help("durations are whole milliseconds, written like `30s`, `5m`, `1h30m`, `1d`")
    }
}

/// Something that is not constant where a constant is wanted.
pub(crate) struct ConstantWanted<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    pub(crate) wanted_by: &'t str,
}

impl From<ConstantWanted<'_>> for Diagnostic {
    fn from(ConstantWanted { text, span, wanted_by }: ConstantWanted<'_>) -> Self {
        Diagnostic::error(
            codes::CONSTANT_WANTED,
            format!("{wanted_by} wants a constant, and `{text}` is none"),
            span,
        )
        .here("changes over time")
        .help("write a literal or the name of a `const`")
    }
}

/// A constant outside what is allowed.
pub(crate) struct ConstantOutOfRange<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    /// `the quantile`, `how many`
    pub(crate) what: &'t str,
    pub(crate) allowed: &'t str,
}

impl From<ConstantOutOfRange<'_>> for Diagnostic {
    fn from(ConstantOutOfRange { text, span, what, allowed }: ConstantOutOfRange<'_>) -> Self {
        Diagnostic::error(codes::CONSTANT_OUT_OF_RANGE, format!("{what} cannot be `{text}`"), span)
            .help(format!("it is {allowed}"))
    }
}

/// An aggregate that a histogram does not have.
pub(crate) struct NotFromHistogram<'t> {
    pub(crate) function: &'t str,
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    pub(crate) help: &'static str,
}

impl From<NotFromHistogram<'_>> for Diagnostic {
    fn from(NotFromHistogram { function, text, span, help }: NotFromHistogram<'_>) -> Self {
        Diagnostic::error(
            codes::NOT_FROM_HISTOGRAM,
            format!("the buckets of the histogram `{text}` do not tell its `{function}`"),
            span,
        )
        .note("of a histogram there are `p50`…`p99`, `quantile`, `avg`, `sum`, `count`, `rate` and `share`")
        .help(help)
    }
}

/// A share of a histogram with a bound that its buckets cannot answer.
pub(crate) struct ShareBound<'t> {
    pub(crate) operator: &'t str,
    pub(crate) instead: Option<&'static str>,
    pub(crate) span: Span,
}

impl From<ShareBound<'_>> for Diagnostic {
    fn from(ShareBound { operator, instead, span }: ShareBound<'_>) -> Self {
        let diagnostic = Diagnostic::error(
            codes::SHARE_BOUND,
            format!("the buckets of a histogram do not tell what is `{operator}` a bound"),
            span,
        )
        .note("a bucket counts what is at or below its bound: ask for `<=`, or for `>`");
        match instead {
            Some(instead) => diagnostic
                .help(format!("write `{instead}`"))
                .fix(format!("write `{instead}`"), vec![replace(span, instead)]),
            None => diagnostic,
        }
    }
}

/// A comparison that states of alerts do not have.
pub(crate) struct StateComparison<'t> {
    pub(crate) alert: &'t str,
    pub(crate) span: Span,
    pub(crate) help: String,
}

impl From<StateComparison<'_>> for Diagnostic {
    fn from(StateComparison { alert, span, help }: StateComparison<'_>) -> Self {
        Diagnostic::error(
            codes::STATE_COMPARISON,
            format!("the state of `{alert}` cannot be compared so"),
            span,
        )
        .note("`is` asks for exactly one state, `>=` for a level or a worse one")
        .help(help)
    }
}

/// A list where none can stand.
pub(crate) struct ListMisplaced {
    pub(crate) span: Span,
}

impl From<ListMisplaced> for Diagnostic {
    fn from(ListMisplaced { span }: ListMisplaced) -> Self {
        Diagnostic::error(nvp_dsl::codes::LIST_MISPLACED, "a list cannot stand here", span)
            .note("lists follow `in`, inside a selector or where a metric declares a label")
            .help("write it into the selector: `cpu{region in (\"eu\", \"us\")}`")
    }
}
