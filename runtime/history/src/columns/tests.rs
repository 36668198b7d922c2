use proptest::prelude::*;

use super::*;

const YEAR_9999_MS: i64 = 253_402_300_799_999;

proptest! {
    #[test]
    fn samples_come_out_in_order_the_first_of_an_instant_only(
        instants in prop::collection::vec(prop_oneof![0_i64..50, -YEAR_9999_MS..YEAR_9999_MS], 0..200)
    ) {
        let mut columns = Columns::default();
        let mut wanted = std::collections::BTreeMap::new();
        for (number, &instant) in instants.iter().enumerate() {
            columns.push(instant, number as f64);
            wanted.entry(instant).or_insert(number as f64);
        }
        let repeated = columns.finish().map_or(0, |(repeated, _)| repeated);
        prop_assert_eq!(repeated as usize, instants.len() - wanted.len());
        prop_assert_eq!(columns.iter().collect::<Vec<_>>(), wanted.clone().into_iter().collect::<Vec<_>>());
        prop_assert_eq!(columns.len(), wanted.len());
        let ends = wanted.keys().next().copied().zip(wanted.keys().last().copied());
        prop_assert_eq!(columns.span_ms(), ends);
        let (mut place, mut walked) = (Place::default(), Vec::new());
        while let Some(sample) = columns.at(place) {
            walked.push(sample);
            place = columns.after(place);
        }
        prop_assert_eq!(walked, wanted.clone().into_iter().collect::<Vec<_>>());
        let removed = columns.remove(|instant| instant % 2 == 0);
        wanted.retain(|instant, _| instant % 2 != 0);
        prop_assert_eq!(columns.len(), wanted.len());
        prop_assert_eq!(removed + wanted.len() + repeated as usize, instants.len());
    }
}

#[test]
fn a_sample_takes_twelve_bytes() {
    let mut columns = Columns::default();
    for minute in 0..100_000 {
        columns.push(1_661_140_279_000 + minute * 60_000, 1.0);
    }
    let bytes = columns.memory_bytes() as f64 / columns.len() as f64;
    assert!(bytes < 13.0, "{bytes} bytes a sample");
}
