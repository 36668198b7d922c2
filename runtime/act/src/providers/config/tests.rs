//! What is wrong is said with its place and its mend, and without a secret.

use super::{Configured, Problem};

fn problem(text: &str) -> Problem {
    Configured::read("x", toml::from_str(text).unwrap()).unwrap_err()
}

#[test]
fn what_is_wrong_has_a_place_and_a_mend() {
    for (text, place, why) in [
        ("", "provider.x", "it does not say its kind"),
        ("kind = 'ftp'", "provider.x.kind", "there is no kind `ftp`"),
        ("kind = 'exec'\nat_once = 0", "provider.x.at_once", "0 calls at once cannot be made"),
        ("kind = 'exec'\ndirectory = 'a'", "provider.x.directory", "it is not absolute"),
        ("kind = 'exec'\n[write.a]\nrun = []", "provider.x.write.a.run", "it names no program"),
        (
            "kind = 'exec'\n[write.a]\nrun = ['sh']",
            "provider.x.write.a.run",
            "the program `sh` is not named by its path",
        ),
        (
            "kind = 'exec'\n[write.a]\nrun = ['/bin/a', '--to={to}']",
            "provider.x.write.a.run",
            "`--to={to}` has a value within a text",
        ),
        (
            "kind = 'exec'\n[write.a]\nrun = ['/bin/a', '{config.token}']",
            "provider.x.write.a.run",
            "a setting is inserted, and arguments are seen by everybody on the machine",
        ),
        (
            "kind = 'exec'\n[read.a]\nanswer = 'text'\nrun = ['/bin/a', '{intent.key}']",
            "provider.x.read.a.run",
            "a read carries no intent",
        ),
        ("kind = 'http'", "provider.x", "missing field `base`"),
        (
            "kind = 'http'\nbase = 'http://a'\n[read.a]\npath = 'b'",
            "provider.x.read.a.path",
            "it does not begin with `/`",
        ),
        (
            "kind = 'http'\nbase = 'http://a'\n[read.a]\npath = '/b?c=1'",
            "provider.x.read.a.path",
            "it has a query",
        ),
        (
            "kind = 'http'\nbase = 'http://a'\n[read.a]\npath = '/b'\nat = 'a.b'",
            "provider.x.read.a.at",
            "`a.b` is no JSON pointer: write `/a/b`",
        ),
        (
            "kind = 'http'\nbase = 'http://a'\n[write.a]\npath = '/b'\nfailed = ['x']",
            "provider.x.write.a.failed[0]",
            "a text stands here, and what is needed is a whole number",
        ),
        (
            "kind = 'http'\nbase = 'http://a'\n[write.a]\npath = '/b'\nbody = { n = '{to' }",
            "provider.x.write.a.body",
            "a `{` is not closed: write `{{` for a brace",
        ),
    ] {
        let problem = problem(text);
        assert_eq!((problem.place.as_str(), problem.why.as_str()), (place, why), "{text}");
        assert!(!problem.help.is_empty(), "{text}");
    }
}

#[test]
fn a_secret_in_the_wrong_place_is_not_shown() {
    for text in [
        "kind = 'exec'\n[write.a]\nrun = '/bin/a --password=hunter2'",
        "kind = 'http'\nbase = 'http://a'\nbearer = 'hunter2'",
        "kind = 'http'\nbase = 'http://a'\nheaders = 'hunter2 \"x\", expected '",
        "kind = 'http'\nbase = ['hunter2']",
        "kind = 'exec'\nconfig = 'hunter2'",
    ] {
        let problem = problem(text);
        assert!(!format!("{problem} {} {problem:?}", problem.help).contains("hunter2"), "{problem}");
    }
}
