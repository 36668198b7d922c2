//! `docs/requirements.md` is true: every row of the requirements stands there once, and every file and test it names exists.

use std::collections::BTreeMap;

use crate::house::{read, root};

/// The rows of the requirements, by family and how many.
const ROWS: &[(&str, u32, u32)] = &[
    ("G", 1, 4),
    ("M", 1, 21),
    ("C", 1, 12),
    ("A", 1, 12),
    ("R", 1, 5),
    ("E", 0, 8),
    ("P", 1, 17),
    ("D", 1, 12),
    ("S", 1, 1),
    ("T", 1, 8),
];

/// The page's rows: what shows each.
fn shown() -> BTreeMap<String, Vec<String>> {
    let page = read(&root().join("docs/requirements.md"));
    let mut rows: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in page.lines().filter(|line| line.starts_with('|')) {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let is_row = cells.first().is_some_and(|id| {
            id.starts_with(|letter: char| letter.is_ascii_uppercase()) && id[1..].parse::<u32>().is_ok()
        });
        if is_row {
            assert_eq!(cells.len(), 3, "a row has three cells: {line}");
            rows.entry(cells[0].to_owned()).or_default().push(cells[2].to_owned());
        }
    }
    rows
}

#[test]
fn every_row_is_there_once() {
    let rows = shown();
    for (family, first, last) in ROWS {
        for number in *first..=*last {
            let id = format!("{family}{number}");
            assert_eq!(rows.get(&id).map_or(0, Vec::len), 1, "row {id}");
        }
    }
    let known: u32 = ROWS.iter().map(|(_, first, last)| last - first + 1).sum();
    assert_eq!(rows.len(), known as usize, "rows that the requirements do not have: {:?}", rows.keys());
}

#[test]
fn every_test_named_exists() {
    let mut wrong = Vec::new();
    for (id, entries) in shown() {
        for entry in entries.iter().flat_map(|cell| cell.split("; ")) {
            let entry = entry.trim();
            if entry == "not yet" {
                continue;
            }
            let Some((file, rest)) = entry.strip_prefix('`').and_then(|entry| entry.split_once('`')) else {
                wrong.push(format!("{id}: not a file and a test: {entry}"));
                continue;
            };
            let path = root().join(file);
            if !path.exists() {
                wrong.push(format!("{id}: no such file: {file}"));
                continue;
            }
            let Some(name) = rest.trim().strip_prefix('"').and_then(|name| name.strip_suffix('"')) else {
                if !rest.trim().is_empty() {
                    wrong.push(format!("{id}: {entry}"));
                }
                continue;
            };
            let text = read(&path);
            let as_function = format!("fn {}(", name.replace(' ', "_"));
            if !text.contains(&format!("test \"{name}\""))
                && !text.contains(&as_function)
                && !text.contains(name)
            {
                wrong.push(format!("{id}: {file} has no test {name:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
