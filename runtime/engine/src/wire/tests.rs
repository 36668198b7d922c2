use super::key;
use crate::intern::Interner;
use nvp_plan::ids::{DomainId, LaneId};
use nvp_plan::input::{Input, Part, WireLabel};

fn input(labels: Vec<WireLabel>) -> Input {
    Input {
        name: "cpu".into(),
        part: Part::Value,
        sources: vec!["cpu".into()],
        lane: LaneId(0),
        domain: DomainId(1),
        labels,
        matchers: vec![],
        counter: false,
        scale: nvp_plan::unit::Scale::ONE,
        every_ms: 10_000,
        stale_ms: 30_000,
        forget_ms: 3_600_000,
        column: None,
    }
}

fn texts(labels: Vec<WireLabel>, wire: &[(&str, &str)]) -> Option<Vec<String>> {
    let mut interner = Interner::default();
    let key = key(&input(labels), wire, &mut interner)?;
    Some(key.into_iter().map(|symbol| interner.text(symbol).to_owned()).collect())
}

fn named(name: &str) -> WireLabel {
    WireLabel::Named(name.into(), None)
}

#[test]
fn a_label_that_the_wire_lacks_is_the_empty_text() {
    assert_eq!(
        texts(vec![named("pod"), named("zone")], &[("pod", "a")]),
        Some(vec!["a".into(), String::new()])
    );
}

#[test]
fn a_closed_label_refuses_other_values() {
    let closed = || vec![WireLabel::Named("region".into(), Some(vec!["eu".into(), "us".into()]))];
    assert_eq!(texts(closed(), &[("region", "us")]), Some(vec!["us".into()]));
    assert_eq!(texts(closed(), &[("region", "mars")]), None);
    assert_eq!(texts(closed(), &[]), None);
}

#[test]
fn the_rest_is_all_that_no_entry_names_and_is_unambiguous() {
    let labels = || vec![named("pod"), WireLabel::Rest];
    let rest = |wire: &[(&str, &str)]| texts(labels(), wire).map(|texts| texts[1].clone());
    assert_eq!(rest(&[("a", "1"), ("b", "2"), ("pod", "x")]).as_deref(), Some("a=\"1\",b=\"2\""));
    assert_ne!(rest(&[("a", "1\",b=\"2")]), rest(&[("a", "1"), ("b", "2")]));
    assert_eq!(rest(&[("a", ""), ("pod", "x")]), rest(&[("pod", "x")]), "an empty label is none");
}
