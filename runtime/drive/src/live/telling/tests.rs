use super::{Telling, printable};
use crate::decision::{Clause, Decision, State, Why};

fn decision(from: State, to: State) -> Decision {
    Decision { at_ms: 1_000, name: "slow".into(), labels: [].into(), from, to, why: Why::of(Clause::When) }
}

#[test]
fn rows_are_counted_where_they_stand() {
    let mut telling = Telling::default();
    let red = || State::Level("red".into());
    telling.tell(&decision(State::Ok, State::Pending));
    telling.tell(&decision(State::Pending, red()));
    telling.tell(&decision(State::Ok, red()));
    assert_eq!((telling.rows_at("pending"), telling.rows_at("red"), telling.rows_at("yellow")), (0, 2, 0));
    telling.tell(&decision(red(), State::Forgotten));
    telling.tell(&decision(red(), State::Ok));
    assert_eq!((telling.rows_at("red"), telling.decisions()), (0, 5));
}

#[test]
fn labels_cannot_play_with_the_terminal() {
    assert_eq!(
        printable("a\u{1b}[2Jb\nc\r\td\u{9b}e ä"),
        "a\u{fffd}[2Jb\u{fffd}c\u{fffd}\u{fffd}d\u{fffd}e ä"
    );
}
