use super::*;

#[test]
fn all_that_can_be_said_is_read() {
    let scrapes = Scrapes::read(
        r#"
        [[scrape]]
        url = "https://db-1.example:9187/metrics"
        job = "postgres"
        interval = "30s"
        timeout = "1500ms"
        basic = { username = "prometheus", password = "env:DB_PASSWORD" }
        bearer = "file:/run/token"
        tls = { ca = "/etc/ssl/our-ca.pem" }
        labels = { region = "eu" }
        honor_labels = true

        [[scrape]]
        url = "http://[::1]/metrics"
        interval = "5s"
        tls = { insecure = true }
        "#,
    );
    let [full, short] = &*scrapes.unwrap().scrape else { panic!("two targets") };
    assert_eq!((full.interval, full.timeout()), (Duration::from_secs(30), Duration::from_millis(1_500)));
    assert_eq!(
        full.basic.as_ref().map(|basic| &basic.password),
        Some(&Secret::Environment("DB_PASSWORD".into()))
    );
    assert_eq!(full.bearer, Some(Secret::File("/run/token".into())));
    let labels: Vec<_> = full.source_labels().labels.into_iter().map(|(n, v)| format!("{n}={v}")).collect();
    assert_eq!(labels, ["instance=db-1.example:9187", "job=postgres", "region=eu"]);
    assert_eq!(full.source_labels().conflict, LabelConflict::Honor);
    assert_eq!((short.timeout(), short.instance()), (Duration::from_secs(5), "[::1]:80".to_owned()));
    assert_eq!((&*short.job, short.tls.insecure, short.body_bytes_max), ("scrape", true, 64 << 20));
    assert!(Scrapes::read("").unwrap().scrape.is_empty());
}

#[test]
fn what_is_wrong_is_said_with_its_place_and_without_secrets() {
    for (line, wanted) in [
        ("urll = 1", "line 3, column 1: unknown field `urll`, expected one of `url`, `job`"),
        ("interval = \"0s\"", "line 3, column 12: an interval of at least `1s` is needed"),
        ("interval = \"5\"", "line 3, column 12: `5` has no unit: write `\"5s\"` for seconds"),
        ("interval = 5", "line 3, column 12: `5` has no unit: write `\"5s\"` for seconds"),
        ("interval = \"soon\"", "line 3, column 12: `soon` is no duration: write one such as `\"5s\"`"),
        ("timeout = \"0s\"", "line 3, column 11: a timeout above `0s` is needed, such as `10s`"),
        ("timeout = \"-1s\"", "line 3, column 11: `-1s` is below zero"),
        (
            "bearer = \"hunter2\"",
            "line 3, column 10: a secret must not be written here: say `env:NAME` or `file:PATH`",
        ),
        ("bearer = 7777777", "line 3, column 10: a secret must not be written here"),
        ("bearer = \"env:\"", "line 3, column 10: a secret must not be written here"),
        ("basic = \"hunter2\"", "line 3, column 9: `basic` is `{ username = …, password = \"env:NAME\" }`"),
        (
            "basic = { username = \"u\", password = \"hunter2\" }",
            "line 3, column 9: `password`: a secret must not be written here",
        ),
        (
            "basic = { username = \"u\", password = 7777777 }",
            "line 3, column 9: `password`: a secret must not be written here",
        ),
        ("basic = { user = \"hunter2\" }", "line 3, column 9: `basic` needs a `username`"),
        (
            "basic = { username = \"u\", password = \"env:A\", x = 1 }",
            "line 3, column 9: `basic` has `username` and `password`, no `x`",
        ),
        ("tls = { verify = false }", "line 3, column 9: unknown field `verify`, expected `ca` or `insecure`"),
        ("labels = { a = 1 }", "line 3, column 16: invalid type"),
    ] {
        let text = format!("[[scrape]]\nurl = \"http://a/metrics\"\n{line}\n");
        let error = Scrapes::read(&text).unwrap_err().to_string();
        assert!(error.starts_with(wanted), "{line}: {error}");
        assert!(!error.contains("hunter2") && !error.contains("7777777"), "{line}: {error}");
    }
    for (url, wanted) in [
        ("ftp://a/", "line 2, column 7: an address begins with `http:` or `https:`, not with `ftp:`"),
        ("metrics", "line 2, column 7: `metrics` is no address: write `http://metrics/metrics`"),
        (
            "localhost:9100",
            "line 2, column 7: `localhost:9100` is no address: write `http://localhost:9100/metrics`",
        ),
        ("u:hunter2@a", "line 2, column 7: this is no address: one begins with `http://` or `https://`"),
        ("http://user:hunter2@a/", "line 2, column 7: the address holds a password: say `basic = "),
    ] {
        let error = Scrapes::read(&format!("[[scrape]]\nurl = \"{url}\"\n")).unwrap_err().to_string();
        assert!(error.starts_with(wanted), "{url}: {error}");
        assert!(!error.contains("hunter2"), "{error}");
        assert!(Scrape::at(url).is_err());
    }
    assert!(Scrapes::read("[[scrape]]\n").unwrap_err().message.contains("missing field `url`"));
    assert!(Scrapes::read("[[scrape]\n").unwrap_err().line == 1);
}

#[test]
fn nothing_secret_is_shown_of_an_address() {
    for (url, wanted) in [
        ("http://127.0.0.1:9100/metrics", "http://127.0.0.1:9100/metrics"),
        ("https://token@db.example/metrics?key=T0KEN#x", "https://db.example/metrics"),
        ("https://db.example", "https://db.example"),
        ("https://db.example?key=a/b", "https://db.example"),
    ] {
        assert_eq!(Scrape::at(url).unwrap().shown(), wanted);
    }
}
