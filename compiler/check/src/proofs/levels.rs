//! Levels against one another, and each `when` against its `clear when`.

use super::conditions::{enclose, subjects, without_for};
use super::intervals::Numbers;
use super::{Prover, shown};
use crate::problems::proofs::{ClearUnreachable, ClearWrongSide, LevelsInverted};
use crate::set::Unproved;
use crate::tree;
use crate::typed::{Alert, Expr, Level, SeverityId};

impl Prover<'_> {
    /// Proves what it can of an alert's levels.
    pub(super) fn levels(&mut self, alert: &Alert) {
        let levels: Vec<(&Level, &Expr)> =
            alert.levels.iter().filter_map(|level| Some((level, level.when.as_ref()?))).collect();
        for (place, milder) in levels.iter().enumerate() {
            for worse in levels.iter().skip(place + 1) {
                self.pair(alert, *milder, *worse);
            }
        }
        for (level, when) in &levels {
            if let Some(clear) = &level.clear {
                self.clear(level, when, clear);
            }
        }
    }

    fn pair(
        &mut self,
        alert: &Alert,
        (milder, milder_when): (&Level, &Expr),
        (worse, worse_when): (&Level, &Expr),
    ) {
        let (milder_condition, milder_ms) = without_for(milder_when);
        let (worse_condition, worse_ms) = without_for(worse_when);
        // The same thresholds with a longer `for` are a ladder, and a good one.
        if worse_ms > milder_ms {
            return;
        }
        let mut apart = false;
        for subject in subjects(milder_condition).intersection(&subjects(worse_condition)) {
            let (in_milder, in_worse) =
                (enclose(milder_condition, subject), enclose(worse_condition, subject));
            let implied = in_milder.perhaps.within(&in_worse.sure);
            if implied && let Some(witness) = in_milder.perhaps.witness() {
                let equal = milder_ms == worse_ms && in_worse.perhaps.within(&in_milder.sure);
                let like = find(milder_condition, subject).unwrap_or(milder_condition);
                self.found.push(
                    LevelsInverted {
                        alert: &alert.name,
                        milder: self.severity_name(milder.severity),
                        milder_span: milder_when.span,
                        worse: self.severity_name(worse.severity),
                        worse_span: worse_when.span,
                        equal,
                        witness: shown(witness, like),
                    }
                    .into(),
                );
                return;
            }
            apart |= !in_milder.sure.within(&in_worse.perhaps);
        }
        if !apart {
            let (milder, worse) = (self.severity_name(milder.severity), self.severity_name(worse.severity));
            self.unproved.push(Unproved {
                span: milder_when.span,
                what: format!("whether `{milder}` of `{}` can be seen before `{worse}`", alert.name),
            });
        }
    }

    fn clear(&mut self, level: &Level, when: &Expr, clear: &Expr) {
        let name = self.severity_name(level.severity).to_owned();
        let (when_condition, _) = without_for(when);
        let (clear_condition, _) = without_for(clear);
        let mut met = false;
        for subject in subjects(clear_condition) {
            let in_clear = enclose(clear_condition, subject);
            let like = find(clear_condition, subject).unwrap_or(clear_condition);
            let possible =
                self.range(like).map_or_else(Numbers::all, |range| Numbers::closed(range.low, range.high));
            if in_clear.perhaps.intersect(&possible).is_empty() {
                // A single comparison outside the range has been reported as such.
                if !in_clear.perhaps.is_empty() && super::conditions::with_constant(clear_condition).is_some()
                {
                    return;
                }
                self.found.push(ClearUnreachable { level: &name, clear: clear.span }.into());
                return;
            }
            let in_when = enclose(when_condition, subject);
            let both = in_clear.sure.intersect(&in_when.sure).intersect(&possible);
            // Touching ends (`>= 90%`, `<= 90%`) do no harm.
            let overlap = both.has_breadth() || in_clear.perhaps.within(&in_when.sure);
            if let (true, Some(witness)) = (overlap, both.witness()) {
                let witness = shown(witness, like);
                self.found.push(
                    ClearWrongSide { level: &name, when: when.span, clear: clear.span, witness }.into(),
                );
                return;
            }
            met |= !in_clear.perhaps.intersect(&in_when.perhaps).has_breadth();
        }
        if !met {
            let what = format!("whether `when` and `clear when` of `{name}` can hold at once");
            self.unproved.push(Unproved { span: clear.span, what });
        }
    }

    fn severity_name(&self, id: SeverityId) -> &str {
        self.policy.severities.get(id.0).map(|severity| severity.name.as_str()).unwrap_or_default()
    }
}

/// The expression of a text inside a condition.
fn find<'e>(condition: &'e Expr, text: &str) -> Option<&'e Expr> {
    let mut todo = vec![condition];
    while let Some(expr) = todo.pop() {
        if expr.text == text {
            return Some(expr);
        }
        tree::children(expr, &mut |child| todo.push(child));
    }
    None
}
