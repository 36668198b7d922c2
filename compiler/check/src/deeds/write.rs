//! `write set_pool_size(db: text, to: connections) undo … idempotent probe … locks db`.

use nvp_dsl::ast::{Call, Expr, Ident, Text, WriteClause};
use nvp_dsl::{Span, Spanned};
use nvp_plan::ids::ProviderId;
use nvp_plan::response::formula::{Clause, Formula, ReadCall, WriteCall};
use nvp_plan::response::provider::{Repeat, Write};

use super::provider::NamedSpan;
use super::read::index;
use super::{Formal, WriteInfo, visit};
use crate::checker::Checker;
use crate::problems::clauses::ClauseTwice;
use crate::problems::deeds::{
    ExpiresTime, LooksAtMetrics, OnceWithoutProbe, ProbeLooksAtNothing, UnknownParameter, WithoutRepeat,
    WithoutUndo, WriteConflict,
};
use crate::typed;

/// The clauses of a write, each at most once.
#[derive(Default)]
struct Said<'a> {
    undo: Option<(&'a Call, Span)>,
    expires: Option<(&'a Ident, Span)>,
    irreversible: Option<(&'a Text, Span)>,
    /// The clause, and the parameter of `keyed by`.
    repeat: Option<(&'a WriteClause, Span)>,
    probe: Option<(&'a Expr, Span)>,
    locks: Vec<&'a Ident>,
}

impl<'a> Checker<'a> {
    /// Checks a write; its parameters can be named.
    pub(super) fn write(
        &mut self,
        info: &WriteInfo<'a>,
        (name, span): NamedSpan<'a>,
        clauses: &'a [Spanned<WriteClause>],
    ) -> Write<typed::Expr> {
        let said = self.write_clauses(clauses);
        let cut_short = self.sink.lost().is_part_of(span);
        if said.undo.is_none() && said.expires.is_none() && said.irreversible.is_none() && !cut_short {
            self.sink.report(WithoutUndo { write: &name.node, span: name.span, clause: span });
        }
        if said.repeat.is_none() && !cut_short {
            self.sink.report(WithoutRepeat { write: &name.node, span: name.span, clause: span });
        }
        for (clause, other) in
            [("undo", said.undo.map(|undo| undo.1)), ("expires", said.expires.map(|it| it.1))]
        {
            if let (Some((_, irreversible)), Some(other)) = (&said.irreversible, other) {
                self.sink.report(WriteConflict { clause, span: other, irreversible: *irreversible });
            }
        }
        let expires = said.expires.and_then(|(parameter, _)| self.expires(info, parameter));
        let repeat = match said.repeat.map(|(clause, _)| clause) {
            Some(WriteClause::Once) => Repeat::Once,
            Some(WriteClause::KeyedBy(parameter)) => {
                let place = self.parameter_named("keyed by", &info.formals, parameter);
                Repeat::KeyedBy(place.unwrap_or_default())
            }
            _ => Repeat::Idempotent,
        };
        if let (Repeat::Once, None, false) = (repeat, said.probe, cut_short) {
            self.sink.report(OnceWithoutProbe { write: &name.node, span: name.span });
        }
        let probe = said.probe.and_then(|(probe, _)| self.probe(&name.node, probe));
        let (undo, before) = match said.undo {
            Some((call, span)) => self.undo(call, Span { start: call.name.span.start, ..span }),
            None => (None, Vec::new()),
        };
        let locks = said.locks.iter();
        let locks = locks.filter_map(|name| self.parameter_named("locks", &info.formals, name)).collect();
        let irreversible = said.irreversible.and_then(|(text, _)| self.plain_text(text));
        Write {
            name: name.node.clone(),
            parameters: info.formals.iter().map(Formal::parameter).collect(),
            before,
            undo,
            expires,
            irreversible,
            repeat,
            probe,
            locks,
        }
    }

    fn write_clauses(&mut self, clauses: &'a [Spanned<WriteClause>]) -> Said<'a> {
        let mut said = Said::default();
        for clause in clauses {
            let span = clause.span;
            let (name, first) = match &clause.node {
                WriteClause::Undo(call) => ("undo", set(&mut said.undo, (call, span))),
                WriteClause::Expires(parameter) => ("expires", set(&mut said.expires, (parameter, span))),
                WriteClause::Irreversible(why) => ("irreversible", set(&mut said.irreversible, (why, span))),
                WriteClause::Idempotent | WriteClause::Once | WriteClause::KeyedBy(_) => {
                    let name = "idempotent`, `once` or `keyed by";
                    (name, set(&mut said.repeat, (&clause.node, span)))
                }
                WriteClause::Probe(probe) => ("probe", set(&mut said.probe, (probe, span))),
                WriteClause::Locks(parameter) => {
                    said.locks.push(parameter);
                    continue;
                }
            };
            if let Some(first) = first {
                self.sink.report(ClauseTwice { clause: name, span, first });
            }
        }
        said
    }

    /// The place of a parameter that a clause names.
    pub(super) fn parameter_named(
        &mut self,
        clause: &'static str,
        formals: &[Formal],
        name: &Ident,
    ) -> Option<u32> {
        if let Some(place) = formals.iter().position(|formal| formal.name == name.node) {
            return Some(index(place));
        }
        let names: Vec<String> = formals.iter().map(|formal| formal.name.clone()).collect();
        let near = self.nearest(&name.node, names.iter().map(String::as_str));
        self.sink.report(UnknownParameter { clause, name, names: &names, near });
        None
    }

    fn expires(&mut self, info: &WriteInfo<'a>, name: &Ident) -> Option<u32> {
        let place = self.parameter_named("expires", &info.formals, name)?;
        let formal = info.formals.get(place as usize)?;
        let is_time = matches!(&formal.is, super::Is::Number(dimension) if dimension.is_time());
        if !is_time {
            self.sink.report(ExpiresTime { name, is: formal.is.words(), declared: formal.span });
            return None;
        }
        Some(place)
    }

    fn probe(&mut self, write: &str, expr: &'a Expr) -> Option<Clause<typed::Expr>> {
        let clause = self.clause(expr, "`probe`")?;
        self.refuse_metrics(&clause.formula, expr.span)?;
        let mut looks = false;
        visit::all(&clause.formula, &mut |part| looks |= matches!(part, Formula::Read(_) | Formula::Now));
        if !looks {
            self.sink.report(ProbeLooksAtNothing { write, span: expr.span });
            return None;
        }
        Some(clause)
    }

    /// A provider knows what it is given and what it reads, and nothing else.
    fn refuse_metrics(&mut self, formula: &Formula<typed::Expr>, span: Span) -> Option<()> {
        let mut found: Option<String> = None;
        visit::all(formula, &mut |part| {
            if let Formula::Observed(observed) = part {
                found.get_or_insert_with(|| observed.text.clone());
            }
        });
        let Some(text) = found else { return Some(()) };
        self.sink.report(LooksAtMetrics { text: &text, span });
        None
    }

    fn undo(
        &mut self,
        call: &'a Call,
        span: Span,
    ) -> (Option<WriteCall<typed::Expr>>, Vec<ReadCall<typed::Expr>>) {
        self.deeds.before = Some(Vec::new());
        let undo = self.write_call(call, span);
        let before = self.deeds.before.take().unwrap_or_default();
        let undo = undo.filter(|undo| {
            undo.arguments.iter().all(|argument| self.refuse_metrics(argument, span).is_some())
        });
        (undo, before)
    }

    /// A call of a write; `span` is that of the call.
    pub(super) fn write_call(&mut self, call: &'a Call, span: Span) -> Option<WriteCall<typed::Expr>> {
        let (provider, write, info) = self.write_named(call)?;
        let arguments = self.deed_arguments(call, (&info.formals, info.parameters), span)?;
        let text = self.written(span);
        Some(WriteCall { provider: ProviderId(index(provider)), write: index(write), arguments, text })
    }
}

/// Keeps the first; says where it was for another.
fn set<T>(place: &mut Option<(T, Span)>, value: (T, Span)) -> Option<Span> {
    match place {
        Some((_, first)) => Some(*first),
        None => {
            *place = Some(value);
            None
        }
    }
}
