//! Aggregates: `agg(expression [over D] [by LABELS | without LABELS | overall])`.

use nvp_dsl::Span;
use nvp_dsl::ast::{AggregateClause, Call, Expr, Ident};

use super::build::Parts;
use super::call::percentile;
use super::constant::{Bounded, DurationUse};
use super::operand::{Operand, Shape};
use super::text;
use crate::checker::Checker;
use crate::codes;
use crate::problems::clauses::{
    AggregateClauseWrong, AggregateOfConstant, AggregateWithoutClause, ClauseTwice, MetricWanted, TooShort,
};
use crate::problems::numbers::InstantArithmetic;
use crate::problems::types::{BareCounter, NoCounter};
use crate::typed::{Aggregate, AggregateFunction as F, ExprKind, Labels, MatcherTest};
use crate::units::{Core, Dimension};

/// The clauses of an aggregate.
#[derive(Debug, Default)]
pub(super) struct Clauses<'a> {
    pub(super) over: Option<(i64, Span)>,
    pub(super) across: Option<(Across<'a>, Span)>,
    /// Whether an `over` stands there that could not be read.
    pub(super) over_failed: bool,
}

/// What it aggregates across.
#[derive(Debug, Clone, Copy)]
pub(super) enum Across<'a> {
    By(&'a [Ident]),
    Without(&'a [Ident]),
    Overall,
}

/// Which clauses an aggregate takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `over`, across series, or both: one pool.
    Pool,
    /// Across series only.
    Across,
    /// `over` only, of a metric: each series by itself.
    Over,
}

impl<'a> Checker<'a> {
    /// `avg(x over 5m by region)` and its like.
    pub(super) fn aggregate(&mut self, call: &'a Call, span: Span) -> Option<Operand> {
        let name = call.name.node.as_str();
        let clauses = self.clauses(call);
        let head = self.aggregate_head(call, span);
        let of = call.arguments.last().map(|argument| &argument.value)?;
        let operand = self.expr(of);
        let (clauses, function, operand) = (clauses?, head?, operand?);
        if matches!(operand.shape, Shape::Histogram(_) | Shape::Bound { .. }) {
            return self.histogram_aggregate(function, call, (operand, of.span), &clauses, span);
        }
        self.aggregate_form(name, function, &operand, &clauses, call, span)?;
        if operand.is_constant() && !self.sink.labels_unknown() {
            self.sink.report(AggregateOfConstant { function: name, text: &operand.expr.text, span: of.span });
            return None;
        }
        if form(function) == Form::Over
            && !matches!(operand.expr.kind, ExprKind::Metric(..))
            && !matches!(operand.shape, Shape::Parameter(_))
        {
            self.sink.report(MetricWanted { function: name, text: &operand.expr.text, span: of.span });
            return None;
        }
        let (operand, shape) = self.aggregate_shape(function, call, operand, of)?;
        self.window(&operand, &clauses)?;
        let of_text = operand.expr.text.clone();
        self.finish_aggregate(function, operand, shape, (&clauses, &of_text), span)
    }

    /// The expression, once the function, its operand and the shape of its result are known.
    pub(super) fn finish_aggregate(
        &mut self,
        function: F,
        operand: Operand,
        shape: Shape,
        (clauses, of_text): (&Clauses<'a>, &str),
        span: Span,
    ) -> Option<Operand> {
        let histogram = matches!(operand.shape, Shape::Histogram(_) | Shape::Bound { .. });
        let across = match clauses.across {
            None => None,
            Some((across, _)) => Some(self.across_labels(across, &operand)?),
        };
        let over_ms = clauses.over.map(|(ms, _)| ms);
        let labels = across.clone().unwrap_or_else(|| operand.expr.labels.clone());
        let parts = Parts {
            shape,
            labels,
            span,
            text: aggregate_text(function, of_text, over_ms, across.as_deref()),
            every: operand.every,
            below: operand.size,
        };
        let of = operand.expr;
        let aggregate = Aggregate { function, of, histogram, over_ms, across };
        self.build(ExprKind::Aggregate(Box::new(aggregate)), parts)
    }

    /// The clauses, each at most once.
    fn clauses(&mut self, call: &'a Call) -> Option<Clauses<'a>> {
        let mut clauses = Clauses::default();
        let mut first_over: Option<Span> = None;
        let mut sound = true;
        for clause in &call.clauses {
            let across = match &clause.node {
                AggregateClause::Over(duration) => {
                    if let Some(first) = first_over.replace(clause.span) {
                        self.sink.report(ClauseTwice { clause: "over", span: clause.span, first });
                        sound = false;
                    }
                    match self.duration(duration, DurationUse::Positive) {
                        Some(ms) => clauses.over = Some((ms, duration.span)),
                        None => clauses.over_failed = true,
                    }
                    continue;
                }
                AggregateClause::By(labels) => Across::By(labels),
                AggregateClause::Without(labels) => Across::Without(labels),
                AggregateClause::Overall => Across::Overall,
            };
            if let Some((_, first)) = clauses.across {
                let clause_name = "by`, `without` or `overall";
                self.sink.report(ClauseTwice { clause: clause_name, span: clause.span, first });
                sound = false;
            } else {
                clauses.across = Some((across, clause.span));
            }
        }
        (sound && !clauses.over_failed).then_some(clauses)
    }

    /// The function with its own arguments (`quantile(0.95, …)`, `top(3, …)`).
    fn aggregate_head(&mut self, call: &'a Call, span: Span) -> Option<F> {
        let name = call.name.node.as_str();
        let wanted = match name {
            "quantile" | "top" | "bottom" => 2,
            _ => 1,
        };
        let form = match name {
            "quantile" => "quantile(0.95, x over 5m)".to_owned(),
            "top" | "bottom" => format!("{name}(3, x overall)"),
            _ => format!("{name}(x …)"),
        };
        self.positional(call, wanted, &form, span)?;
        let first = &call.arguments.first()?.value;
        if let Some(percent) = percentile(name) {
            return Some(F::Quantile(f64::from(percent) / 100.0));
        }
        Some(match name {
            "quantile" => {
                let allowed = "between 0 and 1, or between 0% and 100%";
                let bounds =
                    Bounded { what: "the quantile", allowed, min: 0.0, max: 1.0, whole: false, ratio: true };
                F::Quantile(self.bounded(first, &bounds)?)
            }
            "top" | "bottom" => {
                let allowed = "a whole number from 1 to 1000000";
                let bounds = Bounded {
                    what: "the place in the order",
                    allowed,
                    min: 1.0,
                    max: 1e6,
                    whole: true,
                    ratio: false,
                };
                // Exact: it is a whole number of at most a million.
                let place = self.bounded(first, &bounds)? as u32;
                if name == "top" { F::Top(place) } else { F::Bottom(place) }
            }
            "avg" => F::Avg,
            "min" => F::Min,
            "max" => F::Max,
            "stddev" => F::Stddev,
            "sum" => F::Sum,
            "count" => F::Count,
            "distinct" => F::Distinct,
            "any" => F::Any,
            "all" => F::All,
            "share" => F::Share,
            "rate" => F::Rate,
            "increase" => F::Increase,
            "delta" => F::Delta,
            "slope" => F::Slope,
            "changes" => F::Changes,
            "resets" => F::Resets,
            "first" => F::First,
            _ => F::Last,
        })
    }

    /// Whether the clauses are those that the aggregate takes.
    fn aggregate_form(
        &mut self,
        name: &str,
        function: F,
        operand: &Operand,
        clauses: &Clauses<'a>,
        call: &'a Call,
        span: Span,
    ) -> Option<()> {
        let mended = |clause: &str| {
            let own = match call.arguments.as_slice() {
                [_, _] => "…, ",
                _ => "",
            };
            format!("{name}({own}{} {clause})", operand.expr.text)
        };
        match (form(function), clauses.over, clauses.across) {
            (Form::Pool | Form::Across, None, None) => {
                let note = "an aggregate says over what time (`over 5m`), across which series (`by`, `without`, `overall`), or both";
                let mended = mended("overall");
                self.sink.report(AggregateWithoutClause {
                    function: name,
                    call: span,
                    mended,
                    clause: "overall",
                    note,
                });
            }
            (Form::Across, Some((_, over)), _) => {
                let (note, help) = if function == F::Sum {
                    let note = "a sum over time depends on how often one samples";
                    (note, "use `avg` or `share` over time, or `increase` of a counter".to_owned())
                } else {
                    let note = "a count over time depends on how often one samples";
                    (note, format!("use `share({} over …)`, or `changes`", operand.expr.text))
                };
                self.sink.report(AggregateClauseWrong {
                    function: name,
                    span: over,
                    clause: "over",
                    note,
                    help,
                });
            }
            (Form::Over, _, Some((across, across_span))) => {
                let clause = across.word();
                let note = "it looks at each series by itself";
                let text = &operand.expr.text;
                let labels = across.written();
                let help = format!("aggregate its result: `sum({name}({text} over …) {labels})`");
                self.sink.report(AggregateClauseWrong {
                    function: name,
                    span: across_span,
                    clause,
                    note,
                    help,
                });
            }
            (Form::Over, None, None) => {
                let note = "it compares the samples of a window";
                let mended = mended("over 5m");
                self.sink.report(AggregateWithoutClause {
                    function: name,
                    call: span,
                    mended,
                    clause: "over 5m",
                    note,
                });
            }
            _ => return Some(()),
        }
        None
    }

    /// The operand as the function wants it, and the shape of the result.
    fn aggregate_shape(
        &mut self,
        function: F,
        call: &'a Call,
        operand: Operand,
        of: &'a Expr,
    ) -> Option<(Operand, Shape)> {
        let name = call.name.node.as_str();
        let wanted_by = format!("`{name}`");
        let count = Shape::Value(Dimension::plain(Core::Count));
        match function {
            F::Any | F::All => Some((self.condition(operand, of.span, &wanted_by)?, Shape::Condition)),
            F::Share => {
                let shape = Shape::Value(Dimension::plain(Core::Ratio));
                Some((self.condition(operand, of.span, &wanted_by)?, shape))
            }
            F::Count => match operand.shape {
                Shape::Condition | Shape::Flag | Shape::Info => {
                    Some((self.condition(operand, of.span, &wanted_by)?, count))
                }
                _ => Some((operand, count)),
            },
            F::Rate | F::Increase => self.counter_growth(function, call, operand, of),
            F::Changes if operand.shape == Shape::Flag => Some((operand, count)),
            F::Changes | F::Resets if matches!(operand.shape, Shape::Counter(_)) => Some((operand, count)),
            F::First | F::Last if operand.shape == Shape::Flag => Some((operand, Shape::Flag)),
            F::First | F::Last | F::Delta if matches!(operand.shape, Shape::Counter(_)) => {
                let shape = Shape::Value(operand.dimension());
                Some((operand, shape))
            }
            F::Resets if !matches!(operand.shape, Shape::Parameter(_)) => {
                self.no_counter(call, &operand, of);
                None
            }
            _ => {
                if matches!(operand.shape, Shape::Counter(_)) {
                    let text = &operand.expr.text;
                    self.sink.report(BareCounter { text, span: of.span, under: Some(name) });
                    return None;
                }
                let (operand, dimension) = self.aggregated_number(name, operand, of)?;
                let shape = self.number_shape(function, name, &operand, dimension, of.span)?;
                Some((operand, shape))
            }
        }
    }

    fn aggregated_number(
        &mut self,
        name: &str,
        operand: Operand,
        of: &'a Expr,
    ) -> Option<(Operand, Dimension)> {
        if matches!(operand.shape, Shape::Condition | Shape::Flag | Shape::Info) {
            let text = operand.expr.text.clone();
            let help = match name {
                "avg" => format!("`share({text} …)` is how much of it is true"),
                "sum" => format!("`count({text} …)` counts the true ones"),
                "max" => format!("`any({text} …)` is true when one is"),
                "min" => format!("`all({text} …)` is true when each is"),
                _ => format!("of conditions there are `any`, `all`, `share` and `count`: `share({text} …)`"),
            };
            self.sink.report(crate::problems::types::NumberWanted {
                text: &text,
                span: of.span,
                wanted_by: &format!("`{name}`"),
                help: Some(help),
            });
            return None;
        }
        self.number(operand, of.span, &format!("`{name}`"))
    }

    /// The dimension of an aggregate of numbers.
    fn number_shape(
        &mut self,
        function: F,
        name: &str,
        operand: &Operand,
        dimension: Dimension,
        span: Span,
    ) -> Option<Shape> {
        let instant = dimension == Dimension::Instant;
        let dimension = match function {
            F::Distinct | F::Changes | F::Resets => Dimension::plain(Core::Count),
            F::Delta | F::Stddev if instant => Dimension::time(),
            F::Sum | F::Slope | F::Quantile(_) if instant => {
                let problem = format!("`{name}` makes no sense of it");
                self.sink.report(InstantArithmetic { text: &operand.expr.text, span, problem: &problem });
                return None;
            }
            F::Slope => dimension.per_second(),
            _ => dimension,
        };
        Some(Shape::Value(dimension))
    }

    fn counter_growth(
        &mut self,
        function: F,
        call: &'a Call,
        operand: Operand,
        of: &'a Expr,
    ) -> Option<(Operand, Shape)> {
        let dimension = match &operand.shape {
            Shape::Counter(dimension) | Shape::Parameter(dimension) => dimension.clone(),
            _ => {
                self.no_counter(call, &operand, of);
                return None;
            }
        };
        let dimension = if function == F::Rate { dimension.per_second() } else { dimension };
        Some((operand, Shape::Value(dimension)))
    }

    fn no_counter(&mut self, call: &Call, operand: &Operand, of: &Expr) {
        let is = match (&operand.shape, &operand.expr.kind) {
            (Shape::Value(Dimension::Instant), _) => "a point in time",
            (Shape::Value(_), ExprKind::Metric(..)) => "a gauge",
            (shape, _) => shape.words(),
        };
        let name = call.name.node.as_str();
        let (text, function_span) = (&operand.expr.text, call.name.span);
        self.sink.report(NoCounter { function: name, function_span, text, is, span: of.span });
    }

    /// Whether the window holds at least two samples.
    pub(super) fn window(&mut self, operand: &Operand, clauses: &Clauses<'a>) -> Option<()> {
        let (Some((ms, span)), Some(every)) = (clauses.over, operand.every) else { return Some(()) };
        if ms >= every.min_ms.saturating_mul(2) || self.sink.labels_unknown() {
            return Some(());
        }
        let shortest = text::duration(every.min_ms.saturating_mul(2));
        self.sink.report(TooShort {
            code: codes::OVER_TOO_SHORT,
            title: format!("`over {}` holds fewer than two samples", text::duration(ms)),
            span,
            note: format!("`{}` has a sample every {}", operand.expr.text, text::duration(every.min_ms)),
            help: format!("write `over {shortest}` or longer"),
            replacement: Some(shortest),
        });
        None
    }

    /// The labels that remain across series.
    fn across_labels(&mut self, across: Across<'a>, operand: &Operand) -> Option<Labels> {
        let have = &operand.expr.labels;
        // A label that a playbook pins is gone for who reads it, and stays so that its row can be found.
        let kept = self.kept(have);
        let named = match across {
            Across::Overall => return Some(kept),
            Across::By(named) | Across::Without(named) => named,
        };
        let mut sound = true;
        for label in named {
            let is_kept = kept.contains(&label.node);
            if (is_kept || have.binary_search(&label.node).is_err()) && !self.sink.labels_unknown() {
                let pinned = is_kept || pins(&operand.expr, &label.node);
                self.unknown_label(&label.node, label.span, &operand.expr.text, have, pinned);
                sound = false;
            }
        }
        if !sound {
            return None;
        }
        let is_named = |label: &String| named.iter().any(|ident| ident.node == *label);
        let mut labels: Labels = match across {
            Across::Without(_) => have.iter().filter(|label| !is_named(label)).cloned().collect(),
            _ => named.iter().map(|ident| ident.node.clone()).chain(kept).collect(),
        };
        labels.sort_unstable();
        labels.dedup();
        Some(labels)
    }
}

impl Across<'_> {
    fn word(self) -> &'static str {
        match self {
            Self::By(_) => "by",
            Self::Without(_) => "without",
            Self::Overall => "overall",
        }
    }

    fn written(self) -> String {
        match self {
            Self::Overall => "overall".to_owned(),
            Self::By(labels) | Self::Without(labels) => {
                let labels: Vec<&str> = labels.iter().map(|label| label.node.as_str()).collect();
                format!("{} {}", self.word(), labels.join(", "))
            }
        }
    }
}

fn form(function: F) -> Form {
    match function {
        F::Sum | F::Count => Form::Across,
        F::Rate | F::Increase | F::Delta | F::Slope | F::Changes | F::Resets | F::First | F::Last => {
            Form::Over
        }
        _ => Form::Pool,
    }
}

/// Whether a selector inside pins a label.
fn pins(expr: &crate::typed::Expr, label: &str) -> bool {
    match &expr.kind {
        ExprKind::Metric(_, matchers)
        | ExprKind::Derive(_, matchers)
        | ExprKind::AlertState(_, _, matchers) => matchers
            .iter()
            .any(|matcher| matcher.label == label && matches!(matcher.test, MatcherTest::Equal(_))),
        ExprKind::Aggregate(aggregate) => pins(&aggregate.of, label),
        ExprKind::FlagIsSet(inner)
        | ExprKind::Present(inner)
        | ExprKind::Not(inner)
        | ExprKind::Ago(inner, _) => pins(inner, label),
        ExprKind::Compare(_, left, _) => pins(left, label),
        _ => false,
    }
}

/// The canonical text of an aggregate: `without` is said as `by`, `quantile(0.95, …)` as `p95`.
fn aggregate_text(function: F, of: &str, over_ms: Option<i64>, across: Option<&[String]>) -> String {
    let name = match function {
        F::Quantile(q) => return aggregate_text_named(&quantile_head(q), of, over_ms, across),
        F::Top(place) => return aggregate_text_named(&format!("top({place}, "), of, over_ms, across),
        F::Bottom(place) => return aggregate_text_named(&format!("bottom({place}, "), of, over_ms, across),
        F::Avg => "avg",
        F::Min => "min",
        F::Max => "max",
        F::Stddev => "stddev",
        F::Sum => "sum",
        F::Count => "count",
        F::Any => "any",
        F::All => "all",
        F::Share | F::ShareBelow(..) => "share",
        F::Distinct => "distinct",
        F::Rate => "rate",
        F::Increase => "increase",
        F::Delta => "delta",
        F::Slope => "slope",
        F::Changes => "changes",
        F::Resets => "resets",
        F::First => "first",
        F::Last => "last",
    };
    aggregate_text_named(&format!("{name}("), of, over_ms, across)
}

fn quantile_head(q: f64) -> String {
    let percent = q * 100.0;
    if (50.0..=99.0).contains(&percent) && percent.round() / 100.0 == q {
        format!("p{}(", percent.round())
    } else {
        format!("quantile({q}, ")
    }
}

fn aggregate_text_named(head: &str, of: &str, over_ms: Option<i64>, across: Option<&[String]>) -> String {
    let mut written = format!("{head}{of}");
    if let Some(ms) = over_ms {
        written.push_str(&format!(" over {}", text::duration(ms)));
    }
    match across {
        None => {}
        Some([]) => written.push_str(" overall"),
        Some(labels) => written.push_str(&format!(" by {}", labels.join(", "))),
    }
    written.push(')');
    written
}
