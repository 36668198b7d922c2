//! The order in which items are checked: each after what it reads; circles are refused.

use nvp_dsl::Span;
use nvp_dsl::ast::{AlertClause, Expr};

use crate::checker::Checker;
use crate::codes;
use crate::declared::Value;
use crate::graph::{circle, components};
use crate::problems::names::Cycle;
use crate::walk;

/// An item whose checking reads other items.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node {
    Const(usize),
    Function(usize),
    Derive(usize),
    Alert(usize),
}

impl<'a> Checker<'a> {
    /// Constants, functions, derives and alerts, each after those it reads. Those in a circle are reported and left out.
    pub(crate) fn order(&mut self) -> Vec<Node> {
        let counts = Counts {
            consts: self.items.consts.len(),
            functions: self.items.functions.len(),
            derives: self.items.derives.len(),
        };
        let total = counts.consts + counts.functions + counts.derives + self.items.alerts.len();
        let edges: Vec<Vec<usize>> = (0..total).map(|at| self.reads(counts.node(at), &counts)).collect();
        let mut ordered = Vec::with_capacity(total);
        for component in components(&edges) {
            let Some(members) = circle(&component, &edges) else {
                ordered.extend(component.into_iter().map(|at| counts.node(at)));
                continue;
            };
            let named = |at: &usize| self.node_name(counts.node(*at));
            let members = members.iter().filter_map(named).collect();
            self.sink.report(Cycle { code: codes::CYCLE, verb: "is defined by", members });
            for at in component {
                if let Node::Function(function) = counts.node(at)
                    && let Some(broken) = self.broken_functions.get_mut(function)
                {
                    *broken = true;
                }
            }
        }
        ordered
    }

    fn reads(&self, node: Node, counts: &Counts) -> Vec<usize> {
        let mut parameters: Vec<&str> = Vec::new();
        let mut roots: Vec<&'a Expr> = Vec::new();
        match node {
            Node::Const(at) => roots.extend(self.items.consts.get(at).map(|item| &item.node.value)),
            Node::Derive(at) => roots.extend(self.items.derives.get(at).map(|item| &item.node.value)),
            Node::Function(at) => {
                if let Some(item) = self.items.functions.get(at) {
                    roots.push(&item.node.body);
                    parameters
                        .extend(item.node.parameters.iter().map(|parameter| parameter.name.node.as_str()));
                }
            }
            Node::Alert(at) => {
                if let Some(item) = self.items.alerts.get(at) {
                    roots.extend(&item.node.subject);
                    for clause in &item.node.clauses {
                        // Texts read metrics and derives too, but are read once all of them are known.
                        if let AlertClause::Level(level) = &clause.node {
                            roots.push(&level.when);
                            roots.extend(&level.clear);
                        }
                    }
                }
            }
        }
        let mut found: Vec<usize> = Vec::new();
        for root in roots {
            walk::names(root, &mut |name| {
                let place = match self.items.values.get(name) {
                    Some(Value::Const(at)) => Some(*at),
                    Some(Value::Function(at)) => Some(counts.consts + at),
                    Some(Value::Derive(at)) => Some(counts.consts + counts.functions + at),
                    Some(Value::Alert(at)) => Some(counts.consts + counts.functions + counts.derives + at),
                    Some(Value::Metric(_)) | None => None,
                };
                if let Some(place) = place
                    && !parameters.contains(&name)
                {
                    found.push(place);
                }
            });
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    fn node_name(&self, node: Node) -> Option<(&'a str, Span)> {
        let name = match node {
            Node::Const(at) => &self.items.consts.get(at)?.node.name,
            Node::Function(at) => &self.items.functions.get(at)?.node.name,
            Node::Derive(at) => &self.items.derives.get(at)?.node.name,
            Node::Alert(at) => &self.items.alerts.get(at)?.node.name,
        };
        Some((&name.node, name.span))
    }
}

/// How many items of each kind there are; nodes are numbered one kind after the other.
struct Counts {
    consts: usize,
    functions: usize,
    derives: usize,
}

impl Counts {
    fn node(&self, at: usize) -> Node {
        let functions = self.consts;
        let derives = functions + self.functions;
        let alerts = derives + self.derives;
        match at {
            at if at < functions => Node::Const(at),
            at if at < derives => Node::Function(at - functions),
            at if at < alerts => Node::Derive(at - derives),
            at => Node::Alert(at - alerts),
        }
    }
}
