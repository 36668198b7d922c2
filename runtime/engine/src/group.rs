//! Groups: for each row of a smaller label set the rows of the larger one that belong to it and are alive, in a fixed order.
//!
//! The order is that of the labels' texts (or of the buckets' bounds, then the labels), so that sums do not depend on the order in
//! which series appeared. It is kept up to date when rows come and go, not when values change.

pub(crate) mod bucket;
pub(crate) mod condition;
pub(crate) mod number;

use crate::bits::{Bitmap, ones};
use crate::columns::grow;
use crate::identity::Identity;
use crate::rows::Rows;
use std::cmp::Ordering;

/// By what the rows of a group are ordered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Order {
    /// By their labels.
    Labels,
    /// By the bound in the label of this place, multiplied by this, then by their labels.
    Bounds(u32, nvp_plan::unit::Scale),
}

/// The groups of one projection.
#[derive(Debug)]
pub(crate) struct Groups {
    pub(crate) map: usize,
    pub(crate) order: Order,
    from: usize,
    /// By the row of the smaller label set.
    members: Vec<Vec<u32>>,
    /// The rows that are members of some group.
    grouped: Bitmap,
    /// Of [`Order::Bounds`]: the bound of each member.
    bounds: Vec<f64>,
    dirty: Vec<u32>,
}

impl Groups {
    pub(crate) fn new(map: usize, from: usize, order: Order) -> Self {
        Self {
            map,
            order,
            from,
            members: Vec::new(),
            grouped: Bitmap::default(),
            bounds: Vec::new(),
            dirty: Vec::new(),
        }
    }

    /// The members of a group.
    pub(crate) fn of(&self, row: usize) -> &[u32] {
        self.members.get(row).map_or(&[], Vec::as_slice)
    }

    /// The bound of a member; NaN if its label is none.
    pub(crate) fn bound(&self, row: u32) -> f64 {
        self.bounds.get(row as usize).copied().unwrap_or(f64::NAN)
    }

    /// Brings the groups up to date with the rows that are alive.
    pub(crate) fn refresh(&mut self, identity: &Identity, alive: &Bitmap, to_rows: usize) {
        let (Some(map), Some(rows)) = (identity.maps.get(self.map), identity.rows.get(self.from)) else {
            return;
        };
        self.members.resize_with(to_rows, Vec::new);
        self.grouped.0.resize(alive.0.len(), 0);
        self.dirty.clear();
        for word in 0..alive.0.len() {
            let (now, before) = (alive.word(word), self.grouped.word(word));
            for row in ones(now ^ before).map(|bit| word * 64 + bit) {
                let Some(to) = map.get(row) else { continue };
                let (Ok(member), Ok(group)) = (u32::try_from(row), u32::try_from(to)) else { continue };
                if self.dirty.last() != Some(&group) {
                    self.dirty.push(group);
                }
                if alive.get(row) {
                    if let Some(members) = self.members.get_mut(to) {
                        members.push(member);
                    }
                    if let Order::Bounds(label, scale) = self.order {
                        let bound = scale.apply(bound_of(identity, rows, member, label));
                        let length = self.bounds.len().max(row + 1);
                        grow(&mut self.bounds, length, f64::NAN);
                        if let Some(place) = self.bounds.get_mut(row) {
                            *place = bound;
                        }
                    }
                }
            }
        }
        self.dirty.sort_unstable();
        self.dirty.dedup();
        for group in std::mem::take(&mut self.dirty) {
            let mut members = self.members.get_mut(group as usize).map(std::mem::take).unwrap_or_default();
            self.put_in_order(&mut members, identity, rows, alive);
            if let Some(home) = self.members.get_mut(group as usize) {
                *home = members;
            }
        }
        self.grouped.0.copy_from_slice(&alive.0);
    }

    /// Takes out members that are not alive any more and merges the new ones at the end in.
    fn put_in_order(&self, members: &mut Vec<u32>, identity: &Identity, rows: &Rows, alive: &Bitmap) {
        members.retain(|row| alive.get(*row as usize));
        let known = members.iter().position(|row| !self.grouped.get(*row as usize)).unwrap_or(members.len());
        let order = |a: &u32, b: &u32| -> Ordering {
            let labels = || rows.order(&identity.interner, *a, *b);
            match self.order {
                Order::Labels => labels(),
                Order::Bounds(..) => self.bound(*a).total_cmp(&self.bound(*b)).then_with(labels),
            }
        };
        let mut fresh = members.split_off(known);
        fresh.sort_unstable_by(order);
        if fresh.len() * 16 > members.len() {
            members.append(&mut fresh);
            members.sort_by(order);
            return;
        }
        // Few among many: find the place of each, then move what lies between them once.
        let mut end = members.len();
        let places: Vec<usize> = fresh
            .iter()
            .map(|row| members.partition_point(|other| order(other, row) == Ordering::Less))
            .collect();
        members.resize(end + fresh.len(), 0);
        for (before, (row, place)) in fresh.iter().zip(places).enumerate().rev() {
            members.copy_within(place..end, place + before + 1);
            if let Some(home) = members.get_mut(place + before) {
                *home = *row;
            }
            end = place;
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.members.iter().map(|members| 24 + members.capacity() * 4).sum::<usize>()
            + self.bounds.capacity() * 8
            + self.grouped.0.capacity() * 8
    }
}

/// The bound in a row's label, as on the wire.
fn bound_of(identity: &Identity, rows: &Rows, row: u32, label: u32) -> f64 {
    let text = rows.key(row).get(label as usize).map_or("", |symbol| identity.interner.text(*symbol));
    match text {
        "+Inf" | "Inf" | "+inf" | "inf" => f64::INFINITY,
        _ => text.parse().unwrap_or(f64::NAN),
    }
}

#[cfg(test)]
mod tests;
