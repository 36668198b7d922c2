//! What the program behind the valve wrote down: who turned it when. There are never two at once, and nobody turns it again without need.

use std::collections::BTreeMap;

/// How often this deed was begun, of these attempts, and in which life last.
#[derive(Default)]
struct Begun {
    life: usize,
    pid: String,
}

/// Looks for two writers in the lines `begun|wrote|failed PID KEY ATTEMPT TO` and `killed` of the process, however that came to its end. Where a program may `hang`, one
/// that was begun may have been killed because it took too long.
pub fn one_writer(lines: &str, hangs: bool) -> Result<(), String> {
    let mut life = 0;
    let mut by_attempt: BTreeMap<(String, String), Begun> = BTreeMap::new();
    // Whoever was begun last, and whether it still runs as far as is known.
    let mut last: Option<(String, bool)> = None;
    for line in lines.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["killed"] => {
                life += 1;
                if let Some((_, runs)) = &mut last {
                    *runs = false;
                }
            }
            ["begun", pid, key, attempt, _] => {
                if let Some((other, true)) = &last
                    && !hangs
                {
                    return Err(format!("`{line}` while {other} was not done"));
                }
                let deed = (key.to_owned(), attempt.to_owned());
                if let Some(before) = by_attempt.get(&deed)
                    && before.life == life
                {
                    return Err(format!("`{line}` again without a crash, after {}", before.pid));
                }
                by_attempt.insert(deed, Begun { life, pid: pid.to_owned() });
                last = Some((pid.to_owned(), true));
            }
            ["wrote" | "failed", pid, ..] => match &mut last {
                Some((writer, runs)) if writer == pid => *runs = false,
                Some((writer, _)) => return Err(format!("`{line}` though {writer} came after it")),
                None => return Err(format!("`{line}` of nobody")),
            },
            _ => return Err(format!("`{line}` is not understood")),
        }
    }
    Ok(())
}

#[test]
fn two_writers_are_seen() {
    let one = "begun 1 a 1 2\nwrote 1 a 1 2\nbegun 2 a/undo 1 1\nwrote 2 a/undo 1 1\n";
    assert_eq!(one_writer(one, false), Ok(()));
    let after_a_crash = "begun 1 a 1 2\nkilled\nbegun 2 a 1 2\nwrote 2 a 1 2\n";
    assert_eq!(one_writer(after_a_crash, false), Ok(()));
    for two in [
        "begun 1 a 1 2\nwrote 1 a 1 2\nbegun 2 a 1 2\n",
        "begun 1 a 1 2\nbegun 2 a 2 2\n",
        "begun 1 a 1 2\nkilled\nbegun 2 a 1 2\nwrote 1 a 1 2\n",
        "wrote 1 a 1 2\n",
        "begun 1 a\n",
    ] {
        assert!(one_writer(two, false).is_err(), "{two}");
    }
}
