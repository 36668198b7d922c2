//! `fmt`.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::harness::Folder;

const UGLY: &str = "use std.severities\n\n\nmetric   cpu :ratio{labels service every 10s}\n";

#[test]
fn files_are_changed_in_place_with_their_permissions_and_once() {
    let folder = Folder::with(&[]);
    folder.write("a.nvp", UGLY);
    fs::set_permissions(folder.path("a.nvp"), fs::Permissions::from_mode(0o640)).unwrap();
    let first = folder.run(&["fmt", "a.nvp"]);
    assert_eq!((first.code, first.stdout.as_str()), (0, "1 file: 1 changed\n"));
    assert_ne!(folder.read("a.nvp"), UGLY);
    assert_eq!(fs::metadata(folder.path("a.nvp")).unwrap().permissions().mode() & 0o777, 0o640);
    let second = folder.run(&["fmt", "."]);
    assert_eq!((second.code, second.stdout.as_str()), (0, "1 file: nothing to change\n"));
    let left: Vec<_> = fs::read_dir(folder.path(".")).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing is left beside the file");
}

#[test]
fn a_link_stays_a_link() {
    let folder = Folder::with(&[]);
    folder.write("real/a.nvp", UGLY);
    symlink(folder.path("real/a.nvp"), folder.path("link.nvp")).unwrap();
    assert_eq!(folder.run(&["fmt", "link.nvp"]).code, 0);
    assert!(fs::symlink_metadata(folder.path("link.nvp")).unwrap().is_symlink());
    assert_ne!(folder.read("real/a.nvp"), UGLY);
}

#[test]
fn check_and_diff_change_nothing() {
    let folder = Folder::with(&[]);
    folder.write("a.nvp", UGLY);
    let checked = folder.run(&["fmt", "--check", "a.nvp"]);
    assert_eq!((checked.code, checked.stdout.as_str()), (1, "a.nvp\n1 file: 1 would change\n"));
    let diff = folder.run(&["fmt", "--diff", "a.nvp"]);
    assert_eq!(diff.code, 0);
    insta::assert_snapshot!(diff.stdout);
    assert_eq!(folder.run(&["fmt", "--check", "--diff", "a.nvp"]).code, 1);
    assert_eq!(folder.read("a.nvp"), UGLY);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::with(&[]);
    folder.write("a.nvp", UGLY);
    let ran = folder.run_with_input(&["fmt", "-"], UGLY.as_bytes());
    assert_eq!(ran.code, 0);
    folder.run(&["fmt", "a.nvp"]);
    assert_eq!(ran.stdout, folder.read("a.nvp"));
}

#[test]
fn a_file_with_errors_is_left_alone_and_the_rest_formatted() {
    let folder = Folder::with(&["broken.nvp"]);
    folder.write("a.nvp", UGLY);
    let before = folder.read("broken.nvp");
    let ran = folder.run(&["fmt", "."]);
    assert_eq!(ran.code, 1, "{}", ran.shown());
    assert_eq!(ran.stdout, "2 files: 1 with errors, left alone, 1 changed\n");
    assert!(ran.stderr.contains("broken.nvp:11"), "{}", ran.stderr);
    assert_eq!(folder.read("broken.nvp"), before);
    assert_ne!(folder.read("a.nvp"), UGLY);
}

#[test]
fn a_file_that_cannot_be_read_is_not_called_well_formatted() {
    let folder = Folder::with(&[]);
    folder.write("good.nvp", "unit good\n");
    fs::File::create(folder.path("huge.nvp")).unwrap().set_len(1 << 30).unwrap();
    let ran = folder.run(&["fmt", "--check", "."]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, "2 files: 1 could not be read\n"));
    assert!(ran.stderr.contains("1024 MiB") && ran.stderr.contains("help: "), "{}", ran.stderr);
    let ran = folder.run_with_input(&["fmt", "-"], &vec![b'#'; (4 << 20) + 1]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("more than 4 MiB") && ran.stderr.contains("help: "), "{}", ran.stderr);
}

#[test]
fn what_would_change_of_standard_input_is_said_as_of_a_file() {
    let folder = Folder::with(&[]);
    let check = |text: &str| {
        let ran = folder.run_with_input(&["fmt", "--check", "-"], text.as_bytes());
        (ran.code, ran.stdout)
    };
    assert_eq!(check(UGLY), (1, "<stdin>\n1 file: 1 would change\n".to_owned()));
    assert_eq!(check("unit good\n"), (0, "1 file: nothing to change\n".to_owned()));
}
