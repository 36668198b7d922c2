//! `service parts_finder { is "parts-finder"  depends on database }`.

use nvp_dsl::ast::{Ident, Quantity, ServiceClause};
use nvp_dsl::{Span, Spanned};
use nvp_plan::ids::{ServiceId, TeamId};
use nvp_plan::response::incident;
use rustc_hash::FxHashMap;

use crate::checker::Checker;
use crate::codes;
use crate::expr::Bounded;
use crate::graph::{circle, components};
use crate::library::Kind;
use crate::problems::clauses::ServiceValueTwice;
use crate::problems::names::{Cycle, Repeated};
use crate::scope::Scope;
use crate::typed::Service;

/// How much the business depends on a service that does not say it.
const TIER: u8 = 2;

impl<'a> Checker<'a> {
    /// Checks all services; they come out in the order of their names.
    pub(crate) fn check_services(&mut self) {
        let mut values: FxHashMap<&'a str, (usize, Span)> = FxHashMap::default();
        let mut edges: Vec<Vec<usize>> = Vec::new();
        let mut services: Vec<Service> = Vec::new();
        let mut answered: Vec<incident::Service> = Vec::new();
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
            let (mut tier, mut owner) = (None, None);
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
                    ServiceClause::Tier(written) => {
                        self.once("tier", clause.span, &mut tier, |checker| checker.tier(written));
                    }
                    ServiceClause::Owner(team) => {
                        let team = |checker: &mut Self| checker.named(Kind::Team, team);
                        self.once("owner", clause.span, &mut owner, team);
                    }
                    ServiceClause::DependsOn(names) => self.dependencies(names, &mut service, &mut reads),
                }
            }
            edges.push(reads);
            answered.push(self.answered(&service, tier, owner));
            services.push(service);
        }
        self.refuse_cycles(&edges);
        services.sort_by(|one, other| one.name.cmp(&other.name));
        answered.sort_by(|one, other| one.name.cmp(&other.name));
        self.policy.response.services = answered;
        self.policy.services = services;
        self.scope = Scope::default();
    }

    /// What the response knows of a service.
    fn answered(
        &self,
        service: &Service,
        tier: Option<(Span, Option<u8>)>,
        owner: Option<(Span, Option<usize>)>,
    ) -> incident::Service {
        let id = |name: &String| self.items.answers.id(Kind::Service, name);
        incident::Service {
            name: service.name.clone(),
            is: service.is.clone(),
            depends_on: service.depends_on.iter().filter_map(id).map(|id| ServiceId(id as u32)).collect(),
            tier: tier.and_then(|(_, tier)| tier).unwrap_or(TIER),
            owner: owner.and_then(|(_, owner)| owner).map(|id| TeamId(id as u32)),
        }
    }

    fn tier(&mut self, written: &'a Spanned<Quantity>) -> Option<u8> {
        let bounds = Bounded {
            what: "the tier",
            allowed: "a whole number from 1 (the most important) to 4",
            min: 1.0,
            max: 4.0,
            whole: true,
            ratio: false,
        };
        let tier = self.quantity(&written.node, written.span)?;
        // Exact: it is a whole number of at most four.
        Some(self.within(tier, written.span, &bounds)? as u8)
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
