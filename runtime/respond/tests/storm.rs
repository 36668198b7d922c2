//! Storms: a hundred thousand rows of one service, and a hundred thousand incidents. Work is counted, not timed: allocations.

use nvp_respond::desk::Desk;
use nvp_respond::effect::{Event, IncidentEvent};
use nvp_respond::input::AlertChange;

use crate::desk::{World, change, start_ms};
use crate::{people, policy};

const POLICY: &str = "
team operations
service gateway
ladder standard
  N1 operations by sms for 15m
  N2 operations by chat for 1h
";
const PEOPLE: &str = "
team operations is anna, boris
team operations shared chat
person anna has sms
person boris has sms
";

fn world() -> World {
    World::new(policy::parse(POLICY, start_ms()), people::parse(PEOPLE))
}

fn rows(count: usize, level: Option<u32>, is_one_service: bool) -> Vec<(AlertChange, Option<&'static str>)> {
    let row = |number: usize| {
        let instance = format!("i{number}");
        let mut row = change("slow", &[("instance", &instance), ("region", "eu")], Some("gateway"), level);
        if !is_one_service {
            row.service = Some(format!("service {number}").into());
        }
        (row, Some("standard"))
    };
    (0..count).map(row).collect()
}

/// How many allocations, and how many bytes.
fn counted(does: impl FnOnce()) -> (u64, u64) {
    let measured = allocation_counter::measure(does);
    (measured.count_total, measured.bytes_total)
}

#[test]
fn a_storm_of_one_service_is_one_incident_and_pages_once() {
    let mut world = world();
    world.tick(&rows(100_000, Some(3), true));
    assert_eq!(world.desk.incidents().count(), 1);
    assert_eq!(world.out.intents.len(), 2, "anna and boris, once");
    let of_rows = world.out.records.iter();
    let of_rows =
        of_rows.filter(|record| matches!(record.event, Event::Incident(1, IncidentEvent::Alert { .. })));
    assert_eq!((of_rows.count(), world.out.records.len()), (100_000, 100_000 + 5));
    let incident = world.desk.incident(1).unwrap();
    assert_eq!(incident.alerts(), 100_000);
    world.out.clear();
    world.run_to(60_000);
    world.tick(&rows(99_999, None, true));
    assert!(world.desk.incident(1).unwrap().is_open());
    world.tick(&rows(100_000, None, true)[99_999..]);
    assert!(!world.desk.incident(1).unwrap().is_open());
    assert_eq!(world.out.intents.len(), 2, "and that it is over, once");
}

#[test]
fn twice_the_rows_are_twice_the_work() {
    for is_one_service in [true, false] {
        let work = |count: usize| {
            let (rows, ends) = (rows(count, Some(3), is_one_service), rows(count, None, is_one_service));
            let mut world = world();
            let comes = counted(|| world.tick(&rows));
            let goes = counted(|| world.tick(&ends));
            (comes, goes)
        };
        let (once, twice) = (work(10_000), work(20_000));
        for (once, twice) in [(once.0.0, twice.0.0), (once.1.0, twice.1.0), (once.0.1, twice.0.1)] {
            assert!(twice < once * 5 / 2, "{once} then {twice}");
        }
    }
}

#[test]
fn a_silence_over_a_storm_is_looked_at_once_a_call_and_not_for_every_row() {
    let work = |count: usize| {
        let mut world = world();
        let silence = nvp_respond::input::Silence {
            key: "a".to_owned(),
            alert: Some("slow".to_owned()),
            service: None,
            labels: Vec::new(),
            from_ms: start_ms(),
            to_ms: start_ms() + 600_000,
            why: "known".to_owned(),
        };
        world.deed("anna", &nvp_respond::input::Deed::Silence(silence));
        let rows = rows(count, Some(3), true);
        let (allocations, _) = counted(|| world.tick(&rows));
        assert!(world.out.intents.is_empty());
        allocations
    };
    let (once, twice) = (work(5_000), work(10_000));
    assert!(twice < once * 5 / 2, "{once} then {twice}");
}

#[test]
fn of_a_hundred_thousand_open_ladders_only_what_is_due_is_looked_at() {
    let mut world = world();
    let all = rows(100_000, Some(3), false);
    world.tick(&all[..99_990]);
    world.run_to(10_000);
    world.tick(&all[99_990..]);
    assert_eq!(world.desk.incidents().count(), 100_000);
    world.run_to(15 * 60_000 - 5_000);
    world.out.clear();
    let (nothing, _) = counted(|| world.clock(15 * 60_000 - 1));
    assert_eq!(nothing, 0, "nothing is due");
    world.clock(15 * 60_000);
    assert_eq!(world.out.intents.len(), 99_990, "each its second rung");
    world.out.clear();
    world.clock(15 * 60_000 + 5_000);
    let (ten, _) = counted(|| world.clock(15 * 60_000 + 10_000));
    assert_eq!(world.out.intents.len(), 10);
    assert!(ten < 10 * 200, "{ten} allocations for ten calls");
}

#[test]
fn many_open_ladders_go_to_disk_and_back() {
    let mut world = world();
    world.tick(&rows(20_000, Some(3), false));
    let snapshot = world.snapshot();
    assert!(snapshot.len() < 20_000 * 1_000, "{} bytes", snapshot.len());
    let mut again = World::new(world.plan.clone(), world.roster.clone());
    let mut read = (0, 0);
    let of_it = counted(|| again.restore(&snapshot));
    read.0 += of_it.0;
    assert!(read.0 < 20_000 * 100, "{} allocations", read.0);
    assert_eq!(again.desk, world.desk);
    assert_ne!(again.desk, Desk::default());
}
