//! The steps of a tick over the columns: in blocks where they look at each row by itself, the others one by one.

use crate::alert::At;
use crate::bits::{Bitmap, Truth, place};
use crate::blocks::{Block, Run, reached};
use crate::engine::Engine;
use crate::group::{bucket, condition, number};
use crate::tick::Now;
use crate::window::monoid::seconds;
use crate::window::read::Moment;
use nvp_kernels::Call;
use nvp_plan::Plan;
use nvp_plan::ids::{AlertId, ConditionId, HoldId, LagId, LendId, MapId, WindowId};
use nvp_plan::kernel::Reach;
use nvp_plan::step::{KernelStep, Step};
use nvp_plan::window::{WindowFunction, WindowSource, WindowTest};

impl Engine {
    /// Carries steps out, block by block where they look at each row by itself.
    pub(crate) fn carry_out_run(&mut self, plan: &Plan, run: &Run, now: &Now) {
        let steps = plan.steps.get(run.steps.clone()).unwrap_or_default();
        let Some(domain) = run.domain else {
            for (place, step) in run.steps.clone().zip(steps) {
                self.carry_out(plan, place, step, now);
            }
            return;
        };
        let rows = self.turnover.sizes.get(domain).copied().unwrap_or_default();
        for block in Block::all(rows / 64, self.columns.block_words()) {
            for step in steps {
                self.carry_out_block(plan, step, &block, now);
            }
        }
        let kernels = steps.iter().filter(|step| matches!(step, Step::Kernel(_))).count() as u64;
        let used = self.identity.rows.get(domain).map_or(0, |rows| rows.used() as u64);
        let evaluations = &mut self.statistics.evaluations;
        *evaluations = evaluations.saturating_add(used.saturating_mul(kernels));
    }

    /// Carries a step out for some rows.
    fn carry_out_block(&mut self, plan: &Plan, step: &Step, block: &Block, now: &Now) {
        match step {
            Step::Kernel(step) => self.run_kernel(plan, step, block),
            Step::Hold { hold, of, to } => self.hold(plan, *hold, (*of, *to), block, now),
            Step::Lag { lag, of, to } => self.lag(plan, *lag, (*of, *to), block, now),
            Step::Alert(alert) => self.alert(plan, *alert, block, now),
            Step::AlertState { alert, test, to } => {
                let mut column = self.columns.take_condition(*to);
                let planned = plan.alerts.get(alert.index());
                let pasts = planned.and_then(|planned| self.pasts.get(planned.domain.index()));
                if let (Some(alert), Some(pasts)) = (self.alerts.get(alert.index()), pasts) {
                    let to = column.part_mut(self.columns.place(*to, &block.words));
                    alert.test(*test, &block.words, pasts, to);
                }
                self.columns.put_condition(*to, column);
            }
            // A run over blocks has no others.
            _ => {}
        }
    }

    /// Carries a step out that needs whole columns.
    fn carry_out(&mut self, plan: &Plan, at: usize, step: &Step, now: &Now) {
        match step {
            Step::Now(to) => {
                let mut column = self.columns.take_value(*to);
                column.fill(seconds(now.at_ms));
                self.columns.put_value(*to, column);
            }
            Step::Window { window, values, conditions } => {
                self.read_window(plan, *window, values, conditions, now)
            }
            Step::LendValue { lend, of, to } => {
                self.choose(plan, *lend);
                let mut column = self.columns.take_value(*to);
                column.fill(f64::NAN);
                let of = self.columns.value(*of);
                for (base, row) in
                    self.identity.lends.get(lend.index()).into_iter().flat_map(|lend| lend.standing())
                {
                    copy(of, base, &mut column, row);
                }
                self.columns.put_value(*to, column);
            }
            Step::LendCondition { lend, of, to } => {
                self.choose(plan, *lend);
                let mut column = self.columns.take_condition(*to);
                column.forget();
                let of = self.columns.condition(*of);
                for (base, row) in
                    self.identity.lends.get(lend.index()).into_iter().flat_map(|lend| lend.standing())
                {
                    column.set(row, of.get(base));
                }
                self.columns.put_condition(*to, column);
            }
            _ => self.project(at, step),
        }
    }

    /// The steps that go along a projection.
    fn project(&mut self, at: usize, step: &Step) {
        match step {
            Step::BroadcastValue { map, of, to } => {
                let mut column = self.columns.take_value(*to);
                let of = self.columns.value(*of);
                let rows = self.rows_of(*map);
                for (row, to) in column.iter_mut().enumerate() {
                    let from = rows.get(row).and_then(|from| of.get(*from as usize));
                    *to = from.copied().unwrap_or(f64::NAN);
                }
                self.columns.put_value(*to, column);
            }
            Step::BroadcastCondition { map, of, to } => {
                let mut column = self.columns.take_condition(*to);
                broadcast(self.rows_of(*map), self.columns.condition(*of), &mut column);
                self.columns.put_condition(*to, column);
            }
            Step::SelectValue { map, of, to } => {
                let mut column = self.columns.take_value(*to);
                column.fill(f64::NAN);
                let of = self.columns.value(*of);
                for (from, row) in self.selection(*map) {
                    copy(of, *from as usize, &mut column, *row as usize);
                }
                self.columns.put_value(*to, column);
            }
            Step::SelectCondition { map, of, to } => {
                let mut column = self.columns.take_condition(*to);
                column.forget();
                let of = self.columns.condition(*of);
                for (from, row) in self.selection(*map) {
                    column.set(*row as usize, of.get(*from as usize));
                }
                self.columns.put_condition(*to, column);
            }
            _ => self.group(at, step),
        }
    }

    /// The steps that go over groups.
    fn group(&mut self, at: usize, step: &Step) {
        let place = self.joins.groups_of.get(at).copied().unwrap_or(usize::MAX);
        let Some(groups) = self.joins.groups.get(place) else { return };
        let (columns, scratch) = (&mut self.columns, &mut self.scratch);
        match step {
            Step::GroupValue { function, of, to, .. } => {
                let mut column = columns.take_value(*to);
                number::aggregate(*function, groups, columns.value(*of), &mut column, &mut scratch.numbers);
                columns.put_value(*to, column);
            }
            Step::GroupTruth { share, of, rows, to, .. } => {
                let mut column = columns.take_value(*to);
                condition::count(
                    *share,
                    groups,
                    columns.condition(*of),
                    self.membership.set(*rows),
                    &mut column,
                );
                columns.put_value(*to, column);
            }
            Step::GroupCondition { test, of, rows, to, .. } => {
                let mut column = columns.take_condition(*to);
                let size = column.is_true.len() * 64;
                let rows = self.membership.set(*rows);
                condition::test(*test, groups, columns.condition(*of), rows, size, &mut column);
                columns.put_condition(*to, column);
            }
            Step::Pool { function, window, to, .. } => {
                let Some(window) = self.windows.get(window.index()) else { return };
                let is_warming = self
                    .plan
                    .windows
                    .get(step_window(step))
                    .is_some_and(|planned| self.time.closed < u64::from(planned.warm_ticks));
                let mut column = columns.take_value(*to);
                if is_warming {
                    column.fill(f64::NAN);
                } else {
                    number::pool(*function, groups, window, &mut column, &mut scratch.numbers);
                }
                columns.put_value(*to, column);
            }
            Step::BucketQuantile { quantile, of, to, .. } => {
                let mut column = columns.take_value(*to);
                bucket::quantiles(*quantile, groups, columns.value(*of), &mut column, &mut scratch.buckets);
                columns.put_value(*to, column);
            }
            Step::BucketShare { bound, above, of, to, .. } => {
                let mut column = columns.take_value(*to);
                bucket::shares(*bound, *above, groups, columns.value(*of), &mut column, &mut scratch.buckets);
                columns.put_value(*to, column);
            }
            _ => {}
        }
    }

    fn run_kernel(&mut self, plan: &Plan, step: &KernelStep, block: &Block) {
        let Some(kernel) = plan.kernels.get(step.kernel.index()) else { return };
        let (columns, scratch) = (&mut self.columns, &mut self.scratch);
        scratch.values.extend(step.to_values.iter().map(|id| columns.take_value(*id)));
        scratch.conditions.extend(step.to_conditions.iter().map(|id| columns.take_condition(*id)));
        let columns = &*columns;
        let values = step.values.iter().zip(&kernel.values);
        let conditions = step.conditions.iter().zip(&kernel.conditions);
        let call = Call {
            values: values
                .map(|(id, reach)| columns.value(*id).get(reached(*reach, block.rows())).unwrap_or_default()),
            conditions: conditions.map(|(id, reach)| match reach {
                Reach::Row => columns.part(*id, &block.words),
                Reach::All => columns.condition(*id).part(0..1),
            }),
            constants: &step.constants,
            to_values: (scratch.values.iter_mut())
                .map(|column| column.get_mut(block.rows()).unwrap_or_default()),
            to_conditions: (step.to_conditions.iter().zip(&mut scratch.conditions))
                .map(|(id, column)| column.part_mut(columns.place(*id, &block.words))),
            rows: block.rows().len(),
        };
        if self.program.run(step.kernel, call, &mut scratch.kernels).is_err() {
            // Ruled out by the checks of plan and program; were they wrong, nothing is known.
            scratch.values.iter_mut().for_each(|column| column.fill(f64::NAN));
            scratch.conditions.iter_mut().for_each(Truth::forget);
        }
        let columns = &mut self.columns;
        for (id, column) in step.to_values.iter().zip(scratch.values.drain(..)) {
            columns.put_value(*id, column);
        }
        for (id, column) in step.to_conditions.iter().zip(scratch.conditions.drain(..)) {
            columns.put_condition(*id, column);
        }
    }

    fn read_window(
        &mut self,
        plan: &Plan,
        id: WindowId,
        values: &[(WindowFunction, nvp_plan::ids::ColumnId)],
        conditions: &[(WindowTest, ConditionId)],
        now: &Now,
    ) {
        let (Some(window), Some(planned)) = (self.windows.get_mut(id.index()), plan.windows.get(id.index()))
        else {
            return;
        };
        let (columns, scratch) = (&mut self.columns, &mut self.scratch);
        let alive = self.membership.alive(planned.domain.index());
        match planned.of {
            WindowSource::Input(_) => {}
            WindowSource::Column(column) => window.push_column(alive, now.at_ms, columns.value(column)),
            WindowSource::Condition(condition, rows) => {
                window.push_condition(self.membership.set(rows), now.at_ms, columns.condition(condition));
            }
        }
        let taken = values.iter().map(|(function, id)| (*function, columns.take_value(*id)));
        scratch.read_values.extend(taken);
        let taken = conditions.iter().map(|(test, id)| (*test, columns.take_condition(*id)));
        scratch.read_conditions.extend(taken);
        let moment = Moment {
            at_ms: now.at_ms,
            tick_ms: plan.tick_ms,
            is_warming: now.closed < u64::from(planned.warm_ticks),
        };
        window.read(
            moment,
            alive,
            &mut scratch.read_values,
            &mut scratch.read_conditions,
            &mut scratch.windows,
        );
        for ((_, id), (_, column)) in values.iter().zip(scratch.read_values.drain(..)) {
            columns.put_value(*id, column);
        }
        for ((_, id), (_, column)) in conditions.iter().zip(scratch.read_conditions.drain(..)) {
            columns.put_condition(*id, column);
        }
    }

    fn hold(
        &mut self,
        plan: &Plan,
        id: HoldId,
        (of, to): (ConditionId, ConditionId),
        block: &Block,
        now: &Now,
    ) {
        let (Some(clocks), Some(planned)) = (self.holds.get_mut(id.index()), plan.holds.get(id.index()))
        else {
            return;
        };
        let Some(table) = self.clocks.get_mut(planned.domain.index()) else { return };
        let mut column = self.columns.take_condition(to);
        let alive = self.membership.alive(planned.domain.index());
        let allowed = planned.rows.map_or(alive, |rows| self.membership.set(rows));
        let place = self.columns.place(to, &block.words);
        let of = self.columns.part(of, &block.words);
        clocks.tick(now.since_first, &block.words, allowed, of, column.part_mut(place), table);
        self.columns.put_condition(to, column);
    }

    fn lag(
        &mut self,
        plan: &Plan,
        id: LagId,
        (of, to): (ConditionId, ConditionId),
        block: &Block,
        now: &Now,
    ) {
        let (Some(delay), Some(planned)) = (self.lags.get_mut(id.index()), plan.lags.get(id.index())) else {
            return;
        };
        let mut column = self.columns.take_condition(to);
        let alive = self.membership.alive(planned.domain.index());
        let place = self.columns.place(to, &block.words);
        let of = self.columns.part(of, &block.words);
        delay.tick(now.tick, &block.words, alive, of, column.part_mut(place));
        self.columns.put_condition(to, column);
    }

    fn alert(&mut self, plan: &Plan, id: AlertId, block: &Block, now: &Now) {
        if let (Some(alert), Some(planned)) = (self.alerts.get_mut(id.index()), plan.alerts.get(id.index())) {
            let at = At {
                planned,
                columns: &self.columns,
                rows: self.membership.set(planned.rows),
                now: now.since_first,
                block,
            };
            if let Some(pasts) = self.pasts.get_mut(planned.domain.index()) {
                alert.tick(&at, pasts, &mut self.scratch.alerts, &mut self.scratch.changes);
            }
        }
    }

    /// Finds the rows of a join's result that stand at this tick.
    fn choose(&mut self, plan: &Plan, id: LendId) {
        if let (Some(lend), Some(planned)) =
            (self.identity.lends.get_mut(id.index()), plan.lends.get(id.index()))
        {
            let bases = self.membership.alive.get(lend.base);
            let infos = self.membership.alive.get(lend.info);
            let rows = self.turnover.sizes.get(lend.base).copied().unwrap_or_default();
            if let (Some(bases), Some(infos)) = (bases, infos) {
                lend.choose(bases, infos, self.columns.value(planned.value), rows);
            }
        }
    }

    fn rows_of(&self, map: MapId) -> &[u32] {
        self.identity.maps.get(map.index()).map_or(&[], |map| map.row_of.as_slice())
    }

    fn selection(&self, map: MapId) -> &[(u32, u32)] {
        self.joins.selections.get(map.index()).and_then(Option::as_deref).unwrap_or_default()
    }
}

fn step_window(step: &Step) -> usize {
    match step {
        Step::Pool { window, .. } => window.index(),
        _ => usize::MAX,
    }
}

fn copy(of: &[f64], from: usize, to: &mut [f64], row: usize) {
    if let (Some(from), Some(to)) = (of.get(from), to.get_mut(row)) {
        *to = *from;
    }
}

/// `to[row] = of[rows[row]]`, a word at a time.
fn broadcast(rows: &[u32], of: &Truth, to: &mut Truth) {
    let mut rows = rows.chunks(64);
    for (is_true, is_false) in to.is_true.iter_mut().zip(&mut to.is_false) {
        (*is_true, *is_false) = (0, 0);
        for (bit, row) in rows.next().unwrap_or_default().iter().enumerate() {
            let (word, mask) = place(*row as usize);
            let is = |words: &[u64]| u64::from(words.get(word).is_some_and(|word| word & mask != 0));
            *is_true |= is(&of.is_true) << bit;
            *is_false |= is(&of.is_false) << bit;
        }
    }
}

/// Whether any of the rows has a number.
pub(crate) fn has_number(rows: &Bitmap, column: &[f64]) -> bool {
    rows.ones().any(|row| column.get(row).is_some_and(|value| !value.is_nan()))
}
