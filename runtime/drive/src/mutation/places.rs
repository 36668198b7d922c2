//! Where policies can be changed, and into what.

use nvp_dsl::ast::{AlertClause, BinaryOp, Expr, ExprKind, ItemKind};
use nvp_dsl::ast::{PlaybookClause, StepClause};
use nvp_dsl::{SourceMap, Span};

use crate::load::PolicySet;

/// What is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// A threshold is moved by one unit.
    Threshold,
    /// A comparison is flipped.
    Comparison,
    /// A `for` is dropped.
    For,
}

/// A change of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutant {
    /// What kind it is.
    pub change: Change,
    /// What is replaced.
    pub span: Span,
    /// What stands there.
    pub was: String,
    /// What stands there instead.
    pub is: String,
    /// Whose it is: an alert, a derive, a constant, a playbook, by name.
    pub item: String,
}

/// All changes of a set's own files, in the order of the texts.
#[must_use]
pub fn mutants(set: &PolicySet) -> Vec<Mutant> {
    let mut found = Finding { sources: &set.sources, item: String::new(), mutants: Vec::new() };
    for file in set.files.iter().filter(|file| file.module.is_none()) {
        for item in &file.tree.items {
            found.item(&item.kind);
        }
    }
    found.mutants.sort_by_key(|mutant| (mutant.span.file, mutant.span.start, mutant.change));
    found.mutants
}

struct Finding<'s> {
    sources: &'s SourceMap,
    item: String,
    mutants: Vec<Mutant>,
}

impl Finding<'_> {
    fn item(&mut self, item: &ItemKind) {
        match item {
            ItemKind::Const(constant) => {
                self.item.clone_from(&constant.name.node);
                self.threshold(&constant.value);
                self.expression(&constant.value);
            }
            ItemKind::Derive(derive) => {
                self.item.clone_from(&derive.name.node);
                self.expression(&derive.value);
            }
            ItemKind::Function(function) => {
                self.item.clone_from(&function.name.node);
                self.expression(&function.body);
            }
            ItemKind::Alert(alert) => {
                self.item.clone_from(&alert.name.node);
                for clause in &alert.clauses {
                    let AlertClause::Level(level) = &clause.node else { continue };
                    self.expression(&level.when);
                    level.clear.iter().for_each(|clear| self.expression(clear));
                }
            }
            ItemKind::Playbook(playbook) => {
                self.item.clone_from(&playbook.name.node);
                playbook.clauses.iter().for_each(|clause| self.clause(&clause.node));
            }
            _ => {}
        }
    }

    fn clause(&mut self, clause: &PlaybookClause) {
        match clause {
            PlaybookClause::Let(_, value) | PlaybookClause::Require(value) => self.expression(value),
            PlaybookClause::Storm { when, .. } | PlaybookClause::Lift { when, .. } => self.expression(when),
            PlaybookClause::Verify { condition, needs, .. } => {
                self.expression(condition);
                needs.iter().for_each(|needs| self.expression(needs));
            }
            PlaybookClause::Step(step) => {
                for clause in &step.clauses {
                    if let StepClause::Check(condition, _) = &clause.node {
                        self.expression(condition);
                    }
                }
            }
            _ => {}
        }
    }

    fn expression(&mut self, expression: &Expr) {
        match &expression.kind {
            ExprKind::Binary(operator, left, right) => {
                if let Some(flipped) = flipped(operator.node) {
                    self.add(Change::Comparison, operator.span, flipped.to_owned());
                    self.threshold(left);
                    self.threshold(right);
                }
                self.expression(left);
                self.expression(right);
            }
            ExprKind::For(condition, time) => {
                let span = Span { start: condition.span.end, end: time.span.end, ..time.span };
                self.add(Change::For, span, String::new());
                self.expression(condition);
            }
            ExprKind::Unary(_, inner) | ExprKind::Paren(inner) | ExprKind::With(inner, _) => {
                self.expression(inner);
            }
            ExprKind::Ago(inner, _) => self.expression(inner),
            ExprKind::If(condition, then, otherwise) => {
                self.expression(condition);
                self.expression(then);
                otherwise.iter().for_each(|otherwise| self.expression(otherwise));
            }
            ExprKind::List(all) => all.iter().for_each(|each| self.expression(each)),
            ExprKind::Call(call) => {
                call.arguments.iter().for_each(|argument| self.expression(&argument.value))
            }
            ExprKind::Quantity(_)
            | ExprKind::Text(_)
            | ExprKind::Bool(_)
            | ExprKind::Now
            | ExprKind::Elided
            | ExprKind::Reference(_) => {}
        }
    }

    /// Moves a quantity by one unit, both ways.
    fn threshold(&mut self, expression: &Expr) {
        match &expression.kind {
            ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => self.threshold(inner),
            ExprKind::Quantity(_) => {
                for moved in moved(self.sources.text(expression.span)) {
                    self.add(Change::Threshold, expression.span, moved);
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, change: Change, span: Span, is: String) {
        let was = self.sources.text(span).to_owned();
        self.mutants.push(Mutant { change, span, was, is, item: self.item.clone() });
    }
}

/// The comparison the other way round.
fn flipped(operator: BinaryOp) -> Option<&'static str> {
    match operator {
        BinaryOp::Less => Some(">"),
        BinaryOp::LessOrEqual => Some(">="),
        BinaryOp::Greater => Some("<"),
        BinaryOp::GreaterOrEqual => Some("<="),
        BinaryOp::Equal => Some("!="),
        BinaryOp::NotEqual => Some("=="),
        _ => None,
    }
}

/// A quantity whose first number is one of its last digit's units more, and less: `90%` as `91%` and `89%`, `0.5` as `0.6` and `0.4`.
fn moved(written: &str) -> Vec<String> {
    let end = written.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(written.len());
    let (number, unit) = written.split_at(end);
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let Ok(value) = digits.parse::<u128>() else { return Vec::new() };
    let shown = |value: u128| {
        let digits = format!("{value:0width$}", width = decimals + 1);
        let (whole, fraction) = digits.split_at(digits.len() - decimals);
        let point = if fraction.is_empty() { "" } else { "." };
        format!("{whole}{point}{fraction}{unit}")
    };
    [value.checked_add(1), value.checked_sub(1)].into_iter().flatten().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn a_quantity_moves_by_its_last_digit() {
        assert_eq!(moved("90%"), ["91%", "89%"]);
        assert_eq!(moved("0.5"), ["0.6", "0.4"]);
        assert_eq!(moved("1.00GB"), ["1.01GB", "0.99GB"]);
        assert_eq!(moved("5m30s"), ["6m30s", "4m30s"]);
        assert_eq!(moved("0"), ["1"]);
        assert_eq!(moved(""), Vec::<String>::new());
    }
}
