//! A bounded list of diagnostics: a file of nothing but mistakes must not cost memory without bound.

use super::DIAGNOSTICS_MAX;
use crate::diagnostic::Diagnostic;

/// The first diagnostics found, and how many more there were.
#[derive(Debug, Default)]
pub(super) struct Findings {
    kept: Vec<Diagnostic>,
    left_out: usize,
}

impl Findings {
    pub(super) fn add(&mut self, diagnostic: Diagnostic) {
        if self.is_full() {
            self.left_out += 1;
        } else {
            self.kept.push(diagnostic);
        }
    }

    /// Counts one that is not worth the work of telling.
    pub(super) fn count_one(&mut self) {
        self.left_out += 1;
    }

    pub(super) fn is_full(&self) -> bool {
        self.kept.len() >= DIAGNOSTICS_MAX
    }

    pub(super) fn kept(&self) -> &[Diagnostic] {
        &self.kept
    }

    /// Both lists as one in the order of places, each diagnostic once; and how many are left out.
    pub(super) fn merged(self, other: Self) -> (Vec<Diagnostic>, usize) {
        let mut all = [self.kept, other.kept].concat();
        all.sort_by(|a, b| (a.primary.span, a.code, &a.title).cmp(&(b.primary.span, b.code, &b.title)));
        all.dedup();
        let cut = all.len().saturating_sub(DIAGNOSTICS_MAX);
        all.truncate(DIAGNOSTICS_MAX);
        (all, self.left_out + other.left_out + cut)
    }
}
