use nvp_formats::{Batch, STALE_MARKER, SeriesKey, WireKind};
use nvp_respond::input::{Deed, Delivery, Outcome};
use nvp_respond::value::Value;
use proptest::prelude::*;

use super::{Recorded, RecordedError};
use crate::given::Given;

fn bytes(recorded: &Recorded) -> Vec<u8> {
    let mut bytes = Vec::new();
    recorded.encode(&mut bytes).unwrap();
    bytes
}

fn sample() -> impl Strategy<Value = (u32, i64, u64)> {
    (any::<u32>(), any::<i64>(), any::<u64>())
}

fn batch(samples: &[(u32, i64, u64)]) -> Batch {
    let mut batch = Batch::default();
    samples.iter().for_each(|(series, instant, bits)| batch.push(*series, *instant, f64::from_bits(*bits)));
    batch
}

fn given() -> impl Strategy<Value = Given> {
    prop_oneof![
        any::<i64>().prop_map(|now_ms| Given::Started { now_ms }),
        prop::option::of(".*").prop_map(Given::Halted),
        (any::<u64>(), any::<f64>()).prop_map(|(call, number)| Given::Outcome {
            call,
            outcome: Outcome::Answered(Value::Number(number)),
        }),
        (any::<u64>(), ".*").prop_map(|(notification, why)| Given::Delivery {
            notification,
            delivery: Delivery::Failed(why),
        }),
        (".*", any::<u64>()).prop_map(|(by, incident)| Given::Deed { by, deed: Deed::Acknowledge(incident) }),
    ]
}

fn any_record() -> impl Strategy<Value = Recorded> {
    prop_oneof![
        any::<[u8; 32]>().prop_map(|plan| Recorded::Started { plan }),
        (any::<u32>(), ".*", any::<i64>()).prop_map(|(source, name, waits_ms)| Recorded::SourceOpened {
            source,
            name,
            waits_ms
        }),
        (any::<u32>(), any::<i64>())
            .prop_map(|(source, through_ms)| Recorded::SourceClosed { source, through_ms }),
        any::<u32>().prop_map(|source| Recorded::SourceEnded { source }),
        (".*", prop::collection::vec((".*", ".*"), 0..4))
            .prop_map(|(name, labels)| { Recorded::appeared(SeriesKey { name, labels }, WireKind::Counter) }),
        any::<u32>().prop_map(|series| Recorded::Removed { series }),
        (any::<u32>(), prop::collection::vec(sample(), 0..40))
            .prop_map(|(source, samples)| Recorded::Samples { source, batch: batch(&samples) }),
        any::<i64>().prop_map(|now_ms| Recorded::Clock { now_ms }),
        any::<i64>().prop_map(|through_ms| Recorded::Gap { through_ms }),
        given().prop_map(Recorded::Response),
        any::<u64>().prop_map(|through| Recorded::Told { through }),
        Just(Recorded::Lost),
    ]
}

proptest! {
    #[test]
    fn what_was_written_is_read(recorded in any_record()) {
        let written = bytes(&recorded);
        // A NaN is not equal to itself, its bits are.
        prop_assert_eq!(bytes(&Recorded::decode(&written).unwrap()), written);
    }

    #[test]
    fn a_part_is_an_error(recorded in any_record(), length in any::<prop::sample::Index>()) {
        let written = bytes(&recorded);
        prop_assert!(Recorded::decode(&written[..length.index(written.len())]).is_err());
    }

    #[test]
    fn any_bytes_are_a_record_or_an_error(noise in any::<Vec<u8>>()) {
        let mut noise = noise;
        noise.insert(0, 2);
        let _ = Recorded::decode(&noise);
    }
}

#[test]
fn a_hostile_length_takes_no_memory() {
    for variant in [4_u8, 6, 9] {
        let huge = [&[super::VERSION, variant][..], &[0xff; 9], &[1, 0, 0]].concat();
        assert_eq!(Recorded::decode(&huge), Err(RecordedError::Foreign));
    }
}

#[test]
fn another_layout_is_told() {
    assert_eq!(Recorded::decode(&[9, 0]), Err(RecordedError::Version { found: 9 }));
    assert_eq!(Recorded::decode(&[]), Err(RecordedError::Foreign));
}

#[test]
fn samples_of_one_scrape_take_about_ten_bytes() {
    let samples: Vec<_> = (0..1_000).map(|series| (series, 1_700_000_000_000, 1.5_f64.to_bits())).collect();
    let written = bytes(&Recorded::Samples { source: 1, batch: batch(&samples) });
    assert!(written.len() < 10_100, "{}", written.len());
    let stale = Recorded::Samples { source: 0, batch: batch(&[(1, 2, STALE_MARKER.to_bits())]) };
    let Ok(Recorded::Samples { batch, .. }) = Recorded::decode(&bytes(&stale)) else { panic!("samples") };
    assert!(nvp_formats::is_stale_marker(batch.values[0]));
}
