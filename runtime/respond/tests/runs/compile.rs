//! Policies of runs: their text, with what all of them share (`playbooks/shared.nvp`), through the compiler.

use std::sync::Arc;

use nvp_check::{Set, SetFile};
use nvp_dsl::FileId;
use nvp_plan::response::Lowered;

const SHARED: &str = include_str!("../playbooks/shared.nvp");

/// What a policy becomes.
pub fn policy(text: &str) -> Arc<Lowered> {
    let texts = [SHARED, text];
    let parsed = [0, 1].map(|place| nvp_dsl::parse(FileId(place), texts[place as usize]));
    let files = [0, 1].map(|place| SetFile {
        id: FileId(place as u32),
        text: texts[place],
        tree: &parsed[place].file,
        module: None,
    });
    let diagnostics = parsed.iter().flat_map(|parsed| &parsed.diagnostics);
    let slips: Vec<String> = diagnostics.map(|diagnostic| diagnostic.title.clone()).collect();
    assert!(slips.is_empty(), "{slips:?} in:\n{text}");
    let checked = nvp_check::check(&Set { files: &files, modules: &[] });
    let told: Vec<String> = checked
        .diagnostics
        .iter()
        .map(|diagnostic| format!("{} {} {:?}", diagnostic.code.0, diagnostic.title, diagnostic.notes))
        .collect();
    let policy = checked.policy.unwrap_or_else(|| panic!("{}\nin:\n{text}", told.join("\n")));
    let lowered = nvp_lower::lower(&policy, &nvp_lower::LowerOptions::default()).expect("it is small enough");
    Arc::new(lowered.response)
}
