//! The house's own policies: all of them read wholly and keep their meaning when they are formatted.

use std::path::{Path, PathBuf};

use nvp_dsl::{FileId, fuzz, parse};

fn policies_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            policies_below(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "nvp") {
            found.push(path);
        }
    }
}

#[test]
fn our_own_policies_are_read_and_keep_their_meaning() {
    let house = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut policies = Vec::new();
    for folder in ["stdlib", "policies", "tests/corpus"] {
        policies_below(&house.join(folder), &mut policies);
    }
    assert!(policies.len() > 20, "only {} policies were found", policies.len());
    for path in policies {
        let bytes = std::fs::read(&path).expect("a policy can be read");
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!(parse(FileId(0), &text).diagnostics, [], "{}", path.display());
        fuzz::format_round_trip(&bytes);
    }
}
