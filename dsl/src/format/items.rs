//! Each kind of item.

use super::block::{Block, Clause};
use super::doc::Doc;
use super::layout::{Unit, bytes};
use super::{BLOCK_INDENT, CONTINUATION_INDENT, Formatter, WIDTH, texts};
use crate::ast::{Alert, Expr, Function, Item, ItemKind, Metric, Parameter, Unit as UnitItem, UnitExpr};

impl Formatter<'_> {
    pub(super) fn item(&self, item: &Item) -> Unit {
        match &item.kind {
            ItemKind::Use(name) => self.line(item, Doc::text(format!("use {}", name.node))),
            ItemKind::Unit(unit) => self.line(item, unit_item(unit)),
            ItemKind::Severity(severity) => {
                self.line(item, Doc::text(format!("severity {} is {}", severity.name.node, severity.is.node)))
            }
            ItemKind::Const(constant) => {
                self.line(item, self.equation(format!("const {} =", constant.name.node), &constant.value))
            }
            ItemKind::Derive(derive) => {
                self.line(item, self.equation(format!("derive {} =", derive.name.node), &derive.value))
            }
            ItemKind::Function(function) => self.line(item, self.function(function)),
            ItemKind::Metric(metric) => {
                let clauses = self.metric_clauses(&metric.clauses);
                self.perhaps_block(item, Doc::Text(metric_header(metric)), clauses)
            }
            ItemKind::Service(service) => {
                let clauses = self.service_clauses(&service.clauses);
                self.perhaps_block(item, Doc::text(format!("service {}", service.name.node)), clauses)
            }
            ItemKind::Alert(alert) => {
                self.always_block(item, self.alert_header(alert), self.alert_clauses(&alert.clauses))
            }
            ItemKind::Defaults(defaults) => {
                self.always_block(item, Doc::text("defaults"), self.defaults_clauses(&defaults.clauses))
            }
            ItemKind::Team(team) => {
                let clauses = self.team_clauses(&team.clauses);
                self.perhaps_block(item, Doc::text(format!("team {}", team.name.node)), clauses)
            }
            ItemKind::Channel(channel) => {
                self.line(item, Doc::text(format!("channel {}", channel.name.node)))
            }
            ItemKind::Calendar(calendar) => {
                let zone = texts::quoted(&calendar.zone.node);
                let header = Doc::text(format!("calendar {} in {zone}", calendar.name.node));
                self.always_block(item, header, self.calendar_clauses(&calendar.clauses))
            }
            ItemKind::Maintenance(maintenance) => {
                let header = Doc::text(format!("maintenance {}", maintenance.name.node));
                self.always_block(item, header, self.maintenance_clauses(&maintenance.clauses))
            }
            ItemKind::Incidents(incidents) => {
                self.always_block(item, Doc::text("incidents"), self.incidents_clauses(&incidents.clauses))
            }
            ItemKind::Escalation(escalation) => {
                let header = Doc::text(format!("escalation {}", escalation.name.node));
                self.always_block(item, header, self.escalation_clauses(&escalation.clauses))
            }
            ItemKind::Provider(provider) => {
                let header = Doc::text(format!("provider {}", provider.name.node));
                self.always_block(item, header, self.provider_clauses(&provider.clauses))
            }
            ItemKind::Playbook(playbook) => {
                let header = signature(&playbook.name.node, &playbook.parameters);
                let clauses = self.playbook_clauses(&playbook.clauses);
                self.always_block(item, Doc::text(format!("playbook {header}")), clauses)
            }
            ItemKind::Test(test) => {
                let header = Doc::text(format!("test {}", texts::quoted(&test.name.node)));
                self.always_block(item, header, self.test_clauses(&test.clauses))
            }
        }
    }

    fn line(&self, item: &Item, doc: Doc) -> Unit {
        let bytes = bytes(item.span);
        Unit { own: bytes.clone(), bytes, text: doc.print(0, WIDTH) }
    }

    /// A block that may be left out is left out when it says nothing.
    fn perhaps_block(&self, item: &Item, header: Doc, clauses: Vec<Clause>) -> Unit {
        let inside = |brace| brace..bytes(item.span).end;
        let says_something = |brace| !clauses.is_empty() || self.comments_in(inside(brace)).next().is_some();
        match self.brace(item) {
            Some(brace) if says_something(brace) => self.always_block(item, header, clauses),
            _ => self.line(item, header),
        }
    }

    fn always_block(&self, item: &Item, header: Doc, clauses: Vec<Clause>) -> Unit {
        let bytes = bytes(item.span);
        let brace = self.brace(item).unwrap_or(bytes.end);
        self.block(Block { header, header_columns: 0, item: bytes, brace, clauses }, 0)
    }

    /// Where an item's block opens. INVARIANT (the block comes last): an item with a block ends with its brace.
    fn brace(&self, item: &Item) -> Option<usize> {
        let header_end = match &item.kind {
            ItemKind::Metric(metric) => {
                let unit = metric.unit.as_ref().map(|unit| unit.span);
                unit.or(metric.kind.as_ref().map(|kind| kind.span)).unwrap_or(metric.name.span).end
            }
            ItemKind::Service(service) => service.name.span.end,
            ItemKind::Alert(alert) => {
                alert.subject.as_ref().map_or(alert.name.span, |subject| subject.span).end
            }
            ItemKind::Test(test) => test.name.span.end,
            ItemKind::Calendar(calendar) => calendar.zone.span.end,
            _ => item.span.start,
        };
        self.brace_behind(header_end as usize, item.span.end as usize)
    }

    /// The first opening brace in a part of the source that is no part of a comment.
    pub(super) fn brace_behind(&self, start: usize, end: usize) -> Option<usize> {
        let mut at = start;
        loop {
            let rest = self.source.get(at..end)?;
            if let Some(brace) =
                rest.find('{').filter(|brace| !rest.get(..*brace).is_some_and(|gap| gap.contains('#')))
            {
                return Some(at + brace);
            }
            // a comment stands between: behind it
            at += rest.find('#')?;
            at += self.source.get(at..)?.find('\n')?;
        }
    }

    /// `derive x = …`; what does not fit behind the sign stands below it.
    fn equation(&self, head: String, value: &Expr) -> Doc {
        let value = Doc::Cat(vec![Doc::Line(1), self.expression(value)]);
        Doc::group(vec![Doc::Text(head), value.nest(BLOCK_INDENT)])
    }

    fn function(&self, function: &Function) -> Doc {
        let signature = signature(&function.name.node, &function.parameters);
        self.equation(format!("fn {signature} ="), &function.body)
    }

    fn alert_header(&self, alert: &Alert) -> Doc {
        let head = Doc::text(format!("alert {}", alert.name.node));
        match &alert.subject {
            None => head,
            Some(subject) => {
                let subject = self.expression(subject).nest(BLOCK_INDENT);
                let on = Doc::Cat(vec![Doc::Line(1), Doc::text("on "), subject]);
                Doc::group(vec![head, on.nest(CONTINUATION_INDENT)])
            }
        }
    }
}

fn unit_item(unit: &UnitItem) -> Doc {
    match &unit.equals {
        Some(equals) => Doc::text(format!("unit {} = {}", unit.name.node, equals.node.written)),
        None => Doc::text(format!("unit {}", unit.name.node)),
    }
}

/// `pool_size(db: text)`.
pub(super) fn signature(name: &str, parameters: &[Parameter]) -> String {
    let parameter =
        |parameter: &Parameter| format!("{}: {}", parameter.name.node, unit_expr(&parameter.unit));
    format!("{name}({})", parameters.iter().map(parameter).collect::<Vec<_>>().join(", "))
}

pub(super) fn unit_expr(unit: &UnitExpr) -> String {
    match &unit.under {
        Some(under) => format!("{}/{}", unit.over.node, under.node),
        None => unit.over.node.clone(),
    }
}

fn metric_header(metric: &Metric) -> String {
    let kind = metric.kind.as_ref().map(|kind| kind.node.clone());
    let unit = metric.unit.as_ref().map(unit_expr);
    let of = kind.into_iter().chain(unit).collect::<Vec<_>>().join(" of ");
    format!("metric {}: {of}", metric.name.node)
}
