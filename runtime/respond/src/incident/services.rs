//! What depends on what: which services are connected, and which of those that fail is the cause.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use nvp_plan::response::Lowered;
use nvp_plan::response::incident::Service;

/// What depends on what, of one policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Services {
    places: BTreeMap<String, usize>,
    /// The place of the first service that each is connected with.
    groups: Vec<usize>,
    /// The services that use each.
    users: Vec<Vec<usize>>,
}

impl Services {
    /// What depends on what in a policy.
    #[must_use]
    pub fn of(plan: &Lowered) -> Self {
        let count = plan.services.len();
        let mut users = vec![Vec::new(); count];
        let mut neighbours = vec![Vec::new(); count];
        for (place, service) in plan.services.iter().enumerate() {
            for below in service.depends_on.iter().map(|id| id.index()) {
                if let Some(users) = users.get_mut(below) {
                    users.push(place);
                }
                for (one, other) in [(place, below), (below, place)] {
                    if let Some(neighbours) = neighbours.get_mut(one) {
                        neighbours.push(other);
                    }
                }
            }
        }
        let places =
            plan.services.iter().enumerate().map(|(place, service)| (service.name.clone(), place)).collect();
        Self { places, groups: groups(&neighbours), users }
    }

    /// The service of that name.
    pub(crate) fn get<'p>(&self, plan: &'p Lowered, name: &str) -> Option<&'p Service> {
        plan.services.get(*self.places.get(name)?)
    }

    /// A name for all services that a service is connected with, in whatever direction and through whichever others; the same for
    /// each of them. `None` for one that the policy does not have.
    pub(crate) fn group<'p>(&self, plan: &'p Lowered, name: &str) -> Option<&'p str> {
        let group = *self.groups.get(*self.places.get(name)?)?;
        plan.services.get(group).map(|service| service.name.as_str())
    }

    /// Of the services that fail, those below which none fails. Where they go round in a circle, all of them.
    pub(crate) fn causes<'n>(&self, failing: &[&'n str]) -> Vec<&'n str> {
        let place = |name: &str| self.places.get(name).copied();
        let users = |place: usize| self.users.get(place).into_iter().flatten().copied();
        let mut above: BTreeSet<usize> = BTreeSet::new();
        let mut open: Vec<usize> = failing.iter().filter_map(|name| place(name)).flat_map(users).collect();
        while let Some(next) = open.pop() {
            if above.insert(next) {
                open.extend(users(next));
            }
        }
        let is_lowest = |name: &&&str| !place(name).is_some_and(|place| above.contains(&place));
        let lowest: Vec<_> = failing.iter().filter(is_lowest).copied().collect();
        if lowest.is_empty() { failing.to_vec() } else { lowest }
    }
}

/// For each place, the first that it is connected with.
fn groups(neighbours: &[Vec<usize>]) -> Vec<usize> {
    let mut groups = vec![usize::MAX; neighbours.len()];
    for first in 0..neighbours.len() {
        let mut open = vec![first];
        while let Some(next) = open.pop() {
            if let Some(group) = groups.get_mut(next).filter(|group| **group == usize::MAX) {
                *group = first;
                open.extend(neighbours.get(next).into_iter().flatten());
            }
        }
    }
    groups
}
