//! What the alerts of a policy read, walked once and asked often: each of a policy's tests asks which alerts its givens can move.

use std::collections::{BTreeMap, BTreeSet};

use nvp_check::typed::{AlertId, DeriveId, MetricId, Policy};

use crate::tick;
use crate::walk::Reads;

/// What all alerts of one policy read, and the tick that follows from it.
#[derive(Debug, Clone)]
pub struct Survey {
    by_metric: BTreeMap<MetricId, Vec<AlertId>>,
    by_derive: BTreeMap<DeriveId, Vec<AlertId>>,
    by_alert: BTreeMap<AlertId, Vec<AlertId>>,
    tick_ms: i64,
}

impl Survey {
    /// Walks a policy.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        let (mut by_metric, mut by_derive, mut by_alert) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (index, alert) in policy.alerts.iter().enumerate() {
            let mut reads = Reads::default();
            reads.alert(policy, alert);
            note(&mut by_metric, reads.metrics, index);
            note(&mut by_derive, reads.derives, index);
            note(&mut by_alert, reads.alerts, index);
        }
        let tick_ms = tick::tick_ms(policy, by_metric.keys());
        Self { by_metric, by_derive, by_alert, tick_ms }
    }

    /// The metrics that some alert reads.
    pub fn metrics(&self) -> impl Iterator<Item = MetricId> {
        self.by_metric.keys().copied()
    }

    /// The policy's tick, in ms.
    #[must_use]
    pub fn tick_ms(&self) -> i64 {
        self.tick_ms
    }

    /// The alerts that read one of these metrics or derives, directly or through others.
    #[must_use]
    pub fn alerts_reading(
        &self,
        metrics: &BTreeSet<MetricId>,
        derives: &BTreeSet<DeriveId>,
    ) -> BTreeSet<AlertId> {
        let by_metric = metrics.iter().filter_map(|metric| self.by_metric.get(metric));
        let by_derive = derives.iter().filter_map(|derive| self.by_derive.get(derive));
        let mut found: BTreeSet<AlertId> = by_metric.chain(by_derive).flatten().copied().collect();
        let mut queue: Vec<AlertId> = found.iter().copied().collect();
        while let Some(id) = queue.pop() {
            let readers = self.by_alert.get(&id).into_iter().flatten();
            queue.extend(readers.filter(|reader| found.insert(**reader)));
        }
        found
    }
}

fn note<T: Ord>(readers: &mut BTreeMap<T, Vec<AlertId>>, read: BTreeSet<T>, alert: usize) {
    for one in read {
        readers.entry(one).or_default().push(AlertId(alert));
    }
}
