//! What playbooks read of the evaluation: a column for each different expression, computed at every tick for all of its rows.
//!
//! A playbook that no wanted alert runs keeps its place, so that ids stay what they are, and is emptied: what nobody can start reads
//! nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use nvp_check::typed::{AlertId, Expr, MetricId, Policy};
use nvp_plan::ids::{ObservationId, PlaybookId};
use nvp_plan::response::formula::Observed;
use nvp_plan::response::incident::Does;
use nvp_plan::response::playbook::Playbook;
use nvp_plan::response::{Lowered, Response};
use nvp_plan::unit::Unit;

use crate::LowerOptions;
use crate::expression::{Lowering, unit_of};
use crate::graph::NodeId;
use crate::schedule::Owner;
use crate::walk::{self, Reads};

/// The values that playbooks read, while they have no places yet.
#[derive(Debug, Default)]
pub(crate) struct Observations {
    /// In the order of their ids.
    pub(crate) nodes: Vec<(NodeId, Unit)>,
    places: BTreeMap<NodeId, ObservationId>,
}

impl Lowering<'_> {
    /// Lowers what a response reads.
    pub(crate) fn response(&mut self, response: &Response<Expr>) -> Lowered {
        let lowered = response.try_map::<_, Infallible>(&mut |leaf| Ok(self.observation(leaf)));
        match lowered {
            Ok(lowered) => lowered,
        }
    }

    fn observation(&mut self, leaf: &Observed<Expr>) -> ObservationId {
        let node = self.expr(&leaf.of, 0);
        if let Some(id) = self.observations.places.get(&node) {
            return *id;
        }
        let id = ObservationId(u32::try_from(self.observations.nodes.len()).unwrap_or(u32::MAX));
        self.observations.places.insert(node, id);
        self.observations.nodes.push((node, unit_of(&leaf.of.ty)));
        self.owners.push(Owner::of_observation(node, &leaf.text));
        id
    }
}

/// All expressions that a response reads, each time it reads them.
pub(crate) fn leaves(response: &Response<Expr>, mut each: impl FnMut(&Expr)) {
    let walked = response.try_map::<(), Infallible>(&mut |leaf| {
        each(&leaf.of);
        Ok(())
    });
    match walked {
        Ok(_) => {}
    }
}

/// The metrics that playbooks and providers read.
pub(crate) fn metrics(policy: &Policy) -> BTreeSet<MetricId> {
    let mut reads = Reads::default();
    leaves(&policy.response, |leaf| reads.expr(policy, leaf));
    reads.metrics
}

/// The alerts to lower, with all that they need, and what of the response is theirs.
///
/// A playbook may read the states of alerts whose own playbooks read others: this goes on until nothing is added.
pub(crate) fn wanted(policy: &Policy, options: &LowerOptions<'_>) -> (BTreeSet<AlertId>, Response<Expr>) {
    let mut alerts = walk::alerts_wanted(policy, options);
    loop {
        let response = match options.alerts {
            None => policy.response.clone(),
            Some(_) => of_alerts(policy, &alerts),
        };
        let mut reads = Reads::default();
        leaves(&response, |leaf| reads.expr(policy, leaf));
        if reads.alerts.is_subset(&alerts) {
            return (alerts, response);
        }
        alerts.append(&mut reads.alerts);
        walk::with_read(policy, &mut alerts);
    }
}

/// What these alerts do, and the playbooks that they run.
fn of_alerts(policy: &Policy, alerts: &BTreeSet<AlertId>) -> Response<Expr> {
    let names: BTreeSet<&str> =
        alerts.iter().filter_map(|id| Some(policy.alerts.get(id.0)?.name.as_str())).collect();
    let all = &policy.response;
    let reactions: Vec<_> =
        all.reactions.iter().filter(|reaction| names.contains(reaction.alert.as_str())).cloned().collect();
    let run: BTreeSet<PlaybookId> = reactions
        .iter()
        .filter_map(|reaction| match &reaction.does {
            Does::Run(remedies) => Some(remedies),
            Does::Escalate(_) => None,
        })
        .flatten()
        .map(|remedy| remedy.playbook)
        .collect();
    let playbooks = (0..)
        .map(PlaybookId)
        .zip(&all.playbooks)
        .map(|(id, playbook)| if run.contains(&id) { playbook.clone() } else { emptied(playbook) })
        .collect();
    Response {
        severities: all.severities.clone(),
        services: all.services.clone(),
        teams: all.teams.clone(),
        channels: all.channels.clone(),
        calendars: all.calendars.clone(),
        maintenances: all.maintenances.clone(),
        incidents: all.incidents,
        ladders: all.ladders.clone(),
        providers: all.providers.clone(),
        playbooks,
        reactions,
    }
}

/// A playbook that does nothing, in its place.
fn emptied(playbook: &Playbook<Expr>) -> Playbook<Expr> {
    Playbook {
        name: playbook.name.clone(),
        doc: playbook.doc.clone(),
        source: playbook.source.clone(),
        formerly: playbook.formerly.clone(),
        parameters: playbook.parameters.clone(),
        lets: Vec::new(),
        requires: Vec::new(),
        limits: Vec::new(),
        breaker: None,
        storm: None,
        autonomy: playbook.autonomy,
        standing_approval: None,
        approval: playbook.approval,
        steps: Vec::new(),
        verify: None,
        lift: None,
        on_success: Vec::new(),
        on_failure: Vec::new(),
    }
}
