//! Looks a plan over before it is executed: every place exists, every operand is of the label set it has to be of, every figure means something.
//!
//! What passes here is what the rest of the engine relies on: INVARIANT (plan ids).

use crate::alert::LEVELS_MAX;
use crate::plan_error::PlanError;
use nvp_plan::Plan;
use nvp_plan::alert::{Alert, Says, Shown};
use nvp_plan::domain::{LentLabel, Rows};
use nvp_plan::ids::{ColumnId, ConditionId, DomainId, LendId, MapId, RowsId, TreeId, WindowId};
use nvp_plan::kernel::Reach;
use nvp_plan::step::{KernelStep, Step};
use nvp_plan::tree::Place;
use nvp_plan::window::WindowSource;

type Checked<T = ()> = Result<T, PlanError>;

/// Checks a plan.
pub(crate) fn check(plan: &Plan) -> Checked {
    if plan.tick_ms < 1 {
        return Err(PlanError::Figure { from: "the plan".into(), why: "the tick is shorter than 1 ms" });
    }
    let at = |from: String| Checker { plan, from };
    for (place, map) in plan.maps.iter().enumerate() {
        let check = at(format!("map {place}"));
        let (from, to) = (check.labels(map.from)?, check.labels(map.to)?);
        check.same(map.labels.len() == to)?;
        check.same(
            map.labels
                .iter()
                .chain(map.matchers.iter().map(|(label, _)| label))
                .all(|at| (*at as usize) < from),
        )?;
    }
    check_lends(plan)?;
    check_inputs(plan)?;
    for (place, column) in plan.columns.iter().enumerate() {
        at(format!("column {place}")).labels(column.domain)?;
    }
    for (place, condition) in plan.conditions.iter().enumerate() {
        at(format!("condition {place}")).labels(condition.domain)?;
    }
    check_rows(plan)?;
    check_windows(plan)?;
    for (place, hold) in plan.holds.iter().enumerate() {
        let check = at(format!("hold {place}"));
        check.labels(hold.domain)?;
        if let Some(rows) = hold.rows {
            check.rows(rows, hold.domain)?;
        }
    }
    for (place, step) in plan.steps.iter().enumerate() {
        at(format!("step {place}")).step(step)?;
    }
    for alert in &plan.alerts {
        at(format!("alert `{}`", alert.name)).alert(alert)?;
    }
    check_trees(plan)?;
    check_once(plan)?;
    for (place, probe) in plan.probes.iter().enumerate() {
        let check = at(format!("probe {place}"));
        let domain = check.condition(probe.condition)?;
        check.same(check.labels(domain)? == 0)?;
        check.tree(probe.tree)?;
    }
    for (place, observation) in plan.observations.iter().enumerate() {
        at(format!("observation {place}")).shown(observation)?;
    }
    Ok(())
}

fn check_lends(plan: &Plan) -> Checked {
    for (place, lend) in plan.lends.iter().enumerate() {
        let check = Checker { plan, from: format!("join {place}") };
        let (base, info, to) = (check.labels(lend.base)?, check.labels(lend.info)?, check.labels(lend.to)?);
        check.same(
            lend.on.iter().all(|(at_base, at_info)| (*at_base as usize) < base && (*at_info as usize) < info),
        )?;
        check.same(lend.labels.len() == to)?;
        check.same(lend.labels.iter().all(|label| match label {
            LentLabel::Base(label) => (*label as usize) < base,
            LentLabel::Info(label) => (*label as usize) < info,
        }))?;
        check.column_of(lend.value, lend.info)?;
    }
    Ok(())
}

fn check_inputs(plan: &Plan) -> Checked {
    for input in &plan.inputs {
        let check = Checker { plan, from: format!("input `{}`", input.name) };
        let labels = check.labels(input.domain)?;
        check.same(input.labels.len() == labels)?;
        check.there("lane", input.lane.0, plan.lanes.len())?;
        if let Some(column) = input.column {
            check.column_of(column, input.domain)?;
        }
    }
    Ok(())
}

fn check_rows(plan: &Plan) -> Checked {
    for (place, rows) in plan.rows.iter().enumerate() {
        let check = Checker { plan, from: format!("rows {place}") };
        let before = |id: RowsId| check.there("earlier rows", id.0, place);
        match rows {
            Rows::Input(input) => check.there("input", input.0, plan.inputs.len())?,
            Rows::Mapped(from, map) => {
                before(*from)?;
                let (domain, _) = check.map(*map)?;
                check.rows(*from, domain)?;
            }
            Rows::Lent(base, info, lend) => {
                before(*base)?;
                before(*info)?;
                let (base_domain, info_domain, _) = check.lend(*lend)?;
                check.rows(*base, base_domain)?;
                check.rows(*info, info_domain)?;
            }
            Rows::Union(parts) => {
                for part in parts {
                    before(*part)?;
                    check.same(
                        domain_of(plan, *part) == parts.first().and_then(|first| domain_of(plan, *first)),
                    )?;
                }
            }
            Rows::One => {}
        }
    }
    Ok(())
}

fn check_windows(plan: &Plan) -> Checked {
    for (place, window) in plan.windows.iter().enumerate() {
        let check = Checker { plan, from: format!("window {place}") };
        check.labels(window.domain)?;
        if window.ticks < 1 || window.pane_ticks < 1 || window.pane_ticks > window.ticks {
            return Err(PlanError::Figure {
                from: check.from,
                why: "it has no ticks, or more in a pane than in all",
            });
        }
        match window.of {
            WindowSource::Input(input) => {
                check.there("input", input.0, plan.inputs.len())?;
                check.same(
                    plan.inputs.get(input.index()).is_some_and(|input| input.domain == window.domain),
                )?;
            }
            WindowSource::Column(column) => check.column_of(column, window.domain)?,
            WindowSource::Condition(condition, rows) => {
                check.condition_of(condition, window.domain)?;
                check.rows(rows, window.domain)?;
            }
        }
    }
    Ok(())
}

fn check_trees(plan: &Plan) -> Checked {
    for (place, tree) in plan.trees.iter().enumerate() {
        let check = Checker { plan, from: format!("tree {place}") };
        for (at, node) in tree.nodes.iter().enumerate() {
            check.labels(node.domain)?;
            for child in &node.children {
                check.there("earlier node", *child, at)?;
            }
            check.place(node.at, node.domain)?;
        }
    }
    Ok(())
}

/// What has a memory of its own is carried out once a tick.
fn check_once(plan: &Plan) -> Checked {
    let mut seen = std::collections::BTreeSet::new();
    for (place, step) in plan.steps.iter().enumerate() {
        let state = match step {
            Step::Window { window, .. } => ("window", window.0),
            Step::Hold { hold, .. } => ("hold", hold.0),
            Step::Lag { lag, .. } => ("lag", lag.0),
            Step::Alert(alert) => ("alert", alert.0),
            _ => continue,
        };
        if !seen.insert(state) {
            return Err(PlanError::Figure {
                from: format!("step {place}"),
                why: "what it moves was moved before",
            });
        }
    }
    Ok(())
}

/// The domain of a set of rows; `None` of none.
fn domain_of(plan: &Plan, rows: RowsId) -> Option<DomainId> {
    let mut rows = rows;
    // Each set stands after those it is made of, so this ends.
    loop {
        match plan.rows.get(rows.index())? {
            Rows::Input(input) => return plan.inputs.get(input.index()).map(|input| input.domain),
            Rows::Mapped(_, map) => return plan.maps.get(map.index()).map(|map| map.to),
            Rows::Lent(_, _, lend) => return plan.lends.get(lend.index()).map(|lend| lend.to),
            Rows::Union(parts) => {
                let first = *parts.first()?;
                if first.0 >= rows.0 {
                    return None;
                }
                rows = first;
            }
            Rows::One => {
                let empty = plan.domains.iter().position(|domain| domain.labels.is_empty())?;
                return u32::try_from(empty).ok().map(DomainId);
            }
        }
    }
}

struct Checker<'a> {
    plan: &'a Plan,
    from: String,
}

impl Checker<'_> {
    fn there(&self, what: &'static str, place: u32, length: usize) -> Checked {
        let is_there = (place as usize) < length;
        if is_there { Ok(()) } else { Err(PlanError::NoSuch { from: self.from.clone(), what, place }) }
    }

    fn same(&self, is_same: bool) -> Checked {
        if is_same { Ok(()) } else { Err(PlanError::Domain { from: self.from.clone() }) }
    }

    /// How many labels a domain has.
    fn labels(&self, domain: DomainId) -> Checked<usize> {
        self.there("label set", domain.0, self.plan.domains.len())?;
        Ok(self.plan.domains.get(domain.index()).map_or(0, |domain| domain.labels.len()))
    }

    fn column(&self, id: ColumnId) -> Checked<DomainId> {
        self.there("column", id.0, self.plan.columns.len())?;
        Ok(self.plan.columns.get(id.index()).map_or(DomainId(0), |column| column.domain))
    }

    fn condition(&self, id: ConditionId) -> Checked<DomainId> {
        self.there("condition", id.0, self.plan.conditions.len())?;
        Ok(self.plan.conditions.get(id.index()).map_or(DomainId(0), |condition| condition.domain))
    }

    fn column_of(&self, id: ColumnId, domain: DomainId) -> Checked {
        self.same(self.column(id)? == domain)
    }

    fn condition_of(&self, id: ConditionId, domain: DomainId) -> Checked {
        self.same(self.condition(id)? == domain)
    }

    fn map(&self, id: MapId) -> Checked<(DomainId, DomainId)> {
        self.there("map", id.0, self.plan.maps.len())?;
        Ok(self.plan.maps.get(id.index()).map_or((DomainId(0), DomainId(0)), |map| (map.from, map.to)))
    }

    fn lend(&self, id: LendId) -> Checked<(DomainId, DomainId, DomainId)> {
        self.there("join", id.0, self.plan.lends.len())?;
        let nothing = (DomainId(0), DomainId(0), DomainId(0));
        Ok(self.plan.lends.get(id.index()).map_or(nothing, |lend| (lend.base, lend.info, lend.to)))
    }

    fn rows(&self, id: RowsId, domain: DomainId) -> Checked {
        self.there("rows", id.0, self.plan.rows.len())?;
        self.same(domain_of(self.plan, id).is_none_or(|found| found == domain))
    }

    fn window(&self, id: WindowId) -> Checked<DomainId> {
        self.there("window", id.0, self.plan.windows.len())?;
        Ok(self.plan.windows.get(id.index()).map_or(DomainId(0), |window| window.domain))
    }

    fn tree(&self, id: TreeId) -> Checked {
        self.there("tree", id.0, self.plan.trees.len())
    }

    fn shown(&self, shown: &Shown) -> Checked {
        self.labels(shown.domain)?;
        self.place(shown.at, shown.domain)
    }

    fn place(&self, at: Place, domain: DomainId) -> Checked {
        match at {
            Place::Number(_) => Ok(()),
            Place::Column(column) => self.column_of(column, domain),
            Place::Condition(condition) => self.condition_of(condition, domain),
            Place::Register(step, register) => {
                let Some(Step::Kernel(kernel)) = self.plan.steps.get(step.index()) else {
                    return Err(PlanError::NoSuch {
                        from: self.from.clone(),
                        what: "kernel step",
                        place: step.0,
                    });
                };
                let code = self.plan.kernels.get(kernel.kernel.index()).map_or(0, |kernel| kernel.code.len());
                self.there("register", u32::from(register.0), code)?;
                self.same(kernel.domain == domain)
            }
        }
    }

    fn step(&self, step: &Step) -> Checked {
        match step {
            Step::Now(to) => {
                let domain = self.column(*to)?;
                self.same(self.labels(domain)? == 0)
            }
            Step::Kernel(step) => self.kernel(step),
            Step::BroadcastValue { map, of, to } => {
                let (larger, smaller) = self.map(*map)?;
                self.column_of(*of, smaller)?;
                self.column_of(*to, larger)
            }
            Step::BroadcastCondition { map, of, to } => {
                let (larger, smaller) = self.map(*map)?;
                self.condition_of(*of, smaller)?;
                self.condition_of(*to, larger)
            }
            Step::SelectValue { map, of, to } | Step::GroupValue { map, of, to, .. } => {
                let (larger, smaller) = self.map(*map)?;
                self.column_of(*of, larger)?;
                self.column_of(*to, smaller)
            }
            Step::SelectCondition { map, of, to } => {
                let (larger, smaller) = self.map(*map)?;
                self.condition_of(*of, larger)?;
                self.condition_of(*to, smaller)
            }
            Step::GroupTruth { map, of, rows, to, .. } => {
                let (larger, smaller) = self.map(*map)?;
                self.condition_of(*of, larger)?;
                self.rows(*rows, larger)?;
                self.column_of(*to, smaller)
            }
            Step::GroupCondition { map, of, rows, to, .. } => {
                let (larger, smaller) = self.map(*map)?;
                self.condition_of(*of, larger)?;
                self.rows(*rows, larger)?;
                self.condition_of(*to, smaller)
            }
            _ => self.later_step(step),
        }
    }

    /// The steps that know time, histograms, joins and alerts.
    fn later_step(&self, step: &Step) -> Checked {
        match step {
            Step::Window { window, values, conditions } => {
                let domain = self.window(*window)?;
                values.iter().try_for_each(|(_, to)| self.column_of(*to, domain))?;
                conditions.iter().try_for_each(|(_, to)| self.condition_of(*to, domain))
            }
            Step::Pool { window, map, to, .. } => {
                let (larger, smaller) = self.map(*map)?;
                self.same(self.window(*window)? == larger)?;
                self.column_of(*to, smaller)
            }
            Step::BucketQuantile { map, bucket_label, of, to, .. }
            | Step::BucketShare { map, bucket_label, of, to, .. } => {
                let (larger, smaller) = self.map(*map)?;
                self.same((*bucket_label as usize) < self.labels(larger)?)?;
                self.column_of(*of, larger)?;
                self.column_of(*to, smaller)
            }
            Step::LendValue { lend, of, to } => {
                let (base, _, result) = self.lend(*lend)?;
                self.column_of(*of, base)?;
                self.column_of(*to, result)
            }
            Step::LendCondition { lend, of, to } => {
                let (base, _, result) = self.lend(*lend)?;
                self.condition_of(*of, base)?;
                self.condition_of(*to, result)
            }
            Step::Hold { hold, of, to } => {
                self.there("hold", hold.0, self.plan.holds.len())?;
                let domain = self.plan.holds.get(hold.index()).map_or(DomainId(0), |hold| hold.domain);
                self.condition_of(*of, domain)?;
                self.condition_of(*to, domain)
            }
            Step::Lag { lag, of, to } => {
                self.there("lag", lag.0, self.plan.lags.len())?;
                let domain = self.plan.lags.get(lag.index()).map_or(DomainId(0), |lag| lag.domain);
                self.condition_of(*of, domain)?;
                self.condition_of(*to, domain)
            }
            Step::Alert(alert) => self.there("alert", alert.0, self.plan.alerts.len()),
            Step::AlertState { alert, to, .. } => {
                self.there("alert", alert.0, self.plan.alerts.len())?;
                let domain = self.plan.alerts.get(alert.index()).map_or(DomainId(0), |alert| alert.domain);
                self.condition_of(*to, domain)
            }
            _ => Ok(()),
        }
    }

    fn kernel(&self, step: &KernelStep) -> Checked {
        self.there("kernel", step.kernel.0, self.plan.kernels.len())?;
        self.labels(step.domain)?;
        let Some(kernel) = self.plan.kernels.get(step.kernel.index()) else { return Ok(()) };
        self.same(
            step.values.len() == kernel.values.len()
                && step.conditions.len() == kernel.conditions.len()
                && step.constants.len() == usize::from(kernel.constants)
                && step.to_values.len() == kernel.to_values.len()
                && step.to_conditions.len() == kernel.to_conditions.len(),
        )?;
        let reached = |reach: &Reach, domain: DomainId| match reach {
            Reach::Row => self.same(domain == step.domain),
            Reach::All => self.same(self.labels(domain)? == 0),
        };
        for (column, reach) in step.values.iter().zip(&kernel.values) {
            reached(reach, self.column(*column)?)?;
        }
        for (condition, reach) in step.conditions.iter().zip(&kernel.conditions) {
            reached(reach, self.condition(*condition)?)?;
        }
        step.to_values.iter().try_for_each(|to| self.column_of(*to, step.domain))?;
        step.to_conditions.iter().try_for_each(|to| self.condition_of(*to, step.domain))
    }

    fn alert(&self, alert: &Alert) -> Checked {
        self.labels(alert.domain)?;
        self.rows(alert.rows, alert.domain)?;
        if alert.levels.is_empty() || alert.levels.len() > LEVELS_MAX {
            return Err(PlanError::Figure {
                from: self.from.clone(),
                why: "it has no level, or more than 16",
            });
        }
        if let Some(subject) = &alert.subject {
            self.shown(subject)?;
        }
        for level in &alert.levels {
            for condition in
                [Some(level.set), Some(level.reset), level.pending, level.when].into_iter().flatten()
            {
                self.condition_of(condition, alert.domain)?;
            }
            for tree in [level.tree, level.clear_tree].into_iter().flatten() {
                self.tree(tree)?;
            }
        }
        for says in alert.says.iter().chain(&alert.runbook) {
            match says {
                Says::Plain(_) => {}
                Says::Label(label) => self.there("label", *label, self.labels(alert.domain)?)?,
                Says::Value(shown) => self.shown(shown)?,
            }
        }
        Ok(())
    }
}
