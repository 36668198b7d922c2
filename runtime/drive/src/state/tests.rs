use std::fs;
use std::path::Path;
use std::sync::Arc;

use nvp_formats::{Batch, SeriesKey, WireKind};
use nvp_history::log::LogOptions;
use nvp_kernels::Mode;
use proptest::prelude::*;

use super::{Course, Durability, Keeper, Opened, StateOptions, open, replay};
use crate::generation::{self, Generation};
use crate::load::{self, Stdlib};
use crate::recorded::Recorded;

const POLICY: &str = r#"
use std.severities
defaults { absent holds  labels instance }
metric load: number { every 1s  stale 3s }
alert busy on load { red when > 5 for 2s }
alert busier on avg(load over 5s) { red when > 5  says "{value} in {instance}" }
alert more on load - load 4s ago { red when > 3 }
"#;

fn generation(policy: &str) -> Generation {
    let stdlib = Stdlib::built_in();
    let checked = generation::check(&load::load_text("test", policy, &stdlib), &stdlib);
    let policy = checked.policy.unwrap_or_else(|| panic!("{:?}", checked.diagnostics));
    Generation::new(Arc::new(policy), Mode::Off).unwrap()
}

/// Loads of three instances over some seconds, as a run records them; `loads` decide.
fn story(loads: &[u8]) -> Vec<Recorded> {
    let mut story = vec![Recorded::SourceOpened { source: 0, name: "a".into(), waits_ms: 2_000 }];
    let appeared = |instance: &str| {
        let labels = [("instance".to_owned(), instance.to_owned())];
        Recorded::appeared(SeriesKey::new("load", labels), WireKind::Gauge)
    };
    story.push(appeared("x"));
    for (load, second) in loads.iter().zip(1_000_i64..) {
        if second == 1_004 {
            story.push(appeared("y"));
        }
        let at_ms = second * 1_000 + 300;
        let mut batch = Batch::default();
        batch.push(0, at_ms, f64::from(load % 12));
        if second > 1_004 {
            batch.push(1, at_ms, f64::from(load / 16));
        }
        story.push(Recorded::Samples { source: 0, batch });
        if load % 29 == 0 {
            story.push(Recorded::Gap { through_ms: at_ms + 100 });
        }
        story.push(Recorded::SourceClosed { source: 0, through_ms: at_ms + 400 });
        story.push(Recorded::Clock { now_ms: at_ms + 500 });
    }
    story
}

fn options(folder: &Path) -> StateOptions {
    StateOptions { log: LogOptions { segment_bytes: 600 }, ..StateOptions::in_folder(folder.to_owned()) }
}

fn opened(folder: &Path, generation: &Generation) -> Opened {
    open(options(folder), generation, &mut |_, _| {}).unwrap()
}

/// Does as a run does: takes an input down, applies it, and makes it durable.
fn go_on(keeper: &mut Keeper, course: &mut Course, input: &Recorded) -> Vec<String> {
    let mut decided = Vec::new();
    keeper.record(input);
    course
        .apply(input, true, &mut |number, decision| decided.push(format!("{number} {}", decision.json())))
        .unwrap();
    keeper.flush(course);
    decided
}

fn uninterrupted(generation: &Generation, story: &[Recorded]) -> (Vec<u8>, Vec<String>) {
    let mut course = Course::new(generation).unwrap();
    let mut decided = Vec::new();
    for input in story {
        course
            .apply(input, true, &mut |number, decision| decided.push(format!("{number} {}", decision.json())))
            .unwrap();
    }
    (course.snapshot().unwrap(), decided)
}

fn replayed(folder: &Path, generation: &Generation) -> Vec<String> {
    let mut decided = Vec::new();
    replay(folder, generation, &mut |number, decision| decided.push(format!("{number} {}", decision.json())))
        .unwrap();
    decided
}

#[test]
fn the_story_decides_something() {
    let (_, decided) = uninterrupted(&generation(POLICY), &story(&[7, 8, 9, 20, 130, 255, 1, 1, 1, 9, 9, 9]));
    assert!(decided.len() > 5, "{decided:#?}");
}

proptest! {
    // Each case waits for the disk many times.
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_run_cut_anywhere_is_the_run_that_was_not(
        loads in prop::collection::vec(any::<u8>(), 4..24),
        cuts in prop::collection::vec(0_u8..3, 80),
    ) {
        let (folder, generation) = (tempfile::tempdir().unwrap(), generation(POLICY));
        let story = story(&loads);
        let (state, decided) = uninterrupted(&generation, &story);
        let Opened { mut keeper, mut course, .. } = opened(folder.path(), &generation);
        let mut told = Vec::new();
        for (input, cut) in story.iter().zip(cuts.iter().cycle()) {
            told.extend(go_on(&mut keeper, &mut course, input));
            match cut {
                // A crash: the process is gone, the lock with it.
                0 => drop(keeper),
                // An orderly end.
                1 => { keeper.finish(&course); }
                _ => continue,
            }
            let was = course.snapshot().unwrap();
            let again = opened(folder.path(), &generation);
            prop_assert!(!again.is_new);
            prop_assert_eq!(again.course.snapshot().unwrap(), was);
            (keeper, course) = (again.keeper, again.course);
        }
        prop_assert_eq!(course.snapshot().unwrap(), state);
        prop_assert_eq!(&told, &decided);
        drop(keeper);
        if fs::metadata(folder.path().join(format!("{:020}.log", 0))).is_ok() {
            prop_assert_eq!(&replayed(folder.path(), &generation), &decided);
        }
    }
}

/// A folder that a crash left behind after this story, with snapshots after each of these inputs.
fn left_behind(
    generation: &Generation,
    story: &[Recorded],
    snapshots: &[usize],
) -> (tempfile::TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let Opened { mut keeper, mut course, .. } = opened(folder.path(), generation);
    for (place, input) in story.iter().enumerate() {
        go_on(&mut keeper, &mut course, input);
        if snapshots.contains(&place) {
            keeper.finish(&course);
            keeper = opened(folder.path(), generation).keeper;
        }
    }
    let state = course.snapshot().unwrap();
    (folder, state)
}

fn snapshots(folder: &Path) -> Vec<std::path::PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "snapshot")).collect();
    paths.sort();
    paths
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_snapshot_gives_way_to_the_one_before() {
    let generation = generation(POLICY);
    let story = story(&[7, 8, 9, 20, 130, 255, 1, 1, 1, 9, 9, 9]);
    let (folder, state) = left_behind(&generation, &story, &[8, 14]);
    let found = snapshots(folder.path());
    assert_eq!(found.len(), 2);
    flip(&found[1]);
    assert_eq!(opened(folder.path(), &generation).course.snapshot().unwrap(), state);
}

#[test]
fn without_any_good_snapshot_a_whole_log_does() {
    let generation = generation(POLICY);
    let story = story(&[7, 8, 9, 20]);
    let (folder, state) = left_behind(&generation, &story, &[2]);
    snapshots(folder.path()).iter().for_each(|path| flip(path));
    assert_eq!(opened(folder.path(), &generation).course.snapshot().unwrap(), state);
}

#[test]
fn other_policies_begin_anew_and_the_first_again_too() {
    let (one, other) = (generation(POLICY), generation(&POLICY.replace("> 5 for 2s", "> 6 for 2s")));
    let story = story(&[7, 8, 9, 20, 130, 255]);
    let (folder, _) = left_behind(&one, &story, &[3]);
    for generation in [&other, &one] {
        let Opened { mut keeper, mut course, is_new } = opened(folder.path(), generation);
        assert!(is_new);
        story.iter().for_each(|input| drop(go_on(&mut keeper, &mut course, input)));
        drop(keeper);
        let again = opened(folder.path(), generation);
        assert!(!again.is_new);
        assert_eq!(again.course.snapshot().unwrap(), course.snapshot().unwrap());
    }
}

#[test]
fn a_torn_tail_is_cut_and_the_rest_stands() {
    let generation = generation(POLICY);
    let story = story(&[7, 8, 9, 20, 130, 255]);
    let (folder, _) = left_behind(&generation, &story, &[]);
    let mut logs: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    logs.retain(|path| {
        path.extension().is_some_and(|it| it == "log") && fs::metadata(path).unwrap().len() > 8
    });
    logs.sort();
    let last = logs.last().unwrap();
    let bytes = fs::read(last).unwrap();
    fs::write(last, &bytes[..bytes.len() - 3]).unwrap();
    // Segments after it are empty: the crash was while this one was written.
    for path in fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|it| it == "log") && path > *last {
            fs::remove_file(path).unwrap();
        }
    }
    let (wanted, _) = uninterrupted(&generation, &story[..story.len() - 1]);
    assert_eq!(opened(folder.path(), &generation).course.snapshot().unwrap(), wanted);
}

#[test]
fn a_log_that_is_gone_leaves_the_snapshot() {
    let generation = generation(POLICY);
    let story = story(&[7, 8, 9, 20, 130, 255]);
    let (folder, state) = left_behind(&generation, &story, &[story.len() - 1]);
    for path in fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|it| it == "log") {
            fs::remove_file(path).unwrap();
        }
    }
    let Opened { mut keeper, mut course, is_new } = opened(folder.path(), &generation);
    assert!(!is_new);
    assert_eq!(course.snapshot().unwrap(), state);
    go_on(&mut keeper, &mut course, &Recorded::Clock { now_ms: 2_000_000 });
    drop(keeper);
    assert_eq!(opened(folder.path(), &generation).course.snapshot().unwrap(), course.snapshot().unwrap());
}

#[test]
fn a_log_broken_in_its_middle_is_an_error_with_a_mend() {
    let generation = generation(POLICY);
    let (folder, _) = left_behind(&generation, &story(&[7, 8, 9, 20, 130, 255]), &[]);
    flip(&folder.path().join(format!("{:020}.log", 0)));
    let error = open(options(folder.path()), &generation, &mut |_, _| {}).unwrap_err().to_string();
    assert!(error.contains("is broken at byte") && error.contains("move it away to begin anew"), "{error}");
}

#[test]
fn two_at_once_are_refused() {
    let (folder, generation) = (tempfile::tempdir().unwrap(), generation(POLICY));
    let first = opened(folder.path(), &generation);
    let error = open(options(folder.path()), &generation, &mut |_, _| {}).unwrap_err().to_string();
    assert!(error.contains("another process writes to"), "{error}");
    drop(first);
    opened(folder.path(), &generation);
}

#[test]
fn a_folder_that_goes_away_is_told_and_taken_up_again() {
    let (parent, generation) = (tempfile::tempdir().unwrap(), generation(POLICY));
    let folder = parent.path().join("state");
    let story = story(&[7, 8, 9, 20, 130, 255, 9, 9, 9]);
    // A segment for every record: each flush begins a file, which fails where there is no folder.
    let options =
        StateOptions { log: LogOptions { segment_bytes: 1 }, ..StateOptions::in_folder(folder.clone()) };
    let Opened { mut keeper, mut course, .. } = open(options.clone(), &generation, &mut |_, _| {}).unwrap();
    for input in &story[..5] {
        go_on(&mut keeper, &mut course, input);
    }
    fs::rename(&folder, parent.path().join("away")).unwrap();
    go_on(&mut keeper, &mut course, &story[5]);
    let Durability::Failing { why } = keeper.durability().clone() else { panic!("it failed") };
    assert!(why.contains("No such file"), "{why}");
    go_on(&mut keeper, &mut course, &story[6]);
    fs::rename(parent.path().join("away"), &folder).unwrap();
    keeper.try_at_once();
    go_on(&mut keeper, &mut course, &story[7]);
    assert_eq!(keeper.durability(), &Durability::Durable);
    for input in &story[8..] {
        go_on(&mut keeper, &mut course, input);
    }
    drop(keeper);
    let again = open(options, &generation, &mut |_, _| {}).unwrap();
    assert_eq!(again.course.snapshot().unwrap(), course.snapshot().unwrap(), "nothing of the state is lost");
    assert_eq!(uninterrupted(&generation, &story).0, course.snapshot().unwrap());
}
