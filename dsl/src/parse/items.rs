//! Items: from the grammar's pairs to the tree.

use pest::iterators::{Pair, Pairs};

use super::builder::Builder;
use super::grammar::Rule;
use super::mistakes;
use super::tree::Children;
use super::words::ALERT_CLAUSES;
use crate::ast::{Const, Derive, Function, Item, ItemKind, Severity, Unit, UnitExpr};

impl Builder<'_> {
    /// The items of a file, and the errors of what is none.
    pub(super) fn items(&self, file: Pairs<'_, Rule>) -> Vec<Item> {
        let mut items = Vec::new();
        let mut previous = None;
        for pair in file.flat_map(Pair::into_inner) {
            let range = self.range(&pair);
            let rule = pair.as_rule();
            match rule {
                Rule::EOI => {}
                Rule::bad_item => self.bad_item(previous, range.clone()),
                _ => items.extend(self.item(pair)),
            }
            previous = (rule != Rule::bad_item).then_some(range.start);
        }
        items
    }

    fn item(&self, pair: Pair<'_, Rule>) -> Option<Item> {
        let range = self.range(&pair);
        let rule = pair.as_rule();
        let mut children = Children::of(pair);
        if rule == Rule::later_item {
            let word = children.one(Rule::later_word)?;
            self.report(mistakes::later_version(word.as_str(), self.span(&word)));
            return None;
        }
        let kind = match rule {
            Rule::use_item => children.one(Rule::name).map(|name| ItemKind::Use(self.token(&name))),
            Rule::unit_item => self.unit(children).map(ItemKind::Unit),
            Rule::severity_item => self.severity(children).map(ItemKind::Severity),
            Rule::const_item => self.constant(children).map(ItemKind::Const),
            Rule::fn_item => self.function(children).map(ItemKind::Function),
            Rule::metric_item => self.metric(children).map(ItemKind::Metric),
            Rule::service_item => self.service(children).map(ItemKind::Service),
            Rule::derive_item => self.derive(children).map(ItemKind::Derive),
            Rule::alert_item => self.alert(children).map(ItemKind::Alert),
            Rule::defaults_item => self.defaults(children).map(ItemKind::Defaults),
            Rule::test_item => self.test(children).map(ItemKind::Test),
            Rule::team_item => self.team(children).map(ItemKind::Team),
            Rule::channel_item => self.channel(children).map(ItemKind::Channel),
            Rule::calendar_item => self.calendar(children).map(ItemKind::Calendar),
            Rule::maintenance_item => self.maintenance(children).map(ItemKind::Maintenance),
            Rule::incidents_item => self.incidents(children).map(ItemKind::Incidents),
            Rule::escalation_item => self.escalation(children).map(ItemKind::Escalation),
            Rule::provider_item => self.provider(children).map(ItemKind::Provider),
            Rule::playbook_item => self.playbook(children).map(ItemKind::Playbook),
            _ => None,
        };
        let span = self.at(range.clone());
        let Some(kind) = kind else {
            self.report(mistakes::unreadable(span));
            return None;
        };
        Some(Item { doc: self.documentation(range.start), kind, span })
    }

    fn unit(&self, mut children: Children<'_>) -> Option<Unit> {
        let name = self.token(&children.one(Rule::ident)?);
        let equals = children.one(Rule::quantity).map(|quantity| self.quantity(&quantity));
        Some(Unit { name, equals })
    }

    fn severity(&self, mut children: Children<'_>) -> Option<Severity> {
        let name = self.token(&children.one(Rule::ident)?);
        if ALERT_CLAUSES.contains(&name.node.as_str()) {
            self.report(mistakes::named_like_clause("a level", &name.node, name.span));
        }
        let is = self.token(&children.one(Rule::ident)?);
        Some(Severity { name, is })
    }

    fn constant(&self, mut children: Children<'_>) -> Option<Const> {
        let name = self.token(&children.one(Rule::ident)?);
        let value = self.expression(children.one(Rule::expr)?);
        Some(Const { name, value })
    }

    fn derive(&self, mut children: Children<'_>) -> Option<Derive> {
        let name = self.token(&children.one(Rule::ident)?);
        let value = self.expression(children.one(Rule::expr)?);
        Some(Derive { name, value })
    }

    fn function(&self, mut children: Children<'_>) -> Option<Function> {
        let (name, parameters) = self.signature(&mut children)?;
        let body = self.expression(children.one(Rule::expr)?);
        Some(Function { name, parameters, body })
    }

    /// `bytes/s`.
    pub(super) fn unit_expr(&self, pair: Pair<'_, Rule>) -> Option<UnitExpr> {
        let span = self.span(&pair);
        let mut words = pair.into_inner();
        let over = self.token(&words.next()?);
        let under = words.next().map(|word| self.token(&word));
        Some(UnitExpr { over, under, span })
    }
}
