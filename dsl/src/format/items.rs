//! Each kind of item.

use super::doc::Doc;
use super::layout::{Block, Clause, Unit, bytes};
use super::{BLOCK_INDENT, CONTINUATION_INDENT, Formatter, WIDTH, texts};
use crate::ast::{Alert, Expr, Function, Item, ItemKind, Metric, Unit as UnitItem, UnitExpr};

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
            ItemKind::Team(_)
            | ItemKind::Channel(_)
            | ItemKind::Calendar(_)
            | ItemKind::Maintenance(_)
            | ItemKind::Incidents(_)
            | ItemKind::Escalation(_)
            | ItemKind::Provider(_)
            | ItemKind::Playbook(_) => self.as_written(item),
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

    fn as_written(&self, item: &Item) -> Unit {
        let bytes = bytes(item.span);
        Unit { own: bytes.start..bytes.start, bytes, text: self.written(item.span).to_owned() }
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
        self.block(Block { header, item: bytes, brace, clauses })
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
            _ => item.span.start,
        };
        let mut at = header_end as usize;
        loop {
            let rest = self.source.get(at..item.span.end as usize)?;
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
        let parameters: Vec<String> = function
            .parameters
            .iter()
            .map(|parameter| format!("{}: {}", parameter.name.node, unit_expr(&parameter.unit)))
            .collect();
        self.equation(format!("fn {}({}) =", function.name.node, parameters.join(", ")), &function.body)
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

fn unit_expr(unit: &UnitExpr) -> String {
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
