use super::{Due, Watermark};

#[test]
fn a_single_source_closes_ticks_by_its_promises() {
    let mut watermark = Watermark::default();
    watermark.open(0, 0);
    assert_eq!(watermark.due(), Due::Nothing);
    watermark.saw(0, 90_000);
    assert_eq!(
        watermark.due(),
        Due::Nothing,
        "a source that is not waited for promises nothing by its samples"
    );
    watermark.promise(0, 60_000);
    assert_eq!(watermark.due(), Due::Through(60_000));
    watermark.promise(0, 50_000);
    assert_eq!(watermark.due(), Due::Through(60_000), "a promise is not taken back");
}

#[test]
fn the_slowest_live_source_decides() {
    let mut watermark = Watermark::default();
    watermark.open(0, 0);
    watermark.open(3, 0);
    watermark.promise(0, 60_000);
    assert_eq!(watermark.due(), Due::Nothing);
    watermark.promise(3, 20_000);
    assert_eq!(watermark.due(), Due::Through(20_000));
    watermark.end(3);
    assert_eq!(watermark.due(), Due::Through(60_000));
}

#[test]
fn a_pushed_source_is_waited_for_up_to_its_grace() {
    let mut watermark = Watermark::default();
    watermark.open(0, 10_000);
    watermark.saw(0, 60_000);
    assert_eq!(watermark.due(), Due::Through(50_000));
    watermark.clock(65_000);
    assert_eq!(watermark.due(), Due::Through(55_000), "the clock ends the grace of a silent source");
    watermark.clock(64_000);
    assert_eq!(watermark.due(), Due::Through(55_000), "a clock that goes back changes nothing");
}

#[test]
fn a_source_that_is_not_waited_for_is_passed_by_the_clock() {
    let mut watermark = Watermark::default();
    watermark.open(0, 0);
    watermark.clock(65_000);
    assert_eq!(watermark.due(), Due::Through(65_000));
}

#[test]
fn when_all_have_ended_the_clock_decides_or_all_is_due() {
    let mut watermark = Watermark::default();
    assert_eq!(watermark.due(), Due::Nothing, "nothing was opened");
    watermark.open(0, 5_000);
    watermark.end(0);
    assert_eq!(watermark.due(), Due::All);
    watermark.clock(7_000);
    assert_eq!(watermark.due(), Due::Through(7_000));
}

#[test]
fn instants_at_the_ends_of_time_do_not_overflow() {
    let mut watermark = Watermark::default();
    watermark.open(0, i64::MAX);
    watermark.saw(0, i64::MIN);
    watermark.clock(i64::MIN);
    assert_eq!(watermark.due(), Due::Nothing);
    watermark.promise(0, i64::MAX);
    assert_eq!(watermark.due(), Due::Through(i64::MAX));
}
