use proptest::prelude::*;

use super::*;

fn clocks(clock: &mut Clock, at_ms: &[i64]) -> Vec<i64> {
    let mut out = Effects::default();
    for at_ms in at_ms {
        clock.clock(*at_ms, &mut out);
    }
    let gap = |record: &crate::effect::Record| match record.event {
        Event::Gap(gap_ms) => gap_ms,
        ref other => panic!("{other:?}"),
    };
    out.records.iter().map(gap).collect()
}

#[test]
fn steps_of_five_seconds_mature_and_longer_ones_are_gaps() {
    let mut clock = Clock::default();
    assert_eq!(clocks(&mut clock, &[1_000, 6_000, 11_001, 12_001]), [5_001]);
    assert_eq!((clock.now_ms(), clock.mature_ms()), (12_001, 7_000));
}

#[test]
fn a_step_back_changes_nothing_and_time_goes_on_from_there() {
    let mut clock = Clock::default();
    assert_eq!(clocks(&mut clock, &[3_600_000, 1_000]), [-3_599_000]);
    assert_eq!((clock.now_ms(), clock.mature_ms()), (3_600_000, 3_600_000));
    assert_eq!(clocks(&mut clock, &[900, 3_900]), [0_i64; 0], "a small step back is not worth a word");
    assert_eq!((clock.now_ms(), clock.mature_ms()), (3_600_000, 3_603_000));
}

#[test]
fn ticks_move_time_only_where_no_clock_is() {
    let mut clock = Clock::default();
    clock.tick(10_000);
    clock.tick(70_000);
    assert_eq!((clock.now_ms(), clock.mature_ms()), (70_000, 70_000));
    assert_eq!(clocks(&mut clock, &[71_000]), [0_i64; 0]);
    clock.tick(500_000);
    assert_eq!((clock.now_ms(), clock.mature_ms()), (71_000, 71_000));
}

#[test]
fn time_while_stopped_matures_and_is_confirmed_by_a_tick() {
    let mut clock = Clock::default();
    clocks(&mut clock, &[1_000]);
    assert!(clock.is_confirmed());
    clock.started(901_000);
    assert_eq!((clock.now_ms(), clock.mature_ms(), clock.is_confirmed()), (901_000, 901_000, false));
    assert_eq!(clocks(&mut clock, &[902_000]), [0_i64; 0], "the start is what the clock showed last");
    clock.tick(899_000);
    assert!(clock.is_confirmed());
    assert_eq!(clock.mature_ms(), 902_000);
}

#[test]
fn instants_and_maturity_are_each_others_inverse() {
    let mut clock = Clock::default();
    clocks(&mut clock, &[1_000, 100_000, 103_000]);
    assert_eq!(clock.mature_ms(), 4_000);
    assert_eq!(clock.instant_of(10_000), 109_000);
    assert_eq!(clock.maturity_at(109_000), 10_000);
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Tick(i64),
    Clock(i64),
    Started(i64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let at = 0..100_000_i64;
    proptest::collection::vec(
        prop_oneof![
            at.clone().prop_map(Step::Tick),
            at.clone().prop_map(Step::Clock),
            at.prop_map(Step::Started)
        ],
        0..40,
    )
}

proptest! {
    #[test]
    fn time_never_goes_back_and_never_matures_faster_than_it_passes(steps in steps()) {
        let mut clock = Clock::default();
        let mut out = Effects::default();
        let mut before = clock.clone();
        let mut last_clock_ms = None;
        for step in steps {
            match step {
                Step::Tick(at_ms) => clock.tick(at_ms),
                Step::Clock(at_ms) => {
                    clock.clock(at_ms, &mut out);
                }
                Step::Started(at_ms) => clock.started(at_ms),
            }
            if before.now_ms.is_some() {
                let passed_ms = clock.now_ms() - before.now_ms();
                let matured_ms = clock.mature_ms() - before.mature_ms();
                prop_assert!(passed_ms >= 0 && matured_ms >= 0);
                // A clock that was set back passes again through what has passed already, in small steps.
                prop_assert!(matured_ms <= passed_ms || matured_ms <= STEP_MS_MAX);
                if let (Step::Clock(at_ms), Some(last_ms)) = (step, last_clock_ms) {
                    prop_assert!(at_ms - last_ms <= STEP_MS_MAX || matured_ms == 0);
                }
            }
            if let Step::Clock(at_ms) | Step::Started(at_ms) = step {
                last_clock_ms = Some(at_ms);
            }
            before = clock.clone();
        }
    }
}
