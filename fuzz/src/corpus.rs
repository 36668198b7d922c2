//! What mutations start from: the texts that the rest of the repository is tested with, and what fuzzing has found.

use std::path::{Path, PathBuf};

/// The most bytes of a recording that are mutated: more of the same lines teach nothing.
const RECORDING_BYTES_MAX: usize = 2 << 10;

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Inputs kept for a target because they once broke it, or because nothing else is like them.
#[must_use]
pub fn kept(target: &str) -> Vec<Vec<u8>> {
    files(&root().join("fuzz/corpus").join(target), "")
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .collect()
}

/// Policies: those shipped, the examples of the book and of each code, right and wrong, and the cases of all tests.
#[must_use]
pub fn policies() -> Vec<Vec<u8>> {
    let mut texts = Vec::new();
    for folder in ["policies", "stdlib", "dsl", "compiler", "docs", "tests"] {
        let folder = root().join(folder);
        texts.extend(files(&folder, "nvp").iter().filter_map(|path| std::fs::read(path).ok()));
        for page in files(&folder, "md").iter().filter_map(|path| std::fs::read_to_string(path).ok()) {
            let blocks = blocks(&page).into_iter();
            texts.extend(blocks.filter(|block| block.info.starts_with("nvp")).map(|block| block.text.into()));
        }
    }
    texts
}

/// Scrapes of targets: the cases of the exposition parser, the bodies of one target with NULs between them.
#[must_use]
pub fn expositions() -> Vec<Vec<u8>> {
    let pages = files(&root().join("runtime/formats/tests/exposition"), "md");
    let bodies = |page: &PathBuf| {
        let page = std::fs::read_to_string(page).ok()?;
        let blocks = blocks(&page).into_iter().filter(|block| block.info != "expected");
        Some(blocks.map(|block| bytes(block.text)).collect::<Vec<_>>().join(&0))
    };
    pages.iter().filter_map(bodies).collect()
}

/// Recordings in all formats: the cases of their parsers, and the beginnings of real ones.
#[must_use]
pub fn recordings() -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for page in files(&root().join("runtime/formats/tests/recordings"), "md") {
        let page = std::fs::read_to_string(page).unwrap_or_default();
        found.extend(
            blocks(&page).iter().filter(|block| block.info != "expected").map(|block| bytes(block.text)),
        );
    }
    for extension in ["om", "dump", "jsonl"] {
        for path in files(&root().join("tests/recordings"), extension) {
            let mut recording = std::fs::read(path).unwrap_or_default();
            recording.truncate(RECORDING_BYTES_MAX);
            found.push(recording);
        }
    }
    found
}

/// Bytes of which kernels and their operands are made.
#[must_use]
pub fn noise() -> Vec<Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(1);
    (0..64).map(|_| (0..random.usize(16..600)).map(|_| random.u8(..)).collect()).collect()
}

/// The files below a folder that have this extension (or whatever they have), sorted; none where there is no folder.
fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut queue = vec![folder.to_owned()];
    while let Some(folder) = queue.pop() {
        for path in std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                queue.push(path);
            } else if extension.is_empty() || path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A fenced block of a page.
struct Block<'p> {
    info: &'p str,
    text: &'p str,
}

fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some((_, after)) = rest.split_once("```") {
        let Some((info, after)) = after.split_once('\n') else { break };
        let Some((text, after)) = after.split_once("```") else { break };
        blocks.push(Block { info, text });
        rest = after;
    }
    blocks
}

/// A block's text with what Markdown cannot show: `«00 ff»` for bytes, `␍` for a carriage return, `␃` at the end for "no line end here".
fn bytes(text: &str) -> Vec<u8> {
    let text = text.replace('␍', "\r");
    let text = text.strip_suffix("␃\n").unwrap_or(&text);
    let mut bytes = Vec::new();
    for (place, part) in text.split('«').enumerate() {
        let (hex, plain) = if place == 0 { ("", part) } else { part.split_once('»').unwrap_or(("", part)) };
        bytes.extend(hex.split(' ').filter_map(|byte| u8::from_str_radix(byte, 16).ok()));
        bytes.extend_from_slice(plain.as_bytes());
    }
    bytes
}
