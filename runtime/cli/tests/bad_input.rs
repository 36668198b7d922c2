//! Bad input: a clear message with its place, an exit code, the rest goes on, and no panic.

use std::fs::File;
use std::process::Stdio;

use crate::harness::Folder;

fn calm(folder: &Folder, arguments: &[&str]) -> crate::harness::Ran {
    let ran = folder.run(arguments);
    assert!((0..=2).contains(&ran.code), "{arguments:?}: {}", ran.shown());
    assert!(!ran.stderr.contains("panicked"), "{}", ran.stderr);
    ran
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_checked() {
    let folder = Folder::with(&["shop.nvp"]);
    folder.write("latin1.nvp", b"# caf\xe9\n");
    File::create(folder.path("huge.nvp")).unwrap().set_len(1 << 30).unwrap();
    let ran = calm(&folder, &["check", ".", "absent.nvp"]);
    assert_eq!(ran.code, 2);
    insta::assert_snapshot!(ran.shown());
}

#[test]
fn odd_texts_are_errors_with_places() {
    let folder = Folder::with(&[]);
    let deep = format!("derive x = {}1{}\n", "(".repeat(100_000), ")".repeat(100_000));
    let texts: [(&str, String); 6] = [
        ("nul.nvp", "unit a\0b\n".into()),
        ("deep.nvp", deep),
        ("cycle.nvp", "derive a = b + 1\nderive b = a + 1\n".into()),
        ("unit.nvp", "metric x: parsec { }\n".into()),
        ("brace.nvp", "alert x {\n".into()),
        ("text.nvp", "test \"never closed\n".into()),
    ];
    for (name, text) in &texts {
        folder.write(name, text);
        for verb in [
            ["check", name].as_slice(),
            &["test", name],
            &["fmt", "--check", name],
            &["explain", "plan", name],
        ] {
            let ran = calm(&folder, verb);
            assert_eq!(ran.code, 1, "{verb:?}: {}", ran.shown().chars().take(2_000).collect::<String>());
            assert!((ran.stdout + ran.stderr.as_str()).contains(&format!("{name}:")), "{verb:?}");
            if *name == "cycle.nvp" || *name == "unit.nvp" {
                break;
            }
        }
    }
}

#[test]
fn the_same_name_in_two_files_shows_both() {
    let folder = Folder::with(&[]);
    folder.write("a.nvp", "unit boxes\n");
    folder.write("b.nvp", "unit boxes\n");
    let ran = calm(&folder, &["check", "."]);
    assert_eq!(ran.code, 1);
    assert!(ran.stdout.contains("a.nvp:1") && ran.stdout.contains("b.nvp:1"), "{}", ran.stdout);
}

#[test]
fn wrong_usage_is_exit_2() {
    let folder = Folder::with(&["shop.nvp"]);
    for arguments in [
        ["check"].as_slice(),
        &["check", "--format", "xml", "shop.nvp"],
        &["frobnicate"],
        &["dry-run", "shop.nvp"],
        &["explain", "cpu_high", "--at", "0"],
        &["explain", "plan"],
        &["fmt", "-", "shop.nvp"],
    ] {
        let ran = calm(&folder, arguments);
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(!ran.stderr.is_empty());
    }
}

#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let folder = Folder::with(&["shop.nvp"]);
    for arguments in [
        ["explain", "plan", "shop.nvp"].as_slice(),
        &["completions", "bash"],
        &["man"],
        &["test", "shop.nvp"],
    ] {
        let mut child = folder.command(arguments).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn every_verb_helps_with_examples() {
    let folder = Folder::with(&[]);
    for verb in ["check", "fmt", "test", "dry-run", "explain"] {
        let ran = calm(&folder, &[verb, "--help"]);
        assert!(
            ran.stdout.contains("Examples:") && ran.stdout.contains("Exit codes:"),
            "{verb}: {}",
            ran.stdout
        );
    }
}

#[test]
fn completions_and_the_manual_are_written() {
    let folder = Folder::with(&[]);
    for shell in ["bash", "zsh", "fish"] {
        assert!(folder.run(&["completions", shell]).stdout.contains("dry-run"), "{shell}");
    }
    assert!(folder.run(&["man"]).stdout.starts_with(".ie"));
    assert_eq!(folder.run(&["man", "--to", "pages"]).code, 0);
    assert!(folder.read("pages/novaevo-policy-check.1").contains("Exit codes"));
}
