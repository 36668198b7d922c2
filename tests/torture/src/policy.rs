//! The policy that is tortured.

use std::sync::Arc;

use nvp_check::{Set, SetFile};
use nvp_dsl::FileId;
use nvp_plan::response::Lowered;

const TEXT: &str = include_str!("policy.nvp");

/// What the policy becomes.
///
/// # Errors
/// What the compiler has against it.
pub fn compiled() -> Result<Arc<Lowered>, String> {
    let parsed = nvp_dsl::parse(FileId(0), TEXT);
    let files = [SetFile { id: FileId(0), text: TEXT, tree: &parsed.file, module: None }];
    let checked = nvp_check::check(&Set { files: &files, modules: &[] });
    let told = parsed.diagnostics.iter().chain(&checked.diagnostics);
    let told: Vec<String> = told.map(|it| format!("{} {} {:?}", it.code.0, it.title, it.notes)).collect();
    let policy = checked.policy.ok_or_else(|| told.join("\n"))?;
    let lowered = nvp_lower::lower(&policy, &nvp_lower::LowerOptions::default());
    Ok(Arc::new(lowered.map_err(|error| error.to_string())?.response))
}
