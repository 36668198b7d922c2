//! `service parts_finder { is "parts-finder"  depends on database }`.

use nvp_dsl::Span;
use nvp_dsl::ast::{Ident, ServiceClause};
use rustc_hash::FxHashMap;

use crate::checker::Checker;
use crate::codes;
use crate::graph::{circle, components};
use crate::problems::clauses::ServiceValueTwice;
use crate::problems::names::{Cycle, Repeated};
use crate::scope::Scope;
use crate::typed::Service;

impl<'a> Checker<'a> {
    /// Checks all services; they come out in the order of their names.
    pub(crate) fn check_services(&mut self) {
        let mut values: FxHashMap<&'a str, (usize, Span)> = FxHashMap::default();
        let mut edges: Vec<Vec<usize>> = Vec::new();
        let mut services: Vec<Service> = Vec::new();
        for at in 0..self.items.services.len() {
            let Some(item) = self.items.services.get(at) else { continue };
            let (node, file) = (item.node, item.file);
            self.begin(file);
            let name = &node.name;
            let mut service = Service {
                name: name.node.clone(),
                is: vec![name.node.clone()],
                depends_on: Vec::new(),
                span: name.span,
            };
            let mut reads = Vec::new();
            if self.items.service_names.get(name.node.as_str()) == Some(&at) {
                self.service_value(&name.node, name.span, at, &mut values);
            }
            for clause in &node.clauses {
                match &clause.node {
                    ServiceClause::Is(is) => {
                        for value in is {
                            self.service_value(&value.node, value.span, at, &mut values);
                            if !service.is.contains(&value.node) {
                                service.is.push(value.node.clone());
                            }
                        }
                    }
                    ServiceClause::Tier(_) | ServiceClause::Owner(_) => {}
                    ServiceClause::DependsOn(names) => self.dependencies(names, &mut service, &mut reads),
                }
            }
            edges.push(reads);
            services.push(service);
        }
        self.refuse_cycles(&edges);
        services.sort_by(|one, other| one.name.cmp(&other.name));
        self.policy.services = services;
        self.scope = Scope::default();
    }

    fn service_value(
        &mut self,
        value: &'a str,
        span: Span,
        at: usize,
        values: &mut FxHashMap<&'a str, (usize, Span)>,
    ) {
        match values.get(value) {
            Some((other, first)) if *other != at => {
                self.sink.report(ServiceValueTwice { value, span, first: *first });
            }
            Some(_) => {}
            None => {
                values.insert(value, (at, span));
            }
        }
    }

    fn dependencies(&mut self, names: &'a [Ident], service: &mut Service, reads: &mut Vec<usize>) {
        let mut first: FxHashMap<&str, Span> = FxHashMap::default();
        for name in names {
            if let Some(first) = first.insert(&name.node, name.span) {
                self.sink.report(Repeated { what: "service", name: &name.node, span: name.span, first });
                continue;
            }
            match self.items.service_names.get(name.node.as_str()).copied() {
                Some(at) => {
                    reads.push(at);
                    service.depends_on.push(name.node.clone());
                    if let Some(file) = self.items.services.get(at).map(|item| item.file) {
                        self.mark_file(file);
                    }
                }
                None => {
                    let known: Vec<String> =
                        self.items.services.iter().map(|item| item.node.name.node.clone()).collect();
                    let near = self.nearest(&name.node, known.iter().map(String::as_str));
                    let help = near.is_none().then(|| format!("declare it: `service {}`", name.node));
                    self.unknown(codes::UNKNOWN_SERVICE, "service", &name.node, name.span, near, help);
                }
            }
        }
    }

    fn refuse_cycles(&mut self, edges: &[Vec<usize>]) {
        for component in components(edges) {
            if let Some(members) = circle(&component, edges) {
                let named = |at: &usize| {
                    self.items
                        .services
                        .get(*at)
                        .map(|item| (item.node.name.node.as_str(), item.node.name.span))
                };
                let members = members.iter().filter_map(named).collect();
                self.sink.report(Cycle { code: codes::CYCLIC_DEPENDENCY, verb: "depends on", members });
            }
        }
    }
}
