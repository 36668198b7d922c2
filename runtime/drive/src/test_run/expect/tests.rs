use super::*;

/// What becomes of an expectation over ticks of a minute: `t` true, `f` false, `u` unknown.
fn verdict(when: &ExpectedWhen, ticks: &str) -> (Verdict, i64) {
    let count = ticks.chars().count() as i64;
    for (minute, tick) in (0..).zip(ticks.chars()) {
        let is = match tick {
            't' => Some(true),
            'f' => Some(false),
            _ => None,
        };
        let verdict = at_tick(when, minute * 60_000, is, minute + 1 == count);
        if verdict != Verdict::Open {
            return (verdict, minute);
        }
    }
    (Verdict::Open, count)
}

fn failed(when: &ExpectedWhen, ticks: &str) -> (String, i64) {
    match verdict(when, ticks) {
        (Verdict::Failed(problem), minute) => (problem, minute),
        other => panic!("{when:?} over {ticks} is {other:?}"),
    }
}

const MINUTE: i64 = 60_000;

#[test]
fn at_looks_at_the_first_tick_at_or_after() {
    assert_eq!(verdict(&ExpectedWhen::At(2 * MINUTE), "fft"), (Verdict::Held, 2));
    assert_eq!(verdict(&ExpectedWhen::At(90_000), "fft"), (Verdict::Held, 2));
    assert_eq!(failed(&ExpectedWhen::At(2 * MINUTE), "ttf"), ("it is false".into(), 2));
    assert_eq!(failed(&ExpectedWhen::At(2 * MINUTE), "ttu"), ("it is unknown".into(), 2));
    assert_eq!(failed(&ExpectedWhen::At(5 * MINUTE), "ttt"), ("the test ends before 5m".into(), 2));
}

#[test]
fn by_is_content_with_any_tick_up_to_it() {
    let by = ExpectedWhen::By(2 * MINUTE);
    assert_eq!(verdict(&by, "tff"), (Verdict::Held, 0));
    assert_eq!(verdict(&by, "ufft"), (Verdict::Failed("it was not true at any tick up to 2m".into()), 2));
    assert_eq!(failed(&ExpectedWhen::By(90_000), "fft").1, 2);
    assert_eq!(failed(&by, "ff").1, 1);
}

#[test]
fn within_wants_the_first_true_tick_inside() {
    let within = ExpectedWhen::Within(MINUTE, 2 * MINUTE);
    assert_eq!(verdict(&within, "ftf"), (Verdict::Held, 1));
    assert_eq!(verdict(&within, "uft"), (Verdict::Held, 2));
    assert_eq!(failed(&within, "tft"), ("it is true already, before 1m".into(), 0));
    assert_eq!(failed(&within, "ffft").1, 2);
}

#[test]
fn never_fails_at_the_first_true_tick() {
    assert_eq!(verdict(&ExpectedWhen::Never, "fuf"), (Verdict::Held, 2));
    assert_eq!(failed(&ExpectedWhen::Never, "fft"), ("it is true".into(), 2));
}
