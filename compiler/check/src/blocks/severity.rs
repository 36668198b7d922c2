//! `severity red is critical`, mildest first.

use nvp_plan::response::incident;

use crate::checker::{Checker, Missing};
use crate::codes;
use crate::library::Kind;
use crate::problems::clauses::SeverityOrder;
use crate::problems::names::UnknownWord;
use crate::typed::{Severity, SeverityClass, SeverityId};

const CLASSES: &[&str] = &["info", "minor", "major", "critical"];

impl Checker<'_> {
    /// Numbers the severities: by how bad they are, then in the order declared.
    pub(crate) fn declare_severities(&mut self) {
        let mut classes: Vec<SeverityClass> = Vec::new();
        for at in 0..self.items.severities.len() {
            classes.push(self.severity_class(at).unwrap_or(SeverityClass::Info));
        }
        let mut order: Vec<usize> = (0..classes.len()).collect();
        order.sort_by_key(|at| classes.get(*at).copied());
        self.severity_ids = vec![SeverityId(0); classes.len()];
        for (id, at) in order.into_iter().enumerate() {
            let (Some(item), Some(class)) = (self.items.severities.get(at), classes.get(at)) else {
                continue;
            };
            if let Some(place) = self.severity_ids.get_mut(at) {
                *place = SeverityId(id);
            }
            let (name, class) = (&item.node.name, *class);
            self.policy.severities.push(Severity { name: name.node.clone(), class });
            let severity = incident::Severity { name: name.node.clone(), class: class.into() };
            self.policy.response.severities.push(severity);
        }
        self.severity_order(&classes);
    }

    fn severity_class(&mut self, at: usize) -> Option<SeverityClass> {
        let word = &self.items.severities.get(at)?.node.is;
        match word.node.as_str() {
            "info" => Some(SeverityClass::Info),
            "minor" => Some(SeverityClass::Minor),
            "major" => Some(SeverityClass::Major),
            "critical" => Some(SeverityClass::Critical),
            other => {
                let near = self.nearest(other, CLASSES.iter().copied());
                let what = "a severity of the outside world";
                self.sink.report(UnknownWord {
                    code: codes::SEVERITY_CLASS,
                    what,
                    word,
                    known: CLASSES,
                    near,
                });
                None
            }
        }
    }

    /// In one file the order is visible, so it must be the right one.
    fn severity_order(&mut self, classes: &[SeverityClass]) {
        for (pair, class) in self.items.severities.windows(2).zip(classes.windows(2)) {
            let ([one, next], [worse, milder]) = (pair, class) else { continue };
            if one.file == next.file && worse > milder {
                self.sink.report(SeverityOrder {
                    name: &next.node.name.node,
                    span: next.span,
                    worse: &one.node.name.node,
                    worse_span: one.span,
                });
            }
        }
    }

    /// Finds a level by the name of its severity.
    pub(crate) fn severity(&mut self, name: &nvp_dsl::ast::Ident) -> Option<SeverityId> {
        if let Some(at) = self.items.severity_names.get(name.node.as_str()).copied() {
            let file = self.items.severities.get(at).map(|item| item.file)?;
            self.mark_file(file);
            return self.severity_ids.get(at).copied();
        }
        let names: Vec<String> =
            self.items.severities.iter().map(|item| item.node.name.node.clone()).collect();
        let near = self.nearest(&name.node, names.iter().map(String::as_str));
        let help = near.is_none().then(|| {
            if names.is_empty() {
                "add `use std.severities`, or declare it: `severity red is critical`".to_owned()
            } else {
                format!("there are `{}`", names.join("`, `"))
            }
        });
        let (code, what, span) = (codes::UNKNOWN_SEVERITY, "severity", name.span);
        self.unknown_or_import(Kind::Severity, Missing { code, what, name: &name.node, span, near, help });
        None
    }
}
