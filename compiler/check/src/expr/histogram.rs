//! Aggregates of histograms: always `over` a window.

use nvp_dsl::Span;
use nvp_dsl::ast::Call;

use super::aggregate::Clauses;
use super::operand::{Operand, Shape};
use super::text;
use crate::checker::Checker;
use crate::problems::clauses::HistogramWithoutOver;
use crate::problems::types::NotFromHistogram;
use crate::typed::{AggregateFunction as F, ExprKind};
use crate::units::{Core, Dimension};

impl<'a> Checker<'a> {
    /// `p95(h over 5m by region)`, `share(h <= 300ms over 5m)`.
    pub(super) fn histogram_aggregate(
        &mut self,
        function: F,
        call: &'a Call,
        (operand, of_span): (Operand, Span),
        clauses: &Clauses<'a>,
        span: Span,
    ) -> Option<Operand> {
        let name = call.name.node.as_str();
        let (metric, histogram) = match &operand.expr.kind {
            ExprKind::Metric(id, matchers) => {
                let info = self.metrics.get(id.0)?.as_ref()?;
                (info.dimension.clone(), text::reference(&info.metric.name, matchers))
            }
            _ => return None,
        };
        let count = Dimension::plain(Core::Count);
        let result = match (function, &operand.shape) {
            (F::Share, Shape::Bound { bound, above }) => {
                Ok((F::ShareBelow(*bound, *above), Dimension::plain(Core::Ratio)))
            }
            (F::Share, _) => Err("say of which: `share(h <= 300ms over 5m)`"),
            (_, Shape::Bound { .. }) => Err("ask for a `share` of what lies below a bound"),
            (F::Avg | F::Sum | F::Quantile(_), _) => Ok((function, metric)),
            (F::Count, _) => Ok((function, count)),
            (F::Rate, _) => Ok((function, count.per_second())),
            (F::Increase, _) => Err("write `count(h over 5m)`: how many observations there were"),
            (F::Max, _) => Err("write `p99`, or `share(h > … over 5m) > 0`"),
            (F::Min, _) => Err("write `p50`, or `share(h <= … over 5m) > 0`"),
            _ => Err("ask for a quantile or the mean"),
        };
        let (function, dimension) = match result {
            Ok(result) => result,
            Err(help) => {
                self.sink.report(NotFromHistogram { function: name, text: &histogram, span, help });
                return None;
            }
        };
        if clauses.over.is_none() {
            self.sink.report(HistogramWithoutOver {
                function: name,
                histogram: &histogram,
                call: span,
                insert: of_span,
            });
            return None;
        }
        let mut operand = operand;
        let of_text = std::mem::replace(&mut operand.expr.text, histogram);
        self.window(&operand, clauses)?;
        self.finish_aggregate(function, operand, Shape::Value(dimension), (clauses, &of_text), span)
    }
}
