//! Problems with units.

use nvp_dsl::Span;
use nvp_dsl::diagnostic::Diagnostic;

use super::replace;
use crate::codes;
use crate::units::{Base, Dimension};

/// One side of a clash.
#[derive(Clone, Copy)]
pub(crate) struct Side<'t> {
    pub(crate) text: &'t str,
    pub(crate) dimension: &'t Dimension,
    pub(crate) span: Span,
    /// The number, when it is a literal.
    pub(crate) literal: Option<f64>,
}

/// Two numbers whose units do not agree.
pub(crate) struct UnitsDiffer<'t> {
    /// `compared`, `added`, `subtracted`, …
    pub(crate) done: &'static str,
    pub(crate) span: Span,
    pub(crate) left: Side<'t>,
    pub(crate) right: Side<'t>,
}

impl From<UnitsDiffer<'_>> for Diagnostic {
    fn from(UnitsDiffer { done, span, left, right }: UnitsDiffer<'_>) -> Self {
        let title = format!(
            "`{}` is {} and `{}` is {}: they cannot be {done}",
            left.text,
            left.dimension.words(),
            right.text,
            right.dimension.words()
        );
        let mut diagnostic = Diagnostic::error(codes::UNITS_DIFFER, title, span)
            .here("these do not go together")
            .also(left.span, left.dimension.words())
            .also(right.span, right.dimension.words());
        for line in factors(left.dimension, right.dimension) {
            diagnostic = diagnostic.note(line);
        }
        if let (Some(_), true) = (right.literal, lacks_per_second(&left, &right)) {
            let text = format!("{}/s", right.text);
            return diagnostic
                .help(format!("write `{text}`"))
                .fix(format!("write `{text}`"), vec![replace(right.span, text)]);
        }
        match mend(&left, &right) {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// Whether the left side is the right side's unit per second.
fn lacks_per_second(left: &Side<'_>, right: &Side<'_>) -> bool {
    let missing = left.dimension.lacks(right.dimension);
    let rate = matches!(left.dimension, Dimension::Of(_, powers) if powers.contains(&(Base::Time, -1)));
    rate && matches!(missing, Some(Dimension::Of(_, powers)) if matches!(powers.as_slice(), [(Base::Time, -1)]))
}

/// The factors of both, one below the other, where there is more than one to see.
fn factors(left: &Dimension, right: &Dimension) -> Vec<String> {
    let (Dimension::Of(_, left_powers), Dimension::Of(_, right_powers)) = (left, right) else {
        return Vec::new();
    };
    if left_powers.len().max(right_powers.len()) < 2 {
        return Vec::new();
    }
    let mut bases: Vec<&Base> = left_powers.iter().chain(right_powers).map(|(base, _)| base).collect();
    bases.sort();
    bases.dedup();
    // Things first, then per what time.
    bases.reverse();
    let show = |powers: &[(Base, i32)]| {
        let mut line = String::new();
        for base in &bases {
            let power = powers.iter().find(|(known, _)| known == *base).map_or(0, |(_, power)| *power);
            let written = match power {
                0 => String::new(),
                1 => base.name().to_owned(),
                power => format!("{}^{power}", base.name()),
            };
            line.push_str(&format!("{written:<width$} ", width = base.name().len() + 3));
        }
        if line.trim().is_empty() { "no factor".to_owned() } else { line.trim_end().to_owned() }
    };
    let mut lines = vec![format!("left:  {}", show(left_powers)), format!("right: {}", show(right_powers))];
    if let Some(missing) = left.lacks(right) {
        lines.push(format!("the right side lacks the factor `{}`", missing.formula()));
    }
    lines
}

/// One mend, where it is plain.
fn mend(left: &Side<'_>, right: &Side<'_>) -> Option<String> {
    let missing = left.dimension.lacks(right.dimension);
    let fate = |dimension: &Dimension| {
        matches!(dimension, Dimension::Of(_, powers)
            if matches!(powers.as_slice(), [(Base::Counted(_), a), (Base::Counted(_), b)] if a + b == 0))
    };
    if fate(left.dimension) || fate(right.dimension) || missing.as_ref().is_some_and(fate) {
        return Some(
            "a unit names the thing, not its fate: failed requests are `requests` too; declare both metrics with one unit"
                .to_owned(),
        );
    }
    if lacks_per_second(left, right) {
        return Some(format!(
            "`{}` is a rate and `{}` is not: compare rates with rates",
            left.text, right.text
        ));
    }
    if missing.as_ref().and_then(|missing| missing.over(&Dimension::time())).is_some()
        && right.literal.is_some()
    {
        let example = match left.dimension {
            Dimension::Of(_, powers) => match powers.as_slice() {
                [(Base::Time, 1)] => Some("a time, such as `200ms`"),
                [(Base::Data, 1)] => Some("an amount of data, such as `5GiB`"),
                [] => left.dimension.is_ratio().then_some("a ratio, such as `90%`"),
                _ => None,
            },
            _ => None,
        };
        return example.map(|example| format!("compare `{}` with {example}", left.text));
    }
    None
}

/// Shows the other side too, where it stands elsewhere.
fn seen_beside(diagnostic: Diagnostic, bare: &Side<'_>, other: &Side<'_>) -> Diagnostic {
    if other.span == bare.span { diagnostic } else { diagnostic.also(other.span, other.dimension.words()) }
}

/// A value, given or declared for a metric or derive, that has another unit.
pub(crate) struct WrongValueUnit<'t> {
    /// What it is a value of.
    pub(crate) of: &'t str,
    pub(crate) wanted: &'t Dimension,
    pub(crate) value: Side<'t>,
}

impl From<WrongValueUnit<'_>> for Diagnostic {
    fn from(WrongValueUnit { of, wanted, value }: WrongValueUnit<'_>) -> Self {
        Diagnostic::error(
            codes::UNITS_DIFFER,
            format!("`{of}` is {}, and `{}` is {}", wanted.words(), value.text, value.dimension.words()),
            value.span,
        )
        .here(value.dimension.words())
        .help(format!("write it as {}", wanted.words()))
    }
}

/// A number without a unit where time, data or money is meant.
pub(crate) struct UnitMissing<'t> {
    pub(crate) bare: Side<'t>,
    pub(crate) other: Side<'t>,
}

impl From<UnitMissing<'_>> for Diagnostic {
    fn from(UnitMissing { bare, other }: UnitMissing<'_>) -> Self {
        let diagnostic = Diagnostic::error(
            codes::UNIT_MISSING,
            format!("`{}` says no unit, and `{}` is {}", bare.text, other.text, other.dimension.words()),
            bare.span,
        )
        .here("of what");
        let diagnostic = seen_beside(diagnostic, &bare, &other);
        let example = |unit: &str| format!("`{}{unit}`", bare.text);
        let help = match other.dimension {
            Dimension::Instant => {
                Some("compare points in time with `now`, or subtract them first".to_owned())
            }
            Dimension::Of(_, powers) => match powers.as_slice() {
                [(Base::Time, 1)] => Some(format!("write {} or {}", example("ms"), example("s"))),
                [(Base::Data, 1)] => Some(format!("write {} or {}", example("bytes"), example("MiB"))),
                [(Base::Time, -1), (Base::Data, 1)] => Some(format!("write {}", example("MiB/s"))),
                [(Base::Money(code), 1)] => Some(format!("write {}", example(code))),
                [(Base::Time, -1), rest @ ..]
                    if rest.iter().all(|(base, _)| matches!(base, Base::Counted(_))) =>
                {
                    let text = format!("{}/s", bare.text);
                    return diagnostic
                        .help(format!("write `{text}`"))
                        .fix(format!("write `{text}`"), vec![replace(bare.span, text)]);
                }
                _ => Some(format!("write {}", example(&other.dimension.formula()))),
            },
            Dimension::Zero => None,
        };
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// A number without a unit against a ratio.
pub(crate) struct PercentMissing<'t> {
    pub(crate) bare: Side<'t>,
    pub(crate) other: Side<'t>,
}

impl From<PercentMissing<'_>> for Diagnostic {
    fn from(PercentMissing { bare, other }: PercentMissing<'_>) -> Self {
        let diagnostic = Diagnostic::error(
            codes::PERCENT_MISSING,
            format!("`{}` says no unit, and `{}` is a ratio", bare.text, other.text),
            bare.span,
        )
        .here("a part of 1, or percent?")
        .note("70 and 0.7 can both be meant, so a ratio is always written with `%`");
        let diagnostic = seen_beside(diagnostic, &bare, &other);
        match bare.literal {
            Some(number) => {
                // A number up to 1 was meant as a part of 1, a greater one as a percentage.
                let percent = if number.abs() <= 1.0 { (number * 1e11).round() / 1e9 } else { number };
                let text = format!("{percent}%");
                diagnostic
                    .help(format!("write `{text}`"))
                    .fix(format!("write `{text}`"), vec![replace(bare.span, text)])
            }
            None => diagnostic.help("write it with `%`"),
        }
    }
}

/// Arithmetic that a point in time does not have.
pub(crate) struct InstantArithmetic<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
    /// `cannot be multiplied`
    pub(crate) problem: &'t str,
}

impl From<InstantArithmetic<'_>> for Diagnostic {
    fn from(InstantArithmetic { text, span, problem }: InstantArithmetic<'_>) -> Self {
        Diagnostic::error(
            codes::INSTANT_ARITHMETIC,
            format!("`{text}` is a point in time, and {problem}"),
            span,
        )
        .note("points in time are subtracted (which gives a time), compared, and moved by adding a time")
        .help(format!("a time is `now - {text}`"))
    }
}

/// A function of pure numbers applied to something with a unit.
pub(crate) struct PureNumberWanted<'t> {
    pub(crate) function: &'t str,
    pub(crate) text: &'t str,
    pub(crate) dimension: &'t Dimension,
    pub(crate) span: Span,
}

impl From<PureNumberWanted<'_>> for Diagnostic {
    fn from(PureNumberWanted { function, text, dimension, span }: PureNumberWanted<'_>) -> Self {
        Diagnostic::error(
            codes::PURE_NUMBER_WANTED,
            format!("`{function}` wants a pure number, and `{text}` is {}", dimension.words()),
            span,
        )
        .here(dimension.words())
        .help("divide it by one of its unit first: a time over a time is a pure number")
    }
}

/// An argument whose unit is not the parameter's.
pub(crate) struct WrongArgumentUnit<'t> {
    pub(crate) function: &'t str,
    pub(crate) parameter: &'t str,
    pub(crate) wanted: String,
    pub(crate) text: &'t str,
    pub(crate) is: String,
    pub(crate) span: Span,
    pub(crate) declared: Span,
}

impl From<WrongArgumentUnit<'_>> for Diagnostic {
    fn from(problem: WrongArgumentUnit<'_>) -> Self {
        let WrongArgumentUnit { function, parameter, wanted, text, is, span, declared } = problem;
        Diagnostic::error(
            codes::WRONG_ARGUMENT_UNIT,
            format!("`{parameter}` of `{function}` is {wanted}, and `{text}` is {is}"),
            span,
        )
        .here(is)
        .also(declared, format!("declared as {wanted}"))
    }
}

/// A constant that is no number any more.
pub(crate) struct NotFinite<'t> {
    pub(crate) text: &'t str,
    pub(crate) span: Span,
}

impl From<NotFinite<'_>> for Diagnostic {
    fn from(NotFinite { text, span }: NotFinite<'_>) -> Self {
        Diagnostic::error(codes::NOT_FINITE, format!("`{text}` has no finite value"), span)
            .here("always infinite or missing")
            .help("look for a division by zero or a number that is too large")
    }
}

/// A unit that the kind of metric cannot have, or lacks.
pub(crate) struct UnitOfKind<'t> {
    pub(crate) span: Span,
    /// `a flag has no unit`
    pub(crate) problem: &'t str,
    pub(crate) help: &'t str,
}

impl From<UnitOfKind<'_>> for Diagnostic {
    fn from(UnitOfKind { span, problem, help }: UnitOfKind<'_>) -> Self {
        Diagnostic::error(codes::UNIT_OF_KIND, problem, span).help(help)
    }
}
