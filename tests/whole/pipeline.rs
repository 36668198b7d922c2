//! Whole-pipeline snapshots: `tests/cases/*.md` hold a policy, a recording, the plan, how much code its kernels become on a pinned
//! processor, and the decisions. A reviewer sees every stage move in one difference. `BLESS=1` writes what follows from policy and recording.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nvp_drive::dry_run::{Told, dry_run};
use nvp_drive::generation::{Generation, check};
use nvp_drive::load::{Stdlib, load_text};
use nvp_history::Recording;
use nvp_kernels::Mode;

use crate::house::{read, root, shown};
use crate::pages::blocks;

fn cases() -> Vec<PathBuf> {
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(root().join("tests/cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    cases
}

fn block<'a>(page: &'a str, info: &str, path: &Path) -> &'a str {
    blocks(page)
        .into_iter()
        .find(|block| block.info == info)
        .unwrap_or_else(|| panic!("{}: no block {info}", shown(path)))
        .text
}

/// What follows from a case's policy and recording, as the rest of its page.
fn follows(page: &str, path: &Path) -> String {
    let stdlib = Stdlib::built_in();
    let set = load_text("case.nvp", block(page, "nvp", path), &stdlib);
    let checked = check(&set, &stdlib);
    let diagnostics: String = checked
        .diagnostics
        .iter()
        .map(|diagnostic| {
            format!(
                "{} {} at `{}`\n",
                diagnostic.code.0,
                diagnostic.title,
                set.sources.text(diagnostic.primary.span)
            )
        })
        .collect();
    let Some(policy) = checked.policy.map(Arc::new) else {
        return format!("## Diagnostics\n\n```text\n{diagnostics}```\n");
    };
    let recording = block(page, "openmetrics", path);
    let decided: Vec<String> = [Mode::Off, Mode::On].map(|mode| decisions(&policy, recording, mode)).into();
    assert_eq!(decided[0], decided[1], "{}: interpreter and machine code differ", shown(path));
    let generation = Generation::new(Arc::clone(&policy), Mode::Off).unwrap();
    let plan = nvp_plan::describe::plan(&generation.plan);
    let code: String = generation
        .plan
        .kernels
        .iter()
        .enumerate()
        .map(|(place, kernel)| format!("k{place}: {} instructions, {}\n", kernel.code.len(), code(kernel)))
        .collect();
    let diagnostics = if diagnostics.is_empty() {
        String::new()
    } else {
        format!("## Diagnostics\n\n```text\n{diagnostics}```\n\n")
    };
    format!(
        "{diagnostics}## Plan\n\n```text\n{plan}```\n\n## Code\n\n```text\n{code}```\n\n## Decisions\n\n```json\n{}```\n",
        decided[0]
    )
}

/// How much code a kernel becomes on a pinned processor; the kernels' own tests hold the code itself.
fn code(kernel: &nvp_plan::kernel::Kernel) -> String {
    let listing = nvp_kernels::listing(kernel, nvp_kernels::Isa::Baseline).expect("a case's kernels compile");
    format!("{} lines of CLIF, {} bytes", listing.clif.lines().count(), listing.code_bytes)
}

fn decisions(policy: &Arc<nvp_check::typed::Policy>, recording: &str, mode: Mode) -> String {
    let file = tempfile::Builder::new().suffix(".om").tempfile().unwrap();
    std::fs::write(file.path(), recording).unwrap();
    let recording = Recording::open(file.path(), nvp_history::Options::default(), &mut |_, _| {}).unwrap();
    let generation = Generation::new(Arc::clone(policy), mode).unwrap();
    let mut lines = String::new();
    dry_run(&generation, &recording, &mut |_| {}, &mut |told| {
        if let Told::Decision(decision) = told {
            lines.push_str(&decision.json());
            lines.push('\n');
        }
    })
    .unwrap();
    lines
}

#[test]
fn every_case_moves_through_every_stage_as_written() {
    let cases = cases();
    assert!(cases.len() >= 6, "cases are missing");
    let mut wrong = Vec::new();
    for path in cases {
        let page = read(&path);
        let (given, written) = page.split_once("## Recording").expect("a case has a recording");
        let (recording, rest) =
            written.split_once("\n## ").map_or((written, ""), |(recording, rest)| (recording, rest));
        let follows = follows(&page, &path);
        if format!("## {rest}") == follows {
            continue;
        }
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, format!("{given}## Recording{}\n\n{follows}", recording.trim_end()))
                .unwrap();
        } else {
            wrong.push(format!("{}:\n{follows}", shown(&path)));
        }
    }
    assert!(
        wrong.is_empty(),
        "other than written (BLESS=1 writes them; read them first):\n{}",
        wrong.join("\n")
    );
}
