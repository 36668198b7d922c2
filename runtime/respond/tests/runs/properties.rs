//! What holds of every run of the corpus.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use nvp_plan::ids::PlaybookId;
use nvp_plan::response::Lowered;
use nvp_respond::effect::{ActionEvent, Effects, Event};
use nvp_respond::explore::{Options as Ways, explore};
use nvp_respond::responder::{Options, Responder};

use super::stage::{Given, Stage};
use super::{compile, corpus, script};

/// All runs, done.
fn done() -> Vec<(String, Stage)> {
    let run = |case: super::Case| {
        let (policy, written) = case.told();
        let mut stage = Stage::new(compile::policy(policy));
        script::tell(&mut stage, written);
        (case.path.display().to_string(), stage)
    };
    corpus().into_iter().map(run).collect()
}

/// At every input one goes on from the state that was written down, and one from the state itself: what comes of all later inputs is the
/// same, and soon the states are, bit for bit. (Who has just been read looks at everything once, as the policies may be others; between
/// a start and the first tick that waits.)
#[test]
fn a_state_that_was_written_down_goes_on_as_the_one_it_was() {
    for (name, stage) in done() {
        let plan = || Arc::clone(&stage.plan);
        let mut whole = Responder::new(plan(), Options::default());
        let mut followers: Vec<(usize, Responder)> = Vec::new();
        for (place, (given, seen, effects)) in stage.past.iter().enumerate() {
            let state = whole.snapshot().expect("it can be written down");
            let again = Responder::restore(plan(), Options::default(), &state).expect("it can be read");
            followers.push((place, again));
            let mut whole_out = Effects::default();
            whole.step(given.input(), seen, &mut whole_out);
            // A stage goes on from a state that was written down when it crashes; this one never does.
            assert_eq!(whole_out, *effects, "{name}: the same inputs give the same effects");
            let state = whole.snapshot();
            for (from, again) in &mut followers {
                let mut out = Effects::default();
                again.step(given.input(), seen, &mut out);
                assert_eq!(whole_out, out, "{name}: {given:?}, from {from}");
            }
            followers.retain(|(_, again)| again.snapshot() != state);
            assert!(followers.len() < 50, "{name}: they go on differing after {given:?}");
        }
        assert!(followers.is_empty() || !whole.clock().is_confirmed(), "{name}: they go on differing");
    }
}

/// An outcome that comes again, long after, changes nothing but that it is recorded.
#[test]
fn no_outcome_counts_twice() {
    let mut outcomes = 0;
    for (name, stage) in done() {
        let mut responder = Responder::new(Arc::clone(&stage.plan), Options::default());
        let mut past: Vec<&Given> = Vec::new();
        for (given, seen, _) in &stage.past {
            responder.step(given.input(), seen, &mut Effects::default());
            past.extend(matches!(given, Given::Outcome(..)).then_some(given));
        }
        let Some((_, seen, _)) = stage.past.last() else { continue };
        let before = responder.snapshot();
        for given in past {
            let mut out = Effects::default();
            responder.step(given.input(), seen, &mut out);
            assert!(out.intents.is_empty(), "{name}: {given:?} {out:?}");
            assert!(matches!(
                out.records[..],
                [nvp_respond::effect::Record { event: Event::Ignored(_), .. }]
            ));
            outcomes += 1;
        }
        assert!(responder.snapshot() == before, "{name}");
    }
    assert!(outcomes > 100, "there are outcomes: {outcomes}");
}

fn ends_reached(plan: &Lowered) -> BTreeMap<String, BTreeSet<String>> {
    let ways = Ways { states_max: 400_000, ..Ways::default() };
    let places = (0..plan.playbooks.len()).map(|place| PlaybookId(u32::try_from(place).expect("few")));
    let explored = places.map(|place| {
        let explored = explore(plan, place, ways, &mut |_, _| true).expect("there is one");
        assert!(explored.is_complete, "{}: not all ways", explored.playbook);
        (explored.playbook, explored.ends.into_iter().map(|end| end.end).collect())
    });
    explored.collect()
}

#[test]
fn whatever_a_run_comes_to_exploring_comes_to_as_well() {
    let mut all = BTreeSet::new();
    for (name, stage) in done() {
        let reached = ends_reached(&stage.plan);
        let mut runs = BTreeMap::new();
        for record in stage.past.iter().flat_map(|(_, _, effects)| &effects.records) {
            match &record.event {
                Event::Action(number, ActionEvent::Planned { playbook, .. }) => {
                    runs.insert(*number, playbook.clone());
                }
                Event::Action(number, ActionEvent::End(end)) => {
                    let playbook = &runs[number];
                    assert!(
                        reached[playbook].contains(end.name()),
                        "{name}: {playbook} {} {reached:?}",
                        end.name()
                    );
                    all.insert(end.name());
                }
                _ => {}
            }
        }
    }
    let ends = [
        "expired",
        "inconclusive",
        "indeterminate",
        "lifted",
        "no_change",
        "observed",
        "refused",
        "rollback_failed",
        "rolled_back",
        "succeeded",
    ];
    assert_eq!(all.into_iter().collect::<Vec<_>>(), ends, "the corpus has runs with every end");
}

/// What is wrong with the ends of a playbook whose step, and what it says of its end, are these.
fn wrong(providers: &str, step: &str, said: &str) -> Vec<(String, String)> {
    let policy = format!(
        "{providers}\nalert slow on delay {{ red when > 90%  absent holds  at red escalate standard  at red run mend(region) }}\n\
         playbook mend(region: text) {{ autonomy auto  step grow {{ {step}  timeout 5s }}  {said} }}\n"
    );
    let plan = compile::policy(&policy);
    let explored = explore(&plan, PlaybookId(0), Ways::default(), &mut |_, _| true).expect("there is one");
    assert!(explored.is_complete);
    explored.ends.into_iter().filter_map(|end| Some((end.end, end.wrong?))).collect()
}

#[test]
fn exploring_finds_what_leaves_the_world_half_changed_without_a_word() {
    let blind = "provider valve { write turn(db: text)  undo turn(db)  idempotent }";
    let told = "on failure { escalate to N1 }";
    let ends = |wrong: Vec<(String, String)>| wrong.into_iter().map(|(end, _)| end).collect::<Vec<_>>();
    assert_eq!(ends(wrong("", "do pool.set_size(region, to: 15)", told)), [""; 0]);
    assert_eq!(ends(wrong("", "do pool.set_size(region, to: 15)", "")), ["rollback_failed"]);
    assert_eq!(ends(wrong(blind, "do valve.turn(region)", told)), [""; 0], "nothing can be known of it");
    let unprobed = "provider dial { read at(db: text) -> number  write turn(db: text, to: number)  undo turn(db, to: before.at(db))  idempotent }";
    assert_eq!(
        ends(wrong(unprobed, "do dial.turn(region, to: 5)", told)),
        ["succeeded"],
        "a lie is believed"
    );
    let checked = "do dial.turn(region, to: 5)  check dial.at(region) == 5";
    assert_eq!(ends(wrong(unprobed, checked, told)), [""; 0]);
}
