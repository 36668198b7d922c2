//! Modules: circles, duplicates over files, and what counts as used.

use nvp_check::{Module, Set, SetFile, check};
use nvp_dsl::{FileId, parse};

/// Checks files given as (module or empty, text).
fn codes_of(files: &[(&str, &str)]) -> Vec<(&'static str, u32)> {
    let trees: Vec<_> = files
        .iter()
        .enumerate()
        .map(|(at, (_, text))| {
            let parsed = parse(FileId(u32::try_from(at).expect("few files")), text);
            assert_eq!(parsed.diagnostics, vec![], "{text}");
            parsed.file
        })
        .collect();
    let set: Vec<SetFile<'_>> = trees
        .iter()
        .enumerate()
        .map(|(at, tree)| SetFile {
            id: FileId(u32::try_from(at).expect("few files")),
            text: files[at].1,
            tree,
            module: (!files[at].0.is_empty()).then_some(files[at].0),
        })
        .collect();
    let modules: Vec<Module> = files
        .iter()
        .zip(&trees)
        .filter(|((module, _), _)| !module.is_empty())
        .map(|((module, _), tree)| Module::new(*module, tree))
        .collect();
    let checked = check(&Set { files: &set, modules: &modules });
    checked.diagnostics.iter().map(|found| (found.code.0, found.primary.span.file.0)).collect()
}

#[test]
fn a_circle_of_modules_is_an_error() {
    let found = codes_of(&[
        ("", "use std.a\nderive x = 2 * a"),
        ("std.a", "use std.b\nconst a = b"),
        ("std.b", "use std.a\nconst b = 1"),
    ]);
    assert!(found.iter().any(|(code, _)| *code == "E0207"), "{found:?}");
}

#[test]
fn an_unknown_module_is_an_error_where_it_is_used() {
    assert_eq!(codes_of(&[("", "use std.hots\n"), ("std.host", "unit hosts")]), vec![("E0206", 0)]);
}

#[test]
fn the_files_of_a_set_are_one_namespace() {
    assert_eq!(codes_of(&[("", "metric a: number"), ("", "derive b = a")]), vec![]);
    assert_eq!(codes_of(&[("", "metric a: number"), ("", "derive a = 1")]), vec![("E0201", 1)]);
}

#[test]
fn of_two_declarations_the_one_that_can_be_mended_is_pointed_at() {
    let library = ("std.s", "severity red is critical\nunit things\nconst hold = 2m\nservice shop");
    for text in [
        "use std.s\nseverity red is minor",
        "use std.s\nunit things",
        "use std.s\nconst hold = 3m",
        "use std.s\nservice shop",
    ] {
        let found = codes_of(&[("", text), library]);
        assert!(found.contains(&("E0201", 0)) && !found.contains(&("E0201", 1)), "{text}: {found:?}");
    }
}

#[test]
fn a_module_is_used_by_its_units_severities_and_names_alike() {
    let library =
        [("std.u", "unit things"), ("std.s", "severity red is critical"), ("std.c", "const limit = 3")];
    let with = |text: &'static str| {
        let mut files = vec![("", text)];
        files.extend(library);
        codes_of(&files)
    };
    assert_eq!(with("use std.u\nmetric a: things { labels x }"), vec![]);
    assert_eq!(with("use std.u\nmetric a: number { labels x }"), vec![("W0703", 0)]);
    assert_eq!(with("use std.s\nmetric a: number\nalert b on a { red when > 1 absent holds }"), vec![]);
    assert_eq!(with("use std.c\nmetric a: number\nderive b = a > limit"), vec![]);
}

#[test]
fn a_parameter_in_a_module_hides_nothing_of_the_set() {
    let library = ("std.f", "fn used(free: bytes, whole: bytes) = 100% - free / whole");
    let set = "use std.f\nmetric free: bytes\nmetric size: bytes\nderive x = used(free, size)";
    assert_eq!(codes_of(&[("", set), library]), vec![]);
    let set = "metric free: bytes\nfn half(free: bytes) = free / 2\nderive x = half(free)";
    assert_eq!(codes_of(&[("", set)]), vec![("W0704", 0)]);
}

#[test]
fn what_only_a_module_uses_is_not_used_by_the_set() {
    let files = [
        ("", "use std.a\nuse std.b\nmetric m: number\nderive x = m > a"),
        ("std.a", "use std.b\nconst a = b"),
        ("std.b", "const b = 1"),
    ];
    assert_eq!(codes_of(&files), vec![("W0703", 0)]);
}

#[test]
fn a_unit_is_used_from_any_file_and_one_of_a_module_need_not_be() {
    let metrics = "metric a: things { labels x }\nderive b = a > 3things";
    assert_eq!(codes_of(&[("", "unit things"), ("", metrics)]), vec![]);
    assert_eq!(codes_of(&[("", "unit things\nunit others"), ("", metrics)]), vec![("W0705", 0)]);
    let library = ("std.u", "unit things\nunit others");
    assert_eq!(codes_of(&[("", "use std.u\nmetric a: things { labels x }"), library]), vec![]);
}

#[test]
fn a_module_that_brings_alerts_is_used_by_being_there() {
    let alerts = "severity red is critical\nmetric m: number\nalert a on m { red when > 1 absent holds }";
    assert_eq!(codes_of(&[("", "use std.alerts\n"), ("std.alerts", alerts)]), vec![]);
}

/// Declares something of each kind that answers alerts, and names all of it.
const ANSWERS: &str = "team operations\nchannel sms\nescalation standard { N1 operations by sms for 1h }\n\
    calendar nights in \"UTC\" { open monday }\nmaintenance patches { covers everything  during nights }\n";

#[test]
fn modules_declare_what_answers_alerts_and_need_not_use_it() {
    let duty = "team operations\nteam leads\nchannel sms\nescalation calm { N1 leads by sms for 1h }";
    let text = "use std.duty\nescalation standard { N1 operations by sms for 1h }";
    assert_eq!(codes_of(&[("", text), ("std.duty", duty)]), vec![("W0709", 0)]);
    let again = "use std.duty\nchannel sms\nescalation standard { N1 operations by sms for 1h }";
    assert_eq!(codes_of(&[("", again), ("std.duty", duty)]), vec![("E0201", 0)]);
}

#[test]
fn what_answers_alerts_is_unused_unless_something_names_it() {
    let used = format!(
        "{ANSWERS}severity red is critical\nmetric cpu: ratio\n\
         alert busy on cpu {{ red when > 90%  absent holds  at red escalate standard }}"
    );
    assert_eq!(codes_of(&[("", &used)]), vec![]);
    assert_eq!(codes_of(&[("", ANSWERS)]), vec![("W0709", 0)]);
    let unnamed = "team operations\nchannel sms\ncalendar nights in \"UTC\" { open monday }";
    assert_eq!(codes_of(&[("", unnamed)]), vec![("W0706", 0), ("W0707", 0), ("W0708", 0)]);
}

#[test]
fn ids_are_places_among_the_names_whatever_order_the_files_come_in() {
    let one = "team zulu\nteam alpha { empty tells zulu }";
    let other = "team mike { empty tells alpha }\nservice shop { owner mike }";
    let teams = |texts: [&str; 2]| {
        let trees = texts.map(|text| parse(FileId(0), text).file);
        let files = [0_u32, 1].map(|at| SetFile {
            id: FileId(at),
            text: texts[at as usize],
            tree: &trees[at as usize],
            module: None,
        });
        check(&Set { files: &files, modules: &[] }).policy.expect("no error").response
    };
    let found = teams([one, other]);
    assert_eq!(found, teams([other, one]));
    let names: Vec<&str> = found.teams.iter().map(|team| team.name.as_str()).collect();
    assert_eq!(names, ["alpha", "mike", "zulu"]);
    assert_eq!(found.services[0].owner.map(|team| team.0), Some(1));
}
