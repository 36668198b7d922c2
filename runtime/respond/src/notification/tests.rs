use super::*;

#[test]
fn keys_of_different_people_are_different() {
    let whom = |team: &str, person: Option<&str>| Whom {
        channel: "sms".to_owned(),
        team: team.to_owned(),
        person: person.map(str::to_owned),
    };
    assert_eq!(
        key("i1/standard/N1/1", &whom("operations", Some("anna"))),
        "i1/standard/N1/1/sms/operations/anna"
    );
    assert_eq!(key("i1", &whom("a/b", Some("c"))), "i1/sms/a%2Fb/c");
    assert_ne!(key("i1", &whom("a/b", Some("c"))), key("i1", &whom("a%2Fb", Some("c"))));
    assert_ne!(key("i1", &whom("a", Some("b/c"))), key("i1", &whom("a/b", Some("c"))));
}
