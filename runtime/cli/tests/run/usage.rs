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
    folder.write("slow.toml", "[host]\ninterval = \"1h\"\n");
    for (arguments, code, wanted) in [
        (vec!["broken.nvp"], 1, "nothing"),
        (vec!["missing.nvp"], 2, "missing.nvp"),
        (vec!["policy.nvp", "--config", "empty.toml"], 2, "names nothing to watch"),
        (vec!["policy.nvp", "--config", "none.toml"], 2, "cannot read `none.toml`"),
        (vec!["policy.nvp", "--config", "typo.toml"], 2, "line 4, column 3: unknown field `webhok`"),
        (
            vec!["policy.nvp", "--config", "secret.toml"],
            2,
            "line 3, column 10: a secret must not be written here",
        ),
        (
            vec!["policy.nvp", "--config", "number.toml"],
            2,
            "line 3, column 10: a secret must not be written here",
        ),
        (vec!["policy.nvp", "--config", "variable.toml"], 2, "`NOVAEVO_NO_SUCH` is not set"),
        (
            vec!["policy.nvp", "--config", "slow.toml"],
            2,
            "line 2, column 12: a duration from `1s` to `10s` is needed",
        ),
        (vec!["policy.nvp", "--scrape", "localhost:9100"], 2, "an address begins with `http:` or `https:`"),
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
