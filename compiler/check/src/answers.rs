//! The names of what answers alerts (teams, channels, calendars, ladders, providers, playbooks) and of services: a namespace each.
//!
//! An id is a place in the order of names, so that it says the same whatever order the files come in.

use nvp_dsl::Span;
use nvp_dsl::ast::Ident;
use nvp_dsl::diagnostic::Code;
use rustc_hash::FxHashMap;

use crate::checker::{Checker, Missing};
use crate::codes;
use crate::library::Kind;

/// Something by its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) name: &'a Ident,
    /// The place of its file in the set.
    pub(crate) file: usize,
    /// All of it.
    pub(crate) item: Span,
    /// Its place among the items of its kind.
    pub(crate) at: usize,
}

/// All that answers alerts, by kind, each in the order of names.
#[derive(Debug, Default)]
pub(crate) struct Answers<'a> {
    kinds: FxHashMap<Kind, Vec<Named<'a>>>,
}

impl<'a> Answers<'a> {
    /// Adds the items of a kind. Of two with one name the first in the order given counts.
    pub(crate) fn add(&mut self, kind: Kind, mut all: Vec<Named<'a>>) {
        all.sort_by(|one, other| one.name.node.cmp(&other.name.node));
        all.dedup_by(|later, first| later.name.node == first.name.node);
        self.kinds.insert(kind, all);
    }

    /// The items of a kind in the order of their ids.
    pub(crate) fn of(&self, kind: Kind) -> &[Named<'a>] {
        self.kinds.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// The id of a name.
    pub(crate) fn id(&self, kind: Kind, name: &str) -> Option<usize> {
        self.of(kind).binary_search_by(|named| named.name.node.as_str().cmp(name)).ok()
    }
}

impl Checker<'_> {
    /// The id of a team, channel, calendar, ladder, provider, playbook or service that is named, and noted as used; a name that nothing
    /// declares is reported.
    pub(crate) fn named(&mut self, kind: Kind, name: &Ident) -> Option<usize> {
        if let Some(id) = self.items.answers.id(kind, &name.node) {
            if let Some(file) = self.items.answers.of(kind).get(id).map(|named| named.file) {
                self.mark_file(file);
            }
            self.used.answers.insert((kind, id));
            return Some(id);
        }
        let known: Vec<String> =
            self.items.answers.of(kind).iter().map(|named| named.name.node.clone()).collect();
        let near = self.nearest(&name.node, known.iter().map(String::as_str));
        let help = near.is_none().then(|| declaration(kind, &name.node));
        let (code, what, span) = (unknown(kind), kind.words(), name.span);
        self.unknown_or_import(kind, Missing { code, what, name: &name.node, span, near, help });
        None
    }
}

/// The code for a name of this kind that nothing declares.
fn unknown(kind: Kind) -> Code {
    match kind {
        Kind::Team => codes::UNKNOWN_TEAM,
        Kind::Channel => codes::UNKNOWN_CHANNEL,
        Kind::Calendar => codes::UNKNOWN_CALENDAR,
        Kind::Escalation => codes::UNKNOWN_LADDER,
        Kind::Playbook => codes::UNKNOWN_PLAYBOOK,
        Kind::Service => codes::UNKNOWN_SERVICE,
        _ => codes::UNKNOWN_NAME,
    }
}

/// How it would be declared.
fn declaration(kind: Kind, name: &str) -> String {
    match kind {
        Kind::Team | Kind::Channel | Kind::Service => format!("declare it: `{} {name}`", kind.words()),
        Kind::Calendar => format!("declare it: `calendar {name} in \"Europe/Paris\" {{ … }}`"),
        Kind::Playbook => format!("declare it: `playbook {name}() {{ … }}`"),
        _ => format!("declare it: `{} {name} {{ … }}`", kind.words()),
    }
}
