//! A process that was stopped calls as one that was not, for all times after that.

use nvp_respond::effect::{Event, IncidentEvent};
use nvp_respond::input::Deed;
use nvp_respond::ladder::Remedies;
use proptest::prelude::*;

use crate::desk::{World, change, start_ms};
use crate::properties::world;

/// The rungs called after an instant: when, and which. How often each was called differs, as calls were missed.
fn rungs_after(world: &World, after_ms: i64) -> Vec<(i64, String, String)> {
    let called = |record: &nvp_respond::effect::Record| match &record.event {
        Event::Incident(_, IncidentEvent::Rung { ladder, rung, .. }) => {
            Some((record.at_ms - start_ms(), ladder.clone(), rung.clone()))
        }
        _ => None,
    };
    world.out.records.iter().filter_map(called).filter(|(at_ms, ..)| *at_ms > after_ms).collect()
}

proptest! {
    #[test]
    fn after_a_start_ladders_call_when_they_would_have(
        stops_s in 0..900_i64, lasts_s in 1..1_200_i64, taken_up_s in proptest::option::of(0..900_i64), hoped in any::<bool>(),
        ladder in prop_oneof![Just("standard"), Just("short")],
    ) {
        let run = |is_stopped: bool| {
            let mut world = world();
            if hoped {
                world.remedies(1, Remedies::Hoped);
            }
            world.tick(&[(change("full", &[], Some("cache"), Some(3)), Some(ladder))]);
            if let Some(at_s) = taken_up_s.filter(|at_s| *at_s <= stops_s) {
                world.run_to(at_s * 1_000);
                world.deed("anna", &Deed::Acknowledge(1));
            }
            world.run_to(stops_s * 1_000);
            let on_ms = (stops_s + lasts_s) * 1_000;
            if is_stopped {
                world.started(on_ms);
                let before = world.out.intents.len();
                world.run_to(on_ms + 7_000);
                assert_eq!(world.out.intents.len(), before, "nobody is called before a tick");
                world.tick(&[]);
                // Of each ladder one rung at most is called for all that was missed.
                assert!(world.out.intents.len() - before <= 3);
            }
            world.run_to(on_ms + 7_000);
            let after = rungs_after(&world, on_ms + 7_000).len();
            assert_eq!(after, 0);
            world.run_to(on_ms + 3_600_000);
            rungs_after(&world, on_ms + 7_000)
        };
        prop_assert_eq!(run(true), run(false));
    }
}
