//! The clauses of each block: a head that is aligned with the others', and a body.

use super::block::Clause;
use super::doc::Doc;
use super::layout::bytes;
use super::texts;
use super::{Formatter, joined};
use crate::ast::{
    Absent, AlertClause, DefaultsClause, Expr, Flapping, LabelDeclaration, Level, MetricClause, ServiceClause,
};
use crate::span::Spanned;

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
        let clause = |clause: &Spanned<AlertClause>| {
            let headed = |head: &str, body| Clause::headed(bytes(clause.span), head, body);
            match &clause.node {
                AlertClause::Level(level) => headed(&level.severity.node, self.level(level)),
                AlertClause::Absent(absent) => headed("absent", self.absent(absent)),
                AlertClause::Says(text) => headed("says", Doc::Text(self.text(text))),
                AlertClause::Runbook(text) => headed("runbook", Doc::Text(self.text(text))),
                AlertClause::Service(name) => headed("service", Doc::text(&name.node)),
                AlertClause::Flapping(flapping) => headed("flapping", self.flapping(flapping)),
                AlertClause::Formerly(name) => headed("formerly", Doc::text(&name.node)),
                AlertClause::At(reaction) => {
                    headed(&format!("at {}", reaction.level.node), self.reaction(reaction))
                }
            }
        };
        clauses.iter().map(clause).collect()
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
}

pub(super) fn with_heads<'c, T>(
    clauses: &'c [Spanned<T>],
    parts: impl Fn(&'c T) -> (&'c str, Doc),
) -> Vec<Clause> {
    clauses
        .iter()
        .map(|clause| {
            let (head, body) = parts(&clause.node);
            Clause::headed(bytes(clause.span), head, body)
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
