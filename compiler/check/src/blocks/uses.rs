//! `use std.host`: modules that exist, and do not use one another in a circle.
//!
//! A set is one namespace: what one of its files uses, all of them see. The files of a module were added by the loader.

use nvp_dsl::{Code, Span};
use rustc_hash::FxHashMap;

use crate::checker::Checker;
use crate::codes;
use crate::graph::{circle, components};
use crate::library::Kind;
use crate::problems::names::{Cycle, Repeated, Unused};

/// What answers alerts and is of no use unless something names it. A playbook is not among them: people may ask for a run of it.
const ANSWERS: &[(Kind, Code)] = &[
    (Kind::Team, codes::UNUSED_TEAM),
    (Kind::Channel, codes::UNUSED_CHANNEL),
    (Kind::Calendar, codes::UNUSED_CALENDAR),
    (Kind::Escalation, codes::UNUSED_LADDER),
];

impl<'a> Checker<'a> {
    /// Checks that every module used exists, once a file, and that modules form no circle.
    pub(crate) fn check_uses(&mut self) {
        let modules: FxHashMap<&'a str, usize> = self
            .set
            .files
            .iter()
            .enumerate()
            .filter_map(|(at, file)| file.module.map(|module| (module, at)))
            .collect();
        let mut edges: Vec<Vec<usize>> = vec![Vec::new(); self.set.files.len()];
        let mut first: FxHashMap<(usize, &'a str), Span> = FxHashMap::default();
        let mut places: FxHashMap<usize, (&'a str, Span)> = FxHashMap::default();
        for at in 0..self.items.uses.len() {
            let Some(item) = self.items.uses.get(at) else { continue };
            let (file, name) = (item.file, item.node);
            if let Some(first) = first.insert((file, &name.node), name.span) {
                self.sink.report(Repeated { what: "module", name: &name.node, span: name.span, first });
                continue;
            }
            let Some(module) = modules.get(name.node.as_str()) else {
                self.unknown_module(&name.node, name.span);
                continue;
            };
            places.entry(*module).or_insert((&name.node, name.span));
            if let Some(edges) = edges.get_mut(file) {
                edges.push(*module);
            }
        }
        for component in components(&edges) {
            if let Some(members) = circle(&component, &edges) {
                let members = members.iter().filter_map(|at| places.get(at).copied()).collect();
                self.sink.report(Cycle { code: codes::CYCLIC_USE, verb: "uses", members });
            }
        }
    }

    fn unknown_module(&mut self, name: &str, span: Span) {
        let known: Vec<&str> = self.set.modules.iter().map(|module| module.name.as_str()).collect();
        let near = self.nearest(name, known.iter().copied());
        let help = match &near {
            Some(_) => None,
            None if known.is_empty() => None,
            None => Some(format!("there are {}", crate::problems::listed(&known))),
        };
        self.unknown(codes::UNKNOWN_MODULE, "module", name, span, near, help);
    }

    /// Warns of constants, functions, units and answers to alerts that nothing uses, and of modules of which nothing is used. What the stdlib declares is
    /// there for others.
    pub(crate) fn warn_unused(&mut self) {
        // What an error kept from being looked at may be what uses them.
        if self.sink.refused() {
            return;
        }
        let own = |file: usize| self.set.files.get(file).is_some_and(|file| file.module.is_none());
        let mut unused = Vec::new();
        for (at, item) in self.items.consts.iter().enumerate() {
            if own(item.file) && self.used.consts.get(at) == Some(&false) {
                let name = &item.node.name;
                unused.push((codes::UNUSED_CONST, "constant", name.node.as_str(), name.span, item.span));
            }
        }
        for (at, item) in self.items.functions.iter().enumerate() {
            if own(item.file) && self.used.functions.get(at) == Some(&false) {
                let name = &item.node.name;
                unused.push((codes::UNUSED_FUNCTION, "function", name.node.as_str(), name.span, item.span));
            }
        }
        for (at, item) in self.items.units.iter().enumerate() {
            if own(item.file) && self.used.units.get(at) == Some(&false) {
                let name = &item.node.name;
                unused.push((codes::UNUSED_UNIT, "unit", name.node.as_str(), name.span, item.span));
            }
        }
        for (kind, code) in ANSWERS {
            for (id, named) in self.items.answers.of(*kind).iter().enumerate() {
                if own(named.file) && !self.used.answers.contains(&(*kind, id)) {
                    let name = named.name;
                    unused.push((*code, kind.words(), name.node.as_str(), name.span, named.item));
                }
            }
        }
        let acts: Vec<usize> = self.items.alerts.iter().map(|item| item.file).collect();
        for item in &self.items.uses {
            let module = self.set.files.iter().position(|file| file.module == Some(item.node.node.as_str()));
            let Some(module) = module else { continue };
            // A module that brings alerts does its work by being there.
            if own(item.file) && self.used.files.get(module) == Some(&false) && !acts.contains(&module) {
                unused.push((
                    codes::UNUSED_USE,
                    "module",
                    item.node.node.as_str(),
                    item.node.span,
                    item.span,
                ));
            }
        }
        for (code, what, name, span, item) in unused {
            self.sink.report(Unused { code, what, name, span, item });
        }
    }
}
