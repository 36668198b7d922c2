use super::*;

fn silence(key: &str, to_ms: i64) -> Silence {
    Silence {
        key: key.to_owned(),
        alert: Some("slow".to_owned()),
        service: None,
        labels: vec![("region".to_owned(), "eu".to_owned())],
        from_ms: 100,
        to_ms,
        why: "known".to_owned(),
    }
}

fn events(effects: &mut Effects) -> Vec<String> {
    let all = effects.records.drain(..);
    all.map(|record| match record.event {
        Event::Silenced(number, silence, by) => format!("{number} until {} by {by}", silence.to_ms),
        Event::Unsilenced(number, by) => format!("{number} ended by {by}"),
        Event::Ignored(why) => why,
        other => panic!("{other:?}"),
    })
    .collect()
}

#[test]
fn the_same_key_is_the_same_silence() {
    let mut silences = Silences::default();
    let mut out = Effects::default();
    for asked in
        [silence("a", 200), silence("a", 200), silence("a", 300), silence("b", 200), silence("c", 50)]
    {
        silences.begin(60, "anna", &asked, &mut out);
    }
    silences.end(60, "boris", 2, &mut out);
    silences.end(60, "boris", 2, &mut out);
    assert_eq!(
        events(&mut out),
        [
            "1 until 200 by anna",
            "silence `a` is there already",
            "1 until 300 by anna",
            "2 until 200 by anna",
            "silence `c` would be over already",
            "2 ended by boris",
            "silence 2 is over or was never there"
        ]
    );
    let at = |at_ms| silences.at(at_ms).map(|(number, _)| number).collect::<Vec<_>>();
    assert_eq!((at(99), at(100), at(299), at(300)), (vec![], vec![1], vec![1], vec![]));
}

#[test]
fn a_silence_is_about_rows_that_have_all_it_names() {
    let eu = [("host".to_owned(), "a".to_owned()), ("region".to_owned(), "eu".to_owned())];
    assert!(silence("a", 200).matches("slow", &eu, "gateway"));
    assert!(!silence("a", 200).matches("down", &eu, "gateway"));
    assert!(!silence("a", 200).matches("slow", &eu[..1], "gateway"));
    let of_database = Silence { service: Some("database".to_owned()), ..silence("a", 200) };
    assert!(!of_database.matches("slow", &eu, "gateway"));
}
