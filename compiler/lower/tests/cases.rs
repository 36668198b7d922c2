//! One Markdown file a case: the policy in a block `nvp`, the plan in a block `text`.

use std::path::PathBuf;

use nvp_check::typed::Policy;
use nvp_check::{Set, SetFile};
use nvp_dsl::FileId;
use nvp_lower::{LowerOptions, Lowered};

/// Checks a text; it must be free of errors.
pub fn policy(text: &str) -> Policy {
    let parsed = nvp_dsl::parse(FileId(0), text);
    assert!(parsed.diagnostics.is_empty(), "{:#?}", parsed.diagnostics);
    let files = [SetFile { id: FileId(0), text, tree: &parsed.file, module: None }];
    let checked = nvp_check::check(&Set { files: &files, modules: &[] });
    checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

/// Lowers all alerts of a text.
pub fn lowered(text: &str) -> Lowered {
    nvp_lower::lower(&policy(text), &LowerOptions::default()).expect("small enough")
}

fn block<'a>(page: &'a str, info: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(&format!("```{info}\n"))?;
    rest.split_once("```").map(|(text, _)| text)
}

#[test]
fn every_case_becomes_its_plan() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    assert!(pages.len() >= 12, "cases are missing");
    let mut wrong = Vec::new();
    for path in pages {
        let page = std::fs::read_to_string(&path).unwrap();
        let source = block(&page, "nvp").expect("a case has a policy");
        let plan = nvp_plan::describe::plan(&lowered(source).plan);
        if block(&page, "text") == Some(plan.as_str()) {
            continue;
        }
        if std::env::var_os("BLESS").is_some() {
            let head = page.split("```text\n").next().unwrap_or(&page).trim_end();
            std::fs::write(&path, format!("{head}\n\n```text\n{plan}```\n")).unwrap();
        } else {
            wrong.push(format!("{}:\n{plan}", path.display()));
        }
    }
    assert!(
        wrong.is_empty(),
        "other plans than written (BLESS=1 writes them; read them first):\n{}",
        wrong.join("\n")
    );
}
