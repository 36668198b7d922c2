//! From the graph to steps: which nodes get columns, which are fused into which kernel, and in which order all is done.
//!
//! Each alert (and probe, and value that playbooks read) owns the nodes that it is the first to need. Owners are scheduled in order of dependence; the nodes of one
//! owner stage by stage, a stage being what lies between two steps that are not row by row. So one kernel computes all of an alert's
//! levels that can be computed at once, and what several owners need is computed once, as a column.

use std::collections::{BTreeMap, BTreeSet};

use nvp_plan::ids::{ColumnId, ConditionId, DomainId, HoldId, KernelId, LagId, StepId, WindowId};
use nvp_plan::kernel::Kernel;
use nvp_plan::step::{Hold, KernelStep, Lag, Step};
use nvp_plan::tree::Place;
use nvp_plan::window::{Window, WindowFunction, WindowSource, WindowTest};
use nvp_plan::{Column, Condition, Plan};
use rustc_hash::FxHashMap;

use crate::LowerError;
use crate::aggregate::pane_ticks;
use crate::alert::{AlertDraft, Place as AlertPlace};
use crate::graph::{DraftId, Graph, Node, NodeId};
use crate::kernel::{Builder, INSTRUCTIONS_MAX, Slot};
use crate::tables::{DraftSource, SCALAR, Tables};
use crate::tree::DraftTree;

/// What needs nodes.
#[derive(Debug, Clone)]
pub(crate) struct Owner {
    /// The alert whose step follows.
    pub(crate) alert: Option<AlertPlace>,
    /// Whether it is a probe.
    pub(crate) is_probe: bool,
    pub(crate) name: String,
    /// The nodes that must have columns.
    pub(crate) roots: Vec<NodeId>,
    /// The nodes that people see; they need a place, which may be inside a kernel.
    pub(crate) shown: Vec<NodeId>,
}

impl Owner {
    pub(crate) fn of_alert(place: AlertPlace, draft: &AlertDraft, name: &str) -> Self {
        Self {
            alert: Some(place),
            is_probe: false,
            name: name.to_owned(),
            roots: draft.conditions().collect(),
            shown: draft.shown().collect(),
        }
    }

    pub(crate) fn of_probe(node: NodeId, tree: &DraftTree, name: &str) -> Self {
        let (name, shown) = (name.to_owned(), tree.shown().collect());
        Self { alert: None, is_probe: true, name, roots: vec![node], shown }
    }

    /// A value that playbooks read: a column, so that it is there for every row at once.
    pub(crate) fn of_observation(node: NodeId, name: &str) -> Self {
        Self { alert: None, is_probe: false, name: name.to_owned(), roots: vec![node], shown: Vec::new() }
    }
}

/// The steps while they are laid out.
pub(crate) struct Schedule<'a> {
    graph: &'a Graph,
    tables: &'a Tables,
    pub(crate) plan: Plan,
    /// Which owner needs a node first.
    owner: Vec<Option<u32>>,
    needs_column: BTreeSet<NodeId>,
    slots: BTreeMap<NodeId, Slot>,
    registers: BTreeMap<NodeId, (StepId, nvp_plan::kernel::Register)>,
    windows: BTreeMap<DraftId, WindowId>,
    /// What is read off each window, by all owners.
    readings: BTreeMap<DraftId, Vec<NodeId>>,
    kernels: FxHashMap<Kernel, KernelId>,
}

/// A table's next place.
fn place(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl<'a> Schedule<'a> {
    pub(crate) fn new(graph: &'a Graph, tables: &'a Tables) -> Self {
        Self {
            graph,
            tables,
            plan: Plan {
                domains: tables.domains.clone(),
                maps: tables.maps.clone(),
                lends: tables.lends.clone(),
                inputs: tables.inputs.clone(),
                rows: tables.rows.clone(),
                lanes: tables.lanes.clone(),
                ..Plan::default()
            },
            owner: vec![None; graph.len()],
            needs_column: BTreeSet::new(),
            slots: BTreeMap::new(),
            registers: BTreeMap::new(),
            windows: BTreeMap::new(),
            readings: BTreeMap::new(),
            kernels: FxHashMap::default(),
        }
    }

    /// Lays out the steps of all owners, in order.
    pub(crate) fn lay_out(&mut self, owners: &[Owner]) -> Result<(), LowerError> {
        for (index, owner) in owners.iter().enumerate() {
            self.claim(place(index), owner);
        }
        let mut owned: Vec<BTreeMap<u32, Vec<NodeId>>> = vec![BTreeMap::new(); owners.len()];
        for id in (0..place(self.graph.len())).map(NodeId) {
            let owner = self.owner.get(id.index()).copied().flatten();
            if let Some(stages) = owner.and_then(|owner| owned.get_mut(owner as usize)) {
                stages.entry(self.graph.facts(id).stage).or_default().push(id);
                if let Some(window) = self.graph.node(id).window() {
                    self.readings.entry(window).or_default().push(id);
                }
            }
        }
        for (owner, stages) in owners.iter().zip(&owned) {
            for nodes in stages.values() {
                self.stage(nodes, &owner.name)?;
            }
            if let Some(alert) = owner.alert {
                self.plan.steps.push(Step::Alert(alert));
            }
        }
        self.fill_lends();
        Ok(())
    }

    /// Marks what an owner needs first, and what it shares with earlier ones.
    fn claim(&mut self, index: u32, owner: &Owner) {
        for root in &owner.roots {
            self.needs_column.insert(*root);
            self.claim_node(*root, index);
        }
        for shown in &owner.shown {
            let unclaimed = self.owner.get(shown.index()).is_some_and(Option::is_none);
            if unclaimed && !self.graph.node(*shown).is_constant() {
                self.needs_column.insert(*shown);
                self.claim_node(*shown, index);
            }
        }
    }

    fn claim_node(&mut self, id: NodeId, index: u32) {
        let node = self.graph.node(id);
        match self.owner.get(id.index()).copied().flatten() {
            Some(owner) if owner == index => return,
            Some(_) => {
                if !node.is_constant() {
                    self.needs_column.insert(id);
                }
                return;
            }
            None => {}
        }
        if let Some(owner) = self.owner.get_mut(id.index()) {
            *owner = Some(index);
        }
        let domain = self.graph.facts(id).domain;
        let elementwise = node.is_elementwise();
        let read = |this: &mut Self, operand: NodeId| {
            let crosses =
                this.graph.facts(operand).domain != domain && !this.graph.node(operand).is_constant();
            if !elementwise || crosses {
                this.needs_column.insert(operand);
            }
            this.claim_node(operand, index);
        };
        for operand in node.operands() {
            read(self, operand);
        }
        if let Some(window) = node.window()
            && let Some(DraftSource::Node(source)) = self.draft_source(window)
        {
            read(self, source);
        }
        if let Node::Lend(lend, _) = node
            && let Some(info) = self.tables.lend_info.get(lend.index())
        {
            read(self, *info);
        }
    }

    fn draft_source(&self, window: DraftId) -> Option<DraftSource> {
        self.tables.drafts.get(window.0 as usize).map(|draft| draft.of)
    }

    /// One stage of one owner: first the steps of their own, then the kernels that read them.
    fn stage(&mut self, nodes: &[NodeId], owner: &str) -> Result<(), LowerError> {
        let mut fused: BTreeMap<DomainId, Vec<NodeId>> = BTreeMap::new();
        for id in nodes {
            let node = self.graph.node(*id);
            if !node.is_elementwise() {
                self.own_step(*id, node);
            } else if self.needs_column.contains(id) {
                fused.entry(self.graph.facts(*id).domain).or_default().push(*id);
            }
        }
        // The domain without labels comes first: the others read its columns.
        for (domain, roots) in fused {
            self.kernel(domain, &roots, owner)?;
        }
        Ok(())
    }

    fn kernel(&mut self, domain: DomainId, roots: &[NodeId], owner: &str) -> Result<(), LowerError> {
        let mut builder = Builder::default();
        let slots = &self.slots;
        let registers: Vec<_> = roots
            .iter()
            .map(|root| builder.register(*root, self.graph, domain, &|node| slots.get(&node).copied()))
            .collect();
        if builder.kernel.code.len() > INSTRUCTIONS_MAX {
            return Err(LowerError::TooLarge { name: owner.to_owned(), limit: INSTRUCTIONS_MAX });
        }
        let mut to_values = Vec::new();
        let mut to_conditions = Vec::new();
        for (root, register) in roots.iter().zip(registers) {
            match self.slot(*root) {
                Slot::Value(column) => {
                    builder.kernel.to_values.push(register);
                    to_values.push(column);
                }
                Slot::Condition(condition) => {
                    builder.kernel.to_conditions.push(register);
                    to_conditions.push(condition);
                }
            }
        }
        let step = StepId(place(self.plan.steps.len()));
        for (node, register) in &builder.registers {
            self.registers.entry(*node).or_insert((step, *register));
        }
        let next = KernelId(place(self.plan.kernels.len()));
        let kernel = *self.kernels.entry(builder.kernel).or_insert_with_key(|kernel| {
            self.plan.kernels.push(kernel.clone());
            next
        });
        self.plan.steps.push(Step::Kernel(KernelStep {
            kernel,
            domain,
            values: builder.values,
            conditions: builder.conditions,
            constants: builder.constants,
            to_values,
            to_conditions,
        }));
        Ok(())
    }

    /// The column of a node, made when first asked for.
    fn slot(&mut self, id: NodeId) -> Slot {
        if let Some(slot) = self.slots.get(&id) {
            return *slot;
        }
        let facts = self.graph.facts(id);
        let (domain, text) = (facts.domain, facts.text.clone());
        let slot = if facts.condition {
            self.plan.conditions.push(Condition { domain, text });
            Slot::Condition(ConditionId(place(self.plan.conditions.len() - 1)))
        } else {
            self.plan.columns.push(Column { domain, text, unit: facts.unit.clone() });
            Slot::Value(ColumnId(place(self.plan.columns.len() - 1)))
        };
        self.slots.insert(id, slot);
        slot
    }

    pub(crate) fn column(&mut self, id: NodeId) -> ColumnId {
        match self.slot(id) {
            Slot::Value(column) => column,
            // INVARIANT (typed columns): the checker has told numbers from conditions.
            Slot::Condition(_) => ColumnId(u32::MAX),
        }
    }

    pub(crate) fn condition(&mut self, id: NodeId) -> ConditionId {
        match self.slot(id) {
            Slot::Condition(condition) => condition,
            Slot::Value(_) => ConditionId(u32::MAX),
        }
    }

    /// Where a node's value is to be found, and the domain of that place.
    pub(crate) fn place_of(&self, id: NodeId) -> Option<(Place, DomainId)> {
        let domain = self.graph.facts(id).domain;
        if let Node::Number(number) = self.graph.node(id) {
            return Some((Place::Number(number), SCALAR));
        }
        if let Some(slot) = self.slots.get(&id) {
            return Some(match slot {
                Slot::Value(column) => (Place::Column(*column), domain),
                Slot::Condition(condition) => (Place::Condition(*condition), domain),
            });
        }
        self.registers.get(&id).map(|(step, register)| (Place::Register(*step, *register), domain))
    }

    /// A step that is not row by row.
    fn own_step(&mut self, id: NodeId, node: Node) {
        let step = match node {
            Node::Now => Step::Now(self.column(id)),
            Node::Input(input) => {
                let column = self.column(id);
                if let Some(input) = self.plan.inputs.get_mut(input.index()) {
                    input.column = Some(column);
                }
                return;
            }
            Node::Broadcast(map, of) if self.graph.facts(id).condition => {
                Step::BroadcastCondition { map, of: self.condition(of), to: self.condition(id) }
            }
            Node::Broadcast(map, of) => {
                Step::BroadcastValue { map, of: self.column(of), to: self.column(id) }
            }
            Node::Select(map, of) if self.graph.facts(id).condition => {
                Step::SelectCondition { map, of: self.condition(of), to: self.condition(id) }
            }
            Node::Select(map, of) => Step::SelectValue { map, of: self.column(of), to: self.column(id) },
            Node::Group(function, map, of) => {
                Step::GroupValue { function, map, of: self.column(of), to: self.column(id) }
            }
            Node::GroupTruth(share, map, of, rows) => {
                Step::GroupTruth { share, map, of: self.condition(of), rows, to: self.column(id) }
            }
            Node::GroupTest(test, map, of, rows) => {
                Step::GroupCondition { test, map, of: self.condition(of), rows, to: self.condition(id) }
            }
            Node::WindowValue(window, _) | Node::WindowCondition(window, _) => {
                self.window(window);
                return;
            }
            Node::Pool(function, window, map) => {
                let window = self.window(window);
                Step::Pool { function, window, map, to: self.column(id) }
            }
            Node::Lend(lend, of) if self.graph.facts(id).condition => {
                Step::LendCondition { lend, of: self.condition(of), to: self.condition(id) }
            }
            Node::Lend(lend, of) => Step::LendValue { lend, of: self.column(of), to: self.column(id) },
            Node::Hold(of, for_ms) => {
                let facts = self.graph.facts(id);
                let hold = Hold { domain: facts.domain, for_ms, rows: facts.rows };
                self.plan.holds.push(hold);
                let hold = HoldId(place(self.plan.holds.len() - 1));
                Step::Hold { hold, of: self.condition(of), to: self.condition(id) }
            }
            Node::Lag(of, ticks) => {
                self.plan.lags.push(Lag { domain: self.graph.facts(id).domain, ticks });
                let lag = LagId(place(self.plan.lags.len() - 1));
                Step::Lag { lag, of: self.condition(of), to: self.condition(id) }
            }
            Node::AlertState(alert, test) => Step::AlertState { alert, test, to: self.condition(id) },
            Node::BucketQuantile(..) | Node::BucketShare(..) => {
                self.bucket_step(id, node);
                return;
            }
            // INVARIANT (own steps): what is computed row by row goes into kernels.
            _ => return,
        };
        self.plan.steps.push(step);
    }

    fn bucket_step(&mut self, id: NodeId, node: Node) {
        let step = match node {
            Node::BucketQuantile(quantile, map, of, bounds) => Step::BucketQuantile {
                quantile,
                map,
                bucket_label: bounds.label,
                scale: bounds.scale,
                of: self.column(of),
                to: self.column(id),
            },
            Node::BucketShare(bound, above, map, of, bounds) => Step::BucketShare {
                bound,
                above,
                map,
                bucket_label: bounds.label,
                scale: bounds.scale,
                of: self.column(of),
                to: self.column(id),
            },
            _ => return,
        };
        self.plan.steps.push(step);
    }

    /// The step of a window, with all that is read off it; laid out once.
    fn window(&mut self, draft: DraftId) -> WindowId {
        if let Some(window) = self.windows.get(&draft) {
            return *window;
        }
        let window = WindowId(place(self.plan.windows.len()));
        self.windows.insert(draft, window);
        let Some(drafted) = self.tables.drafts.get(draft.0 as usize) else { return window };
        let of = match drafted.of {
            DraftSource::Input(input) => WindowSource::Input(input),
            DraftSource::Node(node) if self.graph.facts(node).condition => {
                let rows = drafted.rows.unwrap_or_else(|| self.no_rows(drafted.domain));
                WindowSource::Condition(self.condition(node), rows)
            }
            DraftSource::Node(node) => WindowSource::Column(self.column(node)),
        };
        self.plan.windows.push(Window {
            of,
            domain: drafted.domain,
            over_ms: drafted.over_ms,
            ticks: drafted.ticks,
            pane_ticks: pane_ticks(drafted.ticks),
            keeps: drafted.keeps.clone(),
            warm_ticks: drafted.warm_ticks,
            text: drafted.text.clone(),
        });
        let mut values: Vec<(WindowFunction, ColumnId)> = Vec::new();
        let mut conditions: Vec<(WindowTest, ConditionId)> = Vec::new();
        for reading in self.readings.get(&draft).cloned().unwrap_or_default() {
            match self.graph.node(reading) {
                Node::WindowValue(_, function) => values.push((function, self.column(reading))),
                Node::WindowCondition(_, test) => conditions.push((test, self.condition(reading))),
                _ => {}
            }
        }
        self.plan.steps.push(Step::Window { window, values, conditions });
        window
    }

    fn no_rows(&mut self, domain: DomainId) -> nvp_plan::ids::RowsId {
        use nvp_plan::domain::Rows;
        self.plan.rows.push(if domain == SCALAR { Rows::One } else { Rows::Union(Vec::new()) });
        nvp_plan::ids::RowsId(place(self.plan.rows.len() - 1))
    }

    /// The joins' info columns, now that they have places.
    fn fill_lends(&mut self) {
        for index in 0..self.plan.lends.len() {
            let Some(info) = self.tables.lend_info.get(index).copied() else { continue };
            if self.owner.get(info.index()).copied().flatten().is_none() {
                continue;
            }
            let column = self.column(info);
            if let Some(lend) = self.plan.lends.get_mut(index) {
                lend.value = column;
            }
        }
    }
}
