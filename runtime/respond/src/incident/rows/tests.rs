use super::*;

fn row(alert: &str, labels: &[(&str, &str)]) -> Row {
    Row {
        alert: alert.into(),
        labels: labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        service: "api_gateway".into(),
        level: "red".into(),
        severity: Severity::Critical,
        says: SmolStr::default(),
        runbook: None,
        incident: 1,
    }
}

#[test]
fn rows_are_found_by_all_their_labels() {
    let mut rows = Rows::default();
    let eu = row("slow", &[("region", "eu")]);
    let us = row("slow", &[("region", "us")]);
    assert_eq!((rows.insert(eu.clone(), None), rows.insert(us.clone(), None)), (1, 2));
    assert_eq!(rows.find("slow", &us.labels), Some(2));
    assert_eq!(rows.find("slow", &[]), None);
    assert_eq!(rows.remove(2), Some(us.clone()));
    assert_eq!((rows.find("slow", &us.labels), rows.find("slow", &eu.labels)), (None, Some(1)));
    assert_eq!(rows.insert(us.clone(), None), 3, "numbers never come again");
    assert_eq!((rows.remove(3), rows.insert(us, Some(3))), (Some(row("slow", &[("region", "us")])), 3));
}

#[test]
fn the_hash_of_a_row_stays_as_it_was_written_down() {
    assert_eq!(hash("slow", &[]), 0xe681_ba6b_b1e5_3ca5);
    assert_ne!(
        hash("a", &[("b".to_owned(), "c".to_owned())]),
        hash("ab", &[(String::new(), "c".to_owned())])
    );
}
