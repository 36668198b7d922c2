//! `man`.

use crate::harness::Folder;

#[test]
fn a_synopsis_names_the_values_and_what_may_be_repeated() {
    let folder = Folder::with(&[]);
    let ran = folder.run(&["man", "--to", "man1"]);
    assert_eq!(ran.code, 0, "{}", ran.shown());
    for (verb, wanted) in [
        ("run", vec!["[--scrape <URL>]... ", "[--host] ", "[--interval <DURATION>] ", " <PATH>..."]),
        ("check", vec!["[--against <FILE|URL>] ", "[--format <FORMAT>] ", " <PATH>..."]),
        ("ack", vec!["[--state <DIR>] ", "[--at <URL>] ", " <INCIDENT>..."]),
        ("man", vec!["[--to <DIR>] "]),
    ] {
        let page = folder.read(&format!("man1/novaevo-policy-{verb}.1")).replace("\\-", "-");
        let synopsis = page.split(".SH SYNOPSIS\n").nth(1).unwrap().split(".SH").next().unwrap();
        assert!(synopsis.contains(&format!("novaevo-policy {verb}")), "{synopsis}");
        for wanted in wanted {
            assert!(synopsis.contains(wanted), "`{wanted}` is not in {synopsis}");
        }
    }
}
