//! `provider pgbouncer { config … read … write … }`: what can be read and written of the world, and how each write is undone.

use std::collections::BTreeSet;

use nvp_dsl::ast::{self, Parameter, ProviderClause, UnitExpr};
use nvp_dsl::{Span, Spanned};
use nvp_plan::response::provider::{Config, Provider, Read};

use super::read::index;
use super::{Deeds, Formal, Is, Slot};
use crate::checker::Checker;
use crate::expr::Takes;
use crate::library::Kind;
use crate::problems::deeds::SecretMisplaced;
use crate::problems::names::Repeated;
use crate::scope::{self, Scope, TextValue};
use crate::units::UnitTable;

/// What a provider declares.
#[derive(Debug, Clone, Default)]
pub(crate) struct ProviderInfo<'a> {
    pub(crate) reads: Vec<ReadInfo<'a>>,
    pub(crate) writes: Vec<WriteInfo<'a>>,
    /// The names of reads and writes that were not understood.
    pub(crate) unsound: Vec<&'a str>,
    /// Whether a part of it could not be read.
    pub(crate) is_cut_short: bool,
}

/// A read.
#[derive(Debug, Clone)]
pub(crate) struct ReadInfo<'a> {
    pub(crate) name: &'a str,
    pub(crate) parameters: &'a [Parameter],
    pub(crate) formals: Vec<Formal>,
    pub(crate) is_list: bool,
    pub(crate) gives: Is,
}

/// A write.
#[derive(Debug, Clone)]
pub(crate) struct WriteInfo<'a> {
    pub(crate) name: &'a str,
    pub(crate) parameters: &'a [Parameter],
    pub(crate) formals: Vec<Formal>,
}

impl ProviderInfo<'_> {
    /// The names of its reads and writes.
    pub(super) fn names(&self) -> Vec<String> {
        let reads = self.reads.iter().map(|read| read.name);
        reads.chain(self.writes.iter().map(|write| write.name)).map(str::to_owned).collect()
    }
}

impl<'a> Checker<'a> {
    /// Checks all providers: first what each declares, then how each write is undone.
    pub(crate) fn check_providers(&mut self) {
        let places: Vec<usize> = self.items.answers.of(Kind::Provider).iter().map(|named| named.at).collect();
        self.providers = vec![ProviderInfo::default(); places.len()];
        for (id, at) in places.iter().enumerate() {
            let info = self.declare_provider(id, *at).unwrap_or_default();
            if let Some(place) = self.providers.get_mut(id) {
                *place = info;
            }
        }
        for (id, at) in places.iter().enumerate() {
            let Some(provider) = self.provider(id, *at) else { continue };
            self.policy.response.providers.push(provider);
        }
        self.scope = Scope::default();
    }

    fn declare_provider(&mut self, id: usize, at: usize) -> Option<ProviderInfo<'a>> {
        let item = self.items.providers.get(at)?;
        let (node, file) = (item.node, item.file);
        let is_cut_short = self.sink.lost().is_part_of(item.span);
        self.begin(file);
        let handles = handles(node, &self.units);
        let mut info = ProviderInfo { is_cut_short, ..ProviderInfo::default() };
        let mut names: Vec<&'a ast::Ident> = Vec::new();
        for clause in &node.clauses {
            let (name, parameters) = match &clause.node {
                ProviderClause::Config(_) => continue,
                ProviderClause::Read { name, parameters, .. } => (name, parameters),
                ProviderClause::Write { name, parameters, .. } => (name, parameters),
            };
            if let Some(first) = names.iter().find(|known| known.node == name.node) {
                let first = first.span;
                self.sink.report(Repeated {
                    what: "read or write",
                    name: &name.node,
                    span: name.span,
                    first,
                });
            }
            names.push(name);
            let formals = self.formals(parameters, Some((id, &handles)));
            let gives = match &clause.node {
                ProviderClause::Read { gives, .. } => self.is_of(gives, Some((id, &handles))).map(Some),
                _ => Some(None),
            };
            let (Some(formals), Some(gives)) = (formals, gives) else {
                info.unsound.push(&name.node);
                continue;
            };
            let name = name.node.as_str();
            match (&clause.node, gives) {
                (ProviderClause::Read { is_list, .. }, Some(gives)) => {
                    info.reads.push(ReadInfo { name, parameters, formals, is_list: *is_list, gives });
                }
                _ => info.writes.push(WriteInfo { name, parameters, formals }),
            }
        }
        Some(info)
    }

    /// Parameters with what they take.
    pub(crate) fn formals(
        &mut self,
        parameters: &'a [Parameter],
        handles: Option<(usize, &BTreeSet<&'a str>)>,
    ) -> Option<Vec<Formal>> {
        let mut formals: Vec<Formal> = Vec::new();
        let mut is_sound = true;
        for (at, parameter) in parameters.iter().enumerate() {
            let name = &parameter.name;
            let before = parameters.iter().take(at).find(|known| known.name.node == name.node);
            if let Some(first) = before {
                let first = first.name.span;
                self.sink.report(Repeated { what: "parameter", name: &name.node, span: name.span, first });
                is_sound = false;
            }
            match self.is_of(&parameter.unit, handles) {
                Some(is) => formals.push(Formal { name: name.node.clone(), is, span: parameter.unit.span }),
                None => is_sound = false,
            }
        }
        is_sound.then_some(formals)
    }

    /// What a type says; of a provider's own kinds those that its reads give.
    fn is_of(&mut self, unit: &'a UnitExpr, handles: Option<(usize, &BTreeSet<&'a str>)>) -> Option<Is> {
        let name = unit.over.node.as_str();
        if let (Some((provider, handles)), None) = (handles, &unit.under)
            && handles.contains(name)
        {
            return Some(Is::Handle(provider, name.to_owned()));
        }
        if name == "secret" {
            self.sink.report(SecretMisplaced { span: unit.span, is_config: false });
            return None;
        }
        Some(match self.takes(unit)? {
            Takes::Text => Is::Text,
            Takes::Condition => Is::Flag,
            Takes::Number(dimension) => Is::Number(dimension),
        })
    }

    fn provider(&mut self, id: usize, at: usize) -> Option<Provider<crate::typed::Expr>> {
        let item = self.items.providers.get(at)?;
        let (node, file) = (item.node, item.file);
        let info = self.providers.get(id)?.clone();
        let mut provider = Provider {
            name: node.name.node.clone(),
            configs: self.configs(node),
            reads: info
                .reads
                .iter()
                .map(|read| Read {
                    name: read.name.to_owned(),
                    parameters: read.formals.iter().map(Formal::parameter).collect(),
                    is_list: read.is_list,
                    gives: read.gives.value_type(),
                })
                .collect(),
            writes: Vec::new(),
        };
        for clause in &node.clauses {
            let ProviderClause::Write { name, parameters, clauses } = &clause.node else { continue };
            let Some(write) = info.writes.iter().find(|write| write.name == name.node) else { continue };
            self.begin(file);
            self.deeds = Deeds { is_on: true, own: Some(id), ..Deeds::default() };
            self.bind_formals(parameters, &write.formals);
            provider.writes.push(self.write(write, (name, clause.span), clauses));
            self.deeds = Deeds::default();
        }
        Some(provider)
    }

    fn configs(&mut self, node: &'a ast::Provider) -> Vec<Config> {
        let mut configs: Vec<Config> = Vec::new();
        let mut first: Vec<&'a ast::Ident> = Vec::new();
        for clause in &node.clauses {
            let ProviderClause::Config(parameter) = &clause.node else { continue };
            let name = &parameter.name;
            if let Some(known) = first.iter().find(|known| known.node == name.node) {
                let first = known.span;
                self.sink.report(Repeated { what: "setting", name: &name.node, span: name.span, first });
            }
            first.push(name);
            let is_secret = match (parameter.unit.over.node.as_str(), &parameter.unit.under) {
                ("secret", None) => true,
                ("text", None) => false,
                _ => {
                    self.sink.report(SecretMisplaced { span: parameter.unit.span, is_config: true });
                    continue;
                }
            };
            configs.push(Config { name: name.node.clone(), is_secret });
        }
        configs
    }

    /// Lets parameters be named in expressions.
    pub(super) fn bind_formals(&mut self, parameters: &'a [Parameter], formals: &[Formal]) {
        for (place, (parameter, formal)) in parameters.iter().zip(formals).enumerate() {
            let formula = nvp_plan::response::formula::Formula::Parameter(index(place));
            self.bind_slot(&parameter.name, Slot::one(formula, formal.is.clone()));
        }
    }

    /// Lets a slot be named in expressions.
    pub(super) fn bind_slot(&mut self, name: &'a Spanned<String>, slot: Slot) {
        let value = match (&slot.is, slot.is_list) {
            (_, true) | (Is::Handle(..), _) => scope::Parameter::Thing(self.keep_slot(slot)),
            (Is::Text, _) => scope::Parameter::Text(TextValue::Local(self.keep_slot(slot))),
            _ => match self.plain_slot(slot, name.span, name.node.clone()) {
                Some(operand) => scope::Parameter::Operand(operand),
                None => scope::Parameter::Failed,
            },
        };
        self.scope.parameters.insert(&name.node, value);
        self.deeds.named.insert(name.node.clone(), name.span);
    }
}

/// The kinds of a provider's own: given by a read, taken by a parameter, and no units.
fn handles<'a>(node: &'a ast::Provider, units: &UnitTable<'_>) -> BTreeSet<&'a str> {
    let plain = |unit: &'a UnitExpr| unit.under.is_none().then_some(unit.over.node.as_str());
    let mut given: BTreeSet<&'a str> = BTreeSet::new();
    let mut taken: BTreeSet<&'a str> = BTreeSet::new();
    for clause in &node.clauses {
        let parameters = match &clause.node {
            ProviderClause::Config(_) => continue,
            ProviderClause::Read { parameters, gives, .. } => {
                given.extend(plain(gives));
                parameters
            }
            ProviderClause::Write { parameters, .. } => parameters,
        };
        taken.extend(parameters.iter().filter_map(|parameter| plain(&parameter.unit)));
    }
    let is_own = |name: &str| {
        !UnitTable::is_builtin(name)
            && !matches!(name, "flag" | "instant" | "secret")
            && units.find(name).is_none()
    };
    given.intersection(&taken).copied().filter(|name| is_own(name)).collect()
}

/// A place that is missing a clause: the name that it concerns, and all of it.
pub(super) type NamedSpan<'a> = (&'a ast::Ident, Span);
