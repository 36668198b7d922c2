//! `playbook`: guards in one column, a step a block, and what answers its end.

use super::block::{Block, Clause};
use super::clauses::with_heads;
use super::doc::Doc;
use super::layout::bytes;
use super::{BLOCK_INDENT, Formatter, WIDTH};
use crate::ast::{Answer, Expr, LimitPart, PlaybookClause, Step, StepClause};
use crate::span::{Span, Spanned};

impl Formatter<'_> {
    pub(super) fn playbook_clauses(&self, clauses: &[Spanned<PlaybookClause>]) -> Vec<Clause> {
        let mut made: Vec<Clause> = clauses.iter().map(|clause| self.playbook_clause(clause)).collect();
        for steps in made.chunk_by_mut(|a, b| self.is_one_line(a) && self.is_one_line(b)) {
            align_braces(steps);
        }
        made
    }

    /// Whether the clause is a step that stands on one line.
    fn is_one_line(&self, clause: &Clause) -> bool {
        clause.block_alone().is_some_and(|block| self.one_line(block, BLOCK_INDENT).is_some())
    }

    fn playbook_clause(&self, clause: &Spanned<PlaybookClause>) -> Clause {
        let headed = |head: &str, doc| Clause::headed(bytes(clause.span), head, doc);
        match &clause.node {
            PlaybookClause::Let(name, value) => {
                let value = Doc::Cat(vec![Doc::Line(1), self.expression(value)]).nest(BLOCK_INDENT);
                let body = Doc::group(vec![Doc::text("="), value]);
                headed(&format!("let {}", name.node), body).in_run(1)
            }
            PlaybookClause::Step(step) => Clause::nested(bytes(clause.span), self.step(step, clause.span)),
            PlaybookClause::OnSuccess(answers) => self.answers("on success", answers, clause.span),
            PlaybookClause::OnFailure(answers) => self.answers("on failure", answers, clause.span),
            PlaybookClause::Require(condition) => {
                headed("require", self.expression(condition).nest(2).align())
            }
            PlaybookClause::Limit(parts) => {
                let parts = parts.iter().map(|part| self.limit_part(&part.node));
                headed("limit", Doc::list(parts).align())
            }
            PlaybookClause::Breaker { failures, within, holds } => {
                let body = vec![
                    Doc::text(format!("{} in ", failures.node.written)),
                    self.expression(within),
                    Doc::text(" holds "),
                    self.expression(holds),
                ];
                headed("breaker", Doc::Cat(body))
            }
            PlaybookClause::Storm { when, holds } => {
                headed("storm when", self.condition(when, &[(1, "holds ", holds)]))
            }
            PlaybookClause::Autonomy(autonomy) => headed("autonomy", Doc::text(&autonomy.node)),
            PlaybookClause::Approved(team, why) => {
                headed("approved", Doc::text(format!("by {} {}", team.node, self.text(why))))
            }
            PlaybookClause::Approval(team, within) => {
                let mut body = vec![Doc::text(format!("by {}", team.node))];
                if let Some(within) = within {
                    body.extend([Doc::text(" within "), self.expression(within)]);
                }
                headed("approval", Doc::Cat(body))
            }
            PlaybookClause::Verify { condition, within, needs } => {
                let mut then = vec![(1, "within ", within)];
                then.extend(needs.as_ref().map(|needs| (2, "needs ", needs)));
                headed("verify", self.condition(condition, &then))
            }
            PlaybookClause::Lift { when, at_latest } => {
                headed("lift when", self.condition(when, &[(2, "at latest ", at_latest)]))
            }
            PlaybookClause::Formerly(name) => headed("formerly", Doc::text(&name.node)),
        }
    }

    /// A condition and what follows it, each with the blanks before it; on lines of their own if not all of it fits on one.
    fn condition(&self, condition: &Expr, then: &[(usize, &str, &Expr)]) -> Doc {
        let mut parts = vec![self.expression(condition).nest(2)];
        for (blanks, word, expr) in then {
            let follows = Doc::Cat(vec![Doc::text(*word), self.expression(expr).nest(2)]);
            parts.extend([Doc::Line(*blanks), follows]);
        }
        Doc::group(parts).align()
    }

    fn limit_part(&self, part: &LimitPart) -> Doc {
        let (head, tail) = match part {
            LimitPart::Per { runs, parameter, every } => {
                (format!("{} per {} every ", runs.node.written, parameter.node), every)
            }
            LimitPart::Every { runs, every } => (format!("at most {} every ", runs.node.written), every),
            LimitPart::Share { share, of } => (format!("at most {} of ", share.node.written), of),
            LimitPart::AtOnce(runs) => {
                return Doc::text(format!("at most {} at once", runs.node.written));
            }
        };
        Doc::Cat(vec![Doc::Text(head), self.expression(tail)])
    }

    fn answers(&self, head: &str, answers: &[Spanned<Answer>], span: Span) -> Clause {
        let item = bytes(span);
        let brace = self.brace_behind(item.start, item.end).unwrap_or(item.end);
        let clauses = with_heads(answers, |answer| match answer {
            Answer::Notify { team, severity } => {
                ("notify", Doc::text(format!("{} at {}", team.node, severity.node)))
            }
            Answer::Ticket { channel, says } => {
                ("ticket", Doc::text(format!("{} {}", channel.node, self.text(says))))
            }
            Answer::EscalateTo(rung) => ("escalate", Doc::text(format!("to {}", rung.node))),
        });
        let header = Doc::text("");
        Clause::headed_block(item.clone(), head, Block { header, header_columns: 0, item, brace, clauses })
    }

    fn step(&self, step: &Step, span: Span) -> Block {
        let item = bytes(span);
        let brace = self.brace_behind(step.name.span.end as usize, item.end).unwrap_or(item.end);
        let header = Doc::text(format!("step {}", step.name.node));
        Block { header, header_columns: 0, item, brace, clauses: self.step_clauses(&step.clauses) }
    }

    /// `retry` stands behind its `timeout`, if it follows it.
    fn step_clauses(&self, clauses: &[Spanned<StepClause>]) -> Vec<Clause> {
        let mut made = Vec::new();
        let mut rest = clauses.iter().peekable();
        while let Some(clause) = rest.next() {
            let (head, mut body) = self.step_clause(&clause.node);
            let mut range = bytes(clause.span);
            let timeout = matches!(clause.node, StepClause::Timeout(_));
            let follows = |next: &&Spanned<StepClause>| {
                let between = range.end..next.span.start as usize;
                timeout
                    && matches!(next.node, StepClause::Retry(_))
                    && self.comments_in(between).next().is_none()
            };
            if let Some(retry) = rest.next_if(follows) {
                let (_, times) = self.step_clause(&retry.node);
                range.end = retry.span.end as usize;
                body = Doc::Cat(vec![body, Doc::text("  retry "), times]);
            }
            made.push(Clause::headed(range, head, body));
        }
        made
    }

    fn step_clause(&self, clause: &StepClause) -> (&'static str, Doc) {
        match clause {
            StepClause::Each { name, list, at_most } => {
                let parts = vec![
                    Doc::text(format!("{} in ", name.node)),
                    self.expression(list),
                    Doc::text(format!(" at most {}", at_most.node.written)),
                ];
                ("each", Doc::Cat(parts))
            }
            StepClause::Do(call) => ("do", self.call(call).align()),
            StepClause::Timeout(time) => ("timeout", self.expression(time)),
            StepClause::Retry(times) => ("retry", Doc::text(&times.node.written)),
            StepClause::Check(condition, within) => {
                let within: Vec<_> = within.iter().map(|within| (1, "within ", within)).collect();
                ("check", self.condition(condition, &within))
            }
            StepClause::Keep(why) => ("keep", Doc::Text(self.text(why))),
        }
    }
}

/// Gives steps below one another that stand on one line each their braces in one column, if they all fit so.
fn align_braces(steps: &mut [Clause]) {
    let header = |block: &Block| block.header.flat().chars().count();
    let widest = steps.iter().filter_map(Clause::block_alone).map(header).max().unwrap_or_default();
    let fits = |block: &Block| BLOCK_INDENT + block.flat(widest).chars().count() <= WIDTH;
    if steps.iter().filter_map(Clause::block_alone).all(fits) {
        steps.iter_mut().for_each(|step| step.widen_header(widest));
    }
}
