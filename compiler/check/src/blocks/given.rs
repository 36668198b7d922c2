//! `given cpu{service = "a"} is 40% for 5m, then 95%`.

use std::collections::BTreeMap;

use nvp_dsl::Span;
use nvp_dsl::ast::{Expr, Reference, Segment as Written};

use crate::checker::{Checker, Missing};
use crate::declared::Value;
use crate::expr::{DurationUse, Operand, Shape, text};
use crate::library::Kind;
use crate::problems::numbers::{PercentMissing, Side, UnitMissing, WrongValueUnit};
use crate::problems::tests::{
    GivenHistogram, GivenLabels, GivenMixed, GivenTarget, PinWanted, SegmentLength,
};
use crate::problems::types::{ConstantWanted, FlagCompared, NumberWanted};
use crate::typed::{
    ExprKind, Given, GivenTarget as Target, Labels, Matcher, MatcherTest, MetricKind, Phase, Segment,
};
use crate::units::Dimension;

/// What the values of a given are.
#[derive(Debug, Clone)]
enum Takes {
    /// True and false, or 1 and 0.
    Condition,
    /// Numbers of that dimension.
    Number(Dimension),
    /// A counter's readings, or how fast it grows.
    Counter(Dimension),
}

/// A target that was found.
struct Found {
    target: Target,
    name: String,
    labels: Labels,
    takes: Takes,
}

/// A value with what it says about a counter.
struct Fed {
    number: f64,
    /// Whether it is a rate; `None` where it could be either (zero).
    rate: Option<bool>,
}

impl<'a> Checker<'a> {
    /// Checks a given. The second value is the latest time that it names, in ms.
    pub(crate) fn given(
        &mut self,
        target: &'a Reference,
        segments: &'a [Written],
        span: Span,
    ) -> Option<(Given, i64)> {
        let found = self.given_target(target)?;
        let labels = self.given_labels(target, &found);
        // What follows a step begins nobody knows when, and so does its end.
        let says_its_end = segments.last().is_some_and(|last| last.lasts.is_some())
            && segments.iter().all(|segment| segment.until.is_none());
        let (phases, accumulate, named_ms) = self.phases(segments, &found)?;
        let ends_ms = says_its_end.then_some(named_ms);
        Some((Given { target: found.target, labels: labels?, phases, ends_ms, accumulate, span }, named_ms))
    }

    fn given_target(&mut self, target: &'a Reference) -> Option<Found> {
        let name = target.name.node.as_str();
        let span = target.name.span;
        let Some(value) = self.find_value(name) else {
            let near = self.nearest_value(name);
            let (code, what) = (crate::codes::UNKNOWN_NAME, "metric or derive");
            self.unknown_or_import(Kind::Metric, Missing { code, what, name, span, near, help: None });
            return None;
        };
        match value {
            Value::Metric(at) => {
                let id = *self.metric_ids.get(at)?;
                let info = self.metrics.get(id.0)?.as_ref()?;
                let dimension = info.dimension.clone();
                let takes = match info.metric.kind {
                    MetricKind::Histogram => {
                        self.sink.report(GivenHistogram { name, span });
                        return None;
                    }
                    MetricKind::Flag | MetricKind::Info => Takes::Condition,
                    MetricKind::Counter => Takes::Counter(dimension),
                    MetricKind::Gauge | MetricKind::Instant => Takes::Number(dimension),
                };
                Some(Found {
                    target: Target::Metric(id),
                    name: name.to_owned(),
                    labels: info.labels.clone(),
                    takes,
                })
            }
            Value::Derive(at) => {
                let info = self.derives.get(at)?.as_ref()?;
                let takes = match &info.shape {
                    Shape::Value(dimension) => Takes::Number(dimension.clone()),
                    _ => Takes::Condition,
                };
                Some(Found {
                    target: Target::Derive(info.id),
                    name: name.to_owned(),
                    labels: info.labels.clone(),
                    takes,
                })
            }
            other => {
                let is = match other {
                    Value::Alert(_) => "an alert",
                    Value::Const(_) => "a constant",
                    _ => "a function",
                };
                self.sink.report(GivenTarget { name, is, span });
                None
            }
        }
    }

    /// A value for each label.
    fn given_labels(&mut self, target: &'a Reference, found: &Found) -> Option<BTreeMap<String, String>> {
        let metric = match found.target {
            Target::Metric(id) => Some(id),
            Target::Derive(_) => None,
        };
        let selected = self.select(&found.name, &found.labels, metric, target.selector.as_deref())?;
        let pins = self.pins(&selected.matchers, target.span)?;
        if !selected.labels.is_empty() {
            self.sink.report(GivenLabels {
                target: &found.name,
                span: target.span,
                missing: &selected.labels,
            });
            return None;
        }
        Some(pins)
    }

    /// The labels that matchers pin; other matchers are refused.
    pub(crate) fn pins(&mut self, matchers: &[Matcher], span: Span) -> Option<BTreeMap<String, String>> {
        let mut pins = BTreeMap::new();
        for matcher in matchers {
            let MatcherTest::Equal(value) = &matcher.test else {
                self.sink.report(PinWanted { label: &matcher.label, span });
                return None;
            };
            pins.insert(matcher.label.clone(), value.clone());
        }
        Some(pins)
    }

    /// The stretches until each step is done, whether they are rates, and how long all that they name is together.
    fn phases(&mut self, written: &'a [Written], found: &Found) -> Option<(Vec<Phase>, bool, i64)> {
        let mut phases = Vec::new();
        let mut segments = Vec::new();
        let (mut at_ms, mut before_ms) = (0_i64, 0_i64);
        let mut rates: Vec<bool> = Vec::new();
        let mut sound = true;
        for (place, segment) in written.iter().enumerate() {
            // The last stretch of a phase holds to its end.
            let last = place + 1 == written.len() || segment.until.is_some();
            let length = self.segment_length(segment, last);
            let until = segment.until.as_ref().map(|until| self.step_answered(until));
            let value = segment.value.as_ref().map(|value| self.given_value(value, found));
            let to = segment.to.as_ref().map(|to| self.given_value(to, found));
            let Some(lasts) = length else {
                sound = false;
                continue;
            };
            if matches!(value, Some(None)) || matches!(to, Some(None)) || matches!(until, Some(None)) {
                sound = false;
                continue;
            }
            let (value, to) = (value.flatten(), to.flatten());
            rates.extend([&value, &to].into_iter().flatten().filter_map(|value| value.rate));
            let until_ms = lasts.map_or(i64::MAX, |ms| at_ms.saturating_add(ms));
            let moves = to.is_some();
            let end = to.as_ref().map(|to| to.number);
            let hold = last && !moves;
            segments.push(Segment {
                from_ms: at_ms,
                until_ms: if hold { i64::MAX } else { until_ms },
                value: value.map(|value| value.number),
                to: end,
            });
            if last && moves {
                segments.push(Segment { from_ms: until_ms, until_ms: i64::MAX, value: end, to: None });
            }
            at_ms = if until_ms == i64::MAX { at_ms } else { until_ms };
            if last {
                phases.push(Phase { segments: std::mem::take(&mut segments), until: until.flatten() });
                before_ms = before_ms.saturating_add(std::mem::take(&mut at_ms));
            }
        }
        let accumulate = rates.first().copied().unwrap_or(false);
        if rates.iter().any(|rate| *rate != accumulate) {
            let span = written.first().map(|first| first.span)?;
            let span = written.last().map_or(span, |last| span.to(last.span));
            self.sink.report(GivenMixed { counter: &found.name, span });
            return None;
        }
        if written.last().is_some_and(|segment| segment.until.is_some()) {
            // After the step nothing is given.
            let nothing = Segment { from_ms: 0, until_ms: i64::MAX, value: None, to: None };
            phases.push(Phase { segments: vec![nothing], until: None });
        }
        sound.then_some((phases, accumulate, before_ms))
    }

    /// How long a stretch lasts, if it says so; `None` where a problem was reported. Only the last of a phase may leave it out.
    pub(super) fn segment_length(&mut self, segment: &'a Written, last: bool) -> Option<Option<i64>> {
        if let Some(lasts) = &segment.lasts {
            let ms = self.duration(lasts, DurationUse::Positive)?;
            if segment.until.is_some() && segment.to.is_none() {
                let title = "a stretch ends after a time or with a step, and not with both";
                self.sink.report(SegmentLength { span: segment.span, title });
                return None;
            }
            return Some(Some(ms));
        }
        let title = match (segment.to.is_some(), last) {
            (true, _) => "how long the value takes to get there is left out",
            (false, false) => "only the last stretch may leave its length out",
            (false, true) => return Some(None),
        };
        self.sink.report(SegmentLength { span: segment.span, title });
        None
    }

    fn given_value(&mut self, expr: &'a Expr, found: &Found) -> Option<Fed> {
        let operand = self.root(expr)?;
        let number = match operand.expr.kind {
            ExprKind::Bool(value) => f64::from(u8::from(value)),
            ExprKind::Number(value) => value,
            _ => {
                let text = &operand.expr.text;
                self.sink.report(ConstantWanted { text, span: expr.span, wanted_by: "a given" });
                return None;
            }
        };
        let is_bool = matches!(operand.expr.kind, ExprKind::Bool(_));
        match &found.takes {
            Takes::Condition => {
                let plain = operand.dimension().is_bare() || operand.dimension() == Dimension::Zero;
                if !is_bool && !(plain && (number == 0.0 || number == 1.0)) {
                    let instead = None;
                    self.sink.report(FlagCompared { text: &found.name, span: expr.span, instead });
                    return None;
                }
                Some(Fed { number, rate: None })
            }
            _ if is_bool => {
                let text = &operand.expr.text;
                let wanted_by = format!("`{}`", found.name);
                self.sink.report(NumberWanted { text, span: expr.span, wanted_by: &wanted_by, help: None });
                None
            }
            Takes::Number(dimension) => {
                self.given_fits(&operand, dimension, expr.span, &found.name)?;
                Some(Fed { number, rate: None })
            }
            Takes::Counter(dimension) => {
                let given = operand.dimension();
                if given == Dimension::Zero {
                    return Some(Fed { number, rate: None });
                }
                if dimension.per_second().agree(&given).is_ok() && dimension.agree(&given).is_err() {
                    return Some(Fed { number, rate: Some(true) });
                }
                self.given_fits(&operand, dimension, expr.span, &found.name)?;
                Some(Fed { number, rate: Some(false) })
            }
        }
    }

    pub(super) fn given_fits(
        &mut self,
        operand: &Operand,
        wanted: &Dimension,
        span: Span,
        name: &str,
    ) -> Option<()> {
        let dimension = operand.dimension();
        // For want of another literal a point in time may be given in seconds since 1970.
        let seconds = *wanted == Dimension::Instant && dimension.is_bare();
        if wanted.agree(&dimension).is_ok() || seconds {
            return Some(());
        }
        let given =
            Side { text: &operand.expr.text, dimension: &dimension, span, literal: operand.literal() };
        let target = Side { text: name, dimension: wanted, span, literal: None };
        if dimension.is_bare() && wanted.is_ratio() {
            self.sink.report(PercentMissing { bare: given, other: target });
        } else if dimension.is_bare() {
            self.sink.report(UnitMissing { bare: given, other: target });
        } else {
            self.sink.report(WrongValueUnit { of: name, wanted, value: given });
        }
        None
    }
}

/// A duration for people.
pub(crate) fn time_text(ms: i64) -> String {
    if ms == 0 { "0s".to_owned() } else { text::duration(ms) }
}
