//! What the alerts of a policy read and what they run, walked once and asked often: each of a policy's tests asks which alerts it is
//! about.

use std::collections::{BTreeMap, BTreeSet};

use nvp_check::typed::{
    AlertId, Deed, DeriveId, Event, ExpectedWhen, GivenTarget, IncidentOf, MetricId, Policy, Test,
};
use nvp_plan::ids::PlaybookId;
use nvp_plan::response::incident::Does;

use crate::walk::Reads;
use crate::{observation, tick};

/// What all alerts of one policy read, and the tick that follows from it.
#[derive(Debug, Clone)]
pub struct Survey {
    by_metric: BTreeMap<MetricId, Vec<AlertId>>,
    by_derive: BTreeMap<DeriveId, Vec<AlertId>>,
    by_alert: BTreeMap<AlertId, Vec<AlertId>>,
    /// The alerts that run a playbook.
    by_playbook: BTreeMap<PlaybookId, Vec<AlertId>>,
    /// The playbooks that have a step of a name.
    by_step: BTreeMap<String, Vec<PlaybookId>>,
    /// What playbooks read.
    observed: BTreeSet<MetricId>,
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
        let observed = observation::metrics(policy);
        let tick_ms = tick::tick_ms(policy, by_metric.keys().chain(&observed));
        let (by_playbook, by_step) = (runs(policy), steps(policy));
        Self { by_metric, by_derive, by_alert, by_playbook, by_step, observed, tick_ms }
    }

    /// The metrics that some alert or playbook reads.
    pub fn metrics(&self) -> impl Iterator<Item = MetricId> {
        let more = self.observed.iter().filter(|metric| !self.by_metric.contains_key(metric));
        self.by_metric.keys().chain(more).copied()
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

impl Survey {
    /// The alerts that a test is about, besides those that its expectations name: all that its givens can move, where it speaks of more
    /// than states, and those that run the playbooks it speaks of.
    #[must_use]
    pub fn alerts_of(&self, test: &Test) -> BTreeSet<AlertId> {
        let phases = test.givens.iter().flat_map(|given| given.phases.iter().flat_map(|phase| &phase.until));
        let answers = test.reads.iter().flat_map(|read| read.phases.iter().flat_map(|phase| &phase.until));
        let waited: Vec<&String> = phases.chain(answers).map(|until| &until.step).collect();
        let is_only = test.expectations.iter().any(|expected| matches!(expected.when, ExpectedWhen::Only(_)));
        let is_answered = !test.events.is_empty()
            || !test.deeds.is_empty()
            || !test.reads.is_empty()
            || !test.writes.is_empty()
            || !waited.is_empty();
        let mut found = BTreeSet::new();
        if is_only || is_answered {
            let (metrics, derives) = given(test);
            found = self.alerts_reading(&metrics, &derives);
        }
        let mut playbooks: BTreeSet<PlaybookId> = self.with_steps(waited.into_iter());
        for event in &test.events {
            match &event.event {
                Event::Playbook(id, ..) => drop(playbooks.insert(*id)),
                Event::Step(step, _) => playbooks.append(&mut self.with_steps(std::iter::once(step))),
                Event::Incident(IncidentOf::Alert(alert), _) => drop(found.insert(*alert)),
                _ => {}
            }
        }
        for deed in &test.deeds {
            match &deed.deed {
                Deed::Acknowledge(alert, _) | Deed::Resolve(alert, _) | Deed::Silence(alert, ..) => {
                    found.insert(*alert);
                }
                Deed::Approve(playbook) | Deed::Abort(playbook) => drop(playbooks.insert(*playbook)),
            }
        }
        let running = playbooks.iter().filter_map(|playbook| self.by_playbook.get(playbook));
        found.extend(running.flatten());
        found
    }

    fn with_steps<'s>(&self, steps: impl Iterator<Item = &'s String>) -> BTreeSet<PlaybookId> {
        steps.filter_map(|step| self.by_step.get(step)).flatten().copied().collect()
    }
}

/// The metrics and derives that a test gives.
fn given(test: &Test) -> (BTreeSet<MetricId>, BTreeSet<DeriveId>) {
    let mut metrics = BTreeSet::new();
    let mut derives = BTreeSet::new();
    for given in &test.givens {
        match given.target {
            GivenTarget::Metric(id) => drop(metrics.insert(id)),
            GivenTarget::Derive(id) => drop(derives.insert(id)),
        }
    }
    (metrics, derives)
}

fn runs(policy: &Policy) -> BTreeMap<PlaybookId, Vec<AlertId>> {
    let ids: BTreeMap<&str, AlertId> =
        (0..).map(AlertId).zip(&policy.alerts).map(|(id, alert)| (alert.name.as_str(), id)).collect();
    let mut found: BTreeMap<PlaybookId, Vec<AlertId>> = BTreeMap::new();
    for reaction in &policy.response.reactions {
        let (Does::Run(remedies), Some(alert)) = (&reaction.does, ids.get(reaction.alert.as_str())) else {
            continue;
        };
        for remedy in remedies {
            found.entry(remedy.playbook).or_default().push(*alert);
        }
    }
    found
}

fn steps(policy: &Policy) -> BTreeMap<String, Vec<PlaybookId>> {
    let mut found: BTreeMap<String, Vec<PlaybookId>> = BTreeMap::new();
    for (id, playbook) in (0..).map(PlaybookId).zip(&policy.response.playbooks) {
        for step in &playbook.steps {
            found.entry(step.name.clone()).or_default().push(id);
        }
    }
    found
}

fn note<T: Ord>(readers: &mut BTreeMap<T, Vec<AlertId>>, read: BTreeSet<T>, alert: usize) {
    for one in read {
        readers.entry(one).or_default().push(AlertId(alert));
    }
}
