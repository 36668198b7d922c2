//! Markdown cases: fenced blocks in order, each with the word after its fence.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use nvp_formats::{Batch, Dropped, SeriesTable};

/// A fenced block: its word, its text, and where the text stands in the file.
pub struct Block {
    pub word: String,
    pub text: String,
    range: std::ops::Range<usize>,
}

/// The cases in a folder of `tests/`.
pub fn cases(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let files = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|e| e == "md")).collect();
    files.sort();
    assert!(!files.is_empty(), "no cases in {}", folder.display());
    files
}

/// The fenced blocks of a case.
pub fn blocks(text: &str) -> Vec<Block> {
    let (mut blocks, mut open, mut place) = (Vec::new(), None::<(String, usize)>, 0);
    for line in text.split_inclusive('\n') {
        let start = place;
        place += line.len();
        if let Some(word) = line.strip_prefix("```") {
            match open.take() {
                None => open = Some((word.trim().to_owned(), place)),
                Some((word, from)) => {
                    let text = text.get(from..start).unwrap().to_owned();
                    blocks.push(Block { word, text, range: from..start });
                }
            }
        }
    }
    assert!(open.is_none(), "a block that does not end");
    blocks
}

/// Checks each block called `expected` against what `run` gives for the blocks before it (since the last one). With
/// `UPDATE_CORPUS=1` in the environment the files are rewritten instead: read them before you commit.
pub fn check(path: &Path, mut run: impl FnMut(&[Block]) -> String) {
    let text = std::fs::read_to_string(path).unwrap();
    let (mut given, mut wanted) = (Vec::new(), text.clone());
    let mut compared = 0;
    for block in blocks(&text) {
        if block.word != "expected" {
            given.push(block);
            continue;
        }
        let got = run(&given);
        given.clear();
        compared += 1;
        if std::env::var_os("UPDATE_CORPUS").is_some() {
            let shift = wanted.len() as isize - text.len() as isize;
            let at = |place: usize| usize::try_from(place as isize + shift).unwrap();
            wanted.replace_range(at(block.range.start)..at(block.range.end), &got);
        } else {
            assert_eq!(
                got,
                block.text,
                "\n{}: what comes out (left) is not what is expected",
                path.display()
            );
        }
    }
    assert!(compared > 0 && given.is_empty(), "{}: blocks without an `expected`", path.display());
    if wanted != text {
        std::fs::write(path, wanted).unwrap();
    }
}

/// The text of a block with what Markdown cannot show: `«00 ff»` for bytes, `␍` for a carriage return, `␃` at the end for "no line
/// end here".
pub fn bytes(text: &str) -> Vec<u8> {
    let text = text.replace('␍', "\r");
    let mut parts = text.strip_suffix("␃\n").unwrap_or(&text).split('«');
    let mut bytes = parts.next().unwrap().as_bytes().to_vec();
    for part in parts {
        let (hex, plain) = part.split_once('»').unwrap();
        bytes.extend(hex.split(' ').map(|byte| u8::from_str_radix(byte, 16).unwrap()));
        bytes.extend_from_slice(plain.as_bytes());
    }
    bytes
}

/// Samples and what was left out, one a line.
pub fn shown(table: &SeriesTable, batch: &Batch, dropped: &Dropped) -> String {
    let mut text = String::new();
    for (series, instant, value) in batch.iter() {
        let key = table.key(series).unwrap();
        writeln!(text, "{key} {value} @{instant} {}", table.kind(series).word()).unwrap();
    }
    for (reason, count, example) in dropped.iter() {
        let example = example.unwrap();
        writeln!(text, "! {} {count}, first in line {}: {}", reason.name(), example.line, example.text)
            .unwrap();
    }
    text
}
