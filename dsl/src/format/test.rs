//! Tests: givens with their outcomes in one column, expectations with what is expected in one.

use super::Formatter;
use super::block::Clause;
use super::clauses::with_heads;
use super::doc::Doc;
use crate::ast::{Event, Expectation, ExpectedWhen, GivenEvent, Segment, TestClause, WriteEnds};
use crate::span::Spanned;

/// Givens whose target is wider are not aligned with the others.
const TARGET_COLUMNS_MAX: usize = 60;

impl Formatter<'_> {
    pub(super) fn test_clauses(&self, clauses: &[Spanned<TestClause>]) -> Vec<Clause> {
        let first = |clause: &TestClause| match clause {
            TestClause::Given { target, .. } | TestClause::GivenEvent(GivenEvent::Write { target, .. }) => {
                self.reference(target)
            }
            TestClause::GivenEvent(GivenEvent::Person { deed, of, .. }) => {
                format!("{} of {}", deed.node, self.reference(of))
            }
            TestClause::Expect(expectation) => self.expectation_head(expectation),
        };
        let is_given = |clause: &TestClause| !matches!(clause, TestClause::Expect(_));
        let width = |given: bool| {
            let widths = clauses.iter().filter(|clause| is_given(&clause.node) == given);
            let widths = widths.map(|clause| first(&clause.node).chars().count());
            widths.filter(|width| *width <= TARGET_COLUMNS_MAX).max().unwrap_or_default()
        };
        let (given_width, expect_width) = (width(true), width(false));
        with_heads(clauses, |clause| match clause {
            TestClause::Given { segments, .. } => {
                let target = format!("{:given_width$} is ", first(clause));
                ("given", Doc::Cat(vec![Doc::Text(target), self.segments(segments).nest(2)]).align())
            }
            TestClause::GivenEvent(event) => {
                let text = format!("{:given_width$} {}", first(clause), self.given_event(event));
                ("given", Doc::Text(text))
            }
            TestClause::Expect(expectation) => {
                let head = format!("{:expect_width$}  ", first(clause));
                ("expect", Doc::Cat(vec![Doc::Text(head), self.expected(expectation)]))
            }
        })
    }

    /// What follows the write, or the deed and whom it concerns.
    fn given_event(&self, event: &GivenEvent) -> String {
        match event {
            GivenEvent::Write { ends, after, .. } => {
                let ends = match ends {
                    WriteEnds::Succeeds => "succeeds",
                    WriteEnds::Fails => "fails",
                    WriteEnds::Hangs => "hangs",
                    WriteEnds::Lies => "lies",
                };
                let after = after.as_ref().map(|after| format!(" after {}", self.expression(after).flat()));
                format!("{ends}{}", after.unwrap_or_default())
            }
            GivenEvent::Person { at, lasts, .. } => {
                let lasts = lasts.as_ref().map(|lasts| format!(" for {}", self.expression(lasts).flat()));
                format!("at {}{}", self.expression(at).flat(), lasts.unwrap_or_default())
            }
        }
    }

    fn segments(&self, segments: &[Segment]) -> Doc {
        let then = |(index, segment): (usize, &Segment)| {
            let word = if index == 0 { "" } else { "then " };
            Doc::Cat(vec![Doc::text(word), self.segment(segment)])
        };
        Doc::list(segments.iter().enumerate().map(then))
    }

    fn segment(&self, segment: &Segment) -> Doc {
        let mut parts = match &segment.value {
            Some(value) => vec![self.expression(value)],
            None => vec![Doc::text("missing")],
        };
        if let Some(to) = &segment.to {
            parts.extend([Doc::text(" to "), self.expression(to)]);
        }
        if let Some(lasts) = &segment.lasts {
            parts.extend([Doc::text(" for "), self.expression(lasts)]);
        }
        if let Some(until) = &segment.until {
            let answered = if until.is_undone { "undone" } else { "done" };
            parts.push(Doc::text(format!(" until {} {answered}", until.step.node)));
        }
        Doc::Cat(parts)
    }

    fn expectation_head(&self, expectation: &Expectation) -> String {
        let time = |time| self.expression(time).flat();
        match expectation {
            Expectation::At(at, _) | Expectation::Event(ExpectedWhen::At(at), _) => {
                format!("at {}", time(at))
            }
            Expectation::By(by, _) | Expectation::Event(ExpectedWhen::By(by), _) => {
                format!("by {}", time(by))
            }
            Expectation::Within(from, to, _) | Expectation::Event(ExpectedWhen::Within(from, to), _) => {
                format!("within {}..{}", time(from), time(to))
            }
            Expectation::Never(_) | Expectation::Event(ExpectedWhen::Never, _) => "never".to_owned(),
            Expectation::Only(_) => "only".to_owned(),
        }
    }

    fn expected(&self, expectation: &Expectation) -> Doc {
        match expectation {
            Expectation::At(_, condition)
            | Expectation::By(_, condition)
            | Expectation::Within(_, _, condition)
            | Expectation::Never(condition) => self.expression(condition).nest(2).align(),
            Expectation::Event(_, event) => Doc::Text(self.event(event)),
            Expectation::Only(conditions) => {
                Doc::list(conditions.iter().map(|condition| self.expression(condition))).align()
            }
        }
    }

    fn event(&self, event: &Event) -> String {
        match event {
            Event::Escalation(rung) => format!("escalation {}", rung.node),
            Event::Page(team, None) => format!("page {}", team.node),
            Event::Page(team, Some(channel)) => format!("page {} by {}", team.node, channel.node),
            Event::Notice(team) => format!("notice {}", team.node),
            Event::Ticket(channel) => format!("ticket {}", channel.node),
            Event::Step(step, end) => format!("step {} {}", step.node, end.node),
            Event::Incident(of, state) => format!("incident {} {}", of.node, state.node),
            Event::Playbook(playbook, end) => format!("{} {}", self.reference(playbook), end.node),
        }
    }
}
