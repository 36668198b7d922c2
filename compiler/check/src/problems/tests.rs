//! Problems with `test` blocks.

use nvp_dsl::Span;
use nvp_dsl::diagnostic::Diagnostic;

use super::listed;
use crate::codes;

/// A given that leaves labels out.
pub(crate) struct GivenLabels<'t> {
    pub(crate) target: &'t str,
    pub(crate) span: Span,
    pub(crate) missing: &'t [String],
}

impl From<GivenLabels<'_>> for Diagnostic {
    fn from(GivenLabels { target, span, missing }: GivenLabels<'_>) -> Self {
        let example: Vec<String> = missing.iter().map(|label| format!("{label} = \"…\"")).collect();
        Diagnostic::error(
            codes::GIVEN_LABELS,
            format!("this given leaves {} of `{target}` out", listed(missing)),
            span,
        )
        .note("a given feeds one series, so each of its labels has a value")
        .help(format!("add `{}`", example.join(", ")))
    }
}

/// A given or an allowed state whose labels are not pinned by `=`.
pub(crate) struct PinWanted<'t> {
    pub(crate) label: &'t str,
    pub(crate) span: Span,
}

impl From<PinWanted<'_>> for Diagnostic {
    fn from(PinWanted { label, span }: PinWanted<'_>) -> Self {
        Diagnostic::error(codes::PIN_WANTED, format!("`{label}` needs exactly one value here"), span)
            .help(format!("write `{label} = \"…\"`"))
    }
}

/// A histogram that a test gives.
pub(crate) struct GivenHistogram<'t> {
    pub(crate) name: &'t str,
    pub(crate) span: Span,
}

impl From<GivenHistogram<'_>> for Diagnostic {
    fn from(GivenHistogram { name, span }: GivenHistogram<'_>) -> Self {
        Diagnostic::error(codes::GIVEN_HISTOGRAM, format!("the histogram `{name}` cannot be given"), span)
            .note("a histogram is many series; a test gives the value that is derived from it")
            .help(format!("give a `derive`, such as `derive {name}_p95 = p95({name} over 5m …)`"))
    }
}

/// A stretch of a given without its length.
pub(crate) struct SegmentLength {
    pub(crate) span: Span,
    pub(crate) title: &'static str,
}

impl From<SegmentLength> for Diagnostic {
    fn from(SegmentLength { span, title }: SegmentLength) -> Self {
        Diagnostic::error(codes::SEGMENT_LENGTH, title, span).help("say how long: `… for 5m`")
    }
}

/// A given that mixes a counter's readings with rates.
pub(crate) struct GivenMixed<'t> {
    pub(crate) counter: &'t str,
    pub(crate) span: Span,
}

impl From<GivenMixed<'_>> for Diagnostic {
    fn from(GivenMixed { counter, span }: GivenMixed<'_>) -> Self {
        Diagnostic::error(
            codes::GIVEN_MIXED,
            format!("some values of the counter `{counter}` are readings and some are rates"),
            span,
        )
        .note("a reading is what the counter shows (`100`), a rate how fast it grows (`100/s`)")
        .help("write all of them one way")
    }
}

/// `only` with something that is no alert's state.
pub(crate) struct OnlyStates {
    pub(crate) span: Span,
}

impl From<OnlyStates> for Diagnostic {
    fn from(OnlyStates { span }: OnlyStates) -> Self {
        Diagnostic::error(codes::ONLY_STATES, "`only` lists states of alerts", span)
            .here("not a state")
            .help("write `expect only gateway_slow is yellow, other_alert{region = \"eu\"} is red`")
    }
}

/// A given that is neither a metric nor a derive.
pub(crate) struct GivenTarget<'t> {
    pub(crate) name: &'t str,
    pub(crate) is: &'static str,
    pub(crate) span: Span,
}

impl From<GivenTarget<'_>> for Diagnostic {
    fn from(GivenTarget { name, is, span }: GivenTarget<'_>) -> Self {
        Diagnostic::error(
            codes::GIVEN_TARGET,
            format!("`{name}` is {is}, and only metrics and derives are given"),
            span,
        )
        .help("give the metrics that it reads")
    }
}

/// Something that a test gives of providers and people, and that cannot be so.
pub(crate) struct GivenDeed {
    pub(crate) span: Span,
    pub(crate) title: String,
    pub(crate) help: String,
}

impl From<GivenDeed> for Diagnostic {
    fn from(GivenDeed { span, title, help }: GivenDeed) -> Self {
        Diagnostic::error(codes::GIVEN_DEED, title, span).help(help)
    }
}
