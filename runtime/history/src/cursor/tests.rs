use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn each_sample_comes_once_and_in_order(
        series in prop::collection::vec(prop::collection::btree_map(-20_000_i64..20_000, any::<i32>(), 0..40), 0..20),
        mut stops in prop::collection::vec(-25_000_i64..25_000, 0..30),
    ) {
        let columns: Vec<_> = series.iter().map(|samples| {
            let mut columns = Columns::default();
            samples.iter().for_each(|(&instant, &value)| columns.push(instant, f64::from(value)));
            columns
        }).collect();
        let mut wanted: Vec<_> = series.iter().zip(0_u32..)
            .flat_map(|(samples, id)| samples.iter().map(move |(&instant, &value)| (instant, id, f64::from(value))))
            .collect();
        wanted.sort_unstable_by_key(|&(instant, id, _)| (instant, id));
        stops.sort_unstable();
        stops.push(i64::MAX);
        let mut cursor = Cursor::new(&columns);
        let (mut batch, mut got) = (Batch::default(), 0);
        for stop in stops {
            prop_assert_eq!(cursor.next_ms(), wanted.get(got).map(|w| w.0));
            batch.clear();
            let count = cursor.fill_until(stop, &mut batch);
            let given: Vec<_> = batch.iter().map(|(id, instant, value)| (instant, id, value)).collect();
            let through: Vec<_> = wanted[got..].iter().copied().take_while(|w| w.0 <= stop).collect();
            prop_assert_eq!(&given, &through);
            prop_assert_eq!(count, through.len());
            got += count;
        }
        prop_assert_eq!(got, wanted.len());
        prop_assert_eq!(cursor.next_ms(), None);
    }
}
