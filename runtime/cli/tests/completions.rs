//! `completions`, in the shell itself.

use std::process::Command;

use crate::harness::Folder;

/// What a real bash completes, words without the last blank; the last one is the one being typed.
fn bash(folder: &Folder, words: &[&str]) -> Vec<String> {
    let script = r#"
source ./completions.bash
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
registered=$(complete -p novaevo-policy) || exit 3
function=${registered#*-F }
"${function%% *}" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" 2>/dev/null
printf '%s\n' "${COMPREPLY[@]}"
"#;
    let mut bash = Command::new("bash");
    bash.args(["--norc", "--noprofile", "-c", script, "bash"]).args(words).current_dir(folder.path(""));
    let output = bash.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_verbs_options_and_values() {
    let folder = Folder::with(&[]);
    folder.write("completions.bash", folder.run(&["completions", "bash"]).stdout);
    for (words, wanted) in [
        (vec!["che"], vec!["check"]),
        (vec!["dry"], vec!["dry-run"]),
        (vec!["check", "--f"], vec!["--format"]),
        (vec!["check", "--format", ""], vec!["human", "json", "sarif", "github"]),
        (vec!["check", "policies", "--format", "s"], vec!["sarif"]),
        (vec!["dry-run", "--rec"], vec!["--recording"]),
        (vec!["run", "--log-format", "j"], vec!["json"]),
        (vec!["silence", "a"], vec!["add"]),
        (vec!["incidents", "--show", "ack"], vec!["acknowledged"]),
    ] {
        let typed: Vec<_> = std::iter::once("novaevo-policy").chain(words).collect();
        assert_eq!(bash(&folder, &typed), wanted, "{typed:?}");
    }
    let typed = ["/usr/local/bin/novaevo-policy", "run", "--scr"];
    assert_eq!(bash(&folder, &typed), ["--scrape"], "by its path too");
}

#[test]
fn the_other_shells_get_theirs() {
    let folder = Folder::with(&[]);
    for (shell, wanted) in [("fish", "complete -c novaevo-policy"), ("zsh", "#compdef novaevo-policy")] {
        let ran = folder.run(&["completions", shell]);
        assert!(ran.code == 0 && ran.stdout.contains(wanted), "{}", ran.stdout);
    }
}
