//! Policies change under open incidents: ladders and rungs that are gone, other times, other groups.

use nvp_respond::effect::{Event, IncidentEvent, Intent};
use nvp_respond::input::Deed;

use crate::desk::{World, change, start_ms};
use crate::{people, policy};

const PEOPLE: &str = "
team operations is anna
team leads is carl
person anna has sms
person carl has call
";

fn policy(rungs: &str) -> nvp_plan::response::Lowered {
    policy::parse(&format!("team operations\nteam leads\nservice gateway\n{rungs}"), start_ms())
}

fn world(rungs: &str) -> World {
    let mut world = World::new(policy(rungs), people::parse(PEOPLE));
    world.tick(&[(change("slow", &[], Some("gateway"), Some(3)), Some("standard"))]);
    world.run_to(60_000);
    world.out.clear();
    world
}

/// What came of it: rungs, what was passed over, ends.
fn happened(world: &mut World) -> Vec<String> {
    let records = world.out.records.drain(..);
    let all = records.filter_map(|record| {
        let Event::Incident(_, event) = record.event else { return None };
        let text = match event {
            IncidentEvent::Rung { rung, attempt, .. } => format!("{rung} {attempt}"),
            IncidentEvent::Skipped { rung, why, .. } => format!("{rung}: {why}"),
            IncidentEvent::LadderEnded(_) => "ended".to_owned(),
            _ => return None,
        };
        Some(format!("{}s {text}", (record.at_ms - start_ms()) / 1_000))
    });
    all.collect()
}

const STANDARD: &str = "ladder standard\n N1 operations by sms for 15m\n N2 leads by call for 1h";

#[test]
fn the_same_policy_again_changes_nothing() {
    let mut world = world(STANDARD);
    let before = world.snapshot();
    world.change_policy(policy(STANDARD));
    assert_eq!(world.snapshot(), before);
    assert!(world.out.records.is_empty());
}

#[test]
fn other_times_hold_from_then_on() {
    let mut world = world(STANDARD);
    world.change_policy(policy(
        "ladder standard\n N1 operations by sms for 5m every 2m\n N2 leads by call for 10m",
    ));
    world.run_to(1_200_000);
    assert_eq!(
        happened(&mut world),
        ["300s N2 1", "900s ended"],
        "the repeat was not asked for when N1 was called"
    );
}

#[test]
fn a_rung_that_is_gone_is_followed_by_the_one_in_its_place() {
    let mut world = world(STANDARD);
    world.change_policy(policy("ladder standard\n first operations by sms for 5m\n N2 leads by call"));
    world.run_to(1_200_000);
    assert_eq!(
        happened(&mut world),
        ["60s N1: the ladder has no such rung any more", "60s first 1", "360s N2 1", "360s ended"]
    );
}

#[test]
fn a_ladder_that_is_gone_ends_and_says_so_and_its_people_are_told_that_it_is_over() {
    let mut world = world(STANDARD);
    world.change_policy(policy(""));
    world.run_to(1_200_000);
    assert_eq!(happened(&mut world), ["60s N1: the policy has no such ladder any more", "60s ended"]);
    world.deed("anna", &Deed::Acknowledge(1));
    world.tick(&[(change("slow", &[], Some("gateway"), None), None)]);
    assert_eq!(world.out.intents.len(), 1);
    assert!(matches!(&world.out.intents[0], Intent::Notify(told) if told.person.as_deref() == Some("anna")));
}

#[test]
fn maintenance_that_is_taken_back_holds_nobody_any_longer() {
    let plan = policy(&format!("{STANDARD}\nmaintenance long covers everything from 0s to 2d"));
    let mut world = World::new(plan, people::parse(PEOPLE));
    world.tick(&[(change("slow", &[], Some("gateway"), Some(3)), Some("standard"))]);
    world.run_to(60_000);
    assert_eq!(happened(&mut world), [""; 0]);
    world.change_policy(policy(STANDARD));
    assert_eq!(happened(&mut world), ["60s N1 1"]);
}
