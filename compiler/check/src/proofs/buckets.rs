//! Thresholds of quantiles and bounds of shares against the buckets that a histogram declares.

use nvp_dsl::Diagnostic;

use super::Prover;
use super::conditions::with_constant;
use crate::problems::proofs::NoBucketBound;
use crate::typed::{Aggregate, AggregateFunction, Expr, ExprKind, Metric};

impl Prover<'_> {
    /// Warns where a quantile is compared with, or a share bounded by, something between two buckets.
    pub(super) fn bucket_bound(&mut self, expr: &Expr) {
        let quantile = with_constant(expr).and_then(|(subject, _, value)| {
            let aggregate = self.aggregate(subject)?;
            matches!(aggregate.function, AggregateFunction::Quantile(_)).then_some((aggregate, value))
        });
        let share = match &expr.kind {
            ExprKind::Aggregate(aggregate) => match aggregate.function {
                AggregateFunction::ShareBelow(bound, _) => Some((aggregate.as_ref(), bound)),
                _ => None,
            },
            _ => None,
        };
        let problems: Vec<Diagnostic> = [quantile, share]
            .into_iter()
            .flatten()
            .filter_map(|(aggregate, value)| self.between_bounds(aggregate, value, expr))
            .map(Diagnostic::from)
            .collect();
        self.found.extend(problems);
    }

    /// The aggregate that an expression is, by itself or through a derive.
    fn aggregate<'e>(&'e self, expr: &'e Expr) -> Option<&'e Aggregate> {
        match &expr.kind {
            ExprKind::Aggregate(aggregate) => Some(aggregate),
            ExprKind::Derive(id, _) => match &self.policy.derives.get(id.0)?.value.kind {
                ExprKind::Aggregate(aggregate) => Some(aggregate),
                _ => None,
            },
            _ => None,
        }
    }

    fn metric(&self, aggregate: &Aggregate) -> Option<&Metric> {
        match (&aggregate.of.kind, aggregate.histogram) {
            (ExprKind::Metric(id, _), true) => Some(&self.metrics.get(id.0)?.as_ref()?.metric),
            _ => None,
        }
    }

    fn between_bounds(&self, aggregate: &Aggregate, value: f64, at: &Expr) -> Option<NoBucketBound<'_>> {
        let metric = self.metric(aggregate)?;
        let is_bound = |bound: &f64| (bound - value).abs() <= bound.abs() * 1e-9;
        if metric.buckets.is_empty() || metric.buckets.iter().any(is_bound) {
            return None;
        }
        let shown = |value: f64| nvp_plan::show::value(value, &metric.unit);
        Some(NoBucketBound {
            threshold: shown(value),
            span: at.span,
            histogram: &metric.name,
            buckets: metric.buckets.iter().map(|bound| shown(*bound)).collect(),
            declared: metric.span,
        })
    }
}
