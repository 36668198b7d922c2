//! Everything that a set declares, by kind and by name.

use nvp_dsl::ast::{self, Ident, ItemKind};
use nvp_dsl::{FileId, Span};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::answers::{Answers, Named};
use crate::expr::is_built_in_call;
use crate::library::Kind;
use crate::problems::names::{BuiltIn, Duplicate};
use crate::set::Set;
use crate::sink::Sink;
use crate::units::UnitTable;

/// An item with the file it stands in.
#[derive(Debug)]
pub(crate) struct Declared<'a, T> {
    /// The place of its file in the set.
    pub(crate) file: usize,
    /// Its documentation.
    pub(crate) doc: Option<&'a str>,
    /// The item.
    pub(crate) node: &'a T,
    /// All of it.
    pub(crate) span: Span,
}

/// What a name in an expression can mean, with its place among the items of its kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Value {
    Metric(usize),
    Derive(usize),
    Alert(usize),
    Const(usize),
    Function(usize),
}

/// All items of a set.
#[derive(Debug, Default)]
pub(crate) struct Items<'a> {
    pub(crate) uses: Vec<Declared<'a, ast::Name>>,
    pub(crate) units: Vec<Declared<'a, ast::Unit>>,
    pub(crate) severities: Vec<Declared<'a, ast::Severity>>,
    pub(crate) consts: Vec<Declared<'a, ast::Const>>,
    pub(crate) functions: Vec<Declared<'a, ast::Function>>,
    pub(crate) metrics: Vec<Declared<'a, ast::Metric>>,
    pub(crate) services: Vec<Declared<'a, ast::Service>>,
    pub(crate) derives: Vec<Declared<'a, ast::Derive>>,
    pub(crate) alerts: Vec<Declared<'a, ast::Alert>>,
    pub(crate) defaults: Vec<Declared<'a, ast::Defaults>>,
    pub(crate) tests: Vec<Declared<'a, ast::Test>>,
    pub(crate) teams: Vec<Declared<'a, ast::Team>>,
    pub(crate) channels: Vec<Declared<'a, ast::Channel>>,
    pub(crate) calendars: Vec<Declared<'a, ast::Calendar>>,
    pub(crate) maintenances: Vec<Declared<'a, ast::Maintenance>>,
    pub(crate) incidents: Vec<Declared<'a, ast::Incidents>>,
    pub(crate) escalations: Vec<Declared<'a, ast::Escalation>>,
    pub(crate) providers: Vec<Declared<'a, ast::Provider>>,
    pub(crate) playbooks: Vec<Declared<'a, ast::Playbook>>,
    /// The names that expressions can use.
    pub(crate) values: FxHashMap<&'a str, Value>,
    /// Severities by name, by their place in `severities`.
    pub(crate) severity_names: FxHashMap<&'a str, usize>,
    /// Services by name, by their place in `services`.
    pub(crate) service_names: FxHashMap<&'a str, usize>,
    /// What answers alerts, by name, and the services.
    pub(crate) answers: Answers<'a>,
    /// The files that are modules of the standard library: of two declarations theirs is the first.
    modules: FxHashSet<FileId>,
}

/// Words that say a state, and so are no names of severities.
pub(crate) const STATES: &[&str] = &["ok", "pending", "cleared", "forgotten"];

impl<'a> Items<'a> {
    /// Gathers the items of all files and reports names declared twice.
    pub(crate) fn gather(set: &Set<'a>, sink: &mut Sink) -> Self {
        let modules = set.files.iter().filter(|file| file.module.is_some()).map(|file| file.id).collect();
        let mut items = Self { modules, ..Self::default() };
        for (file, set_file) in set.files.iter().enumerate() {
            for item in &set_file.tree.items {
                items.add(file, item, sink);
            }
        }
        items.name_values(sink);
        items.name_others(sink);
        items.name_answers(sink);
        items
    }

    fn add(&mut self, file: usize, item: &'a ast::Item, sink: &mut Sink) {
        let doc = item.doc.as_deref();
        let span = item.span;
        macro_rules! push {
            ($list:ident, $node:expr) => {
                self.$list.push(Declared { file, doc, node: $node, span })
            };
        }
        match &item.kind {
            ItemKind::Use(node) => push!(uses, node),
            ItemKind::Unit(node) => push!(units, node),
            ItemKind::Severity(node) => push!(severities, node),
            ItemKind::Const(node) => push!(consts, node),
            ItemKind::Function(node) => {
                if is_built_in_call(&node.name.node) {
                    sink.report(BuiltIn { what: "a function", name: &node.name });
                }
                push!(functions, node);
            }
            ItemKind::Metric(node) => push!(metrics, node),
            ItemKind::Service(node) => push!(services, node),
            ItemKind::Derive(node) => push!(derives, node),
            ItemKind::Alert(node) => push!(alerts, node),
            ItemKind::Defaults(node) => push!(defaults, node),
            ItemKind::Test(node) => push!(tests, node),
            ItemKind::Team(node) => push!(teams, node),
            ItemKind::Channel(node) => push!(channels, node),
            ItemKind::Calendar(node) => push!(calendars, node),
            ItemKind::Maintenance(node) => push!(maintenances, node),
            ItemKind::Incidents(node) => push!(incidents, node),
            ItemKind::Escalation(node) => push!(escalations, node),
            ItemKind::Provider(node) => push!(providers, node),
            ItemKind::Playbook(node) => push!(playbooks, node),
        }
    }

    fn name_values(&mut self, sink: &mut Sink) {
        let metrics = self.metrics.iter().enumerate().map(|(at, item)| (&item.node.name, Value::Metric(at)));
        let derives = self.derives.iter().enumerate().map(|(at, item)| (&item.node.name, Value::Derive(at)));
        let alerts = self.alerts.iter().enumerate().map(|(at, item)| (&item.node.name, Value::Alert(at)));
        let consts = self.consts.iter().enumerate().map(|(at, item)| (&item.node.name, Value::Const(at)));
        let functions =
            self.functions.iter().enumerate().map(|(at, item)| (&item.node.name, Value::Function(at)));
        let mut all: Vec<(&'a Ident, Value)> =
            metrics.chain(derives).chain(alerts).chain(consts).chain(functions).collect();
        all.sort_by_key(|(name, _)| (self.is_own(name.span), name.span.file, name.span.start));
        let mut first: FxHashMap<&'a str, (Span, Value)> = FxHashMap::default();
        for (name, value) in all {
            match first.get(name.node.as_str()) {
                Some((span, other)) => sink.report(Duplicate {
                    what: value.kind(),
                    name: &name.node,
                    span: name.span,
                    first_what: other.kind(),
                    first: *span,
                }),
                None => {
                    first.insert(&name.node, (name.span, value));
                    self.values.insert(&name.node, value);
                }
            }
        }
    }

    fn name_others(&mut self, sink: &mut Sink) {
        let mut units: FxHashMap<&'a str, Span> = FxHashMap::default();
        for unit in &self.units {
            let name = &unit.node.name;
            if UnitTable::is_builtin(&name.node) {
                sink.report(BuiltIn { what: "a unit", name });
            }
            self.twice("unit", name, &mut units, sink);
        }
        let mut severities: FxHashMap<&'a str, Span> = FxHashMap::default();
        for severity in &self.severities {
            let name = &severity.node.name;
            if STATES.contains(&name.node.as_str()) {
                sink.report(BuiltIn { what: "a state", name });
            }
            self.twice("severity", name, &mut severities, sink);
        }
        let mut services: FxHashMap<&'a str, Span> = FxHashMap::default();
        for service in &self.services {
            self.twice("service", &service.node.name, &mut services, sink);
        }
        for (at, severity) in self.severities.iter().enumerate() {
            self.severity_names.entry(&severity.node.name.node).or_insert(at);
        }
        for (at, service) in self.services.iter().enumerate() {
            self.service_names.entry(&service.node.name.node).or_insert(at);
        }
    }

    fn name_answers(&mut self, sink: &mut Sink) {
        macro_rules! name {
            ($kind:expr, $list:ident) => {
                let all: Vec<Named<'a>> = self
                    .$list
                    .iter()
                    .enumerate()
                    .map(|(at, item)| Named { name: &item.node.name, file: item.file, item: item.span, at })
                    .collect();
                // Services have been told of above.
                if $kind != Kind::Service {
                    let mut known: FxHashMap<&'a str, Span> = FxHashMap::default();
                    all.iter().for_each(|named| self.twice($kind.words(), named.name, &mut known, sink));
                }
                self.answers.add($kind, all);
            };
        }
        name!(Kind::Service, services);
        name!(Kind::Team, teams);
        name!(Kind::Channel, channels);
        name!(Kind::Calendar, calendars);
        name!(Kind::Maintenance, maintenances);
        name!(Kind::Escalation, escalations);
        name!(Kind::Provider, providers);
        name!(Kind::Playbook, playbooks);
    }

    /// Whether a place is in the set's own files, and so its authors can mend what stands there.
    fn is_own(&self, span: Span) -> bool {
        !self.modules.contains(&span.file)
    }

    fn twice(
        &self,
        what: &'static str,
        name: &'a Ident,
        known: &mut FxHashMap<&'a str, Span>,
        sink: &mut Sink,
    ) {
        let Some(before) = known.get(name.node.as_str()).copied() else {
            known.insert(&name.node, name.span);
            return;
        };
        let theirs_second = self.is_own(before) && !self.is_own(name.span);
        let (first, span) = if theirs_second { (name.span, before) } else { (before, name.span) };
        sink.report(Duplicate { what, name: &name.node, span, first_what: what, first });
    }
}

impl Value {
    /// What it is, for people.
    pub(crate) fn kind(self) -> &'static str {
        match self {
            Self::Metric(_) => "metric",
            Self::Derive(_) => "derive",
            Self::Alert(_) => "alert",
            Self::Const(_) => "constant",
            Self::Function(_) => "function",
        }
    }

    /// What it is, with its article.
    pub(crate) fn article(self) -> &'static str {
        match self {
            Self::Metric(_) => "a metric",
            Self::Derive(_) => "a derive",
            Self::Alert(_) => "an alert",
            Self::Const(_) => "a constant",
            Self::Function(_) => "a function",
        }
    }
}
