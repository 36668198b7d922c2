//! `unit requests`, `unit centisecond = 10ms`.

use rustc_hash::FxHashMap;

use crate::checker::Checker;
use crate::codes;
use crate::graph::{circle, components};
use crate::problems::names::Cycle;
use crate::units::{Dimension, Scale, UnitTable};

impl<'a> Checker<'a> {
    /// Declares all units, each after those it is defined by.
    pub(crate) fn declare_units(&mut self) {
        let mut places: FxHashMap<&'a str, usize> = FxHashMap::default();
        for (at, unit) in self.items.units.iter().enumerate() {
            places.entry(&unit.node.name.node).or_insert(at);
        }
        let edges: Vec<Vec<usize>> = self.items.units.iter().map(|unit| reads(unit.node, &places)).collect();
        for component in components(&edges) {
            if let Some(members) = circle(&component, &edges) {
                let named = |at: &usize| {
                    self.items.units.get(*at).map(|unit| (unit.node.name.node.as_str(), unit.node.name.span))
                };
                let members = members.iter().filter_map(named).collect();
                self.sink.report(Cycle { code: codes::CYCLE, verb: "is defined by", members });
                continue;
            }
            component.into_iter().for_each(|at| self.declare_unit(at, &places));
        }
    }

    fn declare_unit(&mut self, at: usize, places: &FxHashMap<&'a str, usize>) {
        let Some(unit) = self.items.units.get(at) else { return };
        let (node, file) = (unit.node, unit.file);
        let name = node.name.node.as_str();
        // A name that is taken has been reported; what has it first keeps it.
        if UnitTable::is_builtin(name) || places.get(name) != Some(&at) {
            return;
        }
        let Some(equals) = &node.equals else {
            self.units.declare(name, at);
            return;
        };
        self.scope.file = file;
        if let Some(operand) = self.quantity(&equals.node, equals.span) {
            let dimension = operand.dimension();
            let dimension = match dimension {
                Dimension::Zero | Dimension::Instant => Dimension::plain(crate::units::Core::Number),
                Dimension::Of(crate::units::Core::Bare, powers) => {
                    Dimension::Of(crate::units::Core::Number, powers)
                }
                other => other,
            };
            let scale = self.scale_of(&equals.node).unwrap_or(Scale::ONE);
            self.units.define(name, at, dimension, scale);
        }
    }

    /// How many base units one of the unit is, as an exact fraction where the literal is one number.
    fn scale_of(&self, quantity: &nvp_dsl::ast::Quantity) -> Option<Scale> {
        match quantity.parts.as_slice() {
            [(number, unit)] if quantity.per.is_none() && !unit.is_empty() => {
                Some(self.units.find(unit)?.scale.scaled(*number))
            }
            _ => {
                let (value, _) = self.units.literal(quantity, &mut |_| ()).ok()?;
                Some(Scale::times(value))
            }
        }
    }
}

/// The units that a unit is defined by.
fn reads(unit: &nvp_dsl::ast::Unit, places: &FxHashMap<&str, usize>) -> Vec<usize> {
    let Some(equals) = &unit.equals else { return Vec::new() };
    let names = equals.node.parts.iter().map(|(_, unit)| unit.as_str()).chain(equals.node.per.as_deref());
    names
        .filter_map(|name| {
            let plural = format!("{name}s");
            let singular = name.strip_suffix('s').unwrap_or(name);
            places.get(name).or_else(|| places.get(plural.as_str())).or_else(|| places.get(singular)).copied()
        })
        .collect()
}
