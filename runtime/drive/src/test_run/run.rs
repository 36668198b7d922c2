//! The ticks of one test.

use std::collections::BTreeSet;
use std::sync::Arc;

use nvp_check::typed::{AlertId, DeriveId, Expectation, ExpectedWhen, Given, GivenTarget, Policy, Test};
use nvp_formats::{Batch, SeriesTable};
use nvp_kernels::{Mode, Program};
use nvp_lower::LowerOptions;
use nvp_plan::Plan;
use nvp_plan::input::Part;

use super::answers::Answers;
use super::expect::{self, Verdict};
use super::failure::{Asked, Failure, Moment, asked, look};
use super::nearest::distance;
use super::series::{GivenSeries, series_of};
use super::witness::Witness;
use super::{Coverage, Runner, TEST_STARTS_MS, TestOutcome, only};
use crate::decision::{Decision, labels_of};
use crate::feed::Feed;
use crate::generation::{self, GenerationError};
use crate::instant::show_duration;

/// The most ticks of a test: more than two months of ticks of a second.
const TICKS_MAX: i64 = 6_000_000;
/// The one source of a test.
const SOURCE: u32 = 0;

/// How closely a run is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Only whether expectations hold.
    Quick,
    /// Also at each tick how far an open expectation is from holding.
    Close,
}

/// An expectation while the test runs.
struct Watch<'a> {
    expectation: &'a Expectation,
    asked: Vec<Asked>,
    verdict: Verdict,
    closest: Option<(f64, Moment)>,
    failure: Option<Failure>,
}

struct Run<'a> {
    policy: &'a Policy,
    plan: Arc<Plan>,
    feed: Feed,
    watches: Vec<Watch<'a>>,
    decisions: Vec<Decision>,
    look: Look,
    witness: Option<Witness<'a>>,
    /// What answers the alerts, where the test says anything of it.
    answers: Option<Answers<'a>>,
}

/// Runs a test once, and notes in `coverage` what decided something.
pub fn run(
    runner: &Runner,
    test: &Test,
    look: Look,
    coverage: Option<&mut Coverage>,
) -> Result<TestOutcome, GenerationError> {
    let policy = &*runner.policy;
    let lowered = lower(runner, test)?;
    let planned = lowered.alerts.clone();
    let derive_names = lowered.given_derives.clone();
    let response = Arc::new(lowered.response.clone());
    let (plan, program) = compile(lowered, runner.mode)?;
    let mut table = SeriesTable::default();
    let mut series = series_of(policy, &test.givens, &derive_names, &mut table);
    let name =
        |alert: AlertId| policy.alerts.get(alert.0).map(|alert| alert.name.clone()).unwrap_or_default();
    let watch =
        |expectation| Watch::new(test, policy, expectation, asked(&expectation.condition, &planned, &name));
    let mut run = Run {
        policy,
        feed: Feed::new(&plan, &program)?,
        watches: test.expectations.iter().map(watch).collect(),
        decisions: Vec::new(),
        look,
        witness: coverage.map(|coverage| Witness::new(policy, &planned, coverage)),
        answers: asks_for_answers(test).then(|| Answers::new(policy, test, response)),
        plan,
    };
    run.feed.open(SOURCE, "test", 0, &mut |_| {});
    run.all_ticks(test, &table, &mut series);
    let mut not_given = not_given(&run.plan, policy, test);
    let mut failures: Vec<Failure> = run.watches.into_iter().filter_map(|watch| watch.failure).collect();
    let mut happened = Vec::new();
    if let Some(answers) = run.answers {
        not_given.extend(answers.not_given());
        failures.extend(answers.failures());
        happened = answers.into_happened();
    }
    if test.expectations.is_empty() && test.events.is_empty() {
        failures.push(Failure::of_nothing(test.span));
    }
    failures.sort_by_key(|failure| failure.span.start);
    Ok(TestOutcome {
        name: test.name.clone(),
        span: test.span,
        ticks: run.feed.ticks(),
        not_given,
        failures,
        decisions: run.decisions,
        happened,
    })
}

/// Whether a test says anything of what answers alerts.
fn asks_for_answers(test: &Test) -> bool {
    let has_until = test.givens.iter().any(|given| given.phases.iter().any(|phase| phase.until.is_some()));
    has_until
        || !(test.reads.is_empty()
            && test.writes.is_empty()
            && test.deeds.is_empty()
            && test.events.is_empty())
}

fn lower(runner: &Runner, test: &Test) -> Result<nvp_lower::Lowered, GenerationError> {
    // Those that the expectations name come with them.
    let alerts = runner.survey.alerts_of(test);
    let derives = derives_given(test);
    let probes = test.expectations.iter().map(|expectation| &expectation.condition).collect();
    let survey = Some(&runner.survey);
    let options = LowerOptions { alerts: Some(&alerts), survey, given_derives: derives, probes };
    Ok(nvp_lower::lower(&runner.policy, &options)?)
}

/// A test's values are in base units already, so nothing is left to convert.
fn compile(
    mut lowered: nvp_lower::Lowered,
    mode: Mode,
) -> Result<(Arc<Plan>, Arc<Program>), GenerationError> {
    for input in lowered.plan.inputs.iter_mut().filter(|input| input.part == Part::Value) {
        input.scale = nvp_plan::unit::Scale::ONE;
    }
    Ok(generation::compile(lowered, mode)?)
}

fn derives_given(test: &Test) -> BTreeSet<DeriveId> {
    let derive = |given: &Given| match given.target {
        GivenTarget::Derive(id) => Some(id),
        GivenTarget::Metric(_) => None,
    };
    test.givens.iter().filter_map(derive).collect()
}

/// What the plan reads and the test does not give.
fn not_given(plan: &Plan, policy: &Policy, test: &Test) -> Vec<String> {
    let given: BTreeSet<&str> = test
        .givens
        .iter()
        .filter_map(|given| match given.target {
            GivenTarget::Metric(id) => policy.metrics.get(id.0).map(|metric| metric.name.as_str()),
            GivenTarget::Derive(id) => policy.derives.get(id.0).map(|derive| derive.name.as_str()),
        })
        .collect();
    let read: BTreeSet<&str> = plan.inputs.iter().map(|input| input.name.as_str()).collect();
    read.difference(&given).map(|name| (*name).to_owned()).collect()
}

impl<'a> Watch<'a> {
    fn new(test: &Test, policy: &Policy, expectation: &'a Expectation, asked: Vec<Asked>) -> Self {
        let mut watch = Self { expectation, asked, verdict: Verdict::Open, closest: None, failure: None };
        if let Some(problem) = input_ends_before(test, policy, &expectation.when) {
            watch.fail(problem, None, None);
        }
        watch
    }

    fn fail(&mut self, problem: String, decided: Option<Moment>, decision: Option<Box<Decision>>) {
        let at_ms = decided.as_ref().map(|moment| moment.at_ms);
        let closest = self.closest.take().map(|(_, moment)| moment);
        self.failure = Some(Failure {
            expected: self.expectation.text.clone(),
            span: self.expectation.span,
            problem: problem.clone(),
            decided,
            closest: closest.filter(|moment| Some(moment.at_ms) != at_ms),
            decision,
        });
        self.verdict = Verdict::Failed(problem);
    }
}

/// Whether what is given ends before an expectation looks: then it would look at what nobody fed.
fn input_ends_before(test: &Test, policy: &Policy, when: &ExpectedWhen) -> Option<String> {
    let looks_until_ms = expect::looks_until_ms(when)?;
    let ends_before = |given: &&Given| given.ends_ms.is_some_and(|ends_ms| ends_ms < looks_until_ms);
    let given = test.givens.iter().find(ends_before)?;
    let name = match given.target {
        GivenTarget::Metric(id) => policy.metrics.get(id.0).map(|metric| &metric.name),
        GivenTarget::Derive(id) => policy.derives.get(id.0).map(|derive| &derive.name),
    };
    let (name, labels) = (name.map(String::as_str).unwrap_or_default(), labels_of(&given.labels));
    let ends = show_duration(given.ends_ms?);
    Some(format!("the input of `{name}{labels}` ends before that, at {ends}"))
}

impl Run<'_> {
    fn all_ticks(&mut self, test: &Test, table: &SeriesTable, series: &mut [GivenSeries<'_>]) {
        let tick_ms = self.plan.tick_ms.max(1);
        let ticks_needed = test.ends_ms / tick_ms;
        if ticks_needed > TICKS_MAX {
            let problem = format!("the test has {ticks_needed} ticks, and at most {TICKS_MAX} are run");
            self.watches.iter_mut().for_each(|watch| watch.fail(problem.clone(), None, None));
            return;
        }
        let mut batch = Batch::default();
        let mut tick = (TEST_STARTS_MS + tick_ms - 1).div_euclid(tick_ms) * tick_ms;
        loop {
            let at_ms = tick - TEST_STARTS_MS;
            batch.clear();
            if let Some(answers) = &mut self.answers {
                for (step, at_ms) in answers.advance_to(self.feed.engine(), tick) {
                    series.iter_mut().for_each(|series| series.stretches.answered(&step, at_ms));
                }
            }
            series.iter_mut().for_each(|series| series.feed_through(at_ms, &mut batch));
            let told_before = self.decisions.len();
            let decisions = &mut self.decisions;
            self.feed.samples(SOURCE, table, &batch, &mut |decision| decisions.push(decision));
            self.feed.close(SOURCE, tick, &mut |decision| decisions.push(decision));
            if let Some(witness) = &mut self.witness {
                let decisions = self.decisions.get(told_before..).unwrap_or_default();
                witness.see(self.feed.engine(), &self.plan, decisions);
            }
            let last = at_ms >= test.ends_ms;
            if let Some(answers) = &mut self.answers {
                let decisions = self.decisions.get(told_before..).unwrap_or_default();
                for (step, at_ms) in answers.ticked(self.feed.engine(), tick, decisions, last) {
                    series.iter_mut().for_each(|series| series.stretches.answered(&step, at_ms));
                }
            }
            self.look_at_tick(at_ms, told_before, last);
            let is_open = self.watches.iter().any(|watch| watch.verdict == Verdict::Open)
                || self.answers.as_ref().is_some_and(Answers::is_open);
            if last || !is_open {
                return;
            }
            tick += tick_ms;
        }
    }

    fn look_at_tick(&mut self, at_ms: i64, told_before: usize, last: bool) {
        let decisions = self.decisions.get(told_before..).unwrap_or_default();
        let engine = self.feed.engine();
        for (probe, watch) in self.watches.iter_mut().enumerate() {
            if watch.verdict != Verdict::Open {
                continue;
            }
            if let ExpectedWhen::Only(allowed) = &watch.expectation.when
                && let Some(decision) = only::first_not_allowed(self.policy, allowed, decisions)
            {
                let problem = format!("`{}` became {}", decision.row(), decision.to);
                watch.fail(problem, None, Some(Box::new(decision.clone())));
                continue;
            }
            let is = engine.probe(probe);
            let verdict = expect::at_tick(&watch.expectation.when, at_ms, is, last);
            let wants_closest = self.look == Look::Close
                && matches!(watch.expectation.when, ExpectedWhen::By(_) | ExpectedWhen::Within(..));
            if let Verdict::Failed(problem) = verdict {
                let moment = look(engine, &self.plan, probe, &watch.asked, at_ms);
                watch.forget_what_was_no_closer(self.policy, &moment);
                watch.fail(problem, Some(moment), None);
            } else {
                watch.verdict = verdict;
                if wants_closest && watch.verdict == Verdict::Open {
                    let moment = look(engine, &self.plan, probe, &watch.asked, at_ms);
                    watch.note_closest(self.policy, moment);
                }
            }
        }
    }
}

impl Watch<'_> {
    fn note_closest(&mut self, policy: &Policy, moment: Moment) {
        let Some(far) = distance(policy, &self.expectation.condition, &self.asked, &moment) else { return };
        if self.closest.as_ref().is_none_or(|(best, _)| far < *best) {
            self.closest = Some((far, moment));
        }
    }

    /// The tick that decided is shown anyway; another one only if it came closer.
    fn forget_what_was_no_closer(&mut self, policy: &Policy, decided: &Moment) {
        let far = distance(policy, &self.expectation.condition, &self.asked, decided);
        self.closest = self.closest.take().filter(|(best, _)| far.is_none_or(|far| *best < far));
    }
}
