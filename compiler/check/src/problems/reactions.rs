//! Problems with what alerts do.

use nvp_dsl::Span;
use nvp_dsl::ast::Ident;
use nvp_dsl::diagnostic::Diagnostic;

use super::{listed, replace};
use crate::codes;

/// A ladder that an alert escalates twice.
pub(crate) struct LadderTwice<'n> {
    pub(crate) alert: &'n str,
    pub(crate) ladder: &'n str,
    pub(crate) span: Span,
    pub(crate) first: Span,
}

impl From<LadderTwice<'_>> for Diagnostic {
    fn from(LadderTwice { alert, ladder, span, first }: LadderTwice<'_>) -> Self {
        Diagnostic::error(codes::LADDER_TWICE, format!("`{alert}` escalates `{ladder}` twice"), span)
            .here("again here")
            .also(first, "first here")
            .note(
                "a ladder runs once for an incident; a graver level is told to the rung that it has reached",
            )
            .help("keep the milder level, or name another ladder")
    }
}

/// `escalate to` a rung that no ladder of the alerts which run the playbook has.
pub(crate) struct EscalatesNowhere<'n> {
    pub(crate) rung: &'n Ident,
    pub(crate) playbook: &'n str,
    /// The rungs there are.
    pub(crate) rungs: &'n [&'n str],
    /// Whether an alert that runs it has a ladder.
    pub(crate) has_ladder: bool,
    pub(crate) near: Option<String>,
}

impl From<EscalatesNowhere<'_>> for Diagnostic {
    fn from(EscalatesNowhere { rung, playbook, rungs, has_ladder, near }: EscalatesNowhere<'_>) -> Self {
        let title = match has_ladder {
            true => format!("no ladder of the alerts that run `{playbook}` has a rung `{}`", rung.node),
            false => format!("no alert that runs `{playbook}` has a ladder"),
        };
        let diagnostic = Diagnostic::error(codes::ESCALATES_NOWHERE, title, rung.span);
        match near {
            Some(near) => diagnostic
                .help(format!("did you mean `{near}`?"))
                .fix(format!("write `{near}`"), vec![replace(rung.span, near)]),
            None if rungs.is_empty() => {
                diagnostic.help("add a clause such as `at red escalate standard` to the alert")
            }
            None => diagnostic.help(format!("there are {}", listed(rungs))),
        }
    }
}
