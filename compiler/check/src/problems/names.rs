//! Problems with names.

use nvp_dsl::Span;
use nvp_dsl::ast::Ident;
use nvp_dsl::diagnostic::{Code, Diagnostic, Severity};

use super::{listed, replace};
use crate::checker::Missing;
use crate::codes;
use crate::library::Import;

/// A name that nothing in the set declares; which namespace it was looked up in decides the code.
pub(crate) struct Unknown<'n> {
    pub(crate) missing: Missing<'n>,
    /// The `use` that declares it.
    pub(crate) import: Option<Import>,
}

impl From<Unknown<'_>> for Diagnostic {
    fn from(problem: Unknown<'_>) -> Self {
        let Unknown { missing: Missing { code, what, name, span, near, help }, import } = problem;
        let mut diagnostic = Diagnostic::error(code, format!("there is no {what} `{name}`"), span)
            .here("not declared in this policy set");
        if let Some(near) = near {
            diagnostic = diagnostic
                .help(format!("did you mean `{near}`?"))
                .fix(format!("write `{near}`"), vec![replace(span, near)]);
        }
        if let Some(Import { module, kind, at, text, first }) = import {
            let add = format!("add `use {module}`");
            diagnostic = diagnostic
                .note(format!("the module `{module}` declares the {} `{name}`", kind.words()))
                .help(add.clone());
            // One `use` mends all that a file misses of a module.
            if first {
                diagnostic = diagnostic.fix(add, vec![replace(at, text)]);
            }
        }
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// Two declarations of one name.
pub(crate) struct Duplicate<'n> {
    /// `metric`, `unit`, …
    pub(crate) what: &'static str,
    pub(crate) name: &'n str,
    pub(crate) span: Span,
    pub(crate) first_what: &'static str,
    pub(crate) first: Span,
}

impl From<Duplicate<'_>> for Diagnostic {
    fn from(problem: Duplicate<'_>) -> Self {
        let Duplicate { what, name, span, first_what, first } = problem;
        let mut diagnostic =
            Diagnostic::error(codes::DUPLICATE_NAME, format!("`{name}` is declared twice"), span)
                .here(match what == first_what {
                    true => format!("this {what} again"),
                    false => format!("this {what} has the name of the {first_what}"),
                })
                .also(first, format!("the {first_what} `{name}`"))
                .help("give one of them another name");
        if what != first_what {
            diagnostic =
                diagnostic.note("metrics, derives, alerts, constants and functions share their names");
        }
        diagnostic
    }
}

/// Names that are defined by one another in a circle.
pub(crate) struct Cycle<'n> {
    pub(crate) code: Code,
    /// `is defined by`, `depends on`, `uses`.
    pub(crate) verb: &'static str,
    /// Each name with the place where it is declared, each needing the next and the last the first.
    pub(crate) members: Vec<(&'n str, Span)>,
}

impl From<Cycle<'_>> for Diagnostic {
    fn from(problem: Cycle<'_>) -> Self {
        const SHOWN_MAX: usize = 12;
        let Cycle { code, verb, members } = problem;
        let mut round: Vec<String> =
            members.iter().take(SHOWN_MAX).map(|(name, _)| format!("`{name}`")).collect();
        if members.len() > SHOWN_MAX {
            round.push(format!("{} more", members.len() - SHOWN_MAX));
        }
        round.extend(members.first().map(|(name, _)| format!("`{name}`")));
        let (name, span) = members.first().copied().unwrap_or_default();
        let title = if members.len() == 1 {
            format!("`{name}` {verb} itself")
        } else {
            format!("`{name}` {verb} itself in a circle")
        };
        let mut diagnostic = Diagnostic::error(code, title, span).here("the circle begins and ends here");
        for (name, span) in members.iter().skip(1).take(SHOWN_MAX) {
            diagnostic = diagnostic.also(*span, format!("then `{name}`"));
        }
        diagnostic
            .note(format!("the circle: {}", round.join(" → ")))
            .help("take one of these references away")
    }
}

/// A name of the wrong kind for its place.
pub(crate) struct WrongKind<'n> {
    pub(crate) name: &'n str,
    pub(crate) span: Span,
    /// `an alert`, `a function`, …
    pub(crate) is: &'static str,
    /// `a metric, a derive or a constant`
    pub(crate) wanted: &'static str,
    pub(crate) help: Option<String>,
}

impl From<WrongKind<'_>> for Diagnostic {
    fn from(problem: WrongKind<'_>) -> Self {
        let WrongKind { name, span, is, wanted, help } = problem;
        let diagnostic = Diagnostic::error(codes::WRONG_KIND_OF_NAME, format!("`{name}` is {is}"), span)
            .here(format!("{wanted} is wanted here"));
        match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }
}

/// A declaration under a name that the language has.
pub(crate) struct BuiltIn<'n> {
    pub(crate) what: &'static str,
    pub(crate) name: &'n Ident,
}

impl From<BuiltIn<'_>> for Diagnostic {
    fn from(BuiltIn { what, name }: BuiltIn<'_>) -> Self {
        Diagnostic::error(
            codes::BUILT_IN_NAME,
            format!("`{}` is {what} of the language", name.node),
            name.span,
        )
        .here("declared again here")
        .help("choose another name")
    }
}

/// The same thing twice in one list.
pub(crate) struct Repeated<'n> {
    /// `label`, `source`, `parameter`, …
    pub(crate) what: &'static str,
    pub(crate) name: &'n str,
    pub(crate) span: Span,
    pub(crate) first: Span,
}

impl From<Repeated<'_>> for Diagnostic {
    fn from(Repeated { what, name, span, first }: Repeated<'_>) -> Self {
        Diagnostic::error(codes::REPEATED_IN_LIST, format!("the {what} `{name}` is named twice"), span)
            .here("again here")
            .also(first, "first here")
            .help("take one of them away")
    }
}

/// Something that this version does not have.
pub(crate) struct NotYet<'n> {
    pub(crate) what: &'n str,
    pub(crate) span: Span,
}

impl From<NotYet<'_>> for Diagnostic {
    fn from(NotYet { what, span }: NotYet<'_>) -> Self {
        Diagnostic::error(codes::NOT_IN_THIS_VERSION, format!("{what} is not part of this version"), span)
            .help("say it with thresholds and windows")
    }
}

/// A word that is none of the few that can stand there.
pub(crate) struct UnknownWord<'n> {
    pub(crate) code: Code,
    /// `a kind of metric`, `a way to merge`, …
    pub(crate) what: &'static str,
    pub(crate) word: &'n Ident,
    pub(crate) known: &'static [&'static str],
    pub(crate) near: Option<String>,
}

impl From<UnknownWord<'_>> for Diagnostic {
    fn from(UnknownWord { code, what, word, known, near }: UnknownWord<'_>) -> Self {
        let diagnostic = Diagnostic::error(code, format!("`{}` is not {what}", word.node), word.span)
            .note(format!("there are {}", listed(known)));
        match near {
            Some(near) => diagnostic
                .help(format!("did you mean `{near}`?"))
                .fix(format!("write `{near}`"), vec![replace(word.span, near)]),
            None => diagnostic,
        }
    }
}

/// An expression, or the whole set once its functions are inlined, that grows too large.
pub(crate) struct TooLarge {
    pub(crate) span: Span,
    /// `is nested more than 100 deep`
    pub(crate) how: &'static str,
}

impl From<TooLarge> for Diagnostic {
    fn from(TooLarge { span, how }: TooLarge) -> Self {
        Diagnostic::error(codes::TOO_LARGE, format!("this expression {how}"), span)
            .help("give parts of it names with `derive`")
    }
}

/// An item that was not understood although nothing wrong was found with it.
pub(crate) struct Unchecked<'n> {
    pub(crate) name: &'n Ident,
    /// All of the item.
    pub(crate) item: Span,
}

impl From<Unchecked<'_>> for Diagnostic {
    fn from(Unchecked { name, item }: Unchecked<'_>) -> Self {
        Diagnostic::error(codes::NOT_CHECKED, format!("`{}` could not be checked", name.node), name.span)
            .also(item, "all of it")
            .note("the checker has a gap here: nothing is wrong with the policy as far as it can tell")
            .help("please report it with this item; saying the same in smaller parts (`derive`) may help meanwhile")
    }
}

/// A constant that nothing uses.
pub(crate) struct Unused<'n> {
    pub(crate) code: Code,
    /// `constant`, `function`, `unit`, `module`
    pub(crate) what: &'static str,
    pub(crate) name: &'n str,
    pub(crate) span: Span,
    /// All of the item.
    pub(crate) item: Span,
}

impl From<Unused<'_>> for Diagnostic {
    fn from(Unused { code, what, name, span, item }: Unused<'_>) -> Self {
        let title = if what == "module" {
            format!("nothing of the module `{name}` is used")
        } else {
            format!("the {what} `{name}` is never used")
        };
        Diagnostic::warning(code, title, span)
            .help("take it away")
            .fix("take it away", vec![replace(item, "")])
    }
}

/// A parameter, or what a `let` finds, that hides another name.
pub(crate) struct Shadowed<'n> {
    /// `parameter`, `value`
    pub(crate) is: &'static str,
    /// `function`, `playbook`
    pub(crate) inside: &'static str,
    pub(crate) name: &'n Ident,
    /// `the metric`, `the constant`, …
    pub(crate) what: &'static str,
    pub(crate) hidden: Span,
}

impl From<Shadowed<'_>> for Diagnostic {
    fn from(Shadowed { is, inside, name, what, hidden }: Shadowed<'_>) -> Self {
        Diagnostic::warning(
            codes::SHADOWED,
            format!("the {is} `{}` hides the {what} of the same name", name.node),
            name.span,
        )
        .also(hidden, format!("hidden inside the {inside}"))
        .help(format!("give the {is} another name"))
    }
}

/// More problems than are shown.
pub(crate) struct MoreNotShown {
    severity: Severity,
    count: usize,
    shown: usize,
    /// The last one that is shown.
    last: Span,
}

impl MoreNotShown {
    pub(crate) fn errors(count: usize, shown: usize, last: Span) -> Self {
        Self { severity: Severity::Error, count, shown, last }
    }

    pub(crate) fn warnings(count: usize, shown: usize, last: Span) -> Self {
        Self { severity: Severity::Warning, count, shown, last }
    }
}

impl From<MoreNotShown> for Diagnostic {
    fn from(MoreNotShown { severity, count, shown, last }: MoreNotShown) -> Self {
        let what = if severity == Severity::Error { "errors" } else { "warnings" };
        let title = format!("{count} more {what} are not shown");
        let code = nvp_dsl::codes::TOO_MANY_ERRORS;
        Diagnostic { severity, ..Diagnostic::error(code, title, last) }
            .here("the last place shown")
            .note(format!("the first {shown} are shown"))
            .help("mend those first")
    }
}
