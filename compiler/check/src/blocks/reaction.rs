//! `at yellow escalate standard`, `at red for 2m run relieve(region)`: what an alert does.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, AlertClause, Answer, Expr, ExprKind as Written, Ident, PlaybookClause, Reference};
use nvp_plan::ids::{LadderId, PlaybookId};
use nvp_plan::response::formula::Constant;
use nvp_plan::response::incident::{Argument, Does, Reaction, Remedy};
use rustc_hash::{FxHashMap, FxHashSet};

use super::says::pins;
use crate::checker::{AlertInfo, Checker};
use crate::expr::{DurationUse, Operand, Takes};
use crate::library::Kind;
use crate::problems::clauses::NoSuchLevel;
use crate::problems::reactions::{EscalatesNowhere, LadderTwice};
use crate::problems::types::{ConstantOutOfRange, ConstantWanted, TextMisplaced};
use crate::scope::{Parameter, Scope, TextValue};
use crate::typed::{ExprKind, SeverityId};
use crate::units::{Core, Dimension};

/// The row whose labels are arguments.
struct Row<'r> {
    alert: &'r str,
    labels: &'r [String],
    /// The labels that the alert's selectors pin, with the value where there is one.
    pins: FxHashMap<String, Option<String>>,
}

impl<'a> Checker<'a> {
    /// Checks what the alerts do, by their names; alerts, ladders and playbooks are known.
    pub(crate) fn check_reactions(&mut self) {
        let mut order: Vec<usize> = (0..self.items.alerts.len()).collect();
        order.sort_by_key(|at| self.items.alerts.get(*at).map(|item| item.node.name.node.as_str()));
        for at in order {
            let Some(item) = self.items.alerts.get(at) else { continue };
            let (node, file) = (item.node, item.file);
            let Some(Some(info)) = self.alerts.get(at) else { continue };
            let info = info.clone();
            self.begin(file);
            self.reactions(node, &info);
        }
        self.scope = Scope::default();
    }

    fn reactions(&mut self, node: &'a ast::Alert, info: &AlertInfo) {
        let mut ladders: FxHashMap<usize, Span> = FxHashMap::default();
        let pins = self.policy.alerts.get(info.id.0).map(pins).unwrap_or_default();
        let row = Row { alert: &node.name.node, labels: &info.labels, pins };
        for clause in &node.clauses {
            let AlertClause::At(reaction) = &clause.node else { continue };
            let level = self.reaction_level(&reaction.level, &node.name, info);
            let after_ms = match &reaction.after {
                Some(after) => self.duration(after, DurationUse::Positive),
                None => Some(0),
            };
            let does = match &reaction.does {
                ast::ReactionDoes::Escalate(name) => {
                    let ladder = self.named(Kind::Escalation, name);
                    if let Some(ladder) = ladder {
                        match ladders.get(&ladder) {
                            Some(first) => self.sink.report(LadderTwice {
                                alert: &node.name.node,
                                ladder: &name.node,
                                span: clause.span,
                                first: *first,
                            }),
                            None => {
                                ladders.insert(ladder, clause.span);
                            }
                        }
                    }
                    ladder.map(|ladder| Does::Escalate(LadderId(ladder as u32)))
                }
                ast::ReactionDoes::Run(remedies) => {
                    let remedies: Vec<Option<Remedy>> =
                        remedies.iter().map(|remedy| self.remedy(remedy, &row)).collect();
                    remedies.into_iter().collect::<Option<Vec<_>>>().map(Does::Run)
                }
            };
            if let (Some(level), Some(after_ms), Some(does)) = (level, after_ms, does) {
                let (alert, level) = (node.name.node.clone(), level.0 as u32);
                self.policy.response.reactions.push(Reaction { alert, level, after_ms, does });
            }
        }
    }

    /// A level that the alert has.
    fn reaction_level(&mut self, level: &'a Ident, alert: &'a Ident, info: &AlertInfo) -> Option<SeverityId> {
        let id = self.severity(level)?;
        if info.levels.contains(&id) {
            return Some(id);
        }
        let severities = info.levels.iter().filter_map(|level| self.policy.severities.get(level.0));
        let levels: Vec<String> = severities.map(|severity| severity.name.clone()).collect();
        self.sink.report(NoSuchLevel {
            alert: &alert.node,
            level: &level.node,
            levels: &levels,
            span: level.span,
            declared: alert.span,
        });
        None
    }

    fn remedy(&mut self, remedy: &'a ast::Remedy, row: &Row<'_>) -> Option<Remedy> {
        let within = match &remedy.within {
            Some(within) => self.duration(within, DurationUse::Positive).map(Some),
            None => Some(None),
        };
        let call = &remedy.call;
        let name = &call.name;
        let id = self.named(Kind::Playbook, name)?;
        let at = self.items.answers.of(Kind::Playbook).get(id)?.at;
        let parameters = &self.items.playbooks.get(at)?.node.parameters;
        let arguments = self.arguments(&name.node, parameters, call, name.span)?;
        let arguments: Vec<Option<Argument>> = parameters
            .iter()
            .zip(arguments)
            .map(|(parameter, argument)| self.remedy_argument(&name.node, parameter, argument, row))
            .collect();
        let arguments = arguments.into_iter().collect::<Option<Vec<_>>>()?;
        Some(Remedy { playbook: PlaybookId(id as u32), arguments, within_ms: within? })
    }

    /// A label of the alert's row, or a constant.
    fn remedy_argument(
        &mut self,
        playbook: &str,
        parameter: &'a ast::Parameter,
        argument: &'a Expr,
        row: &Row<'_>,
    ) -> Option<Argument> {
        if let Written::Reference(Reference { name, selector: None, .. }) = &argument.kind {
            let word = name.node.as_str();
            let pinned = row.pins.get(word).cloned();
            let label = match &pinned {
                _ if row.labels.iter().any(|label| label == word) => Some(Argument::Label(word.to_owned())),
                Some(Some(value)) => Some(Argument::Constant(Constant::Text(value.clone()))),
                _ => None,
            };
            if let Some(label) = label {
                return match self.takes(&parameter.unit)? {
                    Takes::Text => Some(label),
                    _ => {
                        let is = "a label, and so a text";
                        let wanted = "a number or a condition";
                        self.sink.report(TextMisplaced { span: argument.span, is, wanted, help: None });
                        None
                    }
                };
            }
            if !self.items.values.contains_key(word) {
                self.unknown_label(word, name.span, row.alert, row.labels, pinned.is_some());
                return None;
            }
        }
        let value = self.argument(playbook, parameter, argument)?;
        self.remedy_constant(parameter, argument.span, value)
    }

    fn remedy_constant(
        &mut self,
        parameter: &'a ast::Parameter,
        span: Span,
        value: Parameter,
    ) -> Option<Argument> {
        let operand = match value {
            Parameter::Text(TextValue::Known(text)) => return Some(Argument::Constant(Constant::Text(text))),
            Parameter::Text(_) | Parameter::Thing(_) => return None,
            Parameter::Operand(operand) => operand,
            Parameter::Failed => return None,
        };
        let constant = match operand.expr.kind {
            ExprKind::Number(value) => Constant::Number(self.whole(parameter, &operand, value, span)?),
            ExprKind::Bool(value) => Constant::Condition(Some(value)),
            _ => {
                let wanted_by = "a playbook that an alert runs";
                self.sink.report(ConstantWanted { text: &operand.expr.text, span, wanted_by });
                return None;
            }
        };
        Some(Argument::Constant(constant))
    }

    /// A parameter of a counted unit takes whole numbers.
    fn whole(
        &mut self,
        parameter: &ast::Parameter,
        operand: &Operand,
        value: f64,
        span: Span,
    ) -> Option<f64> {
        let counted = match operand.shape.dimension() {
            Some(Dimension::Of(Core::Count, powers)) => powers.is_empty(),
            Some(dimension) => is_counted(dimension),
            None => false,
        };
        if counted && value.fract() != 0.0 {
            let what = format!("`{}`", parameter.name.node);
            let text = &operand.expr.text;
            self.sink.report(ConstantOutOfRange { text, span, what: &what, allowed: "a whole number" });
            return None;
        }
        Some(value)
    }

    /// `escalate to` means the ladders of the alerts that run the playbook: one of them has the rung.
    pub(crate) fn check_escalations_of_playbooks(&mut self) {
        let mut ladders_of: FxHashMap<u32, FxHashSet<u32>> = FxHashMap::default();
        let reactions = &self.policy.response.reactions;
        for run in reactions {
            let Does::Run(remedies) = &run.does else { continue };
            for remedy in remedies {
                let ladders = ladders_of.entry(remedy.playbook.0).or_default();
                ladders.extend(reactions.iter().filter_map(|other| match other.does {
                    Does::Escalate(ladder) if other.alert == run.alert => Some(ladder.0),
                    _ => None,
                }));
            }
        }
        for (id, playbook) in self.items.answers.of(Kind::Playbook).to_vec().iter().enumerate() {
            // A playbook that no alert runs has no ladder; that it is not used is told.
            let Some(ladders) = ladders_of.get(&(id as u32)) else { continue };
            let Some(node) = self.items.playbooks.get(playbook.at).map(|item| item.node) else { continue };
            let rungs = self.rungs(ladders);
            for clause in &node.clauses {
                let (PlaybookClause::OnSuccess(answers) | PlaybookClause::OnFailure(answers)) = &clause.node
                else {
                    continue;
                };
                for answer in answers {
                    if let Answer::EscalateTo(rung) = &answer.node
                        && !rungs.contains(&rung.node.as_str())
                    {
                        let near = self.nearest(&rung.node, rungs.iter().copied());
                        let playbook = &node.name.node;
                        let has_ladder = !ladders.is_empty();
                        self.sink.report(EscalatesNowhere {
                            rung,
                            playbook,
                            rungs: &rungs,
                            has_ladder,
                            near,
                        });
                    }
                }
            }
        }
    }

    /// The names of the rungs of some ladders, sorted.
    fn rungs(&self, ladders: &FxHashSet<u32>) -> Vec<&'a str> {
        let of = |id: &u32| {
            let ladder = self.items.answers.of(Kind::Escalation).get(*id as usize)?;
            Some(self.items.escalations.get(ladder.at)?.node)
        };
        let clauses = ladders.iter().filter_map(of).flat_map(|node| &node.clauses);
        let mut names: Vec<&'a str> = clauses
            .filter_map(|clause| match &clause.node {
                ast::EscalationClause::Rung(rung) => Some(rung.name.node.as_str()),
                ast::EscalationClause::AcknowledgedHolds(_) => None,
            })
            .collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Whether a dimension is that of things that are counted one by one.
fn is_counted(dimension: &Dimension) -> bool {
    matches!(dimension.unit(), nvp_plan::unit::Unit::Counted(_))
}
