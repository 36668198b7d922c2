//! `playbook relieve(region: text) { … }`: what is found out, required, done, verified and taken back.

use nvp_dsl::Span;
use nvp_dsl::ast::{self, Expr, Ident, PlaybookClause, Text};
use nvp_plan::response::formula::{Clause, Formula};
use nvp_plan::response::playbook::{Approval, Autonomy, Let, Lift, Playbook, Step, Storm, Verify};

use super::read::index;
use super::{Deeds, Formal, Slot, visit};
use crate::checker::Checker;
use crate::codes;
use crate::expr::DurationUse;
use crate::library::Kind;
use crate::problems::clauses::ClauseTwice;
use crate::problems::names::{Repeated, UnknownWord, Unused};
use crate::problems::playbooks::{ApprovedAndAsked, WithoutStep};
use crate::scope::Scope;
use crate::typed;

/// How long an approval is waited for.
const APPROVAL_WITHIN_MS: i64 = 1_800_000;
const AUTONOMIES: &[&str] = &["observe", "propose", "auto"];

/// The clauses of a playbook that are said at most once.
#[derive(Default)]
struct Said<'a> {
    breaker: Option<(&'a PlaybookClause, Span)>,
    storm: Option<(&'a PlaybookClause, Span)>,
    autonomy: Option<(&'a Ident, Span)>,
    approved: Option<((&'a Ident, &'a Text), Span)>,
    approval: Option<((&'a Ident, Option<&'a Expr>), Span)>,
    verify: Option<(&'a PlaybookClause, Span)>,
    lift: Option<(&'a PlaybookClause, Span)>,
    on_success: Option<(&'a [nvp_dsl::Spanned<ast::Answer>], Span)>,
    on_failure: Option<(&'a [nvp_dsl::Spanned<ast::Answer>], Span)>,
    formerly: Option<(&'a Ident, Span)>,
}

impl<'a> Checker<'a> {
    /// Checks all playbooks; providers, metrics, derives and alerts are known.
    pub(crate) fn check_playbooks(&mut self) {
        let places: Vec<usize> = self.items.answers.of(Kind::Playbook).iter().map(|named| named.at).collect();
        for at in places {
            let errors = self.sink.errors();
            let playbook = self.playbook(at);
            self.deeds = Deeds::default();
            // One with an error stands for nothing that could be proved or run.
            let is_whole = self.sink.errors() == errors;
            if let (Some(playbook), true) = (&playbook, is_whole) {
                self.warn_unused_lets(at, playbook);
            }
            self.playbooks.push(playbook.filter(|_| is_whole).map(|playbook| (at, playbook)));
        }
        self.scope = Scope::default();
    }

    fn warn_unused_lets(&mut self, at: usize, playbook: &Playbook<typed::Expr>) {
        let mut used = vec![false; playbook.lets.len()];
        for formula in visit::formulas(playbook) {
            visit::all(formula, &mut |part| {
                if let Formula::Local(place) = part
                    && let Some(used) = used.get_mut(*place as usize)
                {
                    *used = true;
                }
            });
        }
        let clauses = self.items.playbooks.get(at).into_iter().flat_map(|item| &item.node.clauses);
        let lets = clauses.filter_map(|clause| match &clause.node {
            PlaybookClause::Let(name, _) => Some((name, clause.span)),
            _ => None,
        });
        let unused: Vec<(&'a Ident, Span)> =
            lets.zip(used).filter(|(_, used)| !used).map(|(found, _)| found).collect();
        let unused = unused.into_iter().chain(self.unused_items(at, playbook));
        for (name, item) in unused.collect::<Vec<_>>() {
            let (code, what, span) = (codes::UNUSED_LET, "value", name.span);
            self.sink.report(Unused { code, what, name: &name.node, span, item });
        }
    }

    /// The names that `each` gives to one of a list, and that its step does not say: it would do the same several times.
    fn unused_items(&self, at: usize, playbook: &Playbook<typed::Expr>) -> Vec<(&'a Ident, Span)> {
        let clauses = self.items.playbooks.get(at).into_iter().flat_map(|item| &item.node.clauses);
        let steps = clauses.filter_map(|clause| match &clause.node {
            PlaybookClause::Step(step) => Some(step),
            _ => None,
        });
        let each = |step: &'a ast::Step| {
            step.clauses.iter().find_map(|clause| match &clause.node {
                ast::StepClause::Each { name, .. } => Some((name, clause.span)),
                _ => None,
            })
        };
        let unused = playbook.steps.iter().zip(steps).filter(|(step, _)| !visit::says_item(step));
        unused.filter_map(|(_, written)| each(written)).collect()
    }

    fn playbook(&mut self, at: usize) -> Option<Playbook<typed::Expr>> {
        let item = self.items.playbooks.get(at)?;
        let (node, file, doc, whole) = (item.node, item.file, item.doc, item.span);
        self.begin(file);
        self.deeds = Deeds { is_on: true, ..Deeds::default() };
        let formals = self.formals(&node.parameters, None)?;
        node.parameters.iter().for_each(|parameter| self.warn_shadowed("parameter", &parameter.name));
        self.bind_formals(&node.parameters, &formals);
        let said = self.playbook_clauses(node);
        let lets = self.lets(node);
        let requires = self.requires(node);
        let limits = self.limits(node, &formals);
        let breaker = said.breaker.and_then(|(clause, _)| self.breaker(clause));
        let storm = said.storm.and_then(|(clause, _)| self.storm(clause));
        let autonomy = self.autonomy_of(said.autonomy.map(|(word, _)| word), file);
        let steps = self.steps(node, whole);
        let verify = said.verify.and_then(|(clause, _)| self.verify(clause));
        let lift = said.lift.and_then(|(clause, _)| self.lift(clause));
        let standing_approval = said.approved.and_then(|((team, why), _)| {
            let team = self.team(team);
            let why = self.plain_text(why);
            Some((team?, why?))
        });
        let is_open = standing_approval.is_none() && steps.iter().any(|step| self.is_irreversible(step));
        let approval = self.approval(&said, autonomy == Autonomy::Propose || is_open);
        let on_success = self.ends(said.on_success.map(|(answers, _)| answers));
        let on_failure = self.ends(said.on_failure.map(|(answers, _)| answers));
        Some(Playbook {
            name: node.name.node.clone(),
            doc: doc.map(str::to_owned),
            source: self.laid_out(whole),
            formerly: said.formerly.map(|(former, _)| former.node.clone()),
            parameters: formals.iter().map(Formal::parameter).collect(),
            lets,
            requires,
            limits,
            breaker,
            storm,
            autonomy,
            standing_approval,
            approval,
            steps,
            verify,
            lift,
            on_success,
            on_failure,
        })
    }

    fn playbook_clauses(&mut self, node: &'a ast::Playbook) -> Said<'a> {
        let mut said = Said::default();
        for clause in &node.clauses {
            let span = clause.span;
            let (name, first) = match &clause.node {
                PlaybookClause::Let(..)
                | PlaybookClause::Require(_)
                | PlaybookClause::Limit(_)
                | PlaybookClause::Step(_) => continue,
                PlaybookClause::Breaker { .. } => ("breaker", set(&mut said.breaker, &clause.node, span)),
                PlaybookClause::Storm { .. } => ("storm", set(&mut said.storm, &clause.node, span)),
                PlaybookClause::Autonomy(word) => ("autonomy", set(&mut said.autonomy, word, span)),
                PlaybookClause::Approved(team, why) => {
                    ("approved", set(&mut said.approved, (team, why), span))
                }
                PlaybookClause::Approval(team, within) => {
                    ("approval", set(&mut said.approval, (team, within.as_ref()), span))
                }
                PlaybookClause::Verify { .. } => ("verify", set(&mut said.verify, &clause.node, span)),
                PlaybookClause::Lift { .. } => ("lift", set(&mut said.lift, &clause.node, span)),
                PlaybookClause::OnSuccess(answers) => {
                    ("on success", set(&mut said.on_success, answers.as_slice(), span))
                }
                PlaybookClause::OnFailure(answers) => {
                    ("on failure", set(&mut said.on_failure, answers.as_slice(), span))
                }
                PlaybookClause::Formerly(former) => ("formerly", set(&mut said.formerly, former, span)),
            };
            if let Some(first) = first {
                self.sink.report(ClauseTwice { clause: name, span, first });
            }
        }
        said
    }

    /// What is found out, in order; each may use those before.
    fn lets(&mut self, node: &'a ast::Playbook) -> Vec<Let<typed::Expr>> {
        let mut lets: Vec<Let<typed::Expr>> = Vec::new();
        let mut names: Vec<&'a Ident> = node.parameters.iter().map(|parameter| &parameter.name).collect();
        for clause in &node.clauses {
            let PlaybookClause::Let(name, value) = &clause.node else { continue };
            if let Some(first) = names.iter().find(|known| known.node == name.node) {
                let first = first.span;
                self.sink.report(Repeated { what: "value", name: &name.node, span: name.span, first });
                continue;
            }
            names.push(name);
            self.warn_shadowed("value", name);
            let Some(found) = self.found(value) else {
                self.scope.parameters.insert(&name.node, crate::scope::Parameter::Failed);
                continue;
            };
            let slot = Slot {
                formula: Formula::Local(index(lets.len())),
                is: found.is.clone(),
                is_list: found.is_list,
                is_whole: found.is_whole,
                leaf: None,
            };
            self.bind_slot(name, slot);
            lets.push(Let {
                name: name.node.clone(),
                value: found.formula,
                ty: found.is.value_type(),
                is_list: found.is_list,
                text: self.written(value.span),
            });
        }
        lets
    }

    fn requires(&mut self, node: &'a ast::Playbook) -> Vec<Clause<typed::Expr>> {
        let conditions = node.clauses.iter().filter_map(|clause| match &clause.node {
            PlaybookClause::Require(condition) => Some(condition),
            _ => None,
        });
        conditions.filter_map(|condition| self.clause(condition, "`require`")).collect()
    }

    fn storm(&mut self, clause: &'a PlaybookClause) -> Option<Storm<typed::Expr>> {
        let PlaybookClause::Storm { when, holds } = clause else { return None };
        let when = self.waited_clause(when, "`storm`");
        let holds_ms = self.duration(holds, DurationUse::Positive);
        Some(Storm { when: when?, holds_ms: holds_ms? })
    }

    fn verify(&mut self, clause: &'a PlaybookClause) -> Option<Verify<typed::Expr>> {
        let PlaybookClause::Verify { condition, within, needs } = clause else { return None };
        let condition = self.waited_clause(condition, "`verify`");
        let within_ms = self.duration(within, DurationUse::Positive);
        let needs = needs.as_ref().map(|needs| self.waited_clause(needs, "`needs`"));
        let needs = match needs {
            Some(needs) => Some(needs?),
            None => None,
        };
        Some(Verify { condition: condition?, within_ms: within_ms?, needs })
    }

    fn lift(&mut self, clause: &'a PlaybookClause) -> Option<Lift<typed::Expr>> {
        let PlaybookClause::Lift { when, at_latest } = clause else { return None };
        let when = self.waited_clause(when, "`lift`");
        let at_latest_ms = self.duration(at_latest, DurationUse::Positive);
        Some(Lift { when: when?, at_latest_ms: at_latest_ms? })
    }

    /// What a playbook may do by itself: as it says, else as its file says, else it proposes.
    fn autonomy_of(&mut self, word: Option<&'a Ident>, file: usize) -> Autonomy {
        let word = word.or_else(|| self.defaults.get(file).and_then(|defaults| defaults.autonomy));
        word.and_then(|word| self.autonomy(word)).unwrap_or(Autonomy::Propose)
    }

    /// `observe`, `propose` or `auto`.
    pub(crate) fn autonomy(&mut self, word: &Ident) -> Option<Autonomy> {
        match word.node.as_str() {
            "observe" => Some(Autonomy::Observe),
            "propose" => Some(Autonomy::Propose),
            "auto" => Some(Autonomy::Auto),
            other => {
                let near = self.nearest(other, AUTONOMIES.iter().copied());
                let (code, what) = (codes::UNKNOWN_AUTONOMY, "what a playbook may do by itself");
                self.sink.report(UnknownWord { code, what, word, known: AUTONOMIES, near });
                None
            }
        }
    }

    /// Who approves each run. Whoever says `approval by` wants it asked for, whatever the playbook might do by itself.
    fn approval(&mut self, said: &Said<'a>, is_needed: bool) -> Approval {
        if let (Some((_, approved)), Some((_, asked))) = (&said.approved, &said.approval) {
            self.sink.report(ApprovedAndAsked { span: *asked, approved: *approved });
        }
        let is_needed = is_needed || said.approval.is_some();
        let said = said.approval.map(|(approval, _)| approval);
        let by = said.and_then(|(team, _)| self.team(team));
        let within = said.and_then(|(_, within)| within);
        let within_ms = within.and_then(|within| self.duration(within, DurationUse::Positive));
        Approval { is_needed, by, within_ms: within_ms.unwrap_or(APPROVAL_WITHIN_MS) }
    }

    /// Whether a step cannot be taken back.
    pub(crate) fn is_irreversible(&self, step: &Step<typed::Expr>) -> bool {
        self.write_of(step).is_some_and(|write| write.irreversible.is_some())
    }

    /// The write that a step does.
    pub(crate) fn write_of(
        &self,
        step: &Step<typed::Expr>,
    ) -> Option<&nvp_plan::response::provider::Write<typed::Expr>> {
        let provider = self.policy.response.providers.get(step.call.provider.index())?;
        provider.writes.get(step.call.write as usize)
    }

    fn steps(&mut self, node: &'a ast::Playbook, whole: Span) -> Vec<Step<typed::Expr>> {
        let mut steps = Vec::new();
        let mut names: Vec<&'a Ident> = Vec::new();
        for clause in &node.clauses {
            let PlaybookClause::Step(step) = &clause.node else { continue };
            let name = &step.name;
            if let Some(first) = names.iter().find(|known| known.node == name.node) {
                let first = first.span;
                self.sink.report(Repeated { what: "step", name: &name.node, span: name.span, first });
            }
            names.push(name);
            steps.extend(self.step(step, clause.span));
        }
        if names.is_empty() && !self.sink.lost().is_part_of(whole) {
            self.sink.report(WithoutStep { playbook: &node.name.node, span: node.name.span });
        }
        steps
    }
}

/// Keeps the first; says where it was for another.
fn set<T>(place: &mut Option<(T, Span)>, value: T, span: Span) -> Option<Span> {
    match place {
        Some((_, first)) => Some(*first),
        None => {
            *place = Some((value, span));
            None
        }
    }
}
