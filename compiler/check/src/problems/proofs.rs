//! Problems that the proofs find: rules that cannot mean what they say.

use nvp_dsl::Span;
use nvp_dsl::diagnostic::Diagnostic;

use super::{after, before, listed};
use crate::codes;

/// Levels that are equal or inverted.
pub(crate) struct LevelsInverted<'t> {
    pub(crate) alert: &'t str,
    pub(crate) milder: &'t str,
    pub(crate) milder_span: Span,
    pub(crate) worse: &'t str,
    pub(crate) worse_span: Span,
    pub(crate) equal: bool,
    /// A value at which both hold.
    pub(crate) witness: String,
}

impl From<LevelsInverted<'_>> for Diagnostic {
    fn from(problem: LevelsInverted<'_>) -> Self {
        let LevelsInverted { alert, milder, milder_span, worse, worse_span, equal, witness } = problem;
        let title = if equal {
            format!("`{milder}` and `{worse}` of `{alert}` are the same")
        } else {
            format!("whenever `{milder}` of `{alert}` sets in, `{worse}` does too")
        };
        Diagnostic::error(codes::LEVELS_INVERTED, title, milder_span)
            .here("the milder level")
            .also(worse_span, "the worse level")
            .note(format!("at {witness} both hold, and the alert stands at the worse one"))
            .help(format!("swap the thresholds, or move `{worse}` further out"))
    }
}

/// A comparison that is always or never true.
pub(crate) struct ConstantComparison<'t> {
    pub(crate) span: Span,
    pub(crate) always: bool,
    pub(crate) subject: &'t str,
    /// `lies between 0 % and 100 %`
    pub(crate) range: String,
    /// Where the range is declared, if it is.
    pub(crate) declared: Option<Span>,
}

impl From<ConstantComparison<'_>> for Diagnostic {
    fn from(ConstantComparison { span, always, subject, range, declared }: ConstantComparison<'_>) -> Self {
        let word = if always { "always" } else { "never" };
        let mut diagnostic =
            Diagnostic::error(codes::CONSTANT_COMPARISON, format!("this is {word} true"), span)
                .here(format!("{word} true"))
                .note(format!("`{subject}` {range}"));
        if let Some(declared) = declared {
            diagnostic = diagnostic.also(declared, "its range is declared here");
        }
        diagnostic.help("choose a threshold inside the range")
    }
}

/// A `clear when` on the wrong side of its `when`.
pub(crate) struct ClearWrongSide<'t> {
    pub(crate) level: &'t str,
    pub(crate) when: Span,
    pub(crate) clear: Span,
    pub(crate) witness: String,
}

impl From<ClearWrongSide<'_>> for Diagnostic {
    fn from(ClearWrongSide { level, when, clear, witness }: ClearWrongSide<'_>) -> Self {
        Diagnostic::error(
            codes::CLEAR_WRONG_SIDE,
            format!("`clear when` of `{level}` lies on the wrong side of its `when`"),
            clear,
        )
        .here("clears")
        .also(when, "sets")
        .note(format!("at {witness} both hold, and `when` wins"))
        .help("clear where the value is well again, for instance `when > 500ms  clear when < 300ms`")
    }
}

/// A `clear when` that is never true.
pub(crate) struct ClearUnreachable<'t> {
    pub(crate) level: &'t str,
    pub(crate) clear: Span,
}

impl From<ClearUnreachable<'_>> for Diagnostic {
    fn from(ClearUnreachable { level, clear }: ClearUnreachable<'_>) -> Self {
        Diagnostic::error(codes::CLEAR_UNREACHABLE, format!("`{level}` can never clear"), clear)
            .here("never true")
            .help("choose values that can occur")
    }
}

/// A ratio that is missing where its dividend is.
pub(crate) struct SelectionWithoutDefault<'t> {
    pub(crate) dividend: &'t str,
    pub(crate) dividend_span: Span,
    pub(crate) divisor_span: Span,
}

impl From<SelectionWithoutDefault<'_>> for Diagnostic {
    fn from(
        SelectionWithoutDefault { dividend, dividend_span, divisor_span }: SelectionWithoutDefault<'_>,
    ) -> Self {
        Diagnostic::error(
            codes::SELECTION_WITHOUT_DEFAULT,
            format!("where nothing matches `{dividend}`, this ratio is missing instead of 0"),
            dividend_span,
        )
        .here("a selection of the divisor")
        .also(divisor_span, "the whole")
        .note(
            "a series appears with its first event: before the first failure there is no series of failures",
        )
        .help(format!("write `({dividend} default 0)`"))
        .fix(
            format!("write `({dividend} default 0)`"),
            vec![before(dividend_span, "("), after(dividend_span, " default 0)")],
        )
    }
}

/// A threshold of a quantile or share that is no bucket's bound.
pub(crate) struct NoBucketBound<'t> {
    pub(crate) threshold: String,
    pub(crate) span: Span,
    pub(crate) histogram: &'t str,
    pub(crate) buckets: Vec<String>,
    pub(crate) declared: Span,
}

impl From<NoBucketBound<'_>> for Diagnostic {
    fn from(NoBucketBound { threshold, span, histogram, buckets, declared }: NoBucketBound<'_>) -> Self {
        Diagnostic::warning(
            codes::NO_BUCKET_BOUND,
            format!("{threshold} is no bucket's bound of `{histogram}`"),
            span,
        )
        .here("between two bounds")
        .also(declared, format!("its bounds are {}", listed(&buckets)))
        .note("between two bounds the value is interpolated, so it can be wrong by the width of the bucket")
        .help("choose a bound, or give the histogram one there")
    }
}
