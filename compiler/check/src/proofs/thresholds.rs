//! Thresholds against the range of what they are compared with.

use super::conditions::with_constant;
use super::intervals::Numbers;
use super::{Prover, shown};
use crate::problems::proofs::ConstantComparison;
use crate::tree;
use crate::typed::Expr;

impl Prover<'_> {
    /// Looks at every comparison inside an expression.
    pub(super) fn thresholds(&mut self, expr: &Expr) {
        let mut todo = vec![expr];
        while let Some(expr) = todo.pop() {
            self.threshold(expr);
            self.bucket_bound(expr);
            tree::children(expr, &mut |child| todo.push(child));
        }
    }

    fn threshold(&mut self, expr: &Expr) {
        let Some((subject, op, value)) = with_constant(expr) else { return };
        let Some(range) = self.range(subject) else { return };
        let (possible, true_at) = (Numbers::closed(range.low, range.high), Numbers::compared(op, value));
        let always = possible.within(&true_at);
        let never = possible.intersect(&true_at).is_empty();
        if !always && !never {
            return;
        }
        let end = |end: f64| shown(end, subject);
        let range_text = match (range.low.is_finite(), range.high.is_finite()) {
            (true, true) => format!("lies between {} and {}", end(range.low), end(range.high)),
            (true, false) => format!("is never below {}", end(range.low)),
            _ => format!("is never above {}", end(range.high)),
        };
        self.found.push(
            ConstantComparison {
                span: expr.span,
                always,
                subject: &subject.text,
                range: range_text,
                declared: range.declared,
            }
            .into(),
        );
    }
}
