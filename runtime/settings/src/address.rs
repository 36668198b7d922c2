//! What is said of an address that is none. What an address is, the HTTP client knows.

/// The longest text that a message repeats, in bytes.
const SHOWN_BYTES_MAX: usize = 200;

/// What is wrong with a text that is no address of HTTP, and how to mend it: a host and port alone want `http://` before them and,
/// where they name no path, mostly `path` behind them. Shows nothing that may be a secret.
#[must_use]
pub fn no_address(text: &str, path: &str) -> String {
    let is_open = text.len() <= SHOWN_BYTES_MAX
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | ':' | '-' | '_' | '[' | ']' | '/'));
    if !is_open {
        return "this is no address: one begins with `http://` or `https://`".to_owned();
    }
    let (host, own_path) = match text.split_once('/') {
        Some((host, rest)) => (host, Some(rest)),
        None => (text, None),
    };
    if host.is_empty() || text.contains("//") {
        return format!("`{text}` is no address: one begins with `http://` or `https://`");
    }
    let rest = own_path.map_or_else(|| path.to_owned(), |own| format!("/{own}"));
    format!("`{text}` is no address: write `http://{host}{rest}`")
}

#[cfg(test)]
mod tests {
    use super::no_address;

    #[test]
    fn the_mend_is_spelled_out_and_secrets_are_not_shown() {
        for (text, wanted) in [
            ("127.0.0.1:9103", "`127.0.0.1:9103` is no address: write `http://127.0.0.1:9103/metrics`"),
            ("db:1/own", "`db:1/own` is no address: write `http://db:1/own`"),
            ("http://", "`http://` is no address: one begins with `http://` or `https://`"),
            ("/metrics", "`/metrics` is no address: one begins with `http://` or `https://`"),
            ("me:hunter2@db", "this is no address: one begins with `http://` or `https://`"),
            ("db?key=hunter2", "this is no address: one begins with `http://` or `https://`"),
        ] {
            assert_eq!(no_address(text, "/metrics"), wanted);
        }
    }
}
