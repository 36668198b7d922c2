//! Problems with calendars, maintenance and `incidents`.

use nvp_dsl::ast::Ident;
use nvp_dsl::diagnostic::Diagnostic;
use nvp_dsl::{Span, Spanned};

use super::{after, replace};
use crate::codes;

/// A zone that the database does not have.
pub(crate) struct UnknownZone<'n> {
    pub(crate) name: &'n Spanned<String>,
    pub(crate) near: Option<String>,
}

impl From<UnknownZone<'_>> for Diagnostic {
    fn from(UnknownZone { name, near }: UnknownZone<'_>) -> Self {
        let title = format!("there is no time zone `{}`", name.node);
        let diagnostic = Diagnostic::error(codes::UNKNOWN_ZONE, title, name.span);
        match near {
            Some(near) => diagnostic
                .help(format!("did you mean `{near}`?"))
                .fix(format!("write `{near}`"), vec![replace(name.span, format!("\"{near}\""))]),
            None => diagnostic
                .help("write an IANA name such as `\"Europe/Paris\"` or `\"UTC\"`, in capitals as there"),
        }
    }
}

/// A date that no calendar has.
pub(crate) struct NoSuchDate {
    pub(crate) span: Span,
}

impl From<NoSuchDate> for Diagnostic {
    fn from(NoSuchDate { span }: NoSuchDate) -> Self {
        Diagnostic::error(codes::NO_SUCH_DATE, "there is no such day", span)
            .help("write year, month and day: `2026-12-25`")
    }
}

/// Hours that begin before those written before them end.
pub(crate) struct HoursOutOfOrder {
    pub(crate) span: Span,
    /// The hours before; `None` where they begin after the end of the day.
    pub(crate) first: Option<Span>,
}

impl From<HoursOutOfOrder> for Diagnostic {
    fn from(HoursOutOfOrder { span, first }: HoursOutOfOrder) -> Self {
        let title = match first {
            Some(_) => "these hours begin before the hours before them end",
            None => "these hours begin when the day is over",
        };
        let diagnostic = Diagnostic::error(codes::HOURS_OUT_OF_ORDER, title, span);
        match first {
            Some(first) => diagnostic
                .also(first, "the hours before them")
                .help("write the hours of a day in order, and join those that overlap"),
            None => diagnostic.help("write `00:00` of the next day"),
        }
    }
}

/// A calendar that is never open.
pub(crate) struct NeverOpen<'n> {
    pub(crate) calendar: &'n Ident,
    /// Whether it has hours, all of which the clocks skip.
    pub(crate) skipped: bool,
}

impl From<NeverOpen<'_>> for Diagnostic {
    fn from(NeverOpen { calendar, skipped }: NeverOpen<'_>) -> Self {
        let title = format!("the calendar `{}` is never open", calendar.node);
        let diagnostic = Diagnostic::error(codes::NEVER_OPEN, title, calendar.span);
        match skipped {
            true => diagnostic
                .note("its clocks are moved on over these hours, so they do not exist")
                .help("choose other hours"),
            false => diagnostic
                .help("say when it is open: `open monday..friday 09:00..18:00`, or `also 2026-12-27`"),
        }
    }
}

/// A maintenance window that does not say what it covers, or when it is.
pub(crate) struct MaintenanceIncomplete<'n> {
    pub(crate) name: &'n Ident,
    /// The whole item, of which the last byte may be its brace.
    pub(crate) item: Span,
    /// Whether it says what it covers, and so not when.
    pub(crate) covers: bool,
}

impl From<MaintenanceIncomplete<'_>> for Diagnostic {
    fn from(MaintenanceIncomplete { name, item, covers }: MaintenanceIncomplete<'_>) -> Self {
        let title = match covers {
            true => format!("`{}` does not say when it is", name.node),
            false => format!("`{}` does not say what it covers", name.node),
        };
        let diagnostic = Diagnostic::error(codes::MAINTENANCE_INCOMPLETE, title, name.span);
        if covers {
            return diagnostic.help(
                "add `from 2026-12-01 22:00 to 2026-12-02 02:00 in \"Europe/Paris\"`, or `during` a calendar",
            );
        }
        let inside = Span { end: item.end.saturating_sub(1).max(item.start), ..item };
        diagnostic
            .help("add `covers service database`, `covers alert gateway_slow`, or `covers everything`")
            .fix("add `covers everything`", vec![after(inside, "  covers everything ")])
    }
}

/// Maintenance that ends when it begins.
pub(crate) struct MaintenanceEmpty {
    pub(crate) span: Span,
    /// Whether the clocks skip all of it.
    pub(crate) skipped: bool,
}

impl From<MaintenanceEmpty> for Diagnostic {
    fn from(MaintenanceEmpty { span, skipped }: MaintenanceEmpty) -> Self {
        let title = "the maintenance ends when it begins";
        let diagnostic = Diagnostic::error(codes::MAINTENANCE_EMPTY, title, span);
        match skipped {
            true => diagnostic
                .note("the clocks are moved on over this time, so it does not exist")
                .help("choose another time"),
            false => diagnostic.help("write a later end"),
        }
    }
}

/// `incidents` said a second time.
pub(crate) struct IncidentsTwice {
    pub(crate) span: Span,
    pub(crate) first: Span,
}

impl From<IncidentsTwice> for Diagnostic {
    fn from(IncidentsTwice { span, first }: IncidentsTwice) -> Self {
        Diagnostic::error(codes::INCIDENTS_TWICE, "a policy set says once how alerts become incidents", span)
            .here("again here")
            .also(first, "first here")
            .help("keep one of them")
    }
}
