//! Problems with teams and ladders.

use nvp_dsl::Span;
use nvp_dsl::ast::{Ident, Rung};
use nvp_dsl::diagnostic::Diagnostic;

use super::after;
use crate::codes;

/// A ladder in which nobody is called.
pub(crate) struct NobodyCalled<'n> {
    pub(crate) ladder: &'n Ident,
    pub(crate) has_rungs: bool,
}

impl From<NobodyCalled<'_>> for Diagnostic {
    fn from(NobodyCalled { ladder, has_rungs }: NobodyCalled<'_>) -> Self {
        let diagnostic = Diagnostic::error(
            codes::NOBODY_CALLED,
            format!("the ladder `{}` calls nobody", ladder.node),
            ladder.span,
        );
        let diagnostic = match has_rungs {
            true => diagnostic.here("it has automatic rungs only"),
            false => diagnostic.here("it has no rung"),
        };
        diagnostic.help("add a rung such as `N1 operations by sms for 15m`")
    }
}

/// A rung that never gives way to the next, or a last one that neither ends nor repeats.
pub(crate) struct RungWithoutEnd<'n> {
    pub(crate) rung: &'n Rung,
    /// All of it.
    pub(crate) span: Span,
    pub(crate) next: Option<&'n Ident>,
}

impl From<RungWithoutEnd<'_>> for Diagnostic {
    fn from(RungWithoutEnd { rung, span, next }: RungWithoutEnd<'_>) -> Self {
        let name = &rung.name.node;
        let title = format!("the rung `{name}` does not say how long it lasts");
        let mut diagnostic = Diagnostic::error(codes::RUNG_WITHOUT_END, title, rung.name.span);
        diagnostic = match next {
            Some(next) => diagnostic.also(next.span, format!("`{}` would never be called", next.node)),
            None => diagnostic.note("a ladder ends, or says that it calls its last rung again and again"),
        };
        let clause = match (&rung.team, next) {
            (None, _) => "at most 20m",
            (Some(_), Some(_)) => "for 15m",
            (Some(_), None) => "every 30m",
        };
        // `for` stands before `every`.
        let place = match (next, &rung.every, rung.by.last()) {
            (Some(_), Some(_), Some(channel)) => channel.span,
            _ => span,
        };
        let help = match (&rung.team, next) {
            (Some(_), None) => "add `every 30m`, or an end: `for 1h`".to_owned(),
            _ => format!("add `{clause}`"),
        };
        diagnostic.help(help).fix(format!("add `{clause}`"), vec![after(place, format!(" {clause}"))])
    }
}

/// A rung after one that calls again and again.
pub(crate) struct RungUnreachable<'n> {
    pub(crate) rung: &'n Ident,
    pub(crate) before: &'n Ident,
    /// What keeps the ladder at the rung before.
    pub(crate) then_every: Span,
}

impl From<RungUnreachable<'_>> for Diagnostic {
    fn from(RungUnreachable { rung, before, then_every }: RungUnreachable<'_>) -> Self {
        Diagnostic::error(
            codes::RUNG_UNREACHABLE,
            format!("the rung `{}` is never called", rung.node),
            rung.span,
        )
        .also(then_every, format!("`{}` is called again and again from here on", before.node))
        .help(format!(
            "leave `then every` of `{}` out, or write `every` before its end: `every 5m`",
            before.node
        ))
    }
}

/// A `then every` in a rung that has no end.
pub(crate) struct ThenWithoutEnd<'n> {
    pub(crate) rung: &'n Ident,
    pub(crate) then_every: Span,
}

impl From<ThenWithoutEnd<'_>> for Diagnostic {
    fn from(ThenWithoutEnd { rung, then_every }: ThenWithoutEnd<'_>) -> Self {
        let title = format!("`then every` is for when the time of `{}` is over, and it has none", rung.node);
        Diagnostic::error(codes::THEN_WITHOUT_END, title, then_every)
            .help("say how long the rung lasts (`for 2h then every 30m`), or leave `then` out")
    }
}

/// An `every` that does not come before its rung is over.
pub(crate) struct RepeatTooLong<'n> {
    pub(crate) rung: &'n Ident,
    pub(crate) every: Span,
    pub(crate) lasts: Option<Span>,
}

impl From<RepeatTooLong<'_>> for Diagnostic {
    fn from(RepeatTooLong { rung, every, lasts }: RepeatTooLong<'_>) -> Self {
        let title = format!("`{}` is over before it is called again", rung.node);
        let diagnostic = Diagnostic::error(codes::REPEAT_TOO_LONG, title, every);
        let diagnostic = match lasts {
            Some(lasts) => diagnostic.also(lasts, "so long it lasts"),
            None => diagnostic,
        };
        diagnostic.help("write a shorter `every`, or leave it out")
    }
}

/// An automatic rung that is not the first.
pub(crate) struct AutomaticLate<'n> {
    pub(crate) rung: &'n Ident,
}

impl From<AutomaticLate<'_>> for Diagnostic {
    fn from(AutomaticLate { rung }: AutomaticLate<'_>) -> Self {
        let title = format!("the automatic rung `{}` is not the first", rung.node);
        Diagnostic::error(codes::AUTOMATIC_LATE, title, rung.span)
            .note("playbooks begin when their alert's `at` says so, not when a rung is reached")
            .help("put it first, or give the rung a team")
    }
}
