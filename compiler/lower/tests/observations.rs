//! What playbooks read: a column each, for all rows, whatever the alerts do.
#![expect(clippy::indexing_slicing, reason = "a test that finds nothing there fails")]

use std::collections::{BTreeMap, BTreeSet};

use nvp_check::typed::{AlertId, DeriveId, Expr, Policy, Test, Type};
use nvp_lower::{LowerOptions, Lowered, Survey, lower};
use nvp_plan::ids::{ObservationId, PlaybookId};
use nvp_plan::response::formula::{Clause, Formula, Observed, WriteCall};
use nvp_plan::response::incident::{Does, Reaction, Remedy};
use nvp_plan::response::playbook::{Approval, Autonomy, Playbook, Step};
use nvp_plan::tree::Place;
use nvp_plan::unit::Unit;

use crate::cases::policy;

const TEXT: &str = "severity red is critical\ndefaults { every 10s absent holds }\n\
    metric cpu: ratio { labels service }\nmetric load: ratio { labels service  every 5s }\n\
    derive doubled = cpu * 2\nderive also_doubled = cpu * 2\nderive busy = load > 50%\n\
    alert hot on cpu { red when > 90% }\nalert cold on cpu { red when < 5% }\n\
    derive is_hot = hot is red\n";

/// A read of a derive.
fn leaf(policy: &Policy, derive: &str) -> Observed<Expr> {
    let of = policy.derives.iter().find(|known| known.name == derive).expect("declared").value.clone();
    let labels = of.labels.iter().map(|label| {
        (label.clone(), Formula::Constant(nvp_plan::response::formula::Constant::Text("eu".into())))
    });
    Observed {
        labels: labels.collect(),
        is_condition: of.ty == Type::Condition,
        text: of.text.clone(),
        unit: Unit::Number,
        of,
    }
}

/// A playbook that requires these to be present.
fn playbook(policy: &Policy, name: &str, derives: &[&str]) -> Playbook<Expr> {
    let requires = derives.iter().map(|derive| Clause {
        formula: Formula::Present(Box::new(Formula::Observed(leaf(policy, derive)))),
        clocks: 0,
        text: (*derive).to_owned(),
    });
    let call = WriteCall {
        provider: nvp_plan::ids::ProviderId(0),
        write: 0,
        arguments: Vec::new(),
        text: String::new(),
    };
    let step = Step {
        name: format!("step_of_{name}"),
        each: None,
        call,
        timeout_ms: 30_000,
        retries: 0,
        check: None,
        keep: None,
    };
    Playbook {
        name: name.to_owned(),
        doc: None,
        source: String::new(),
        formerly: None,
        parameters: Vec::new(),
        lets: Vec::new(),
        requires: requires.collect(),
        limits: Vec::new(),
        breaker: None,
        storm: None,
        autonomy: Autonomy::Auto,
        standing_approval: None,
        approval: Approval { is_needed: false, by: None, within_ms: 0 },
        steps: vec![step],
        verify: None,
        lift: None,
        on_success: Vec::new(),
        on_failure: Vec::new(),
    }
}

fn runs(alert: &str, playbook: u32) -> Reaction {
    let remedy = Remedy { playbook: PlaybookId(playbook), arguments: Vec::new(), within_ms: None };
    Reaction { alert: alert.to_owned(), level: 0, after_ms: 0, does: Does::Run(vec![remedy]) }
}

/// `hot` runs `a`, `cold` runs `b`; nothing runs `c`.
fn answered() -> Policy {
    let mut policy = policy(TEXT);
    policy.response.playbooks = vec![
        playbook(&policy, "a", &["doubled", "busy", "also_doubled"]),
        playbook(&policy, "b", &["is_hot"]),
        playbook(&policy, "c", &["busy"]),
    ];
    policy.response.reactions = vec![runs("cold", 1), runs("hot", 0)];
    policy
}

fn alert(policy: &Policy, name: &str) -> AlertId {
    AlertId(policy.alerts.iter().position(|alert| alert.name == name).expect("declared"))
}

fn observed(lowered: &Lowered, playbook: usize) -> Vec<ObservationId> {
    let of = |clause: &Clause<ObservationId>| match &clause.formula {
        Formula::Present(of) => match &**of {
            Formula::Observed(observed) => observed.of,
            _ => panic!("{of:?}"),
        },
        other => panic!("{other:?}"),
    };
    lowered.response.playbooks[playbook].requires.iter().map(of).collect()
}

fn texts(lowered: &Lowered) -> Vec<String> {
    let text = |at: &Place| match at {
        Place::Column(column) => lowered.plan.columns[column.index()].text.clone(),
        Place::Condition(condition) => lowered.plan.conditions[condition.index()].text.clone(),
        other => panic!("no column: {other:?}"),
    };
    lowered.plan.observations.iter().map(|shown| text(&shown.at)).collect()
}

#[test]
fn each_different_expression_is_one_column_over_its_labels() {
    let policy = answered();
    let lowered = lower(&policy, &LowerOptions::default()).expect("small");
    assert_eq!(texts(&lowered), ["cpu * 2", "load > 50%", "hot is red"]);
    let [doubled, busy, is_hot] = [0, 1, 2].map(ObservationId);
    assert_eq!(observed(&lowered, 0), [doubled, busy, doubled]);
    assert_eq!(observed(&lowered, 1), [is_hot]);
    assert_eq!(observed(&lowered, 2), [busy]);
    for shown in &lowered.plan.observations {
        assert_eq!(lowered.plan.domains[shown.domain.index()].labels, ["service"]);
    }
    assert_eq!(lowered.plan.probes.len(), 0);
}

#[test]
fn what_playbooks_read_takes_part_in_the_tick() {
    let policy = answered();
    let lowered = lower(&policy, &LowerOptions::default()).expect("small");
    assert_eq!(lowered.plan.tick_ms, 5_000, "only a playbook reads `load`");
    let load = policy.metrics.iter().position(|metric| metric.name == "load").expect("declared");
    assert!(Survey::of(&policy).metrics().any(|metric| metric.0 == load));
}

#[test]
fn with_an_alert_come_its_reactions_its_playbooks_and_the_alerts_they_ask() {
    let policy = answered();
    let (hot, cold) = (alert(&policy, "hot"), alert(&policy, "cold"));
    let wanted = BTreeSet::from([hot]);
    let options = LowerOptions { alerts: Some(&wanted), ..LowerOptions::default() };
    let lowered = lower(&policy, &options).expect("small");
    assert_eq!(lowered.response.reactions, [runs("hot", 0)]);
    assert_eq!(texts(&lowered), ["cpu * 2", "load > 50%"]);
    let names: Vec<&str> = lowered.response.playbooks.iter().map(|playbook| playbook.name.as_str()).collect();
    assert_eq!(names, ["a", "b", "c"], "ids stay");
    assert!(lowered.response.playbooks[1].steps.is_empty());
    assert_eq!(lowered.plan.tick_ms, 5_000, "the tick is the whole policy's");
    // `b` asks for the state of `hot`, which then runs `a`.
    let wanted = BTreeSet::from([cold]);
    let options = LowerOptions { alerts: Some(&wanted), ..LowerOptions::default() };
    let lowered = lower(&policy, &options).expect("small");
    assert_eq!(lowered.alerts.keys().copied().collect::<Vec<_>>(), [hot, cold]);
    assert_eq!(lowered.response.reactions.len(), 2);
    // Nothing is wanted: nothing is read.
    let options = LowerOptions { alerts: Some(&BTreeSet::new()), ..LowerOptions::default() };
    let lowered = lower(&policy, &options).expect("small");
    assert!(lowered.plan.inputs.is_empty() && lowered.response.reactions.is_empty());
}

#[test]
fn a_derive_that_a_test_gives_is_fed_to_playbooks_too() {
    let mut policy = answered();
    let busy = DeriveId(policy.derives.iter().position(|derive| derive.name == "busy").expect("declared"));
    // As a playbook names it: by the derive, not by what the derive is.
    let kind = nvp_check::typed::ExprKind::Derive(busy, Vec::new());
    let by_name = Expr { kind, text: "busy".to_owned(), ..policy.derives[busy.0].value.clone() };
    let read = Observed { of: by_name, ..leaf(&policy, "busy") };
    policy.response.playbooks[0].requires =
        vec![Clause { formula: Formula::Observed(read), clocks: 0, text: String::new() }];
    let options = LowerOptions { given_derives: BTreeSet::from([busy]), ..LowerOptions::default() };
    let lowered = lower(&policy, &options).expect("small");
    assert_eq!(lowered.given_derives, BTreeMap::from([(busy, "derive:busy".to_owned())]));
    assert!(lowered.plan.inputs.iter().any(|input| input.sources == ["derive:busy"]));
}

#[test]
fn a_test_is_about_the_alerts_that_run_what_it_speaks_of() {
    use nvp_check::typed::{Event, EventWhen, ExpectedEvent, PlaybookState, StepState};
    let policy = answered();
    let survey = Survey::of(&policy);
    let test = |event: Option<Event>| Test {
        name: String::new(),
        givens: Vec::new(),
        reads: Vec::new(),
        writes: Vec::new(),
        deeds: Vec::new(),
        expectations: Vec::new(),
        events: event
            .map(|event| ExpectedEvent {
                when: EventWhen::Never,
                event,
                text: String::new(),
                span: Default::default(),
            })
            .into_iter()
            .collect(),
        ends_ms: 0,
        span: Default::default(),
    };
    let about = |event| survey.alerts_of(&test(Some(event)));
    let (hot, cold) = (alert(&policy, "hot"), alert(&policy, "cold"));
    let started = |id| Event::Playbook(PlaybookId(id), BTreeMap::new(), PlaybookState::Started);
    assert_eq!(about(started(0)), BTreeSet::from([hot]));
    assert_eq!(about(started(2)), BTreeSet::new());
    assert_eq!(about(Event::Step("step_of_b".to_owned(), StepState::Done)), BTreeSet::from([cold]));
    assert_eq!(survey.alerts_of(&test(None)), BTreeSet::new());
}
