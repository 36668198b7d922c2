//! The runs in `playbooks/`: a policy, what happens in order, and what the response makes of it.
//!
//! `BLESS=1 cargo test -p nvp-respond runs` writes what came of them: read it before you commit.

pub mod compile;
mod observed;
mod properties;
mod script;
pub mod stage;
mod words;

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A run of the corpus.
pub struct Case {
    /// Its file.
    pub path: PathBuf,
    text: String,
}

impl Case {
    /// The text of its block of that kind, and where it is.
    fn block(&self, kind: &str) -> (&str, Range<usize>) {
        let fence = format!("```{kind}\n");
        let missing = || panic!("{}: no block `{kind}`", self.path.display());
        let from = self.text.find(&fence).unwrap_or_else(missing) + fence.len();
        let to = from + self.text[from..].find("```").expect("blocks end");
        (&self.text[from..to], from..to)
    }

    /// Its policy and what happens.
    pub fn told(&self) -> (&str, &str) {
        (self.block("policy").0, self.block("run").0)
    }
}

/// All runs, by their files' names.
pub fn corpus() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/playbooks");
    let entries = fs::read_dir(folder).expect("the corpus").map(|entry| entry.expect("a file").path());
    let is_case = |path: &PathBuf| {
        path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("README.md")
    };
    let mut files: Vec<PathBuf> = entries.filter(is_case).collect();
    files.sort();
    assert!(files.len() > 30, "a corpus has files");
    let read = |path: PathBuf| Case { text: fs::read_to_string(&path).expect("a text"), path };
    files.into_iter().map(read).collect()
}

#[test]
fn runs_come_out_as_they_are_told() {
    let is_blessed = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for case in corpus() {
        let (policy, written) = case.told();
        let tell = || script::tell(&mut stage::Stage::new(compile::policy(policy)), written);
        // One that cannot be told at all does not keep the others from being looked at.
        let Ok(told) = std::panic::catch_unwind(tell) else {
            wrong.push(format!("{}: cannot be told", case.path.display()));
            continue;
        };
        if told == written {
            continue;
        }
        if is_blessed {
            let mut blessed = case.text.clone();
            blessed.replace_range(case.block("run").1, &told);
            fs::write(&case.path, blessed).expect("it can be written");
        } else {
            wrong.push(format!("{}:\n{told}", case.path.display()));
        }
    }
    assert!(wrong.is_empty(), "BLESS=1 accepts what came of these:\n{}", wrong.join("\n"));
}
