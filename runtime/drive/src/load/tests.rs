use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::*;

fn folder(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        write(folder.path(), name, bytes);
    }
    folder
}

fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn load_folder(folder: &Path) -> PolicySet {
    load(&[folder.to_owned()], &Stdlib::built_in())
}

fn names(set: &PolicySet, folder: &Path) -> Vec<String> {
    let inside = |name: &str| {
        Path::new(name).strip_prefix(folder).map_or(name.to_owned(), |p| p.display().to_string())
    };
    set.sources.files().map(|(_, file)| inside(file.name())).collect()
}

#[test]
fn folders_are_read_sorted_without_hidden_files_and_each_file_once() {
    let folder = folder(&[
        ("b.nvp", b"unit b\n"),
        ("a/z.nvp", b"unit z\n"),
        ("a/c.nvp", b"unit c\n"),
        (".hidden.nvp", b"unit h\n"),
        (".git/x.nvp", b"unit g\n"),
        ("notes.md", b"no policy"),
    ]);
    let set = load(&[folder.path().to_owned(), folder.path().join("b.nvp")], &Stdlib::built_in());
    assert_eq!(names(&set, folder.path()), ["a/c.nvp", "a/z.nvp", "b.nvp"]);
    assert_eq!(set.problems, []);
    assert_eq!(set.own_files(), 3);
}

#[test]
fn a_loop_of_links_is_told_and_the_rest_read() {
    let folder = folder(&[("a/one.nvp", b"unit one\n")]);
    symlink(folder.path(), folder.path().join("a/again")).unwrap();
    let set = load_folder(folder.path());
    assert_eq!(names(&set, folder.path()), ["a/one.nvp"]);
    assert_eq!(set.problems.len(), 1);
    assert!(set.problems[0].problem.contains("leads back"), "{}", set.problems[0]);
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_read() {
    let folder = folder(&[("good.nvp", b"unit good\n"), ("empty/notes.txt", b"")]);
    fs::File::create(folder.path().join("huge.nvp")).unwrap().set_len(1 << 30).unwrap();
    symlink("/nowhere/at/all", folder.path().join("gone.nvp")).unwrap();
    let paths = [folder.path().to_owned(), folder.path().join("empty"), folder.path().join("absent.nvp")];
    let set = load(&paths, &Stdlib::built_in());
    assert_eq!(names(&set, folder.path()), ["good.nvp"]);
    let told: Vec<_> = set.problems.iter().map(|problem| problem.problem.as_str()).collect();
    assert!(told.iter().any(|text| text.contains("1024 MiB") && text.contains("at most 4 MiB")), "{told:?}");
    assert_eq!(told.iter().filter(|text| text.contains("No such file")).count(), 2, "{told:?}");
    assert_eq!(told.iter().filter(|text| text.contains("no `.nvp` file")).count(), 1, "{told:?}");
}

#[test]
fn a_file_that_is_not_utf8_is_a_diagnostic_with_its_place() {
    let folder = folder(&[("bad.nvp", b"unit a\nunit \xff\n"), ("good.nvp", b"unit good\n")]);
    let set = load_folder(folder.path());
    assert_eq!(set.files.len(), 1);
    assert_eq!(set.diagnostics.len(), 1);
    let span = set.diagnostics[0].primary.span;
    assert_eq!(set.sources.file(span.file).unwrap().position(span.start).line, 2);
    assert!(set.sources.file(span.file).unwrap().name().ends_with("bad.nvp"));
}

#[test]
fn used_modules_come_along_once_and_transitively() {
    let stdlib = folder(&[
        ("std/a.nvp", b"use std.b\nunit a\n"),
        ("std/b.nvp", b"use std.a\nunit b\n"),
        ("std/unused.nvp", b"unit unused\n"),
    ]);
    let set =
        load_text("<input>", "use std.a\nuse std.nowhere\n", &Stdlib::in_folder(stdlib.path().to_owned()));
    let modules: Vec<_> = set.files.iter().map(|file| file.module.as_deref()).collect();
    assert_eq!(modules, [None, Some("std.a"), Some("std.b")]);
    assert_eq!(set.problems, []);
}

#[test]
fn the_standard_library_itself_can_be_checked_as_a_path() {
    let stdlib = folder(&[("std/a.nvp", b"use std.b\n"), ("std/b.nvp", b"unit b\n")]);
    let set = load(&[stdlib.path().to_owned()], &Stdlib::in_folder(stdlib.path().to_owned()));
    let modules: Vec<_> = set.files.iter().map(|file| file.module.as_deref()).collect();
    assert_eq!(modules, [Some("std.a"), Some("std.b")]);
}

#[test]
fn every_built_in_module_is_named_after_its_file_and_readable() {
    let stdlib = Stdlib::built_in();
    for module in stdlib.modules() {
        let (name, bytes) = stdlib.read(&module).unwrap().unwrap();
        assert_eq!(name, format!("stdlib/{}.nvp", module.replace('.', "/")));
        assert!(!bytes.is_empty(), "{module}");
    }
    assert!(stdlib.read("std.nowhere").unwrap().is_none());
}

#[test]
fn a_standard_library_that_is_not_there_is_told() {
    let folder = folder(&[("a.nvp", b"unit a\n")]);
    let set = load(&[folder.path().join("a.nvp")], &Stdlib::in_folder(folder.path().join("nowhere")));
    assert_eq!(set.problems.len(), 1);
    assert!(set.problems[0].problem.contains("standard library"), "{}", set.problems[0]);
}
