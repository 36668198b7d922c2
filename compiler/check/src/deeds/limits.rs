//! `limit 1 per region every 30m, at most 2 at once, at most 10% of instances` and `breaker 3 in 1h holds 2h`.

use nvp_dsl::ast::{self, LimitPart, PlaybookClause};
use nvp_dsl::{Span, Spanned};
use nvp_plan::response::playbook::{Breaker, Limit};

use super::Formal;
use crate::checker::Checker;
use crate::expr::DurationUse;
use crate::problems::playbooks::{ShareOf, ShareRange};
use crate::typed;
use crate::units::Dimension;

const RUNS_MAX: f64 = 1e6;

impl<'a> Checker<'a> {
    /// The bounds of a playbook's `limit` clauses, in the order written.
    pub(super) fn limits(&mut self, node: &'a ast::Playbook, formals: &[Formal]) -> Vec<Limit<typed::Expr>> {
        let mut limits = Vec::new();
        for clause in &node.clauses {
            let PlaybookClause::Limit(parts) = &clause.node else { continue };
            for part in parts {
                limits.extend(self.limit(part, formals));
            }
        }
        limits
    }

    fn limit(&mut self, part: &'a Spanned<LimitPart>, formals: &[Formal]) -> Option<Limit<typed::Expr>> {
        let what = "how many runs there may be";
        match &part.node {
            LimitPart::Per { runs, parameter, every } => {
                let runs = self.counted(what, runs, 1.0, RUNS_MAX);
                let per = self.parameter_named("per", formals, parameter);
                let every_ms = self.duration(every, DurationUse::Positive);
                Some(Limit::Rate { runs: runs?, per: Some(per?), every_ms: every_ms? })
            }
            LimitPart::Every { runs, every } => {
                let runs = self.counted(what, runs, 1.0, RUNS_MAX);
                let every_ms = self.duration(every, DurationUse::Positive);
                Some(Limit::Rate { runs: runs?, per: None, every_ms: every_ms? })
            }
            LimitPart::AtOnce(runs) => Some(Limit::AtOnce(self.counted(what, runs, 1.0, RUNS_MAX)?)),
            LimitPart::Share { share, of } => {
                let portion = self.share(&share.node, share.span);
                let number = self.numeric(of, "`of`");
                let (portion, (number, dimension)) = (portion?, number?);
                let is_number = dimension.is_plain() && !dimension.is_ratio();
                let is_counted = super::Is::Number(dimension.clone()).is_whole();
                let text = self.written(of.span);
                if !is_number && !is_counted || dimension == Dimension::Instant {
                    self.sink.report(ShareOf { text: &text, is: dimension.words(), span: of.span });
                    return None;
                }
                Some(Limit::Share(portion, number, text))
            }
        }
    }

    /// `10%`: more than nothing, at most all.
    fn share(&mut self, share: &'a ast::Quantity, span: Span) -> Option<f64> {
        let operand = self.quantity(share, span)?;
        let value = operand.literal()?;
        if !operand.dimension().is_ratio() || value <= 0.0 || value > 1.0 {
            self.sink.report(ShareRange { text: &operand.expr.text, span });
            return None;
        }
        Some(value)
    }

    pub(super) fn breaker(&mut self, clause: &'a PlaybookClause) -> Option<Breaker> {
        let PlaybookClause::Breaker { failures, within, holds } = clause else { return None };
        let failures = self.counted("how many failures open a breaker", failures, 1.0, RUNS_MAX);
        let within_ms = self.duration(within, DurationUse::Positive);
        let holds_ms = self.duration(holds, DurationUse::Positive);
        Some(Breaker { failures: failures?, within_ms: within_ms?, holds_ms: holds_ms? })
    }
}
