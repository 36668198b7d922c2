//! What cannot be run, and what is said of it.

use crate::harness::Folder;
use crate::run::peers::POLICY;

fn folder() -> Folder {
    let folder = Folder::with(&[]);
    folder.write("policy.nvp", POLICY);
    folder
}

#[test]
fn what_cannot_be_run_says_why_and_how_to_mend_it() {
    let folder = folder();
    folder.write("broken.nvp", "alert busy on nothing { red when > 5 }\n");
    folder.write("empty.toml", "");
    folder.write("typo.toml", "[[scrape]]\nurl = \"http://a:1/\"\n\n[[webhok]]\nurl = \"http://a:1/\"\n");
    folder.write("secret.toml", "[[webhook]]\nurl = \"http://a:1/\"\nbearer = \"hunter2\"\n");
    folder.write("number.toml", "[[webhook]]\nurl = \"http://a:1/\"\nbearer = 424242\n");
    folder.write(
        "variable.toml",
        "[host]\n[[webhook]]\nurl = \"http://a:1/\"\nbearer = \"env:NOVAEVO_NO_SUCH\"\n",
    );
    folder.write("empty.nvp", "use std.severities\n");
    folder.write("unit.toml", "[[scrape]]\nurl = \"http://a:1/\"\ninterval = \"5\"\n");
    folder.write("five.toml", "[host]\ninterval = 5\n");
    folder.write("slow.toml", "[host]\ninterval = \"1h\"\n");
    for (arguments, code, wanted) in [
        (vec!["broken.nvp"], 1, "nothing"),
        (vec!["missing.nvp"], 2, "missing.nvp"),
        (vec!["policy.nvp", "--config", "empty.toml"], 2, "names nothing to watch"),
        (vec!["policy.nvp", "--config", "none.toml"], 2, "cannot read `none.toml`"),
        (vec!["policy.nvp", "--config", "typo.toml"], 2, "--> typo.toml:4:3"),
        (vec!["policy.nvp", "--config", "secret.toml"], 2, "error[E0905]: a secret must not be written here"),
        (vec!["policy.nvp", "--config", "number.toml"], 2, "error[E0905]: a secret must not be written here"),
        (vec!["policy.nvp", "--config", "variable.toml"], 2, "`NOVAEVO_NO_SUCH` is not set"),
        (
            vec!["policy.nvp", "--config", "slow.toml"],
            2,
            "error[E0903]: a duration from `1s` to `10s` is needed",
        ),
        (vec!["empty.nvp"], 2, "no alerts in empty.nvp: there is nothing to decide"),
        (
            vec!["policy.nvp", "--scrape", "127.0.0.1:9103"],
            2,
            "`127.0.0.1:9103` is no address: write `http://127.0.0.1:9103/metrics`",
        ),
        (
            vec!["policy.nvp", "--scrape", "localhost:9100"],
            2,
            "`localhost:9100` is no address: write `http://localhost:9100/metrics`",
        ),
        (vec!["policy.nvp", "--scrape", "ftp://a/"], 2, "an address begins with `http:` or `https:`"),
        (vec!["policy.nvp", "--webhook", "foo"], 2, "`foo` is no address: write `http://foo/`"),
        (
            vec!["policy.nvp", "--config", "unit.toml"],
            2,
            "error[E0903]: `5` has no unit: write `\"5s\"` for seconds",
        ),
        (vec!["policy.nvp", "--config", "five.toml"], 2, "--> five.toml:2:12"),
        (vec!["policy.nvp", "--scrape", "http://a:1/", "--interval", "2s"], 2, "it is not read"),
        (vec!["policy.nvp", "--interval", "11s"], 2, "a duration from `1s` to `10s` is needed"),
        (vec!["policy.nvp", "--listen", "192.0.2.1:80"], 2, "cannot listen at 192.0.2.1:80"),
        (vec!["policy.nvp", "--listen", "nowhere"], 2, "invalid socket address"),
    ] {
        let ran = folder.run(&[&["run"], arguments.as_slice()].concat());
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.shown());
        assert!(ran.stderr.contains(wanted), "{arguments:?} does not say `{wanted}`: {}", ran.shown());
        assert!(!ran.stderr.contains("hunter2") && !ran.stderr.contains("424242"), "{}", ran.shown());
        assert_eq!(ran.stdout, "", "{arguments:?}");
    }
}
