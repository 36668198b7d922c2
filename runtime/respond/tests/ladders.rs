//! The stories in `ladders/`: what happens, and what comes of it.
//!
//! `BLESS=1 cargo test -p nvp-respond stories` writes what came of them: read it before you commit.

use std::fs;
use std::path::Path;

use crate::desk::{World, start_ms};
use crate::{people, policy, story};

/// The block of that kind in a file, and where its text is.
fn block<'t>(text: &'t str, kind: &str) -> (&'t str, std::ops::Range<usize>) {
    let fence = format!("```{kind}\n");
    let from = text.find(&fence).unwrap_or_else(|| panic!("no block `{kind}`")) + fence.len();
    let to = from + text[from..].find("```").expect("blocks end");
    (&text[from..to], from..to)
}

#[test]
fn stories_come_out_as_they_are_told() {
    let is_blessed = std::env::var_os("BLESS").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ladders");
    let mut files: Vec<_> =
        fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files.retain(|path| !path.ends_with("README.md"));
    assert!(files.len() > 10, "a corpus has files");
    let mut wrong = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).expect("a text");
        let plan = policy::parse(block(&text, "policy").0, start_ms());
        let mut world = World::new(plan, people::parse(block(&text, "people").0));
        let (written, at) = block(&text, "story");
        let told = story::tell(&mut world, written);
        if told == written {
            continue;
        }
        if is_blessed {
            let mut blessed = text.clone();
            blessed.replace_range(at, &told);
            fs::write(&path, blessed).expect("it can be written");
        } else {
            wrong.push(format!("{}:\n{told}", path.display()));
        }
    }
    assert!(wrong.is_empty(), "BLESS=1 accepts what came of these:\n{}", wrong.join("\n"));
}
