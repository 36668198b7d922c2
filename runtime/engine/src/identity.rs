//! All label sets with their rows, projections and joins: a row that comes into being makes its projections, and theirs.

use crate::intern::{Interner, Symbol};
use crate::lending::{Lending, Pair};
use crate::plan_error::PlanError;
use crate::projection::Projection;
use crate::rows::{NONE, Rows};
use crate::snapshot::SnapshotError;
use crate::snapshot::kept::{Kept, Reader, Writer};
use nvp_plan::Plan;

/// The label sets.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) interner: Interner,
    pub(crate) rows: Vec<Rows>,
    pub(crate) maps: Vec<Projection>,
    pub(crate) lends: Vec<Lending>,
    maps_from: Vec<Vec<usize>>,
    rows_max: usize,
    /// Goes up whenever rows, projections or pairs come or go.
    pub(crate) generation: u64,
    key: Vec<Symbol>,
}

impl Kept for Identity {
    fn write(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        self.interner.write(to)?;
        self.rows.write(to)?;
        self.maps.write(to)?;
        self.lends.write(to)?;
        to.value(&self.generation)
    }

    fn read(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        self.interner.read(from)?;
        self.rows.read(from)?;
        self.maps.read(from)?;
        self.lends.read(from)?;
        self.generation = from.value()?;
        for lend in &mut self.lends {
            lend.forget_agreeing();
            if let Some(rows) = self.rows.get(lend.base) {
                for row in rows.in_use() {
                    lend.add_base(row, rows.key(row));
                }
            }
            if let Some(rows) = self.rows.get(lend.info) {
                for row in rows.in_use() {
                    lend.add_info(row, rows.key(row));
                }
            }
        }
        Ok(())
    }
}

impl Identity {
    pub(crate) fn new(plan: &Plan, rows_max: u32) -> Result<Self, PlanError> {
        let mut maps_from = vec![Vec::new(); plan.domains.len()];
        for (place, map) in plan.maps.iter().enumerate() {
            if let Some(maps) = maps_from.get_mut(map.from.index()) {
                maps.push(place);
            }
        }
        let mut identity = Self {
            interner: Interner::default(),
            rows: plan.domains.iter().map(|domain| Rows::new(domain.labels.len())).collect(),
            maps: plan.maps.iter().map(Projection::new).collect::<Result<_, _>>()?,
            lends: plan.lends.iter().map(Lending::new).collect(),
            maps_from,
            rows_max: rows_max as usize,
            generation: 0,
            key: Vec::new(),
        };
        for (domain, planned) in plan.domains.iter().enumerate() {
            if planned.labels.is_empty() {
                identity.hold_row(domain, &[]);
            }
        }
        Ok(identity)
    }

    /// The row of a key, made if there is none, held once more. The symbols' uses stay the caller's. `None` when there are too many.
    pub(crate) fn hold_row(&mut self, domain: usize, key: &[Symbol]) -> Option<u32> {
        let (row, is_new) = self.find_or_create(domain, key)?;
        self.rows.get_mut(domain)?.hold(row);
        let mut fresh = Vec::new();
        if is_new {
            fresh.push((domain, row));
        }
        while let Some((domain, row)) = fresh.pop() {
            self.project(domain, row, &mut fresh);
            self.lend(domain, row, &mut fresh);
        }
        Some(row)
    }

    fn find_or_create(&mut self, domain: usize, key: &[Symbol]) -> Option<(u32, bool)> {
        let rows = self.rows.get_mut(domain)?;
        if let Some(row) = rows.find(key) {
            return Some((row, false));
        }
        if rows.used() >= self.rows_max {
            return None;
        }
        for symbol in key {
            self.interner.retain(*symbol);
        }
        self.generation += 1;
        Some((rows.create(key), true))
    }

    fn project(&mut self, domain: usize, row: u32, fresh: &mut Vec<(usize, u32)>) {
        let mut key = std::mem::take(&mut self.key);
        for at in 0..self.maps_from.get(domain).map_or(0, Vec::len) {
            let Some(&place) = self.maps_from.get(domain).and_then(|maps| maps.get(at)) else { continue };
            let (Some(map), Some(rows)) = (self.maps.get(place), self.rows.get(domain)) else { continue };
            let to_domain = map.to;
            let mut to = NONE;
            if map.project(rows.key(row), &self.interner, &mut key)
                && let Some((found, is_new)) = self.find_or_create(to_domain, &key)
            {
                to = found;
                if let Some(rows) = self.rows.get_mut(to_domain) {
                    rows.hold(to);
                }
                if is_new {
                    fresh.push((to_domain, to));
                }
            }
            if let Some(map) = self.maps.get_mut(place) {
                map.set(row, to);
            }
        }
        self.key = key;
    }

    fn lend(&mut self, domain: usize, row: u32, fresh: &mut Vec<(usize, u32)>) {
        for place in 0..self.lends.len() {
            let (Some(lend), Some(rows)) = (self.lends.get_mut(place), self.rows.get(domain)) else {
                continue;
            };
            let mut pairs: Vec<(u32, u32)> = Vec::new();
            if lend.base == domain {
                pairs.extend(lend.add_base(row, rows.key(row)).iter().map(|info| (row, *info)));
            }
            if lend.info == domain {
                let bases = lend.add_info(row, rows.key(row));
                pairs.extend(bases.iter().map(|base| (*base, row)));
            }
            pairs.sort_unstable();
            pairs.dedup();
            for (base, info) in pairs {
                self.pair(place, base, info, fresh);
            }
        }
    }

    fn pair(&mut self, place: usize, base: u32, info: u32, fresh: &mut Vec<(usize, u32)>) {
        let Some(lend) = self.lends.get(place) else { return };
        let (Some(bases), Some(infos)) = (self.rows.get(lend.base), self.rows.get(lend.info)) else { return };
        let key = lend.key(bases.key(base), infos.key(info));
        let domain = lend.to;
        let Some((to, is_new)) = self.find_or_create(domain, &key) else { return };
        if let Some(rows) = self.rows.get_mut(domain) {
            rows.hold(to);
        }
        if is_new {
            fresh.push((domain, to));
        }
        if let Some(lend) = self.lends.get_mut(place) {
            lend.pairs.push(Pair { base, info, to });
            self.generation += 1;
        }
    }

    /// Gives a row's number free; rows that are then held by nothing are given to `loose`.
    pub(crate) fn free_row(&mut self, domain: usize, row: u32, loose: &mut Vec<(usize, u32)>) {
        self.generation += 1;
        for at in 0..self.maps_from.get(domain).map_or(0, Vec::len) {
            let Some(&place) = self.maps_from.get(domain).and_then(|maps| maps.get(at)) else { continue };
            let Some(map) = self.maps.get_mut(place) else { continue };
            if let Some(to) = map.get(row as usize).and_then(|to| u32::try_from(to).ok()) {
                map.set(row, NONE);
                let to_domain = map.to;
                self.let_go(to_domain, to, loose);
            }
        }
        for place in 0..self.lends.len() {
            let (Some(lend), Some(rows)) = (self.lends.get_mut(place), self.rows.get(domain)) else {
                continue;
            };
            let mut freed = Vec::new();
            if lend.base == domain {
                lend.remove_base(row, rows.key(row), &mut freed);
            }
            if lend.info == domain {
                lend.remove_info(row, rows.key(row), &mut freed);
            }
            let to_domain = lend.to;
            for to in freed {
                self.let_go(to_domain, to, loose);
            }
        }
        if let Some(rows) = self.rows.get_mut(domain) {
            rows.free(row, &mut self.interner);
        }
    }

    /// Lets go of a row once; if nothing holds it any more it is given to `loose`.
    pub(crate) fn let_go(&mut self, domain: usize, row: u32, loose: &mut Vec<(usize, u32)>) {
        if self.rows.get_mut(domain).is_some_and(|rows| rows.let_go(row)) {
            loose.push((domain, row));
        }
    }

    /// The row of a domain to which a row belongs whose labels include all of that domain's.
    pub(crate) fn row_in(&self, plan: &Plan, domain: usize, row: u32, to: usize) -> Option<usize> {
        if domain == to {
            return Some(row as usize);
        }
        let (names, wanted) = (&plan.domains.get(domain)?.labels, &plan.domains.get(to)?.labels);
        let key = self.rows.get(domain)?.key(row);
        let symbol = |name: &String| key.get(names.iter().position(|other| other == name)?).copied();
        let key = wanted.iter().map(symbol).collect::<Option<Vec<_>>>()?;
        self.rows.get(to)?.find(&key).map(|row| row as usize)
    }

    /// The row of a label set in which these labels lie, if they name all labels of the set and there is such a row.
    pub(crate) fn locate<S: AsRef<str>>(&self, plan: &Plan, domain: usize, labels: &[(S, S)]) -> Option<u32> {
        /// Label sets have few labels; a longer key is kept on the heap.
        const SHORT: usize = 16;
        let (rows, planned) = (self.rows.get(domain)?, plan.domains.get(domain)?);
        let symbol = |name: &String| {
            let (_, text) = labels.iter().find(|(given, _)| given.as_ref() == name.as_str())?;
            self.interner.find(text.as_ref())
        };
        let mut key = [Symbol(0); SHORT];
        let Some(short) = key.get_mut(..planned.labels.len()) else {
            return rows.find(&planned.labels.iter().map(symbol).collect::<Option<Vec<_>>>()?);
        };
        for (place, name) in short.iter_mut().zip(&planned.labels) {
            *place = symbol(name)?;
        }
        rows.find(short)
    }

    pub(crate) fn bytes(&self) -> usize {
        self.interner.bytes()
            + self.rows.iter().map(Rows::bytes).sum::<usize>()
            + self.maps.iter().map(|map| map.row_of.capacity() * 4).sum::<usize>()
            + self.lends.iter().map(Lending::bytes).sum::<usize>()
    }
}
