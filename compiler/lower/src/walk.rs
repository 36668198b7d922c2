//! What an expression reads: metrics, derives and alerts, each visited once.

use std::collections::BTreeSet;

use nvp_check::typed::{Alert, AlertId, DeriveId, Expr, ExprKind, MetricId, Policy, SaysPiece};

use crate::LowerOptions;

/// What has been read so far.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    pub(crate) metrics: BTreeSet<MetricId>,
    pub(crate) derives: BTreeSet<DeriveId>,
    pub(crate) alerts: BTreeSet<AlertId>,
}

impl Reads {
    /// Adds what an alert's conditions and texts read.
    pub(crate) fn alert(&mut self, policy: &Policy, alert: &Alert) {
        if let Some(subject) = &alert.subject {
            self.expr(policy, subject);
        }
        for level in &alert.levels {
            for condition in level.when.iter().chain(&level.clear) {
                self.expr(policy, condition);
            }
        }
        for piece in alert.says.iter().chain(&alert.runbook).flatten() {
            if let SaysPiece::Value(value) = piece {
                self.expr(policy, value);
            }
        }
    }

    /// Adds what an expression reads, through its derives.
    pub(crate) fn expr(&mut self, policy: &Policy, expr: &Expr) {
        match &expr.kind {
            ExprKind::Metric(id, _) => {
                self.metrics.insert(*id);
            }
            ExprKind::Derive(id, _) => {
                if self.derives.insert(*id)
                    && let Some(derive) = policy.derives.get(id.0)
                {
                    self.expr(policy, &derive.value);
                }
            }
            ExprKind::AlertState(id, _, _) => {
                self.alerts.insert(*id);
            }
            ExprKind::With(_, info, _, _) => {
                self.metrics.insert(*info);
            }
            _ => {}
        }
        for child in children(expr) {
            self.expr(policy, child);
        }
    }
}

/// The parts of an expression, in order.
pub fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Number(_)
        | ExprKind::Bool(_)
        | ExprKind::Now
        | ExprKind::Metric(..)
        | ExprKind::Derive(..)
        | ExprKind::AlertState(..) => Vec::new(),
        ExprKind::Negate(x)
        | ExprKind::Not(x)
        | ExprKind::Present(x)
        | ExprKind::Missing(x)
        | ExprKind::FlagIsSet(x)
        | ExprKind::For(x, _)
        | ExprKind::Ago(x, _)
        | ExprKind::With(x, ..) => vec![x],
        ExprKind::Arithmetic(_, a, b)
        | ExprKind::Compare(_, a, b)
        | ExprKind::And(a, b)
        | ExprKind::Or(a, b)
        | ExprKind::Default(a, b) => vec![a, b],
        ExprKind::If(c, a, b) => {
            [Some(c), Some(a), b.as_ref()].into_iter().flatten().map(|part| &**part).collect()
        }
        ExprKind::Function(_, arguments) => arguments.iter().collect(),
        ExprKind::Aggregate(aggregate) => vec![&aggregate.of],
    }
}

/// The alerts to lower: those asked for, those that probes read, and those whose state they read; in order of dependence.
pub(crate) fn alerts_wanted(policy: &Policy, options: &LowerOptions<'_>) -> BTreeSet<AlertId> {
    let all = || (0..policy.alerts.len()).map(AlertId).collect();
    let mut wanted: BTreeSet<AlertId> = options.alerts.map_or_else(all, Clone::clone);
    let mut reads = Reads::default();
    for probe in &options.probes {
        reads.expr(policy, probe);
    }
    wanted.append(&mut reads.alerts);
    with_read(policy, &mut wanted);
    wanted
}

/// Adds the alerts whose state these read.
pub(crate) fn with_read(policy: &Policy, wanted: &mut BTreeSet<AlertId>) {
    let mut queue: Vec<AlertId> = wanted.iter().copied().collect();
    while let Some(id) = queue.pop() {
        let Some(alert) = policy.alerts.get(id.0) else { continue };
        let mut reads = Reads::default();
        reads.alert(policy, alert);
        queue.extend(reads.alerts.iter().filter(|read| wanted.insert(**read)));
    }
}
