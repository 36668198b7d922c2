use nvp_formats::WireKind;

use super::*;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
const NOW_MS: i64 = 1_661_140_279_000;

/// Series with a sample each minute of the given stretches (begin, samples).
fn recording(series: &[(&str, &[(i64, i64)])]) -> (SeriesTable, Vec<Columns>) {
    let mut table = SeriesTable::default();
    let columns = series.iter().map(|(labels, stretches)| {
        let pairs = labels.split(',').map(|pair| pair.split_once('=').unwrap());
        let key = SeriesKey::new("m", pairs.map(|(n, v)| (n.to_owned(), v.to_owned())));
        table.intern(&key, WireKind::Gauge).unwrap();
        let mut columns = Columns::default();
        for &(first_ms, samples) in *stretches {
            (0..samples).for_each(|minute| columns.push(first_ms + minute * 60_000, 1.0));
        }
        columns
    });
    let columns = columns.collect();
    (table, columns)
}

fn left_out(series: &[(&str, &[(i64, i64)])]) -> Vec<String> {
    let (table, mut columns) = recording(series);
    let before: usize = columns.iter().map(Columns::len).sum();
    let outliers = take_outliers(&mut columns, &table, DAY_MS);
    let after: usize = columns.iter().map(Columns::len).sum();
    assert_eq!(before - after, outliers.iter().map(|o| o.samples as usize).sum::<usize>());
    outliers.iter().map(ToString::to_string).collect()
}

#[test]
fn a_service_whose_clock_is_ahead_is_named() {
    let ahead = NOW_MS + 200_000_000_000;
    let found = left_out(&[
        ("service=ads,pod=ads-5f6585d649,zone=a", &[(ahead, 60)]),
        ("service=ads,pod=ads-5f6585d649,zone=b", &[(ahead, 60)]),
        ("service=cart,pod=cart-579f59597d,zone=a", &[(NOW_MS, 60)]),
        ("service=shop,pod=shop-579f59597d,zone=b", &[(NOW_MS, 60)]),
    ]);
    assert_eq!(
        found,
        ["`service=\"ads\"` is 200000000 s ahead of the rest: 120 samples of 2 series left out"]
    );
}

#[test]
fn of_two_equal_ones_the_later_is_wrong() {
    let found = left_out(&[("a=1", &[(NOW_MS + 200_000_000_000, 60)]), ("a=2", &[(NOW_MS, 60)])]);
    assert_eq!(found, ["`a=\"1\"` is 200000000 s ahead of the rest: 60 samples of 1 series left out"]);
}

#[test]
fn a_clock_behind_and_several_clocks_are_found() {
    let found = left_out(&[
        ("s=epoch,z=x", &[(0, 60)]),
        ("s=b,z=x", &[(NOW_MS + 3 * DAY_MS, 30)]),
        ("s=c,z=x", &[(NOW_MS + 3 * DAY_MS, 30)]),
        ("s=d,z=x", &[(NOW_MS, 600)]),
    ]);
    assert_eq!(
        found,
        [
            "`s=\"epoch\"` is 1661140279 s behind the rest: 60 samples of 1 series left out",
            "`s=\"b\"` is 259200 s ahead of the rest: 30 samples of 1 series left out",
            "`s=\"c\"` is 259200 s ahead of the rest: 30 samples of 1 series left out",
        ]
    );
}

#[test]
fn without_a_label_of_its_own_a_series_stands_for_it() {
    let found =
        left_out(&[("a=1,b=1", &[(0, 9)]), ("a=1,b=2", &[(NOW_MS, 60)]), ("a=2,b=1", &[(NOW_MS, 60)])]);
    assert_eq!(
        found,
        ["`m{a=\"1\",b=\"1\"}` is 1661140279 s behind the rest: 9 samples of 1 series left out"]
    );
}

#[test]
fn a_pause_of_days_is_a_pause() {
    let later = NOW_MS + 10 * DAY_MS;
    let none: [&str; 0] = [];
    assert_eq!(
        left_out(&[
            ("p=old", &[(NOW_MS, 90)]),
            ("p=new", &[(later, 60)]),
            ("p=both", &[(NOW_MS, 9), (later, 9)])
        ]),
        none
    );
    assert_eq!(left_out(&[("a=1", &[(NOW_MS, 60)]), ("a=2", &[(NOW_MS + 20 * HOUR_MS, 60)])]), none);
    assert_eq!(left_out(&[("a=1", &[])]), none);
}

#[test]
fn a_clock_wrong_for_a_moment_loses_the_moment() {
    let (table, mut columns) = recording(&[("a=1", &[(0, 1), (NOW_MS, 2_000)]), ("a=2", &[(NOW_MS, 2_000)])]);
    let outliers = take_outliers(&mut columns, &table, DAY_MS);
    assert_eq!(outliers.iter().map(|o| (o.samples, o.label.clone())).collect::<Vec<_>>(), [(1, None)]);
    assert_eq!(columns[0].span_ms(), Some((NOW_MS, NOW_MS + 1_999 * 60_000)));
}
