use super::sparkline;

#[test]
fn from_the_lowest_to_the_highest_of_what_is_shown() {
    let values: Vec<f64> = (0..8).map(f64::from).collect();
    assert_eq!(sparkline(&values, 8), "▁▂▃▄▅▆▇█");
    assert_eq!(sparkline(&values, 3), "▁▅█");
    assert_eq!(sparkline(&values, 10), "  ▁▂▃▄▅▆▇█");
    assert_eq!(sparkline(&[], 4), "    ");
    assert_eq!(sparkline(&values, 0), "");
}

#[test]
fn what_is_missing_is_blank_and_what_is_flat_is_low() {
    assert_eq!(sparkline(&[1.0, f64::NAN, 2.0], 3), "▁ █");
    assert_eq!(sparkline(&[5.0, 5.0, 5.0], 3), "▁▁▁");
    assert_eq!(sparkline(&[0.0, 0.0], 2), "▁▁");
    assert_eq!(sparkline(&[f64::NAN; 3], 3), "   ");
}

#[test]
fn a_small_change_is_no_mountain() {
    assert_eq!(sparkline(&[100.0, 100.1, 101.0], 3), "▁▁▁");
    assert_eq!(sparkline(&[100.0, 105.0, 110.0], 3), "▁▃▄");
    assert_eq!(sparkline(&[-100.0, -105.0, -110.0], 3), "▄▃▁");
}

#[test]
fn infinities_and_huge_numbers_have_bars_too() {
    assert_eq!(sparkline(&[1.0, f64::INFINITY, f64::NEG_INFINITY, 2.0], 4), "▁█▁█");
    assert_eq!(sparkline(&[f64::INFINITY; 2], 2), "██");
    assert_eq!(sparkline(&[f64::MIN, 0.0, f64::MAX], 3), "▁▅█");
}
