//! Calls of providers' reads inside expressions: `pgbouncer.pool_size(region)`, and by the bare name inside the provider itself.

use nvp_dsl::Span;
use nvp_dsl::ast::{Call, Expr, ExprKind as Written, Ident, Reference};
use nvp_plan::ids::{CalendarId, ProviderId};
use nvp_plan::response::formula::{Formula, ReadCall};

use super::provider::{ReadInfo, WriteInfo};
use super::slot::Seen;
use super::{Is, Slot};
use crate::checker::Checker;
use crate::codes;
use crate::expr::{Operand, Shape};
use crate::library::Kind;
use crate::problems::deeds::{DeedMisplaced, LocalInside, SnapshotOnly, ThingMisplaced};
use crate::scope::Parameter;
use crate::typed::{self, Labels};
use crate::units::{Core, Dimension};

/// What a call of a provider names.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Deed {
    /// The provider and the read, by their places.
    Read(usize, usize),
    /// The provider and the write, by their places.
    Write(usize, usize),
}

/// Who can ask a provider.
const ASKS: &str = "a playbook asks providers: `let`, `require`, `check`";
/// The word before the reads of a snapshot.
const BEFORE: &str = "before.";

impl<'a> Checker<'a> {
    /// The read or write that a name means, without a word where it means none.
    pub(super) fn deed_named(&self, name: &str) -> Option<Deed> {
        let (provider, name) = match (name.split_once('.'), self.deeds.own) {
            (Some(("before", read)), Some(own)) => (own, read),
            (Some((provider, name)), _) => (self.items.answers.id(Kind::Provider, provider)?, name),
            (None, Some(own)) => (own, name),
            (None, None) => return None,
        };
        let info = self.providers.get(provider)?;
        let read = info.reads.iter().position(|read| read.name == name).map(|at| Deed::Read(provider, at));
        let write = || info.writes.iter().position(|write| write.name == name);
        read.or_else(|| write().map(|at| Deed::Write(provider, at)))
    }

    /// A read or write by its name; one that nothing declares is reported.
    pub(crate) fn deed(&mut self, name: &Ident, what: &'static str) -> Option<Deed> {
        let found = self.deed_named(&name.node);
        if let Some((provider, _)) = name.node.split_once('.')
            && provider != "before"
        {
            let span = Span { end: name.span.start + provider.len() as u32, ..name.span };
            self.named(Kind::Provider, &Ident { node: provider.to_owned(), span })?;
        }
        if found.is_some() {
            return found;
        }
        let (provider, bare) = name.node.split_once('.').unwrap_or(("", &name.node));
        let own = self.deeds.own.filter(|_| matches!(provider, "" | "before"));
        let at = own.or_else(|| self.items.answers.id(Kind::Provider, provider));
        let info = at.and_then(|at| self.providers.get(at));
        // What has a problem of its own is not reported again where it is used.
        if info.is_some_and(|info| info.is_cut_short || info.unsound.contains(&bare)) {
            self.sink.hold_back();
            return None;
        }
        let names: Vec<String> = info.map(|info| info.names()).unwrap_or_default();
        let near = self.nearest(bare, names.iter().map(String::as_str));
        let help = match (&near, names.as_slice()) {
            (None, []) => None,
            (None, names) => Some(format!("there are {}", crate::problems::listed(names))),
            _ => None,
        };
        let near = near.map(|near| if provider.is_empty() { near } else { format!("{provider}.{near}") });
        let (code, span) = (codes::UNKNOWN_DEED, name.span);
        self.unknown(code, what, &name.node, span, near, help);
        None
    }

    /// A call in an expression that a provider answers; `None` where the name is none of a provider's.
    pub(crate) fn provider_call(&mut self, call: &'a Call, span: Span) -> Option<Option<Operand>> {
        let name = call.name.node.as_str();
        // Only a playbook and a provider itself can ask.
        if !self.deeds.is_on {
            self.provider_before_dot(name)?;
            self.sink.report(DeedMisplaced { name, span: call.name.span, is: "a provider's", help: ASKS });
            return Some(None);
        }
        if !name.contains('.') {
            self.deed_named(name)?;
        }
        Some(self.read_operand(call, span))
    }

    /// The provider that a name with a dot begins with.
    fn provider_before_dot(&self, name: &str) -> Option<usize> {
        self.items.answers.id(Kind::Provider, name.split_once('.')?.0)
    }

    /// Reports a provider's read that is named and not called; `None` where the name is none of a provider's.
    pub(crate) fn uncalled_read(&mut self, reference: &Reference) -> Option<()> {
        let name = reference.name.node.as_str();
        self.provider_before_dot(name)?;
        let (is, help) = match self.deeds.is_on {
            true => ("a provider's", "call it with what it wants to know, in parentheses"),
            false => ("a provider's", ASKS),
        };
        self.sink.report(DeedMisplaced { name, span: reference.name.span, is, help });
        Some(())
    }

    /// The provider whose read a call without one may mean.
    pub(crate) fn meant_read(&self, name: &str) -> Option<String> {
        let mut providers = self.items.answers.of(Kind::Provider).iter().zip(&self.providers);
        let has = |info: &super::ProviderInfo<'_>| info.reads.iter().any(|read| read.name == name);
        let (named, _) = providers.find(|(_, info)| self.deeds.is_on && has(info))?;
        Some(format!("name the provider: `{}.{name}(…)`", named.name.node))
    }

    fn read_operand(&mut self, call: &'a Call, span: Span) -> Option<Operand> {
        let (read, formula) = self.read_call(call, span)?;
        let (name, is_list) = (call.name.node.as_str(), read.is_list);
        if is_list || matches!(read.gives, Is::Text | Is::Handle(..)) {
            let (is, help) = thing_words(&read.gives, is_list);
            self.sink.report(ThingMisplaced { text: name, span, is, help });
            return None;
        }
        let text = self.written(span);
        self.plain_slot(Slot::one(formula, read.gives), span, text)
    }

    /// A call of a read as a formula, with what it gives.
    pub(super) fn read_call(
        &mut self,
        call: &'a Call,
        span: Span,
    ) -> Option<(ReadInfo<'a>, Formula<typed::Expr>)> {
        let name = call.name.node.as_str();
        if self.deeds.leaf.is_some() {
            self.sink.report(LocalInside { text: name, span });
            return None;
        }
        let (provider, at) = match self.deed(&call.name, "read")? {
            Deed::Read(provider, at) => (provider, at),
            Deed::Write(..) => {
                let help = "a write is done by a step: `step NAME { do … }`";
                self.sink.report(DeedMisplaced { name, span: call.name.span, is: "a write", help });
                return None;
            }
        };
        let read = self.providers.get(provider)?.reads.get(at)?.clone();
        let is_before = name.starts_with(BEFORE);
        if self.deeds.before.is_some() != is_before {
            self.sink.report(SnapshotOnly { name, span: call.name.span, in_undo: !is_before });
            return None;
        }
        let snapshot = self.deeds.before.take();
        let arguments = self.deed_arguments(call, (&read.formals, read.parameters), span);
        self.deeds.before = snapshot;
        let text = self.written(span);
        let text = text.strip_prefix(BEFORE).map(str::to_owned).unwrap_or(text);
        let call =
            ReadCall { provider: ProviderId(index(provider)), read: index(at), arguments: arguments?, text };
        let Some(before) = &mut self.deeds.before else { return Some((read, Formula::Read(call))) };
        let same = |known: &ReadCall<typed::Expr>| {
            (known.provider, known.read, &known.arguments) == (call.provider, call.read, &call.arguments)
        };
        let place = before.iter().position(same).unwrap_or(before.len());
        if place == before.len() {
            before.push(call);
        }
        Some((read, Formula::Before(index(place))))
    }

    /// The write that a call names.
    pub(super) fn write_named(&mut self, call: &'a Call) -> Option<(usize, usize, WriteInfo<'a>)> {
        let name = call.name.node.as_str();
        match self.deed(&call.name, "write")? {
            Deed::Write(provider, at) => {
                let write = self.providers.get(provider)?.writes.get(at)?.clone();
                Some((provider, at, write))
            }
            Deed::Read(..) => {
                let help = "name a write; a read changes nothing";
                self.sink.report(DeedMisplaced { name, span: call.name.span, is: "a read", help });
                None
            }
        }
    }

    /// `count(blockers)`, where it is a list that is counted.
    pub(crate) fn counted_list(&mut self, call: &'a Call, span: Span) -> Option<Option<Operand>> {
        let [argument] = call.arguments.as_slice() else { return None };
        if !self.in_formula() || !self.is_list(&argument.value) {
            return None;
        }
        if let Some(clause) = call.clauses.first() {
            let function = "count";
            self.sink.report(crate::problems::clauses::ClauseMisplaced { function, span: clause.span });
            return Some(None);
        }
        Some(self.list(&argument.value).and_then(|(list, _)| {
            let slot = Slot {
                formula: Formula::Count(Box::new(list)),
                is: Is::Number(Dimension::plain(Core::Count)),
                is_list: false,
                is_whole: true,
                leaf: None,
            };
            let text = self.written(span);
            self.plain_slot(slot, span, text)
        }))
    }

    /// Whether an expression is a list, as far as its form tells.
    pub(super) fn is_list(&self, expr: &Expr) -> bool {
        match &expr.kind {
            Written::Paren(inner) => self.is_list(inner),
            Written::Reference(Reference { name, selector: None, .. }) => {
                matches!(self.scope.parameters.get(name.node.as_str()), Some(Parameter::Thing(slot))
                    if self.deeds.slots.get(slot.0).is_some_and(|slot| slot.is_list))
            }
            Written::Call(call) => matches!(self.deed_named(&call.name.node), Some(Deed::Read(provider, at))
                if self.providers.get(provider).and_then(|info| info.reads.get(at)).is_some_and(|read| read.is_list)),
            _ => false,
        }
    }

    /// A list, with what each of it is.
    pub(super) fn list(&mut self, expr: &'a Expr) -> Option<(Formula<typed::Expr>, Is)> {
        match &expr.kind {
            Written::Paren(inner) => self.list(inner),
            Written::Call(call) if self.is_list(expr) => {
                let (read, formula) = self.read_call(call, expr.span)?;
                Some((formula, read.gives))
            }
            Written::Reference(reference) if self.is_list(expr) => {
                let Some(Parameter::Thing(slot)) = self.scope.parameters.get(reference.name.node.as_str())
                else {
                    return None;
                };
                let slot = self.deeds.slots.get(slot.0)?;
                Some((slot.formula.clone(), slot.is.clone()))
            }
            _ => {
                // What stands there may have a problem of its own, which says more.
                let text = self.written(expr.span);
                if !self.is_thing(expr) {
                    self.root(expr)?;
                }
                let help = "a list is what a `list of` read gives, or a `let` of one";
                self.sink.report(ThingMisplaced {
                    text: &text,
                    span: expr.span,
                    is: "no list".to_owned(),
                    help,
                });
                None
            }
        }
    }

    /// `now in office_hours`.
    pub(crate) fn open_calendar(&mut self, reference: &'a Reference, span: Span) -> Option<Operand> {
        let id = self.named(Kind::Calendar, &reference.name)?;
        let text = self.written(span);
        let slot = Slot::one(Formula::Open(CalendarId(index(id))), Is::Flag);
        let seen = Seen { shape: Shape::Condition, labels: Labels::new(), every: None, span, text };
        self.slot_operand(slot, seen)
    }
}

/// What something is that is no number and no condition, and what can be done with it.
pub(super) fn thing_words(is: &Is, is_list: bool) -> (String, &'static str) {
    match is_list {
        true => {
            let help = "a list can be counted (`count(x)`) and gone through (`each y in x at most 3`)";
            ("a list".to_owned(), help)
        }
        false => (is.words(), "compare it with `==` or `!=`, or hand it to a provider"),
    }
}

/// A place as the plan says it; there are never so many that it would not fit.
pub(super) fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
