use proptest::prelude::*;

use super::*;

fn key(name: &str, labels: &[(&str, &str)]) -> SeriesKey {
    SeriesKey::new(name, labels.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())))
}

#[test]
fn numbers_are_dense_and_stay() {
    let mut table = SeriesTable::default();
    let a = key("up", &[("job", "x"), ("instance", "b:1"), ("none", "")]);
    let b = key("up", &[("instance", "b:1")]);
    assert_eq!(table.intern(&a, WireKind::Gauge), Some(0));
    assert_eq!(table.intern(&b, WireKind::Unknown), Some(1));
    assert_eq!(table.intern(&a, WireKind::Counter), Some(0));
    assert_eq!(table.kind(0), WireKind::Gauge);
    assert_eq!(table.key(0).as_ref(), Some(&a));
    assert_eq!(table.label(0, "job"), Some("x"));
    assert_eq!(table.label(1, "job"), None);
    assert_eq!(table.key(2), None);
    assert_eq!(a.to_string(), r#"up{instance="b:1",job="x"}"#);
}

#[test]
fn over_the_limit_is_refused_and_counted() {
    let mut table = SeriesTable::with_limit(1);
    assert_eq!(table.intern(&key("a", &[]), WireKind::Gauge), Some(0));
    assert_eq!(table.intern(&key("b", &[]), WireKind::Gauge), None);
    assert_eq!(table.intern(&key("a", &[]), WireKind::Gauge), Some(0));
    assert_eq!((table.len(), table.refused()), (1, 1));
}

#[test]
fn text_is_bounded_too() {
    let mut table = SeriesTable::with_limit(1_000);
    let huge = "x".repeat(1 << 20);
    let taken = (0..200)
        .filter(|i| table.intern(&key(&format!("{i}{huge}"), &[]), WireKind::Gauge).is_some())
        .count();
    assert!(taken < 64, "{taken} names of 1 MiB each were taken");
    assert_eq!(table.refused(), 200 - taken as u64);
    assert!(table.memory_bytes() < 200 << 20);
}

#[test]
fn a_hundred_thousand_series_are_small() {
    let mut table = SeriesTable::default();
    for i in 0..100_000 {
        let (i, instance) = (i.to_string(), (i % 100).to_string());
        table.intern(
            &key("requests_total", &[("instance", &instance), ("job", "j"), ("path", &i)]),
            WireKind::Counter,
        );
    }
    assert_eq!(table.len(), 100_000);
    assert!(
        table.memory_bytes() / table.len() < 120,
        "{} bytes a series",
        table.memory_bytes() / table.len()
    );
}

proptest! {
    #[test]
    fn what_goes_in_comes_out(keys in prop::collection::vec(("[a-c]{1,2}", prop::collection::btree_map("[a-d]{1,2}", "[x-z]{1,2}", 0..20)), 1..40)) {
        let keys: Vec<_> = keys.into_iter().map(|(n, l)| SeriesKey::new(n, l)).collect();
        let mut table = SeriesTable::default();
        let ids: Vec<_> = keys.iter().map(|k| table.intern(k, WireKind::Gauge).unwrap()).collect();
        for (key, id) in keys.iter().zip(&ids) {
            prop_assert_eq!(&table.key(*id).unwrap(), key);
            prop_assert_eq!(table.find(key), Some(*id));
        }
        let distinct: std::collections::BTreeSet<_> = keys.iter().collect();
        prop_assert_eq!(distinct.len(), table.len());
    }
}
