use nvp_plan::domain::Domain;
use nvp_plan::ids::DomainId;
use nvp_plan::input::{Input, Lane as PlannedLane, Part};

use super::*;

fn plan() -> Plan {
    let input = Input {
        name: "load".into(),
        part: Part::Value,
        sources: vec!["load_wire".into()],
        lane: LaneId(1),
        domain: DomainId(0),
        labels: Vec::new(),
        matchers: Vec::new(),
        counter: false,
        scale: nvp_plan::unit::Scale::ONE,
        every_ms: 10_000,
        stale_ms: 30_000,
        forget_ms: 3_600_000,
        column: None,
    };
    Plan {
        tick_ms: 10_000,
        lanes: vec![PlannedLane { ago_ms: 0 }, PlannedLane { ago_ms: 60_000 }],
        domains: vec![Domain { labels: Vec::new() }],
        inputs: vec![input],
        ..Plan::default()
    }
}

fn batch(samples: &[(SeriesId, i64)]) -> Batch {
    let mut batch = Batch::default();
    for (series, instant_ms) in samples {
        batch.push(*series, *instant_ms, *instant_ms as f64);
    }
    batch
}

#[test]
fn samples_come_back_when_their_tick_does_and_only_those_wanted() {
    let mut lanes = Lanes::new(&plan());
    lanes.announce(0, "load_wire");
    lanes.announce(1, "other");
    lanes.keep(7, &batch(&[(0, 20_000), (1, 15_000), (0, 10_001), (0, 20_001)]));
    assert!(lanes.next_due(79_999).is_none());
    let past = lanes.next_due(80_000).unwrap();
    assert_eq!((past.source, past.lane), (7, LaneId(1)));
    assert_eq!(past.batch, batch(&[(0, 20_000), (0, 10_001)]));
    assert!(lanes.next_due(89_999).is_none());
    assert_eq!(lanes.next_due(90_000).unwrap().batch, batch(&[(0, 20_001)]));
    assert_eq!((lanes.kept, lanes.dropped()), (0, 0));
}

#[test]
fn over_the_limit_samples_are_counted_and_not_kept() {
    let mut lanes = Lanes::new(&plan());
    lanes.announce(0, "load_wire");
    lanes.kept = LANE_SAMPLES_MAX - 1;
    lanes.keep(0, &batch(&[(0, 1), (0, 2), (0, 3)]));
    assert_eq!((lanes.kept, lanes.dropped()), (LANE_SAMPLES_MAX, 2));
}
