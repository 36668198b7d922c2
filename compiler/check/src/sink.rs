//! Where diagnostics are gathered: each problem once, with the call it came through, in a fixed order.

use nvp_dsl::diagnostic::{Diagnostic, Severity};
use nvp_dsl::{Code, Span};
use rustc_hash::FxHashSet;

use crate::lost::Lost;
use crate::problems::names::MoreNotShown;

/// More than this many errors, or warnings, help nobody, and each costs memory.
const DIAGNOSTICS_MAX: usize = 10_000;

/// How many there are of each severity.
#[derive(Debug, Default)]
struct Shown {
    errors: usize,
    warnings: usize,
}

impl Shown {
    fn of(&mut self, severity: Severity) -> &mut usize {
        match severity {
            Severity::Error => &mut self.errors,
            Severity::Warning => &mut self.warnings,
        }
    }
}

/// The diagnostics of one check.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    diagnostics: Vec<Diagnostic>,
    seen: FxHashSet<(Code, Span)>,
    calls: Vec<Span>,
    errors: usize,
    shown: Shown,
    left_out: Shown,
    labels_unknown: bool,
    lost: Lost,
}

impl Sink {
    /// A list for files of which these parts could not be read.
    pub(crate) fn with_lost(lost: Lost) -> Self {
        Self { lost, ..Self::default() }
    }

    /// What the files of the set lost.
    pub(crate) fn lost(&self) -> &Lost {
        &self.lost
    }

    /// Counts an error that follows from one that the parser has told.
    pub(crate) fn hold_back(&mut self) {
        self.errors += 1;
    }

    /// Adds a problem unless the same one was found at the same place before.
    pub(crate) fn report(&mut self, problem: impl Into<Diagnostic>) {
        let mut diagnostic = problem.into();
        // In a function's own text the parameters' labels are not known yet: the calls will tell.
        if self.labels_unknown && diagnostic.code.0.starts_with("E04") {
            return;
        }
        self.errors += usize::from(diagnostic.severity == Severity::Error);
        if self.lost.cut_short(diagnostic.primary.span) {
            return;
        }
        if !self.seen.insert((diagnostic.code, diagnostic.primary.span)) {
            return;
        }
        // Counted apart, so that no number of warnings hides an error.
        let shown = self.shown.of(diagnostic.severity);
        if *shown >= DIAGNOSTICS_MAX {
            *self.left_out.of(diagnostic.severity) += 1;
            return;
        }
        *shown += 1;
        if let Some(call) = self.calls.first() {
            diagnostic = diagnostic.also(*call, "called from here");
            // What mends this call may spoil another.
            diagnostic.fix = None;
        }
        self.diagnostics.push(diagnostic);
    }

    /// Adds problems that were gathered.
    pub(crate) fn report_all(&mut self, problems: Vec<Diagnostic>) {
        problems.into_iter().for_each(|problem| self.report(problem));
    }

    /// Whether an error was found, here or by the parser.
    pub(crate) fn refused(&self) -> bool {
        self.errors > 0 || !self.lost.is_empty()
    }

    /// How many errors were found, the same one each time it was met.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// What follows was reached through a call.
    pub(crate) fn enter_call(&mut self, call: Span) {
        self.calls.push(call);
    }

    /// Back to where the call stands.
    pub(crate) fn leave_call(&mut self) {
        self.calls.pop();
    }

    /// Whether labels are unknown from now on: problems with them are then not reported.
    pub(crate) fn set_labels_unknown(&mut self, unknown: bool) {
        self.labels_unknown = unknown;
    }

    /// Whether labels are unknown now.
    pub(crate) fn labels_unknown(&self) -> bool {
        self.labels_unknown
    }

    /// All diagnostics by file, place and code.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort_by_key(|found| {
            let span = found.primary.span;
            (span.file, span.start, found.code, span.end)
        });
        let last = self.diagnostics.last().map(|found| found.primary.span).unwrap_or_default();
        let Shown { errors, warnings } = self.left_out;
        if errors > 0 {
            self.diagnostics.push(MoreNotShown::errors(errors, DIAGNOSTICS_MAX, last).into());
        }
        if warnings > 0 {
            self.diagnostics.push(MoreNotShown::warnings(warnings, DIAGNOSTICS_MAX, last).into());
        }
        self.diagnostics
    }
}
