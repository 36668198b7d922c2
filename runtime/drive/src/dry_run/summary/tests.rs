use super::*;
use crate::decision::Why;

fn decision(at_ms: i64, from: State, to: State, clause: Clause) -> Decision {
    Decision { at_ms, name: "slow".into(), labels: BTreeMap::new(), from, to, why: Why::of(clause) }
}

fn level(name: &str) -> State {
    State::Level(name.into())
}

#[test]
fn time_in_each_level_and_firings_add_up() {
    let mut summary = Summary::default();
    for decision in [
        decision(10, State::Ok, State::Pending, Clause::Pending),
        decision(20, State::Pending, level("yellow"), Clause::When),
        decision(50, level("yellow"), level("red"), Clause::When),
        decision(60, level("red"), level("yellow"), Clause::Clear),
        decision(65, level("yellow"), State::Ok, Clause::Clear),
        decision(80, State::Ok, level("red"), Clause::Flapping),
    ] {
        summary.add(&decision);
    }
    assert_eq!(summary.decisions(), 6);
    let rows = summary.finish(100);
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!((row.firings, row.flaps, row.first_ms, row.last_ms), (2, 1, Some(20), Some(80)));
    assert_eq!(row.in_level_ms, [("red".to_owned(), 30), ("yellow".to_owned(), 35)].into());
    assert_eq!(row.state, level("red"));
}

#[test]
fn a_row_that_was_only_pending_has_not_fired() {
    let mut summary = Summary::default();
    summary.add(&decision(10, State::Ok, State::Pending, Clause::Pending));
    let rows = summary.finish(20);
    assert_eq!((rows[0].firings, rows[0].first_ms, rows[0].in_level_ms.len()), (0, None, 0));
}
