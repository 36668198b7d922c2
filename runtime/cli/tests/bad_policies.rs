//! Policies that are wrong, through every verb: `tests/bad_policies/*.md`, one file a case.
//!
//! Each error is told with its code and place, the rest of the set is checked all the same, and nothing panics.

use std::fs;
use std::path::Path;

use crate::harness::Folder;

/// A file with an error of its own, which no other file may hide.
const REST: (&str, &str) = ("rest.nvp", "unit rest = 2nothing\n");

struct Case {
    name: String,
    files: Vec<(String, Vec<u8>)>,
    errors: Vec<(String, String)>,
}

impl Case {
    fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let (mut files, mut errors) = (Vec::new(), Vec::new());
        for part in fs::read_to_string(path).unwrap().split("\n```").skip(1) {
            let (kind, inside) = part.split_once('\n').unwrap_or((part, ""));
            if let Some(file) = kind.strip_prefix("nvp ") {
                files.push((file.to_owned(), expanded(inside.as_bytes())));
            } else if kind == "text" {
                let error =
                    |line: &str| line.split_once(' ').map(|(code, place)| (code.into(), place.into()));
                errors.extend(inside.lines().map(|line| error(line).unwrap()));
            }
        }
        assert!(!files.is_empty() && !errors.is_empty(), "{name} says too little");
        Self { name, files, errors }
    }

    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad_policies");
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let mut cases: Vec<_> = entries
            .filter(|path| path.file_name().unwrap() != "README.md")
            .map(|path| Self::read(&path))
            .collect();
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        cases
    }
}

/// A text with what stands in `⟪…⟫` made out, from the inside out.
fn expanded(text: &[u8]) -> Vec<u8> {
    let (open, close) = ("⟪".as_bytes(), "⟫".as_bytes());
    let find = |text: &[u8], sign: &[u8]| text.windows(sign.len()).position(|window| window == sign);
    let Some(end) = find(text, close) else { return text.to_vec() };
    let start = text[..end].windows(open.len()).rposition(|window| window == open).unwrap();
    let order = &text[start + open.len()..end];
    let made = if let Some(digits) = order.strip_prefix(b"0x") {
        vec![u8::from_str_radix(str::from_utf8(digits).unwrap(), 16).unwrap()]
    } else {
        let times = find(order, "×".as_bytes()).unwrap();
        let (times, piece) = (str::from_utf8(&order[..times]).unwrap(), &order[times + "×".len()..]);
        (0..times.parse().unwrap()).flat_map(|place| numbered(piece, place)).collect()
    };
    expanded(&[&text[..start], &made, &text[end + close.len()..]].concat())
}

fn numbered(piece: &[u8], place: usize) -> Vec<u8> {
    match str::from_utf8(piece) {
        Ok(text) if text.contains('#') => text.replace('#', &place.to_string()).into_bytes(),
        _ => piece.to_vec(),
    }
}

#[test]
fn each_error_is_told_with_its_place_and_the_rest_is_checked() {
    let mut wrong = String::new();
    let cases = Case::all();
    assert!(cases.len() > 10, "{} cases", cases.len());
    for case in cases {
        let folder = Folder::with(&[]);
        folder.write(REST.0, REST.1);
        for (name, bytes) in &case.files {
            folder.write(name, bytes);
        }
        let ran = folder.run(&["check", "."]);
        let rest = ("E0204".to_owned(), "rest.nvp:1:13".to_owned());
        for (code, place) in case.errors.iter().chain([&rest]) {
            let told = ran.stdout.split("\n\n").any(|one| {
                one.contains(&format!("error[{code}]")) && one.contains(&format!("--> ./{place}"))
            });
            if !told {
                wrong.push_str(&format!("{}: no {code} at {place}\n", case.name));
            }
        }
        if ran.code != 1 || !ran.stderr.is_empty() || ran.stdout.len() > 20_000 {
            let shown: String = ran.shown().chars().take(3_000).collect();
            wrong.push_str(&format!("{}: {} bytes: {shown}\n", case.name, ran.stdout.len()));
        } else if wrong.contains(&format!("{}:", case.name)) {
            wrong.push_str(&ran.stdout);
        }
        for verb in
            [["test", "."].as_slice(), &["fmt", "--check", "."], &["explain", "plan", "."], &["run", "."]]
        {
            let ran = folder.run(verb);
            if ran.code != 1 || ran.stderr.contains("panicked") {
                wrong.push_str(&format!("{}: {verb:?} ends with {}\n", case.name, ran.code));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
