//! `metric cpu: ratio { labels service  every 10s }`.
//!
//! What a metric does not say comes from its file's `defaults`, then from the language: `every 15s`, a value stands for three
//! `every`, a series is forgotten an hour after its last sample, but not before it is stale.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, Expr, Ident, LabelDeclaration, MetricClause};
use rustc_hash::FxHashMap;

use crate::checker::{Checker, MetricInfo};
use crate::codes;
use crate::expr::{DurationUse, text};
use crate::problems::clauses::{ClauseTwice, RangeReversed, TooShort};
use crate::problems::names::{Repeated, UnknownWord};
use crate::problems::numbers::{Side, UnitMissing, UnitOfKind, WrongValueUnit};
use crate::scope::Scope;
use crate::typed::{Merge, Metric, MetricId, MetricKind, MetricLabel};
use crate::units::{Core, Dimension, Scale};

/// How often a sample is expected where nothing says so, in ms.
const EVERY_MS: i64 = 15_000;
/// After how long a series is forgotten where nothing says so, in ms.
const FORGET_MS: i64 = 3_600_000;

const KINDS: &[&str] = &["gauge", "counter", "histogram", "info", "flag", "instant"];
const MERGES: &[&str] = &["sum", "max", "min", "avg"];

/// The clauses of a metric, each at most once.
#[derive(Default)]
struct Clauses<'a> {
    labels: Vec<&'a LabelDeclaration>,
    sources: Vec<&'a nvp_dsl::Spanned<String>>,
    every: Option<&'a Expr>,
    stale: Option<&'a Expr>,
    forget: Option<&'a Expr>,
    merge: Option<&'a Ident>,
    range: Option<(&'a Expr, &'a Expr)>,
    buckets: &'a [Expr],
}

impl<'a> Checker<'a> {
    /// Checks all metrics and numbers them in the order of their names.
    pub(crate) fn check_metrics(&mut self) {
        let mut order: Vec<usize> = (0..self.items.metrics.len()).collect();
        order.sort_by_key(|at| self.items.metrics.get(*at).map(|item| item.node.name.node.as_str()));
        self.metric_ids = vec![MetricId(0); order.len()];
        for (id, at) in order.into_iter().enumerate() {
            if let Some(place) = self.metric_ids.get_mut(at) {
                *place = MetricId(id);
            }
            let info = self.check_metric(at);
            let item = self.items.metrics.get(at);
            let info = info.filter(|_| !item.is_some_and(|item| self.sink.lost().is_part_of(item.span)));
            self.metrics.push(info);
        }
        self.scope = Scope::default();
    }

    fn check_metric(&mut self, at: usize) -> Option<MetricInfo> {
        let item = self.items.metrics.get(at)?;
        let (node, file, doc) = (item.node, item.file, item.doc);
        self.begin(file);
        let clauses = self.metric_clauses(node);
        let kind = self.metric_kind(node);
        let (kind, dimension, scale) = kind?;
        let labels = self.metric_labels(&clauses, file);
        let times = self.metric_times(&clauses, file);
        let sources = self.metric_sources(node, &clauses);
        let merge = clauses.merge.map(|word| self.merge(word));
        let range = clauses.range.map(|(low, high)| self.range(low, high, &dimension));
        let buckets = self.buckets(clauses.buckets, &dimension, kind);
        let (every_ms, stale_ms, forget_ms) = times?;
        let (merge, range) = (flat(merge)?, flat(range)?);
        let labels: Vec<MetricLabel> = labels?;
        let metric = Metric {
            name: node.name.node.clone(),
            doc: doc.map(str::to_owned),
            kind,
            sources,
            unit: dimension.unit(),
            scale: scale.factor(),
            divisor: (scale.times == 1.0 && scale.over != 1.0).then_some(scale.over),
            every_ms,
            stale_ms,
            forget_ms,
            merge,
            range,
            buckets: buckets?,
            span: node.name.span,
            labels: labels.clone(),
        };
        let labels = labels.into_iter().map(|label| label.name).collect();
        Some(MetricInfo { metric, dimension, labels })
    }

    fn metric_clauses(&mut self, node: &'a ast::Metric) -> Clauses<'a> {
        let mut clauses = Clauses::default();
        let mut first: FxHashMap<&'static str, Span> = FxHashMap::default();
        for clause in &node.clauses {
            let name = match &clause.node {
                MetricClause::Labels(labels) => {
                    clauses.labels.extend(labels);
                    "labels"
                }
                MetricClause::Source(sources) => {
                    clauses.sources.extend(sources);
                    "source"
                }
                MetricClause::Every(every) => {
                    clauses.every.get_or_insert(every);
                    "every"
                }
                MetricClause::Stale(stale) => {
                    clauses.stale.get_or_insert(stale);
                    "stale"
                }
                MetricClause::Forget(forget) => {
                    clauses.forget.get_or_insert(forget);
                    "forget"
                }
                MetricClause::Merge(word) => {
                    clauses.merge.get_or_insert(word);
                    "merge"
                }
                MetricClause::Range(low, high) => {
                    clauses.range.get_or_insert((low, high));
                    "range"
                }
                MetricClause::Buckets(buckets) => {
                    clauses.buckets = buckets;
                    "buckets"
                }
            };
            if let Some(first) = first.get(name) {
                self.sink.report(ClauseTwice { clause: name, span: clause.span, first: *first });
            } else {
                first.insert(name, clause.span);
            }
        }
        clauses
    }

    /// The kind, with the dimension of its values and the scale of the wire's numbers.
    fn metric_kind(&mut self, node: &'a ast::Metric) -> Option<(MetricKind, Dimension, Scale)> {
        let (word, unit) = match (&node.kind, &node.unit) {
            (Some(word), unit) => (Some(word), unit.as_ref()),
            // A kind alone may have been read as a unit.
            (None, Some(unit)) if unit.under.is_none() && KINDS.contains(&unit.over.node.as_str()) => {
                (Some(&unit.over), None)
            }
            (None, unit) => (None, unit.as_ref()),
        };
        let kind = match word.map(|word| word.node.as_str()) {
            None | Some("gauge") => MetricKind::Gauge,
            Some("counter") => MetricKind::Counter,
            Some("histogram") => MetricKind::Histogram,
            Some("info") => MetricKind::Info,
            Some("flag") => MetricKind::Flag,
            Some("instant") => MetricKind::Instant,
            Some(_) => {
                let word = word?;
                let near = self.nearest(&word.node, KINDS.iter().copied());
                let what = "a kind of metric";
                self.sink.report(UnknownWord {
                    code: nvp_dsl::codes::UNKNOWN_KIND,
                    what,
                    word,
                    known: KINDS,
                    near,
                });
                return None;
            }
        };
        let number = (Dimension::plain(Core::Number), Scale::ONE);
        let (dimension, scale) = match (kind, unit) {
            (MetricKind::Info | MetricKind::Flag, Some(unit)) => {
                let problem = if kind == MetricKind::Flag {
                    "a flag has no unit"
                } else {
                    "an info metric has no unit"
                };
                self.sink.report(UnitOfKind { span: unit.span, problem, help: "take the unit away" });
                return None;
            }
            (MetricKind::Instant, None) => (Dimension::Instant, Scale::ONE),
            (MetricKind::Instant, Some(unit)) => {
                let (dimension, scale) = self.unit_of(unit)?;
                if !dimension.is_time() {
                    let problem = "a point in time is told in a unit of time since 1970";
                    self.sink.report(UnitOfKind {
                        span: unit.span,
                        problem,
                        help: "write `instant of s` or `instant of ms`",
                    });
                    return None;
                }
                (Dimension::Instant, scale)
            }
            (MetricKind::Gauge, None) => {
                let help = "write the unit that the wire has, such as `bytes`, `s` or `%`; what has none is a `number`";
                self.sink.report(UnitOfKind { span: node.name.span, problem: "a gauge says its unit", help });
                return None;
            }
            (_, None) => number,
            (_, Some(unit)) => self.unit_of(unit)?,
        };
        Some((kind, dimension, scale))
    }

    /// The labels of a metric and of its file's defaults, sorted.
    fn metric_labels(&mut self, clauses: &Clauses<'a>, file: usize) -> Option<Vec<MetricLabel>> {
        let defaults = self.defaults.get(file).map(|defaults| defaults.labels.clone()).unwrap_or_default();
        let mut first: FxHashMap<&str, Span> = FxHashMap::default();
        let mut wire: FxHashMap<&str, Span> = FxHashMap::default();
        let mut labels = Vec::new();
        let own = clauses.labels.len();
        for (place, label) in clauses.labels.iter().copied().chain(defaults).enumerate() {
            let name = &label.name;
            if let Some(first) = first.get(name.node.as_str()) {
                // A metric may say more of a label that the defaults give it.
                if place < own {
                    self.sink.report(Repeated {
                        what: "label",
                        name: &name.node,
                        span: name.span,
                        first: *first,
                    });
                }
                continue;
            }
            first.insert(&name.node, name.span);
            let (source, source_span) = match &label.source {
                Some(source) => (source.node.as_str(), source.span),
                None => (name.node.as_str(), name.span),
            };
            if let Some(first) = wire.insert(source, source_span) {
                self.sink.report(Repeated { what: "wire label", name: source, span: source_span, first });
            }
            let values = label.values.as_ref().map(|values| self.closed_values(values));
            labels.push(MetricLabel { name: name.node.clone(), source: source.to_owned(), values });
        }
        labels.sort_by(|one, other| one.name.cmp(&other.name));
        Some(labels)
    }

    fn closed_values(&mut self, values: &'a [nvp_dsl::Spanned<String>]) -> Vec<String> {
        let mut first: FxHashMap<&str, Span> = FxHashMap::default();
        for value in values {
            if let Some(first) = first.insert(&value.node, value.span) {
                self.sink.report(Repeated { what: "value", name: &value.node, span: value.span, first });
            }
        }
        values.iter().map(|value| value.node.clone()).collect()
    }

    fn metric_sources(&mut self, node: &'a ast::Metric, clauses: &Clauses<'a>) -> Vec<String> {
        if clauses.sources.is_empty() {
            return vec![node.name.node.clone()];
        }
        let mut first: FxHashMap<&str, Span> = FxHashMap::default();
        for source in &clauses.sources {
            if let Some(first) = first.insert(&source.node, source.span) {
                self.sink.report(Repeated { what: "source", name: &source.node, span: source.span, first });
            }
        }
        clauses.sources.iter().map(|source| source.node.clone()).collect()
    }

    /// `every`, `stale` and `forget`, in ms.
    fn metric_times(&mut self, clauses: &Clauses<'a>, file: usize) -> Option<(i64, i64, i64)> {
        let defaults = self.defaults.get(file).cloned().unwrap_or_default();
        let own = |checker: &mut Self, expr: Option<&'a Expr>| match expr {
            None => Some(None),
            Some(expr) => checker.duration(expr, DurationUse::Positive).map(Some),
        };
        let every = own(self, clauses.every);
        let stale = own(self, clauses.stale);
        let forget = own(self, clauses.forget);
        let (every, stale, forget) = (every?, stale?, forget?);
        let every_ms = every.or(defaults.every_ms).unwrap_or(EVERY_MS);
        let usual_stale = every_ms.saturating_mul(3);
        let stale_ms = stale.or(defaults.stale_ms.filter(|ms| *ms >= every_ms)).unwrap_or(usual_stale);
        let forget_ms = forget.unwrap_or_else(|| defaults.forget_ms.unwrap_or(FORGET_MS).max(stale_ms));
        let too_short = |what: &str, span: Span, note: String, least: i64| {
            let least = text::duration(least);
            TooShort {
                code: codes::STALE_TOO_SHORT,
                title: format!("`{what}` is too short"),
                span,
                note,
                help: format!("write `{what} {least}` or longer"),
                replacement: Some(least),
            }
        };
        if let (Some(expr), true) = (clauses.stale, stale_ms < every_ms) {
            let note = format!(
                "a sample comes every {}, and the value would be missing in between",
                text::duration(every_ms)
            );
            self.sink.report(too_short("stale", expr.span, note, usual_stale));
            return None;
        }
        if let (Some(expr), true) = (clauses.forget, forget_ms < stale_ms) {
            let note = format!("a value stands for {} after its sample", text::duration(stale_ms));
            self.sink.report(too_short("forget", expr.span, note, stale_ms));
            return None;
        }
        Some((every_ms, stale_ms, forget_ms))
    }

    fn merge(&mut self, word: &'a Ident) -> Option<Merge> {
        match word.node.as_str() {
            "sum" => Some(Merge::Sum),
            "max" => Some(Merge::Max),
            "min" => Some(Merge::Min),
            "avg" => Some(Merge::Avg),
            other => {
                let near = self.nearest(other, MERGES.iter().copied());
                let what = "a way to merge series";
                self.sink.report(UnknownWord { code: codes::UNKNOWN_MERGE, what, word, known: MERGES, near });
                None
            }
        }
    }

    fn range(&mut self, low: &'a Expr, high: &'a Expr, dimension: &Dimension) -> Option<(f64, f64)> {
        let low_value = self.metric_constant(low, dimension, "a `range`");
        let high_value = self.metric_constant(high, dimension, "a `range`");
        let (low_value, high_value) = (low_value?, high_value?);
        if low_value >= high_value {
            let title = "the range ends before it begins";
            self.sink.report(RangeReversed { span: low.span.to(high.span), title, swap: None });
            return None;
        }
        Some((low_value, high_value))
    }

    fn buckets(&mut self, buckets: &'a [Expr], dimension: &Dimension, kind: MetricKind) -> Option<Vec<f64>> {
        if let (Some(first), false) = (buckets.first(), kind == MetricKind::Histogram) {
            let help = "take `buckets` away, or declare the metric as a `histogram`";
            self.sink.report(UnitOfKind { span: first.span, problem: "only a histogram has buckets", help });
            return None;
        }
        let bounds: Vec<Option<f64>> = buckets
            .iter()
            .map(|bucket| self.metric_constant(bucket, dimension, "a bucket's bound"))
            .collect();
        let bounds: Option<Vec<f64>> = bounds.into_iter().collect();
        let bounds = bounds?;
        for (pair, exprs) in bounds.windows(2).zip(buckets.windows(2)) {
            if let ([one, next], [_, next_expr]) = (pair, exprs)
                && next <= one
            {
                let title = "the bounds of buckets ascend";
                self.sink.report(RangeReversed { span: next_expr.span, title, swap: None });
                return None;
            }
        }
        Some(bounds)
    }

    /// A constant in the metric's unit.
    fn metric_constant(
        &mut self,
        expr: &'a Expr,
        wanted: &Dimension,
        wanted_by: &'static str,
    ) -> Option<f64> {
        let (value, dimension) = self.constant_number(expr, wanted_by)?;
        // Points in time are bounded by seconds since 1970, for want of another literal.
        let fits = wanted.agree(&dimension).is_ok() || (*wanted == Dimension::Instant && dimension.is_bare());
        if fits {
            return Some(value);
        }
        let written = crate::units::literal_text(value, &dimension);
        let this = Side { text: &written, dimension: &dimension, span: expr.span, literal: Some(value) };
        let metric = Side { text: "the metric", dimension: wanted, span: expr.span, literal: None };
        if dimension.is_bare() && wanted.is_ratio() {
            self.sink.report(crate::problems::numbers::PercentMissing { bare: this, other: metric });
        } else if dimension.is_bare() {
            self.sink.report(UnitMissing { bare: this, other: metric });
        } else {
            self.sink.report(WrongValueUnit { of: "the metric", wanted, value: this });
        }
        None
    }
}

/// `None` where something was written and is wrong.
fn flat<T>(value: Option<Option<T>>) -> Option<Option<T>> {
    match value {
        None => Some(None),
        Some(None) => None,
        Some(some) => Some(some),
    }
}
