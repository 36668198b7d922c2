use reqwest::Url;

use super::{Webhook, shown};

fn read(text: &str) -> Result<Webhook, String> {
    toml::from_str(text).map_err(|e| e.to_string())
}

#[test]
fn a_whole_webhook_is_read() {
    let webhook = read(
        "url = \"https://example.org/hook\"\nbearer = \"env:TOKEN\"\ntimeout = \"2s\"\ngive_up_after = \"1h 30m\"\n\
         queue = 10\nheaders = { x-team = \"ops\", x-key = \"file:/run/key\" }",
    )
    .unwrap();
    assert_eq!(webhook.timeout.as_secs(), 2);
    assert_eq!(webhook.give_up_after.as_secs(), 5400);
    assert_eq!(webhook.queue.get(), 10);
    assert_eq!(webhook.headers.len(), 2);
    assert_eq!(shown(&webhook.address().unwrap()), "https://example.org");
}

#[test]
fn mistakes_are_named_with_their_place() {
    for (text, wanted) in [
        ("url = \"http://a\"\nbearer = \"hunter2\"", "a secret must not be written here"),
        ("url = \"http://a\"\nbearer = 424242", "a secret must not be written here"),
        ("url = 424242", "a text is needed"),
        ("url = \"http://a\"\nheaders = { a = 424242 }", "a text is needed"),
        ("url = \"http://a\"\nbeerer = \"env:X\"", "unknown field `beerer`"),
        ("url = \"http://a\"\ntimeout = \"0s\"", "a duration above 0s is needed"),
        ("url = \"http://a\"\ntimeout = \"-3s\"", "`-3s` is below zero"),
        ("url = \"http://a\"\ntimeout = 3", "`3` has no unit: write `\"3s\"` for seconds"),
        ("url = \"http://a\"\nqueue = 0", "invalid value: integer `0`"),
        ("bearer = \"env:X\"", "missing field `url`"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(wanted), "{text}: {error}");
        assert!(error.contains("line ") || wanted.starts_with("missing"), "no place: {error}");
    }
}

#[test]
fn addresses_that_are_none_or_hold_a_password_are_refused() {
    for (url, wanted) in [
        ("ftp://example.org", "this is no address: one begins with `http://` or `https://`"),
        ("example.org", "`example.org` is no address: write `http://example.org/`"),
        ("example.org/hunter2", "this is no address"),
        ("https://me:hunter2@example.org", "holds a password"),
    ] {
        let error = Webhook::at(url).address().unwrap_err().to_string();
        assert!(error.contains(wanted), "{url}: {error}");
        assert!(!error.contains("hunter2"));
    }
}

#[test]
fn a_literal_token_in_a_header_is_refused_and_values_are_not_shown() {
    let webhook = read("url = \"http://a\"\nheaders = { Authorization = \"Bearer hunter2\" }").unwrap();
    let error = webhook.all_headers().unwrap_err().to_string();
    assert!(error.contains("must not be written here") && !error.contains("hunter2"), "{error}");
    let webhook = read("url = \"http://a\"\nheaders = { x-key = \"hunter2\" }").unwrap();
    assert!(!format!("{:?} {webhook:?}", webhook.all_headers().unwrap()).contains("hunter2"));
    let webhook = read("url = \"http://a\"\nheaders = { \"x key\" = \"1\" }").unwrap();
    assert!(webhook.all_headers().unwrap_err().to_string().contains("`x key`"));
}

#[test]
fn only_scheme_host_and_port_are_shown() {
    let url = Url::parse("https://me:pw@example.org:8443/T0KEN?key=T0KEN").unwrap();
    assert_eq!(shown(&url), "https://example.org:8443");
}
