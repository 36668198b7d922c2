//! Joins with info metrics: which rows agree, and at a tick, which info row stands for a base row.

use crate::bits::Bitmap;
use crate::intern::Symbol;
use crate::rows::NONE;
use crate::snapshot::kept::kept;
use nvp_plan::domain::{Lend, LentLabel};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

/// A base row together with an info row that agrees, and the row of the result that they make.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pair {
    pub(crate) base: u32,
    pub(crate) info: u32,
    pub(crate) to: u32,
}

/// Rows of one key of the labels that must agree.
#[derive(Debug, Default)]
struct Agreeing {
    bases: Vec<u32>,
    infos: Vec<u32>,
}

/// A join and its rows.
#[derive(Debug)]
pub(crate) struct Lending {
    pub(crate) base: usize,
    pub(crate) info: usize,
    pub(crate) to: usize,
    on: Vec<(u32, u32)>,
    labels: Vec<LentLabel>,
    agreeing: FxHashMap<Box<[Symbol]>, Agreeing>,
    /// In no order that may show.
    pub(crate) pairs: Vec<Pair>,
    /// For each base row the row of the result it has at this tick, or [`NONE`].
    pub(crate) chosen: Vec<u32>,
}

kept!(Lending { value pairs });

/// More than one row of the result would do: none is taken.
const SEVERAL: u32 = u32::MAX - 1;

impl Lending {
    pub(crate) fn new(planned: &Lend) -> Self {
        Self {
            base: planned.base.index(),
            info: planned.info.index(),
            to: planned.to.index(),
            on: planned.on.clone(),
            labels: planned.labels.clone(),
            agreeing: FxHashMap::default(),
            pairs: Vec::new(),
            chosen: Vec::new(),
        }
    }

    /// Forgets which rows agree: all are to be taken in again.
    pub(crate) fn forget_agreeing(&mut self) {
        self.agreeing.clear();
    }

    /// Takes a base row in and gives the info rows that agree.
    pub(crate) fn add_base(&mut self, row: u32, key: &[Symbol]) -> &[u32] {
        let on = pick(self.on.iter().map(|(base, _)| *base), key);
        let agreeing = self.agreeing.entry(on).or_default();
        agreeing.bases.push(row);
        &agreeing.infos
    }

    /// Takes an info row in and gives the base rows that agree.
    pub(crate) fn add_info(&mut self, row: u32, key: &[Symbol]) -> &[u32] {
        let on = pick(self.on.iter().map(|(_, info)| *info), key);
        let agreeing = self.agreeing.entry(on).or_default();
        agreeing.infos.push(row);
        &agreeing.bases
    }

    /// The key of the result's row.
    pub(crate) fn key(&self, base: &[Symbol], info: &[Symbol]) -> Vec<Symbol> {
        self.labels
            .iter()
            .filter_map(|label| match label {
                LentLabel::Base(place) => base.get(*place as usize),
                LentLabel::Info(place) => info.get(*place as usize),
            })
            .copied()
            .collect()
    }

    /// Forgets a base row of this key; what it made is given to `freed`.
    pub(crate) fn remove_base(&mut self, row: u32, key: &[Symbol], freed: &mut Vec<u32>) {
        let on = pick(self.on.iter().map(|(base, _)| *base), key);
        self.remove(&on, |agreeing| agreeing.bases.retain(|other| *other != row));
        self.drop_pairs(|pair| pair.base == row, freed);
    }

    /// Forgets an info row of this key; what it made is given to `freed`.
    pub(crate) fn remove_info(&mut self, row: u32, key: &[Symbol], freed: &mut Vec<u32>) {
        let on = pick(self.on.iter().map(|(_, info)| *info), key);
        self.remove(&on, |agreeing| agreeing.infos.retain(|other| *other != row));
        self.drop_pairs(|pair| pair.info == row, freed);
    }

    fn remove(&mut self, on: &[Symbol], remove: impl FnOnce(&mut Agreeing)) {
        if let Some(agreeing) = self.agreeing.get_mut(on) {
            remove(agreeing);
            if agreeing.bases.is_empty() && agreeing.infos.is_empty() {
                self.agreeing.remove(on);
            }
        }
    }

    fn drop_pairs(&mut self, gone: impl Fn(&Pair) -> bool, freed: &mut Vec<u32>) {
        self.pairs.retain(|pair| {
            let gone = gone(pair);
            if gone {
                freed.push(pair.to);
            }
            !gone
        });
    }

    /// Finds for each base row the one row of the result that standing info rows make.
    pub(crate) fn choose(&mut self, bases: &Bitmap, infos: &Bitmap, value: &[f64], rows: usize) {
        self.chosen.clear();
        self.chosen.resize(rows, NONE);
        for pair in &self.pairs {
            let stands = infos.get(pair.info as usize)
                && bases.get(pair.base as usize)
                && value.get(pair.info as usize).is_some_and(|value| !value.is_nan());
            if stands && let Some(chosen) = self.chosen.get_mut(pair.base as usize) {
                if *chosen == NONE {
                    *chosen = pair.to;
                } else if *chosen != pair.to {
                    *chosen = SEVERAL;
                }
            }
        }
    }

    /// The base rows that have a row of the result at this tick, with it.
    pub(crate) fn standing(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let chosen = self.chosen.iter().enumerate();
        chosen.filter(|(_, to)| **to < SEVERAL).map(|(base, to)| (base, *to as usize))
    }

    pub(crate) fn bytes(&self) -> usize {
        self.pairs.capacity() * size_of::<Pair>()
            + self.chosen.capacity() * 4
            + self.agreeing.len() * (size_of::<Agreeing>() + 32)
    }
}

fn pick(places: impl Iterator<Item = u32>, key: &[Symbol]) -> Box<[Symbol]> {
    places.filter_map(|place| key.get(place as usize)).copied().collect()
}
