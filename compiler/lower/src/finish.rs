//! The end of lowering: alerts, trees, probes and what playbooks read get the places of their columns.

use std::collections::BTreeMap;

use nvp_plan::alert::{Alert, Level, Says, Shown};
use nvp_plan::ids::TreeId;
use nvp_plan::{Plan, Probe};

use crate::alert::{AlertDraft, SaysDraft};
use crate::expression::Lowering;
use crate::graph::NodeId;
use crate::schedule::Schedule;
use crate::tree::DraftTree;
use crate::wire::given_derive_name;
use crate::{LowerError, Lowered};

impl Lowering<'_> {
    /// Lays out the steps and puts the plan together.
    pub(crate) fn finish(self, response: nvp_plan::response::Lowered) -> Result<Lowered, LowerError> {
        let mut schedule = Schedule::new(&self.graph, &self.tables);
        schedule.lay_out(&self.owners)?;
        let alerts = self.alerts.values().map(|draft| self.placed_alert(draft, &mut schedule)).collect();
        let probe_nodes =
            self.owners.iter().filter(|owner| owner.is_probe).filter_map(|owner| owner.roots.first());
        let probes = probe_nodes
            .zip(&self.probes)
            .map(|(node, tree)| Probe {
                condition: schedule.condition(*node),
                tree: plant(tree, &mut schedule),
            })
            .collect();
        let given_derives: BTreeMap<_, _> = self
            .given_derives
            .iter()
            .filter_map(|id| Some((*id, given_derive_name(&self.policy.derives.get(id.0)?.name))))
            .collect();
        let observed = self.observations.nodes.iter();
        // INVARIANT (observations have columns): each is the root of an owner, so none is left out and ids are places.
        let observations = observed.filter_map(|(node, unit)| shown(*node, unit, &schedule)).collect();
        let plan = Plan { tick_ms: self.tick_ms, alerts, probes, observations, ..schedule.plan };
        Ok(Lowered { plan, alerts: self.alert_places, given_derives, response })
    }

    fn placed_alert(&self, draft: &AlertDraft, schedule: &mut Schedule<'_>) -> Alert {
        let typed = self.policy.alerts.get(draft.typed.0);
        let levels = draft
            .levels
            .iter()
            .map(|level| Level {
                name: level.name.clone(),
                severity: level.severity.to_owned(),
                set: schedule.condition(level.set),
                reset: schedule.condition(level.reset),
                pending: level.pending.map(|node| schedule.condition(node)),
                when: level.when.map(|node| schedule.condition(node)),
                // Warming is part of the conditions themselves: unknown where it is not otherwise decided.
                tree: level.tree.as_ref().map(|tree| plant(tree, schedule)),
                clear_tree: level.clear_tree.as_ref().map(|tree| plant(tree, schedule)),
            })
            .collect();
        let says = |pieces: &[SaysDraft]| {
            pieces.iter().filter_map(|piece| self.placed_piece(piece, draft, schedule)).collect()
        };
        Alert {
            name: typed.map_or_else(String::new, |alert| alert.name.clone()),
            domain: draft.domain,
            rows: draft.rows,
            subject: draft.subject.as_ref().and_then(|(node, unit)| shown(*node, unit, schedule)),
            subject_warm_ticks: draft
                .subject
                .as_ref()
                .map_or(0, |(node, _)| self.graph.facts(*node).warm_ticks),
            flapping_changes: typed.map_or(6, |alert| alert.flapping_changes),
            flapping_within_ms: typed.map_or(1_800_000, |alert| alert.flapping_within_ms),
            says: says(&draft.says),
            runbook: says(&draft.runbook),
            service: typed.and_then(|alert| alert.service.clone()),
            levels,
        }
    }

    fn placed_piece(&self, piece: &SaysDraft, draft: &AlertDraft, schedule: &Schedule<'_>) -> Option<Says> {
        match piece {
            SaysDraft::Plain(text) => Some(Says::Plain(text.clone())),
            SaysDraft::Label(label) => self.tables.label(draft.domain, label).map(Says::Label),
            SaysDraft::Value(node, unit) => shown(*node, unit, schedule).map(Says::Value),
        }
    }
}

fn shown(node: NodeId, unit: &nvp_plan::unit::Unit, schedule: &Schedule<'_>) -> Option<Shown> {
    schedule.place_of(node).map(|(at, domain)| Shown { at, domain, unit: unit.clone() })
}

fn plant(tree: &DraftTree, schedule: &mut Schedule<'_>) -> TreeId {
    let placed = tree.placed(|node| schedule.place_of(node));
    schedule.plan.trees.push(placed);
    TreeId(u32::try_from(schedule.plan.trees.len() - 1).unwrap_or(u32::MAX))
}
