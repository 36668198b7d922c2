//! The clauses of each block: a head that is aligned with the others', and a body.

use super::doc::Doc;
use super::layout::{Clause, bytes};
use super::texts;
use super::{Formatter, joined};
use crate::ast::{
    Absent, AlertClause, DefaultsClause, Expectation, Expr, Flapping, LabelDeclaration, Level, MetricClause,
    Segment, ServiceClause, TestClause,
};
use crate::span::Spanned;

/// Givens whose target is wider are not aligned with the others.
const TARGET_COLUMNS_MAX: usize = 60;

impl Formatter<'_> {
    pub(super) fn metric_clauses(&self, clauses: &[Spanned<MetricClause>]) -> Vec<Clause> {
        let clause = |clause: &MetricClause| match clause {
            MetricClause::Labels(labels) => ("labels", labels_list(labels)),
            MetricClause::Source(names) => {
                ("source", Doc::list(names.iter().map(|name| Doc::Text(texts::quoted(&name.node)))).align())
            }
            MetricClause::Every(time) => ("every", self.expression(time)),
            MetricClause::Stale(time) => ("stale", self.expression(time)),
            MetricClause::Forget(time) => ("forget", self.expression(time)),
            MetricClause::Merge(how) => ("merge", Doc::text(&how.node)),
            MetricClause::Range(from, to) => {
                ("range", Doc::Cat(vec![self.expression(from), Doc::text(".."), self.expression(to)]))
            }
            MetricClause::Buckets(bounds) => {
                ("buckets", Doc::list(bounds.iter().map(|bound| self.expression(bound))).align())
            }
        };
        with_heads(clauses, clause)
    }

    pub(super) fn service_clauses(&self, clauses: &[Spanned<ServiceClause>]) -> Vec<Clause> {
        with_heads(clauses, |clause| match clause {
            ServiceClause::Is(names) => ("is", Doc::Text(texts::comma_list(names))),
            ServiceClause::DependsOn(names) => ("depends on", Doc::Text(joined(names))),
            ServiceClause::Tier(tier) => ("tier", Doc::text(&tier.node.written)),
            ServiceClause::Owner(team) => ("owner", Doc::text(&team.node)),
        })
    }

    pub(super) fn defaults_clauses(&self, clauses: &[Spanned<DefaultsClause>]) -> Vec<Clause> {
        with_heads(clauses, |clause| match clause {
            DefaultsClause::Absent(absent) => ("absent", self.absent(absent)),
            DefaultsClause::Forget(time) => ("forget", self.expression(time)),
            DefaultsClause::Every(time) => ("every", self.expression(time)),
            DefaultsClause::Stale(time) => ("stale", self.expression(time)),
            DefaultsClause::Labels(labels) => ("labels", labels_list(labels)),
            DefaultsClause::Flapping(flapping) => ("flapping", self.flapping(flapping)),
            DefaultsClause::Autonomy(autonomy) => ("autonomy", Doc::text(&autonomy.node)),
        })
    }

    pub(super) fn alert_clauses(&self, clauses: &[Spanned<AlertClause>]) -> Vec<Clause> {
        with_heads(clauses, |clause| match clause {
            AlertClause::Level(level) => (level.severity.node.as_str(), self.level(level)),
            AlertClause::Absent(absent) => ("absent", self.absent(absent)),
            AlertClause::Says(text) => ("says", Doc::Text(self.text(text))),
            AlertClause::Runbook(text) => ("runbook", Doc::Text(self.text(text))),
            AlertClause::Service(name) => ("service", Doc::text(&name.node)),
            AlertClause::Flapping(flapping) => ("flapping", self.flapping(flapping)),
            AlertClause::Formerly(name) => ("formerly", Doc::text(&name.node)),
            AlertClause::At(reaction) => ("at", Doc::text(&reaction.level.node)),
        })
    }

    /// `when …  clear when …`; a `clear` that does not fit stands below its `when`.
    fn level(&self, level: &Level) -> Doc {
        let condition =
            |head: &str, expr: &Expr| Doc::Cat(vec![Doc::text(head), self.expression(expr).nest(2)]).align();
        let mut parts = vec![condition("when ", &level.when)];
        if let Some(clear) = &level.clear {
            parts.extend(self.comments_between(level.when.span, clear.span));
            parts.extend([Doc::Line(2), condition("clear when ", clear)]);
        }
        Doc::group(parts).align()
    }

    fn absent(&self, absent: &Absent) -> Doc {
        match absent {
            Absent::Clears => Doc::text("clears"),
            Absent::Holds => Doc::text("holds"),
            Absent::Becomes { after, level } => {
                Doc::text(format!("for {} is {}", self.expression(after).flat(), level.node))
            }
        }
    }

    fn flapping(&self, flapping: &Flapping) -> Doc {
        Doc::text(format!(
            "{} in {}",
            flapping.changes.node.written,
            self.expression(&flapping.within).flat()
        ))
    }

    /// Givens with their `is` in one column, expectations with their conditions in one.
    pub(super) fn test_clauses(&self, clauses: &[Spanned<TestClause>]) -> Vec<Clause> {
        let first = |clause: &TestClause| match clause {
            TestClause::Given { target, .. } => self.reference(target),
            TestClause::GivenEvent(_) => String::new(),
            TestClause::Expect(expectation) => self.expectation_head(expectation),
        };
        let is_given = |clause: &TestClause| matches!(clause, TestClause::Given { .. });
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
            TestClause::GivenEvent(_) => ("given", Doc::text("")),
            TestClause::Expect(expectation) => {
                let head = format!("{:expect_width$}  ", first(clause));
                ("expect", Doc::Cat(vec![Doc::Text(head), self.condition(expectation)]))
            }
        })
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
        Doc::Cat(parts)
    }

    fn expectation_head(&self, expectation: &Expectation) -> String {
        match expectation {
            Expectation::At(time, _) => format!("at {}", self.expression(time).flat()),
            Expectation::By(time, _) => format!("by {}", self.expression(time).flat()),
            Expectation::Within(from, to, _) => {
                format!("within {}..{}", self.expression(from).flat(), self.expression(to).flat())
            }
            Expectation::Never(_) => "never".to_owned(),
            Expectation::Only(_) => "only".to_owned(),
            Expectation::Event(..) => String::new(),
        }
    }

    fn condition(&self, expectation: &Expectation) -> Doc {
        match expectation {
            Expectation::At(_, condition)
            | Expectation::By(_, condition)
            | Expectation::Within(_, _, condition)
            | Expectation::Never(condition) => self.expression(condition).nest(2).align(),
            Expectation::Event(..) => Doc::text(""),
            Expectation::Only(conditions) => {
                Doc::list(conditions.iter().map(|condition| self.expression(condition))).align()
            }
        }
    }
}

fn with_heads<'c, T>(clauses: &'c [Spanned<T>], parts: impl Fn(&'c T) -> (&'c str, Doc)) -> Vec<Clause> {
    clauses
        .iter()
        .map(|clause| {
            let (head, body) = parts(&clause.node);
            Clause { bytes: bytes(clause.span), head: head.to_owned(), body }
        })
        .collect()
}

fn labels_list(labels: &[LabelDeclaration]) -> Doc {
    Doc::list(labels.iter().map(|label| Doc::Text(label_declaration(label)))).align()
}

fn label_declaration(label: &LabelDeclaration) -> String {
    let mut text = label.name.node.clone();
    if let Some(source) = &label.source {
        text.push_str(&format!(" = {}", texts::quoted(&source.node)));
    }
    if let Some(values) = &label.values {
        text.push_str(&format!(" in {}", texts::quoted_list(values)));
    }
    text
}
