//! Alerts into latches: what sets a level, what resets it, and what a missing value does to either.

use nvp_check::typed::{Absent, Alert, AlertId, Expr, ExprKind, Level, SaysPiece, SeverityClass};
use nvp_plan::domain::Rows;
use nvp_plan::ids::{AlertId as PlanAlertId, DomainId, RowsId};
use nvp_plan::unit::Unit;

use crate::expression::{Lowering, unit_of};
use crate::graph::{Node, NodeId};
use crate::schedule::Owner;
use crate::tables::SCALAR;
use crate::tick;
use crate::tree::DraftTree;

/// An alert whose conditions have no columns yet.
#[derive(Debug, Clone)]
pub(crate) struct AlertDraft {
    pub(crate) typed: AlertId,
    pub(crate) domain: DomainId,
    pub(crate) rows: RowsId,
    pub(crate) subject: Option<(NodeId, Unit)>,
    pub(crate) levels: Vec<LevelDraft>,
    pub(crate) says: Vec<SaysDraft>,
    pub(crate) runbook: Vec<SaysDraft>,
}

/// A level whose conditions have no columns yet.
#[derive(Debug, Clone)]
pub(crate) struct LevelDraft {
    pub(crate) name: String,
    pub(crate) severity: &'static str,
    pub(crate) set: NodeId,
    pub(crate) reset: NodeId,
    pub(crate) pending: Option<NodeId>,
    pub(crate) when: Option<NodeId>,
    pub(crate) tree: Option<DraftTree>,
    pub(crate) clear_tree: Option<DraftTree>,
}

/// A piece of a text whose values have no place yet.
#[derive(Debug, Clone)]
pub(crate) enum SaysDraft {
    Plain(String),
    Label(String),
    Value(NodeId, Unit),
}

/// The `when` of a level, as written and with every `for` served.
#[derive(Debug, Clone, Copy)]
struct When {
    when: NodeId,
    would: NodeId,
    waits: bool,
}

impl Lowering<'_> {
    /// Lowers an alert whose own dependences have been lowered.
    pub(crate) fn alert(&mut self, id: AlertId) {
        let policy = self.policy;
        let Some((alert, place)) = policy.alerts.get(id.0).zip(self.alert_places.get(&id).copied()) else {
            return;
        };
        let domain = self.tables.domain(&alert.labels);
        let subject = alert.subject.as_ref().map(|subject| {
            let node = self.expr(subject, 0);
            (self.in_domain(node, domain), unit_of(&subject.ty))
        });
        let whens: Vec<Option<When>> = alert
            .levels
            .iter()
            .map(|level| level.when.as_ref().map(|when| self.when(when, domain)))
            .collect();
        let rows = self.rows_of_alert(subject.as_ref().map(|(node, _)| *node), &whens, domain);
        self.alert_rows.insert(id, (domain, rows));
        let absent = self.absence(subject.as_ref().map(|(node, _)| *node), &whens, domain);
        let absent = self.while_warm(absent, domain);
        let served = self.absence_served(alert, absent, domain, rows);
        let levels = alert
            .levels
            .iter()
            .zip(&whens)
            .map(|(level, when)| self.level(alert, level, *when, absent, served, domain))
            .collect();
        let says = self.says(alert.says.as_deref().unwrap_or_default());
        let runbook = self.says(alert.runbook.as_deref().unwrap_or_default());
        let draft = AlertDraft { typed: id, domain, rows, subject, levels, says, runbook };
        self.owners.push(Owner::of_alert(place, &draft, &alert.name));
        self.alerts.insert(place, draft);
    }

    /// A condition to be watched.
    pub(crate) fn probe(&mut self, probe: &Expr) {
        let node = self.expr(probe, 0);
        let node = self.in_domain(node, SCALAR);
        // A constant has no column of its own; watching it makes one.
        let tree = self.draft_tree(probe);
        self.owners.push(Owner::of_probe(node, &tree, &probe.text));
        self.probes.push(tree);
    }

    fn when(&mut self, when: &Expr, domain: DomainId) -> When {
        let bare = without_for(when);
        let node = self.expr(when, 0);
        let would = self.expr(&bare, 0);
        When {
            when: self.in_domain(node, domain),
            would: self.in_domain(would, domain),
            waits: bare != *when,
        }
    }

    /// The rows of an alert: its subject's, else those of all its levels.
    fn rows_of_alert(&mut self, subject: Option<NodeId>, whens: &[Option<When>], domain: DomainId) -> RowsId {
        if domain == SCALAR {
            return self.tables.rows(Rows::One);
        }
        let subject_rows = subject.and_then(|node| self.graph.facts(node).rows);
        let level_rows: Vec<RowsId> =
            whens.iter().flatten().filter_map(|when| self.graph.facts(when.when).rows).collect();
        let rows = subject_rows.or_else(|| self.tables.union(level_rows));
        rows.unwrap_or_else(|| self.tables.rows(Rows::Union(Vec::new())))
    }

    /// True where a row's subject is missing; without a subject, where no level's condition is true and one is unknown.
    fn absence(&mut self, subject: Option<NodeId>, whens: &[Option<When>], domain: DomainId) -> NodeId {
        let text = "absent";
        if let Some(subject) = subject {
            let present = self.presence(subject);
            let present = self.row_by_row(present, domain, text, &Unit::Number);
            return self.row_by_row(Node::Not(present), domain, text, &Unit::Number);
        }
        let no = self.fixed(Some(false));
        let mut unknown = no;
        let mut held = no;
        for when in whens.iter().flatten() {
            let known = self.row_by_row(Node::IsKnown(when.when), domain, text, &Unit::Number);
            let lost = self.row_by_row(Node::Not(known), domain, text, &Unit::Number);
            unknown = self.row_by_row(Node::Or(unknown, lost), domain, text, &Unit::Number);
            let is_true = self.row_by_row(Node::OrElseCondition(when.when, no), domain, text, &Unit::Number);
            held = self.row_by_row(Node::Or(held, is_true), domain, text, &Unit::Number);
        }
        let none = self.row_by_row(Node::Not(held), domain, text, &Unit::Number);
        let absent = self.row_by_row(Node::And(unknown, none), domain, text, &Unit::Number);
        self.in_domain(absent, domain)
    }

    /// An absence is none while what is absent is still warming: else every start would page.
    fn while_warm(&mut self, absent: NodeId, domain: DomainId) -> NodeId {
        let warm_ticks = self.graph.facts(absent).warm_ticks;
        if warm_ticks == 0 {
            return absent;
        }
        let warm = self.warm(warm_ticks);
        self.row_by_row(Node::And(absent, warm), domain, "absent", &Unit::Number)
    }

    /// `absent for D`: served.
    fn absence_served(
        &mut self,
        alert: &Alert,
        absent: NodeId,
        domain: DomainId,
        rows: RowsId,
    ) -> Option<NodeId> {
        let Absent::Becomes { after_ms, .. } = alert.absent else { return None };
        let absent = self.in_domain(absent, domain);
        // The clock of an absence runs for the alert's rows, those whose subject was never seen too.
        let text = format!("absent for {} s", after_ms / 1_000);
        let facts = self.graph.facts(absent).clone();
        let stage = facts.stage + 1;
        Some(self.graph.add(Node::Hold(absent, after_ms.max(1)), || crate::graph::Facts {
            rows: Some(rows),
            stage,
            text,
            ..facts
        }))
    }

    fn level(
        &mut self,
        alert: &Alert,
        level: &Level,
        when: Option<When>,
        absent: NodeId,
        served: Option<NodeId>,
        domain: DomainId,
    ) -> LevelDraft {
        let severity = self.policy.severities.get(level.severity.0);
        let name = severity.map_or_else(String::new, |severity| severity.name.clone());
        let served = match alert.absent {
            Absent::Becomes { level: becomes, .. } if becomes == level.severity => served,
            _ => None,
        };
        let set = match (when.map(|when| when.when), served) {
            (Some(when), Some(served)) => {
                self.row_by_row(Node::Or(when, served), domain, &name, &Unit::Number)
            }
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => self.fixed(Some(false)),
        };
        let set = self.in_domain(set, domain);
        let reset = self.reset(alert, level, when, absent, domain);
        LevelDraft {
            severity: severity.map_or("info", |severity| class(severity.class)),
            set,
            reset,
            pending: when.filter(|when| when.waits).map(|when| when.would),
            when: when.map(|when| when.when),
            tree: level.when.as_ref().map(|when| self.draft_tree(when)),
            clear_tree: level.clear.as_ref().map(|clear| self.draft_tree(clear)),
            name,
        }
    }

    /// What resets a level: its `clear`, else that its `when` (or the absence that set it) has been false for one `every`.
    fn reset(
        &mut self,
        alert: &Alert,
        level: &Level,
        when: Option<When>,
        absent: NodeId,
        domain: DomainId,
    ) -> NodeId {
        let clear = if let Some(clear) = &level.clear {
            let node = self.expr(clear, 0);
            self.in_domain(node, domain)
        } else {
            let cause = when.map_or(absent, |when| when.would);
            let over = self.row_by_row(Node::Not(cause), domain, "over", &Unit::Number);
            let over = self.in_domain(over, domain);
            let before = self.lag_node(over, tick::ticks(alert.every_ms, self.tick_ms).max(1));
            self.row_by_row(Node::And(over, before), domain, "over for one `every`", &Unit::Number)
        };
        let (Absent::Clears, Some(when)) = (alert.absent, when) else { return clear };
        let known = self.row_by_row(Node::IsKnown(when.when), domain, "known", &Unit::Number);
        let unknown = self.row_by_row(Node::Not(known), domain, "unknown", &Unit::Number);
        let unknown = self.while_warm(unknown, domain);
        let reset = self.row_by_row(Node::Or(clear, unknown), domain, "cleared or absent", &Unit::Number);
        self.in_domain(reset, domain)
    }

    fn says(&mut self, pieces: &[SaysPiece]) -> Vec<SaysDraft> {
        pieces
            .iter()
            .map(|piece| match piece {
                SaysPiece::Plain(text) => SaysDraft::Plain(text.clone()),
                SaysPiece::Label(label) => SaysDraft::Label(label.clone()),
                SaysPiece::Value(value) => SaysDraft::Value(self.expr(value, 0), unit_of(&value.ty)),
            })
            .collect()
    }
}

impl AlertDraft {
    /// The conditions that the alert's step reads.
    pub(crate) fn conditions(&self) -> impl Iterator<Item = NodeId> {
        self.levels.iter().flat_map(|level| {
            [Some(level.set), Some(level.reset), level.pending, level.when].into_iter().flatten()
        })
    }

    /// What people see beside it.
    pub(crate) fn shown(&self) -> impl Iterator<Item = NodeId> {
        let subject = self.subject.iter().map(|(node, _)| *node);
        let texts = self.says.iter().chain(&self.runbook).filter_map(|piece| match piece {
            SaysDraft::Value(node, _) => Some(*node),
            SaysDraft::Plain(_) | SaysDraft::Label(_) => None,
        });
        let trees = self.levels.iter().flat_map(|level| level.tree.iter().chain(&level.clear_tree));
        subject.chain(texts).chain(trees.flat_map(DraftTree::shown))
    }
}

/// A condition with every `for` in it served.
fn without_for(expr: &Expr) -> Expr {
    let mut bare = expr.clone();
    strip(&mut bare);
    bare
}

fn strip(expr: &mut Expr) {
    while let ExprKind::For(of, _) = &mut expr.kind {
        let inner = (**of).clone();
        *expr = inner;
    }
    match &mut expr.kind {
        ExprKind::Not(x) => strip(x),
        ExprKind::And(a, b) | ExprKind::Or(a, b) | ExprKind::Default(a, b) => {
            strip(a);
            strip(b);
        }
        ExprKind::If(c, a, b) => {
            strip(c);
            strip(a);
            if let Some(b) = b {
                strip(b);
            }
        }
        _ => {}
    }
}

const fn class(class: SeverityClass) -> &'static str {
    match class {
        SeverityClass::Info => "info",
        SeverityClass::Minor => "minor",
        SeverityClass::Major => "major",
        SeverityClass::Critical => "critical",
    }
}

/// The place of an alert in the plan, for the owner of its conditions.
pub(crate) type Place = PlanAlertId;
