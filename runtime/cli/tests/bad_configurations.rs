//! Configurations that are wrong: `tests/bad_configurations/*.md`, and the examples of each code's page.
//!
//! What is wrong is told with its code and place, in every form of the report and by `run` too, and no secret is repeated.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use nvp_dsl::codes::Page;
use serde_json::Value;

use crate::harness::{Folder, Ran};

/// The policy of a case that has none of its own.
const POLICY: &str = "use std.severities\n\nmetric pressure: number { every 5s }\n\
                      alert burst on pressure { red when > 5  absent holds }\n";
/// What is written in place of a secret everywhere in the corpus.
const SECRET: &str = "hunter2";

/// What stands in the fences of a sort.
fn fences<'t>(text: &'t str, info: &str) -> Vec<&'t str> {
    let open = format!("```{info}\n");
    text.split(open.as_str()).skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

fn folder(policy: Option<&&str>, configuration: &str) -> Folder {
    let folder = Folder::with(&[]);
    folder.write("policy.nvp", policy.copied().unwrap_or(POLICY));
    folder.write("watch.toml", configuration);
    folder
}

fn check(folder: &Folder, more: &[&str]) -> Ran {
    folder.run(&[&["check", "policy.nvp", "--config", "watch.toml"], more].concat())
}

/// Codes with their places, from a report as JSON.
fn codes(ran: &Ran) -> Vec<(String, String)> {
    let json: Value = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{}", ran.shown()));
    let found = json["diagnostics"].as_array().unwrap().iter();
    let at = |one: &Value| {
        let place = &one["at"];
        format!("{}:{}:{}", place["file"].as_str().unwrap(), place["start_line"], place["start_column"])
    };
    found.map(|one| (one["code"].as_str().unwrap().to_owned(), at(one))).collect()
}

#[test]
fn each_configuration_is_told_of_as_its_case_says() {
    let bless = std::env::var_os("BLESS").is_some();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_configurations");
    let mut files: Vec<_> = fs::read_dir(cases).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.file_name().unwrap() != "README.md");
    files.sort();
    let mut wrong = String::new();
    let mut seen = BTreeSet::new();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let secrets: &[&str] = if text.contains("```toml secrets\n") { &["--secrets"] } else { &[] };
        let toml = fences(&text, if secrets.is_empty() { "toml" } else { "toml secrets" });
        let folder = folder(fences(&text, "nvp").first(), toml[0]);
        let ran = check(&folder, secrets);
        let (before, old) = text.split_once("```text\n").unwrap_or((&text, ""));
        let old = old.rsplit_once("```").map_or(old, |(old, _)| old);
        if ran.stdout != old || !ran.stderr.is_empty() {
            if bless {
                fs::write(&path, format!("{}\n\n```text\n{}```\n", before.trim_end(), ran.stdout)).unwrap();
            } else {
                wrong.push_str(&format!("{name}:\n{}", ran.shown()));
            }
        }
        wrong.push_str(&everywhere_the_same(&name, &folder, secrets, &mut seen));
    }
    assert!(
        wrong.is_empty(),
        "{wrong}\nBLESS=1 writes what comes out; read the difference before you commit it"
    );
    let all: BTreeSet<&str> =
        nvp_drive::codes::pages().map(|page| page.code).filter(is_of_configurations).collect();
    let missing: Vec<_> = all.iter().filter(|code| !seen.contains(**code)).collect();
    assert!(missing.is_empty(), "no case shows {missing:?}");
}

fn is_of_configurations(code: &&str) -> bool {
    code.starts_with("E09") || code.starts_with("W09")
}

/// The same codes at the same places for machines, and what `run` makes of it.
fn everywhere_the_same(name: &str, folder: &Folder, secrets: &[&str], seen: &mut BTreeSet<String>) -> String {
    let of = |format: &str| check(folder, &[secrets, &["--format", format]].concat());
    let (json, sarif, github) = (of("json"), of("sarif"), of("github"));
    let codes = codes(&json);
    let mut wrong = String::new();
    seen.extend(codes.iter().map(|(code, _)| code.clone()));
    let sarif_json: Value = serde_json::from_str(&sarif.stdout).unwrap();
    let results = sarif_json["runs"][0]["results"].as_array().unwrap().len();
    if codes.is_empty() || results != codes.len() || github.stdout.lines().count() != codes.len() {
        wrong.push_str(&format!("{name}: {codes:?}, {results} in SARIF, annotations: {}\n", github.stdout));
    }
    let run = folder.run(&["run", "policy.nvp", "--host", "--config", "watch.toml", "--state", "kept"]);
    if codes.iter().any(|(code, _)| code.starts_with('E')) {
        let told = codes.iter().filter(|(code, _)| run.stderr.contains(&format!("[{code}]"))).count();
        let is_policy_sound = codes.iter().all(|(code, _)| is_of_configurations(&code.as_str()));
        let wanted = if is_policy_sound { 2 } else { 1 };
        if run.code != wanted || (told == 0 && is_policy_sound) || json.code != 1 {
            wrong.push_str(&format!("{name}: `run` says otherwise: {}\n", run.shown()));
        }
    }
    for ran in [&json, &sarif, &github, &run] {
        if [&ran.stdout, &ran.stderr].iter().any(|text| text.contains(SECRET))
            || ran.stderr.contains("panicked")
        {
            wrong.push_str(&format!("{name}: repeats the secret: {}\n", ran.shown()));
        }
    }
    wrong
}

#[test]
fn the_examples_of_each_page_are_true() {
    let mut wrong = String::new();
    let pages: Vec<Page> =
        nvp_drive::codes::pages().filter(|page| is_of_configurations(&page.code)).collect();
    for page in &pages {
        let policy = fences(page.text, "nvp");
        for (sort, wanted) in [("toml bad", true), ("toml good", false)] {
            let examples = fences(page.text, sort);
            assert!(!examples.is_empty(), "{} has no `{sort}`", page.code);
            for example in examples {
                let folder = folder(policy.first(), example);
                let found = codes(&check(&folder, &["--secrets", "--format", "json"]));
                let only = found.iter().all(|(code, _)| code == page.code);
                if found.is_empty() == wanted || (wanted && !only) || (!wanted && !found.is_empty()) {
                    wrong.push_str(&format!("{} {sort}: {found:?}\n", page.code));
                }
            }
        }
    }
    assert!(wrong.is_empty() && pages.len() >= 17, "{wrong}");
}
