use super::*;

#[test]
fn a_line_is_found_by_what_it_says_and_nothing_less() {
    let mut prefixes = Prefixes::default();
    for (slot, text) in ["up", "up{a=\"1\"}", "up {b=\"1\"}", "uptime"].into_iter().enumerate() {
        prefixes.insert(text.as_bytes(), slot as u32);
    }
    for _ in 0..2 {
        prefixes.rewind();
        for (line, wanted) in [
            ("up 1", Some((0, 2))),
            ("up{a=\"1\"} 1", Some((1, 9))),
            ("up {b=\"1\"} 1", Some((2, 10))),
            ("uptime\t1", Some((3, 6))),
            ("up\t{b=\"1\"} 1", None),
            ("up{a=\"2\"} 1", None),
            ("upt 1", None),
            ("up", Some((0, 2))),
            ("", None),
        ] {
            assert_eq!(prefixes.find(line.as_bytes()), wanted, "{line}");
        }
    }
}

#[test]
fn a_name_alone_is_never_taken_for_one_with_labels() {
    let mut prefixes = Prefixes::default();
    prefixes.insert(b"up", 7);
    prefixes.rewind();
    assert_eq!(prefixes.find(b"up {a=\"1\"} 1"), None);
    prefixes.rewind();
    assert_eq!(prefixes.find(b"up{a=\"1\"} 1"), None);
    prefixes.rewind();
    assert_eq!(prefixes.find(b"up 1"), Some((7, 2)));
}

#[test]
fn what_is_kept_is_found_again() {
    let mut prefixes = Prefixes::default();
    for slot in 0..100_u32 {
        prefixes.insert(format!("m{slot}").as_bytes(), slot);
    }
    prefixes.retain(|slot| (slot % 2 == 1).then_some(slot / 2));
    assert_eq!(prefixes.size().0, 50);
    assert_eq!(prefixes.find(b"m98 1"), None);
    assert_eq!(prefixes.find(b"m99 1"), Some((49, 3)));
}
