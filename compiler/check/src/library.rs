//! What the modules of the library declare: where a name is missing, the `use` that brings it is the mend.

use nvp_dsl::Span;
use nvp_dsl::ast::{File, ItemKind};
use rustc_hash::FxHashMap;

use crate::checker::Checker;

/// A module that exists, whether a set uses it or not.
#[derive(Debug, Clone, Default)]
pub struct Module {
    /// Its name (`std.host`).
    pub name: String,
    declares: FxHashMap<String, Vec<Kind>>,
}

/// What a module declares under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Metric,
    Derive,
    Alert,
    Const,
    Function,
    Unit,
    Severity,
    Service,
    Team,
    Channel,
    Calendar,
    Maintenance,
    Escalation,
    Provider,
    Playbook,
}

impl Kind {
    /// Whether expressions name it.
    fn is_value(self) -> bool {
        matches!(self, Self::Metric | Self::Derive | Self::Alert | Self::Const | Self::Function)
    }

    /// What it is, for people.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::Derive => "derive",
            Self::Alert => "alert",
            Self::Const => "constant",
            Self::Function => "function",
            Self::Unit => "unit",
            Self::Severity => "severity",
            Self::Service => "service",
            Self::Team => "team",
            Self::Channel => "channel",
            Self::Calendar => "calendar",
            Self::Maintenance => "maintenance",
            Self::Escalation => "escalation",
            Self::Provider => "provider",
            Self::Playbook => "playbook",
        }
    }
}

impl Module {
    /// What a module's file declares.
    #[must_use]
    pub fn new(name: impl Into<String>, tree: &File) -> Self {
        let mut declares: FxHashMap<String, Vec<Kind>> = FxHashMap::default();
        for item in &tree.items {
            let (name, kind) = match &item.kind {
                ItemKind::Metric(node) => (&node.name, Kind::Metric),
                ItemKind::Derive(node) => (&node.name, Kind::Derive),
                ItemKind::Alert(node) => (&node.name, Kind::Alert),
                ItemKind::Const(node) => (&node.name, Kind::Const),
                ItemKind::Function(node) => (&node.name, Kind::Function),
                ItemKind::Unit(node) => (&node.name, Kind::Unit),
                ItemKind::Severity(node) => (&node.name, Kind::Severity),
                ItemKind::Service(node) => (&node.name, Kind::Service),
                ItemKind::Team(node) => (&node.name, Kind::Team),
                ItemKind::Channel(node) => (&node.name, Kind::Channel),
                ItemKind::Calendar(node) => (&node.name, Kind::Calendar),
                ItemKind::Maintenance(node) => (&node.name, Kind::Maintenance),
                ItemKind::Escalation(node) => (&node.name, Kind::Escalation),
                ItemKind::Provider(node) => (&node.name, Kind::Provider),
                ItemKind::Playbook(node) => (&node.name, Kind::Playbook),
                ItemKind::Use(_) | ItemKind::Defaults(_) | ItemKind::Incidents(_) | ItemKind::Test(_) => {
                    continue;
                }
            };
            declares.entry(name.node.clone()).or_default().push(kind);
        }
        Self { name: name.into(), declares }
    }

    fn declares(&self, wanted: Kind, name: &str) -> Option<Kind> {
        let kinds = self.declares.get(name)?;
        let fits = |kind: &&Kind| **kind == wanted || (wanted.is_value() && kind.is_value());
        kinds.iter().find(fits).copied()
    }
}

/// The `use` that would declare a name.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) module: String,
    /// What the module declares.
    pub(crate) kind: Kind,
    /// Where the `use` goes and what is written there.
    pub(crate) at: Span,
    pub(crate) text: String,
    /// Whether this is the first name that the file misses of the module.
    pub(crate) first: bool,
}

impl Checker<'_> {
    /// The module that declares a name which the file being checked misses; `wanted` any of what expressions name stands for all.
    pub(crate) fn import_of(&mut self, wanted: Kind, name: &str) -> Option<Import> {
        let file = self.set.files.get(self.scope.file)?;
        let used =
            |module: &Module| self.set.files.iter().any(|file| file.module == Some(module.name.as_str()));
        let mut modules = self.set.modules.iter().filter(|module| !used(module));
        let (module, kind) = modules.find_map(|module| Some((module, module.declares(wanted, name)?)))?;
        let line = format!("use {}", module.name);
        let place = |at: u32| Span { file: file.id, start: at, end: at };
        let mut uses = file.tree.items.iter().filter(|item| matches!(item.kind, ItemKind::Use(_)));
        let (at, text) = match (uses.next_back(), file.tree.items.first()) {
            (Some(last), _) => (place(last.span.end), format!("\n{line}")),
            // Not between an item and what documents it.
            (None, Some(first)) if first.doc.is_none() => (place(first.span.start), format!("{line}\n")),
            _ => (place(0), format!("{line}\n")),
        };
        let module = module.name.clone();
        let first = self.imports.insert((self.scope.file, module.clone()));
        Some(Import { module, kind, at, text, first })
    }
}
