use super::*;

#[test]
fn the_counters_stand_in_the_order_of_all() {
    for (place, reason) in DropReason::ALL.into_iter().enumerate() {
        assert_eq!(reason as usize, place, "{}", reason.name());
    }
}

#[test]
fn the_first_example_stays_and_is_made_readable() {
    let mut dropped = Dropped::new();
    dropped.count(DropReason::BadLine, 7, b"a\x1b[31m\xff");
    dropped.count(DropReason::BadLine, 9, b"later");
    dropped.count(DropReason::NotANumber, 1, b"NaN");
    assert_eq!(dropped.get(DropReason::BadLine), 2);
    assert_eq!(dropped.total(), 2);
    assert_eq!(
        dropped.example(DropReason::BadLine),
        Some(&Example { line: 7, text: "a\u{fffd}[31m\u{fffd}".into() })
    );
    let long = vec![b'x'; 1 << 20];
    dropped.count(DropReason::LineTooLong, 8, &long);
    assert_eq!(dropped.example(DropReason::LineTooLong).map(|e| e.text.chars().count()), Some(121));
}

#[test]
fn merging_adds_and_keeps_the_first_example() {
    let (mut a, mut b) = (Dropped::new(), Dropped::new());
    a.count(DropReason::Cut, 1, b"one");
    b.count(DropReason::Cut, 2, b"two");
    b.count_many(DropReason::Duplicate, 5, 3, b"three");
    a.merge(&b);
    let seen: Vec<_> = a.iter().map(|(r, n, e)| (r.name(), n, e.map(|e| e.line))).collect();
    assert_eq!(seen, [("duplicate", 5, Some(3)), ("cut", 2, Some(1))]);
}

#[test]
fn one_and_several_are_said_as_people_say_them() {
    assert_eq!(DropReason::LineTooLong.words(1), "1 line that is too long");
    assert_eq!(
        DropReason::Duplicate.words(1_234_567),
        "1,234,567 samples whose series and instant stood before"
    );
}
