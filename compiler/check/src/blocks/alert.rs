//! `alert slow on latency { yellow when > 200ms … }`.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, AlertClause, Expr, Ident, PlaybookClause};
use rustc_hash::FxHashMap;

use crate::checker::{AlertInfo, Checker};
use crate::codes;
use crate::expr::{DurationUse, Every, Operand, Shape, subset};
use crate::problems::clauses::{
    ClauseTwice, FormerName, LevelTwice, SubjectCondition, WithoutAbsent, WithoutLevel,
};
use crate::problems::labels::ConditionLabels;
use crate::typed::{self, Absent, Alert, AlertId, ExprKind, Labels, Level, SeverityId, Type};

/// More than 5 level changes …
const FLAPPING_CHANGES: u32 = 6;
/// … in half an hour are flapping.
const FLAPPING_WITHIN_MS: i64 = 1_800_000;
/// How often an alert that reads no metric is looked at, in ms.
const EVERY_MS: i64 = 15_000;

/// The clauses of an alert, each at most once.
#[derive(Default)]
struct Clauses<'a> {
    levels: Vec<&'a ast::Level>,
    absent: Option<&'a ast::Absent>,
    service: Option<&'a Ident>,
    flapping: Option<&'a ast::Flapping>,
    formerly: Option<&'a Ident>,
}

/// A level's two conditions.
struct Conditions {
    severity: SeverityId,
    when: Operand,
    clear: Option<Operand>,
    span: Span,
}

impl<'a> Checker<'a> {
    /// Checks an alert; the derives and alerts that it reads are known.
    pub(crate) fn check_alert(&mut self, at: usize) {
        let Some(item) = self.items.alerts.get(at) else { return };
        let (node, file, doc, whole) = (item.node, item.file, item.doc, item.span);
        self.begin(file);
        let name = node.name.node.as_str();
        let clauses = self.alert_clauses(node);
        let subject = node.subject.as_ref().map(|subject| self.subject(subject));
        let subject_failed = matches!(subject, Some(None));
        self.scope.subject = subject.clone().flatten();
        // What is wrong with a subject is said once, not again for each level that leaves it out.
        let levels = if subject_failed { None } else { self.levels(&clauses) };
        self.scope.subject = None;
        let absent = self.absent(&clauses, node, file, whole);
        let flapping = match clauses.flapping {
            Some(flapping) => self.flapping(flapping),
            None => self
                .defaults
                .get(file)
                .and_then(|defaults| defaults.flapping)
                .or(Some((FLAPPING_CHANGES, FLAPPING_WITHIN_MS))),
        };
        let service = clauses.service.map(|service| self.service_named(service));
        // A level that could not be read is not one that is not there.
        let cut_short = self.sink.lost().is_part_of(whole);
        if clauses.levels.is_empty() && cut_short {
            return;
        }
        if clauses.levels.is_empty() && !matches!(absent, Some(Absent::Becomes { .. }) | None) {
            self.sink.report(WithoutLevel { alert: name, span: node.name.span });
            return;
        }
        let (Some(levels), Some(absent), Some(flapping)) = (levels, absent, flapping) else { return };
        if matches!(service, Some(None)) {
            return;
        }
        let subject = subject.flatten();
        let Some(labels) = self.alert_labels(node, subject.as_ref(), &levels) else { return };
        let every = levels.iter().fold(subject.as_ref().and_then(|subject| subject.every), |every, level| {
            let every = Every::join(every, level.when.every);
            Every::join(every, level.clear.as_ref().and_then(|clear| clear.every))
        });
        let subject = subject.map(|subject| subject.expr).or_else(|| only_subject(&levels, &labels));
        let levels = typed_levels(levels, absent, node.name.span);
        let id = AlertId(self.policy.alerts.len());
        let info = AlertInfo {
            id,
            labels: labels.clone(),
            levels: levels.iter().map(|level| level.severity).collect(),
            every,
        };
        self.policy.alerts.push(Alert {
            name: name.to_owned(),
            doc: doc.map(str::to_owned),
            labels,
            subject,
            levels,
            absent,
            says: None,
            runbook: None,
            service: service.flatten(),
            every_ms: every.map_or(EVERY_MS, |every| every.max_ms),
            flapping_changes: flapping.0,
            flapping_within_ms: flapping.1,
            formerly: clauses.formerly.map(|former| former.node.clone()),
            span: node.name.span,
        });
        if let Some(place) = self.alerts.get_mut(at) {
            *place = Some(info);
        }
    }

    fn alert_clauses(&mut self, node: &'a ast::Alert) -> Clauses<'a> {
        let mut clauses = Clauses::default();
        let mut first: FxHashMap<&'static str, Span> = FxHashMap::default();
        for clause in &node.clauses {
            let name = match &clause.node {
                AlertClause::Level(level) => {
                    clauses.levels.push(level);
                    continue;
                }
                AlertClause::Absent(absent) => {
                    clauses.absent.get_or_insert(absent);
                    "absent"
                }
                AlertClause::Says(_) => "says",
                AlertClause::Runbook(_) => "runbook",
                AlertClause::Service(service) => {
                    clauses.service.get_or_insert(service);
                    "service"
                }
                AlertClause::Flapping(flapping) => {
                    clauses.flapping.get_or_insert(flapping);
                    "flapping"
                }
                AlertClause::Formerly(former) => {
                    clauses.formerly.get_or_insert(former);
                    "formerly"
                }
                AlertClause::At(_) => continue,
            };
            if let Some(first) = first.get(name) {
                self.sink.report(ClauseTwice { clause: name, span: clause.span, first: *first });
            } else {
                first.insert(name, clause.span);
            }
        }
        clauses
    }

    /// The subject: a number; of a flag or an info metric the number behind it.
    fn subject(&mut self, subject: &'a Expr) -> Option<Operand> {
        let operand = self.root(subject)?;
        match operand.shape {
            Shape::Condition => {
                self.sink.report(SubjectCondition { text: &operand.expr.text, span: subject.span });
                None
            }
            Shape::Flag | Shape::Info => Some(operand),
            _ => Some(self.number(operand, subject.span, "the subject of an alert")?.0),
        }
    }

    fn levels(&mut self, clauses: &Clauses<'a>) -> Option<Vec<Conditions>> {
        let mut found: Vec<Conditions> = Vec::new();
        let mut first: FxHashMap<&str, Span> = FxHashMap::default();
        let mut sound = true;
        for level in &clauses.levels {
            let severity = self.severity(&level.severity);
            if let Some(first) = first.insert(&level.severity.node, level.severity.span) {
                let name = &level.severity.node;
                self.sink.report(LevelTwice { level: name, span: level.severity.span, first });
                sound = false;
            }
            let when = self.level_condition(&level.when);
            let clear = level.clear.as_ref().map(|clear| self.level_condition(clear));
            let (Some(severity), Some(when)) = (severity, when) else {
                sound = false;
                continue;
            };
            if matches!(clear, Some(None)) {
                sound = false;
                continue;
            }
            found.push(Conditions { severity, when, clear: clear.flatten(), span: level.severity.span });
        }
        sound.then_some(found)
    }

    fn level_condition(&mut self, expr: &'a Expr) -> Option<Operand> {
        let operand = self.root(expr)?;
        self.condition(operand, expr.span, "a level")
    }

    /// The labels of the alert: its subject's, or else those of the level that has most; no condition has more.
    fn alert_labels(
        &mut self,
        node: &ast::Alert,
        subject: Option<&Operand>,
        levels: &[Conditions],
    ) -> Option<Labels> {
        let conditions = || levels.iter().flat_map(|level| std::iter::once(&level.when).chain(&level.clear));
        let (labels, labels_span) = match subject {
            Some(subject) => (subject.expr.labels.clone(), Some(subject.expr.span)),
            None => conditions()
                .max_by_key(|condition| condition.expr.labels.len())
                .map(|condition| (condition.expr.labels.clone(), Some(condition.expr.span)))
                .unwrap_or_default(),
        };
        let mut sound = true;
        for condition in conditions() {
            if !subset(&condition.expr.labels, &labels) {
                self.sink.report(ConditionLabels {
                    alert: &node.name.node,
                    alert_labels: &labels,
                    span: condition.expr.span,
                    labels: &condition.expr.labels,
                    subject: labels_span,
                });
                sound = false;
            }
        }
        sound.then_some(labels)
    }

    fn absent(
        &mut self,
        clauses: &Clauses<'a>,
        node: &'a ast::Alert,
        file: usize,
        whole: Span,
    ) -> Option<Absent> {
        let absent = clauses.absent.or_else(|| self.defaults.get(file).and_then(|defaults| defaults.absent));
        match absent {
            None if self.absent_may_be_lost(file, whole) => None,
            None => {
                self.sink.report(WithoutAbsent { alert: &node.name.node, span: node.name.span, item: whole });
                None
            }
            Some(ast::Absent::Clears) => Some(Absent::Clears),
            Some(ast::Absent::Holds) => Some(Absent::Holds),
            Some(ast::Absent::Becomes { after, level }) => {
                let after_ms = self.duration(after, DurationUse::Positive);
                let level = self.severity(level);
                Some(Absent::Becomes { after_ms: after_ms?, level: level? })
            }
        }
    }

    /// Whether the clause may stand in what could not be read, of the alert or of its file's `defaults`.
    fn absent_may_be_lost(&self, file: usize, alert: Span) -> bool {
        let lost = self.sink.lost();
        let mut defaults = self.items.defaults.iter().filter(|item| item.file == file);
        lost.is_part_of(alert) || lost.names("defaults") || defaults.any(|item| lost.is_part_of(item.span))
    }

    /// Former names hand state on, so each belongs to one alert, or playbook, and to none that exists.
    pub(crate) fn check_former_names(&mut self) {
        let alerts = self.items.alerts.iter().map(|item| &item.node.name);
        let formers = self.items.alerts.iter().flat_map(|item| &item.node.clauses);
        let formers = formers.filter_map(|clause| match &clause.node {
            AlertClause::Formerly(former) => Some(former),
            _ => None,
        });
        let found = taken_twice("alert", alerts.collect(), formers.collect());
        let playbooks = self.items.playbooks.iter().map(|item| &item.node.name);
        let formers = self.items.playbooks.iter().flat_map(|item| &item.node.clauses);
        let formers = formers.filter_map(|clause| match &clause.node {
            PlaybookClause::Formerly(former) => Some(former),
            _ => None,
        });
        let more = taken_twice("playbook", playbooks.collect(), formers.collect());
        found.into_iter().chain(more).for_each(|problem| self.sink.report(problem));
    }
}

/// Former names that something else has, or had.
fn taken_twice<'a>(
    what: &'static str,
    names: Vec<&'a Ident>,
    formers: Vec<&'a Ident>,
) -> Vec<FormerName<'a>> {
    let mut taken: FxHashMap<&'a str, Span> = FxHashMap::default();
    for name in names {
        taken.entry(&name.node).or_insert(name.span);
    }
    let problem = |former: &'a Ident| {
        let other = taken.insert(&former.node, former.span)?;
        Some(FormerName { what, name: &former.node, span: former.span, other })
    };
    formers.into_iter().filter_map(problem).collect()
}

/// The left side of the comparisons, where all of them have the same one.
fn only_subject(levels: &[Conditions], labels: &Labels) -> Option<typed::Expr> {
    let mut found: Option<&typed::Expr> = None;
    for level in levels {
        let mut todo = vec![&level.when.expr];
        while let Some(expr) = todo.pop() {
            match &expr.kind {
                ExprKind::Compare(_, left, _) => match found {
                    Some(other) if other.text != left.text => return None,
                    _ => found = Some(left),
                },
                ExprKind::And(left, right) | ExprKind::Or(left, right) => {
                    todo.extend([left.as_ref(), right.as_ref()])
                }
                ExprKind::Not(inner) | ExprKind::For(inner, _) => todo.push(inner),
                _ => {}
            }
        }
    }
    let found = found?;
    (matches!(found.ty, Type::Value(_)) && found.labels == *labels).then(|| found.clone())
}

/// The levels, mildest first, with the one that only missing data set.
fn typed_levels(levels: Vec<Conditions>, absent: Absent, span: Span) -> Vec<Level> {
    let mut typed: Vec<Level> = levels
        .into_iter()
        .map(|level| Level {
            severity: level.severity,
            when: Some(level.when.expr),
            clear: level.clear.map(|clear| clear.expr),
            span: level.span,
        })
        .collect();
    if let Absent::Becomes { level, .. } = absent
        && !typed.iter().any(|known| known.severity == level)
    {
        typed.push(Level { severity: level, when: None, clear: None, span });
    }
    typed.sort_by_key(|level| level.severity);
    typed
}

impl<'a> Checker<'a> {
    /// The service that an alert names.
    fn service_named(&mut self, service: &'a Ident) -> Option<String> {
        if let Some(at) = self.items.service_names.get(service.node.as_str()).copied() {
            if let Some(file) = self.items.services.get(at).map(|item| item.file) {
                self.mark_file(file);
            }
            return Some(service.node.clone());
        }
        let names: Vec<String> = self.items.services.iter().map(|item| item.node.name.node.clone()).collect();
        let near = self.nearest(&service.node, names.iter().map(String::as_str));
        let help = near.is_none().then(|| format!("declare it: `service {}`", service.node));
        self.unknown(codes::UNKNOWN_SERVICE, "service", &service.node, service.span, near, help);
        None
    }
}
