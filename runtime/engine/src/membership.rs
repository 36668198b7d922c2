//! Which rows there are: of each set of rows of the plan, and of each domain (alive: some series that makes the row is not forgotten).
//!
//! Recomputed when series, rows or projections came or went, and at no other time.

use crate::bits::{Bitmap, words};
use crate::identity::Identity;
use crate::reading::Reading;
use nvp_plan::Plan;
use nvp_plan::domain::Rows;

/// The sets.
#[derive(Debug, Default)]
pub(crate) struct Membership {
    /// Of the plan's sets of rows.
    pub(crate) sets: Vec<Bitmap>,
    /// Of the domains.
    pub(crate) alive: Vec<Bitmap>,
    /// What was alive before the last change.
    pub(crate) before: Vec<Bitmap>,
}

impl Membership {
    pub(crate) fn new(plan: &Plan) -> Self {
        Self {
            sets: vec![Bitmap::default(); plan.rows.len()],
            alive: vec![Bitmap::default(); plan.domains.len()],
            before: vec![Bitmap::default(); plan.domains.len()],
        }
    }

    /// The rows alive in a domain.
    pub(crate) fn alive(&self, domain: usize) -> &Bitmap {
        const NOTHING: &Bitmap = &Bitmap(Vec::new());
        self.alive.get(domain).unwrap_or(NOTHING)
    }

    /// A set of rows of the plan.
    pub(crate) fn set(&self, rows: nvp_plan::ids::RowsId) -> &Bitmap {
        const NOTHING: &Bitmap = &Bitmap(Vec::new());
        self.sets.get(rows.index()).unwrap_or(NOTHING)
    }

    /// Recomputes all of it. `sizes` are the padded rows of each domain.
    pub(crate) fn refresh(
        &mut self,
        plan: &Plan,
        identity: &Identity,
        readings: &[Reading],
        sizes: &[usize],
    ) {
        std::mem::swap(&mut self.alive, &mut self.before);
        for (domain, (alive, before)) in self.alive.iter_mut().zip(&mut self.before).enumerate() {
            let size = words(sizes.get(domain).copied().unwrap_or_default());
            before.0.resize(size, 0);
            alive.0.clear();
            alive.0.resize(size, 0);
            if plan.domains.get(domain).is_some_and(|domain| domain.labels.is_empty()) {
                alive.set(0);
            }
        }
        for reading in readings {
            if let Some(alive) = self.alive.get_mut(reading.domain) {
                unite(alive, &reading.members);
            }
        }
        while self.spread(plan, identity) {}
        for place in 0..plan.rows.len() {
            let mut set = self.sets.get_mut(place).map(std::mem::take).unwrap_or_default();
            self.fill(plan, identity, readings, place, &mut set);
            if let Some(home) = self.sets.get_mut(place) {
                *home = set;
            }
        }
    }

    /// Makes rows alive to which rows that are alive belong; says whether there were any.
    fn spread(&mut self, plan: &Plan, identity: &Identity) -> bool {
        let mut has_spread = false;
        for (planned, map) in plan.maps.iter().zip(&identity.maps) {
            let Some(mut to) = self.alive.get_mut(map.to).map(std::mem::take) else { continue };
            // A map from a domain to itself finds its source taken out and empty: it can only name rows that are alive already.
            for row in self.alive(planned.from.index()).ones() {
                has_spread |= map.get(row).is_some_and(|row| raise(&mut to, row));
            }
            if let Some(home) = self.alive.get_mut(map.to) {
                *home = to;
            }
        }
        for lend in &identity.lends {
            let Some(mut to) = self.alive.get_mut(lend.to).map(std::mem::take) else { continue };
            for pair in &lend.pairs {
                if self.alive(lend.base).get(pair.base as usize)
                    && self.alive(lend.info).get(pair.info as usize)
                {
                    has_spread |= raise(&mut to, pair.to as usize);
                }
            }
            if let Some(home) = self.alive.get_mut(lend.to) {
                *home = to;
            }
        }
        has_spread
    }

    fn fill(&self, plan: &Plan, identity: &Identity, readings: &[Reading], place: usize, set: &mut Bitmap) {
        let Some(planned) = plan.rows.get(place) else { return };
        set.0.clear();
        match planned {
            Rows::Input(input) => {
                if let Some(reading) = readings.get(input.index()) {
                    set.0.extend_from_slice(&reading.members.0);
                }
            }
            Rows::Mapped(from, map) => {
                let Some(map) = identity.maps.get(map.index()) else { return };
                set.0.resize(self.alive(map.to).0.len(), 0);
                for row in self.set(*from).ones().filter_map(|row| map.get(row)) {
                    set.set(row);
                }
            }
            Rows::Lent(base, info, lend) => {
                let Some(lend) = identity.lends.get(lend.index()) else { return };
                set.0.resize(self.alive(lend.to).0.len(), 0);
                for pair in &lend.pairs {
                    if self.set(*base).get(pair.base as usize) && self.set(*info).get(pair.info as usize) {
                        set.set(pair.to as usize);
                    }
                }
            }
            Rows::Union(parts) => {
                for part in parts {
                    let part = self.set(*part);
                    if set.0.len() < part.0.len() {
                        set.0.resize(part.0.len(), 0);
                    }
                    unite(set, part);
                }
            }
            Rows::One => set.0.push(1),
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.sets.iter().chain(&self.alive).chain(&self.before).map(|set| set.0.capacity() * 8).sum()
    }
}

fn unite(to: &mut Bitmap, from: &Bitmap) {
    for (to, from) in to.0.iter_mut().zip(&from.0) {
        *to |= from;
    }
}

/// Adds a row; says whether it was new.
fn raise(to: &mut Bitmap, row: usize) -> bool {
    let is_new = !to.get(row);
    to.set(row);
    is_new
}
