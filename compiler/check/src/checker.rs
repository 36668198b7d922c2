//! The state of one check: what is declared, what is known so far, and where problems go.

use nvp_dsl::{Code, Span};
use nvp_plan::response::playbook::Playbook;
use rustc_hash::FxHashSet;

use crate::declared::{Items, Value};
use crate::deeds::{Deeds, ProviderInfo};
use crate::expr::Operand;
use crate::library::Kind;
use crate::lost::Lost;
use crate::order::Node;
use crate::problems::clauses::ClauseTwice;
use crate::problems::names::{Unchecked, Unknown};
use crate::scope::Scope;
use crate::set::{Set, Unproved};
use crate::sink::Sink;
use crate::typed::{self, AlertId, DeriveId, Labels, MetricId, SeverityId};
use crate::units::{Dimension, UnitTable};

/// How many calls one item may inline.
const ITEM_CALLS: usize = 2_000;

/// One check. What failed is `None`: its problem is reported, and what reads it is not reported again.
pub(crate) struct Checker<'a> {
    pub(crate) set: Set<'a>,
    pub(crate) items: Items<'a>,
    pub(crate) units: UnitTable<'a>,
    pub(crate) sink: Sink,
    pub(crate) used: Used,
    /// Constants by their place among the items.
    pub(crate) consts: Vec<Option<Constant>>,
    /// Functions that are defined by themselves, by their place among the items.
    pub(crate) broken_functions: Vec<bool>,
    /// Metrics' numbers by their place among the items.
    pub(crate) metric_ids: Vec<MetricId>,
    /// Metrics by number.
    pub(crate) metrics: Vec<Option<MetricInfo>>,
    /// Derives by their place among the items.
    pub(crate) derives: Vec<Option<DeriveInfo>>,
    /// Alerts by their place among the items.
    pub(crate) alerts: Vec<Option<AlertInfo>>,
    /// Severities' numbers by their place among the items.
    pub(crate) severity_ids: Vec<SeverityId>,
    /// What each file's `defaults` say.
    pub(crate) defaults: Vec<crate::blocks::defaults::FileDefaults<'a>>,
    pub(crate) policy: typed::Policy,
    pub(crate) unproved: Vec<Unproved>,
    pub(crate) scope: Scope<'a>,
    /// The provider or playbook being checked.
    pub(crate) deeds: Deeds,
    /// What providers declare, by id.
    pub(crate) providers: Vec<ProviderInfo<'a>>,
    /// Playbooks by id, with their places among the items.
    pub(crate) playbooks: Vec<Option<(usize, Playbook<typed::Expr>)>>,
    pub(crate) budget: Budget,
    /// By file, the modules whose `use` was offered as a mend.
    pub(crate) imports: FxHashSet<(usize, String)>,
    suggestions_left: u32,
}

/// A constant's value.
#[derive(Debug, Clone)]
pub(crate) enum Constant {
    /// A number or a condition.
    Operand(Operand),
    /// A text.
    Text(String),
}

/// A metric and its dimension.
#[derive(Debug, Clone)]
pub(crate) struct MetricInfo {
    pub(crate) metric: typed::Metric,
    /// Of its values, its counts, or what it observes.
    pub(crate) dimension: Dimension,
    pub(crate) labels: Labels,
}

/// A derive that was checked.
#[derive(Debug, Clone)]
pub(crate) struct DeriveInfo {
    pub(crate) id: DeriveId,
    /// Its value, under its name.
    pub(crate) shape: crate::expr::Shape,
    pub(crate) every: Option<crate::expr::Every>,
    pub(crate) labels: Labels,
}

/// An alert that was checked.
#[derive(Debug, Clone)]
pub(crate) struct AlertInfo {
    pub(crate) id: AlertId,
    pub(crate) labels: Labels,
    pub(crate) levels: Vec<SeverityId>,
    pub(crate) every: Option<crate::expr::Every>,
}

/// What is used by whom, for the warnings about what is not.
#[derive(Debug, Default)]
pub(crate) struct Used {
    pub(crate) consts: Vec<bool>,
    pub(crate) functions: Vec<bool>,
    pub(crate) units: Vec<bool>,
    /// Of what answers alerts, by kind and id.
    pub(crate) answers: FxHashSet<(Kind, usize)>,
    /// By file: whether a file of the policy set proper uses something that this file declares.
    pub(crate) files: Vec<bool>,
}

/// How much may still be built before the set is refused as too large.
#[derive(Debug)]
pub(crate) struct Budget {
    /// Nodes of typed expressions.
    pub(crate) nodes: usize,
    /// Bytes of their texts.
    pub(crate) text_bytes: usize,
    /// Calls inlined.
    pub(crate) calls: usize,
    /// Calls inlined in the item being checked.
    pub(crate) item_calls: usize,
}

/// A name that nothing in the set declares.
pub(crate) struct Missing<'n> {
    pub(crate) code: Code,
    /// `metric, derive or constant`, `unit`, `severity`, …
    pub(crate) what: &'static str,
    pub(crate) name: &'n str,
    pub(crate) span: Span,
    /// The nearest name that exists.
    pub(crate) near: Option<String>,
    pub(crate) help: Option<String>,
}

impl<'a> Checker<'a> {
    /// Gathers the items of a set.
    pub(crate) fn new(set: Set<'a>) -> Self {
        let mut sink = Sink::with_lost(Lost::of(&set));
        let items = Items::gather(&set, &mut sink);
        let used = Used {
            consts: vec![false; items.consts.len()],
            functions: vec![false; items.functions.len()],
            units: vec![false; items.units.len()],
            answers: FxHashSet::default(),
            files: vec![false; set.files.len()],
        };
        Self {
            consts: vec![None; items.consts.len()],
            broken_functions: vec![false; items.functions.len()],
            metric_ids: Vec::new(),
            metrics: Vec::new(),
            derives: vec![None; items.derives.len()],
            alerts: vec![None; items.alerts.len()],
            severity_ids: Vec::new(),
            defaults: Vec::new(),
            policy: typed::Policy::default(),
            unproved: Vec::new(),
            scope: Scope::default(),
            deeds: Deeds::default(),
            providers: Vec::new(),
            playbooks: Vec::new(),
            budget: Budget {
                nodes: 20_000_000,
                text_bytes: 512 << 20,
                calls: 1_000_000,
                item_calls: ITEM_CALLS,
            },
            imports: FxHashSet::default(),
            suggestions_left: 100,
            set,
            items,
            units: UnitTable::default(),
            sink,
            used,
        }
    }

    /// Begins an item of a file.
    pub(crate) fn begin(&mut self, file: usize) {
        self.scope = Scope::of_file(file);
        self.budget.item_calls = ITEM_CALLS;
    }

    /// Reads a clause that may be said once; what it said is kept with its place.
    pub(crate) fn once<T>(
        &mut self,
        clause: &'static str,
        span: Span,
        said: &mut Option<(Span, Option<T>)>,
        read: impl FnOnce(&mut Self) -> Option<T>,
    ) {
        match said {
            Some((first, _)) => self.sink.report(ClauseTwice { clause, span, first: *first }),
            None => *said = Some((span, read(self))),
        }
    }

    /// Notes that the item of a file is used from the file being checked.
    pub(crate) fn mark_file(&mut self, declared_in: usize) {
        let from_module = self.set.files.get(self.scope.file).is_some_and(|file| file.module.is_some());
        if declared_in != self.scope.file
            && !from_module
            && let Some(used) = self.used.files.get_mut(declared_in)
        {
            *used = true;
        }
    }

    /// Notes that a unit is used.
    pub(crate) fn mark_units(&mut self, units: Vec<usize>) {
        for unit in units {
            mark(&mut self.used.units, unit);
            if let Some(file) = self.items.units.get(unit).map(|unit| unit.file) {
                self.mark_file(file);
            }
        }
    }

    /// Finds what a name in an expression means, and notes that it is used.
    pub(crate) fn find_value(&mut self, name: &str) -> Option<Value> {
        let value = self.items.values.get(name).copied()?;
        let file = match value {
            Value::Metric(at) => self.items.metrics.get(at).map(|item| item.file),
            Value::Derive(at) => self.items.derives.get(at).map(|item| item.file),
            Value::Alert(at) => self.items.alerts.get(at).map(|item| item.file),
            Value::Const(at) => {
                mark(&mut self.used.consts, at);
                self.items.consts.get(at).map(|item| item.file)
            }
            Value::Function(at) => {
                mark(&mut self.used.functions, at);
                self.items.functions.get(at).map(|item| item.file)
            }
        };
        if let Some(file) = file {
            self.mark_file(file);
        }
        Some(value)
    }

    /// The name nearest to one that does not exist; none once so many were looked for that the search would cost too much.
    pub(crate) fn nearest<'n>(&mut self, name: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
        self.suggestions_left = self.suggestions_left.checked_sub(1)?;
        nvp_dsl::suggest(name, names).map(str::to_owned)
    }

    /// The name of a value nearest to one that does not exist.
    pub(crate) fn nearest_value(&mut self, name: &str) -> Option<String> {
        self.suggestions_left = self.suggestions_left.checked_sub(1)?;
        let mut names: Vec<&str> = self.items.values.keys().copied().collect();
        names.sort_unstable();
        nvp_dsl::suggest(name, names).map(str::to_owned)
    }

    /// What an item that was cut short means is not known, so that what reads it is not reported.
    pub(crate) fn forget_cut_short(&mut self, node: Node) {
        let span = match node {
            Node::Const(at) => self.items.consts.get(at).map(|item| item.span),
            Node::Function(at) => self.items.functions.get(at).map(|item| item.span),
            Node::Derive(at) => self.items.derives.get(at).map(|item| item.span),
            Node::Alert(at) => self.items.alerts.get(at).map(|item| item.span),
        };
        if !span.is_some_and(|span| self.sink.lost().is_part_of(span)) {
            return;
        }
        match node {
            Node::Const(at) => forget(&mut self.consts, at),
            Node::Function(at) => mark(&mut self.broken_functions, at),
            Node::Derive(at) => forget(&mut self.derives, at),
            Node::Alert(at) => forget(&mut self.alerts, at),
        }
    }

    /// Reports a unit that nothing declares.
    pub(crate) fn unknown_unit(&mut self, name: &str, span: Span, whole_span: bool) {
        let names: Vec<String> = self.units.names().map(str::to_owned).collect();
        let near = self.nearest(name, names.iter().map(String::as_str));
        let help = match (&near, whole_span) {
            (Some(near), false) => Some(format!("did you mean `{near}`?")),
            (None, _) => Some(format!("declare it: `unit {name}`")),
            _ => None,
        };
        let near = near.filter(|_| whole_span);
        let code = crate::codes::UNKNOWN_UNIT;
        self.unknown_or_import(Kind::Unit, Missing { code, what: "unit", name, span, near, help });
    }

    /// Reports a name that nothing declares.
    pub(crate) fn unknown(
        &mut self,
        code: Code,
        what: &'static str,
        name: &str,
        span: Span,
        near: Option<String>,
        help: Option<String>,
    ) {
        if self.sink.lost().names(name) {
            return self.sink.hold_back();
        }
        let missing = Missing { code, what, name, span, near, help };
        self.sink.report(Unknown { missing, import: None });
    }

    /// Reports a name that nothing declares, unless a module of the library does: then its `use` is the mend.
    pub(crate) fn unknown_or_import(&mut self, kind: Kind, missing: Missing<'_>) {
        let Some(import) = self.import_of(kind, missing.name) else {
            let Missing { code, what, name, span, near, help } = missing;
            return self.unknown(code, what, name, span, near, help);
        };
        if self.sink.lost().names(missing.name) || self.sink.lost().names(&import.module) {
            return self.sink.hold_back();
        }
        let missing = Missing { near: None, help: None, ..missing };
        self.sink.report(Unknown { missing, import: Some(import) });
    }
}

fn forget<T>(known: &mut [Option<T>], at: usize) {
    if let Some(known) = known.get_mut(at) {
        *known = None;
    }
}

fn mark(used: &mut [bool], at: usize) {
    if let Some(used) = used.get_mut(at) {
        *used = true;
    }
}

impl Checker<'_> {
    /// An item that came to nothing without a word would be a rule that is silently not there.
    fn report_unchecked(&mut self) {
        if self.sink.refused() {
            return;
        }
        let consts = self.items.consts.iter().zip(&self.consts).filter(|(_, value)| value.is_none());
        let consts = consts.map(|(item, _)| (&item.node.name, item.span));
        let derives = self.items.derives.iter().zip(&self.derives).filter(|(_, value)| value.is_none());
        let derives = derives.map(|(item, _)| (&item.node.name, item.span));
        let alerts = self.items.alerts.iter().zip(&self.alerts).filter(|(_, value)| value.is_none());
        let alerts = alerts.map(|(item, _)| (&item.node.name, item.span));
        let playbooks = self.items.answers.of(Kind::Playbook).iter().zip(&self.playbooks);
        let playbooks = playbooks.filter(|(_, value)| value.is_none());
        let playbooks = playbooks.map(|(named, _)| (named.name, named.item));
        for (name, span) in consts.chain(derives).chain(alerts).chain(playbooks) {
            self.sink.report(Unchecked { name, item: span });
        }
    }

    /// What came out.
    pub(crate) fn finish(mut self) -> crate::set::Checked {
        self.report_unchecked();
        let refused = self.sink.refused();
        let metrics: Option<Vec<typed::Metric>> =
            self.metrics.into_iter().map(|info| info.map(|info| info.metric)).collect();
        let policy = match metrics {
            Some(metrics) if !refused => {
                self.policy.metrics = metrics;
                let playbooks = self.playbooks.into_iter().flatten();
                self.policy.response.playbooks = playbooks.map(|(_, playbook)| playbook).collect();
                Some(self.policy)
            }
            _ => None,
        };
        crate::set::Checked { policy, diagnostics: self.sink.finish(), unproved: self.unproved }
    }
}
