use super::suggest;

#[test]
fn the_nearest_is_meant() {
    assert_eq!(suggest("metrik", ["metric", "merge", "unit"]), Some("metric"));
    assert_eq!(suggest("cpu_bsy", ["cpu_idle", "cpu_busy"]), Some("cpu_busy"));
    assert_eq!(suggest("labesl", ["labels"]), Some("labels"));
}

#[test]
fn what_is_far_away_or_short_is_not() {
    assert_eq!(suggest("up", ["us"]), None, "under three letters");
    assert_eq!(suggest("gateway_latency", ["gateway_error_ratio"]), None, "more than three letters away");
    assert_eq!(suggest("red", ["says"]), None, "half of it differs");
    assert_eq!(suggest("cpu", ["cpu"]), None, "the same name helps nobody");
}

#[test]
fn of_equally_near_ones_the_first_is_meant() {
    assert_eq!(suggest("cpu1", ["cpu2", "cpu3"]), Some("cpu2"));
    assert_eq!(suggest("cpu1", ["cpu3", "cpu2"]), Some("cpu3"));
}
