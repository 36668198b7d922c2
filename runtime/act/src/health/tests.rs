use super::{Change, Health};

#[test]
fn each_change_is_said_once() {
    let mut health = Health::default();
    let said: Vec<_> =
        [true, true, false, false, false, true, true, false].map(|ok| health.note(ok)).to_vec();
    assert_eq!(
        said,
        [None, None, Some(Change::Broke), None, None, Some(Change::Recovered), None, Some(Change::Broke)]
    );
}

#[test]
fn a_first_failure_is_said_and_a_first_success_is_not() {
    assert_eq!(Health::default().note(false), Some(Change::Broke));
    assert_eq!(Health::default().note(true), None);
}
