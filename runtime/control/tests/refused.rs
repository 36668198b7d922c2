//! Who is not heard, and what is not understood.

use nvp_control::wire::{Fault, IncidentQuery};
use nvp_control::{Client, ClientError, ControlConfig};
use secrecy::SecretString;

use crate::server::{ANNA, Running, nobody, options, refused};

fn error(body: &str) -> String {
    serde_json::from_str::<Fault>(body).unwrap_or_else(|why| panic!("{why}: {body}")).error
}

#[tokio::test]
async fn without_a_token_that_is_somebody_s_nothing_is_told_and_nothing_done() {
    let running = Running::start().await;
    let wrong = running.with("not-anybody-s-secret").acknowledge(1).await.unwrap_err();
    assert!(matches!(wrong, ClientError::Fault { status: 401, .. }), "{wrong:?}");
    for (authorization, wanted) in [
        ("", "a token is needed: `Authorization: Bearer …`"),
        ("\r\nauthorization: Bearer ", "this token is nobody's"),
        ("\r\nauthorization: Basic YW5uYTp4", "this token is nobody's"),
        ("\r\nauthorization: Bearer anna", "this token is nobody's"),
        ("\r\nauthorization: x", "this token is nobody's"),
    ] {
        for what in ["GET /v1/incidents", "POST /v1/incidents/1/acknowledge", "GET /nothing"] {
            let head = format!("{what} HTTP/1.1\r\nhost: localhost{authorization}");
            let (status, body) = running.say(&head, "").await;
            assert_eq!((status, error(&body).as_str()), (401, wanted), "{head}");
        }
    }
    let two = format!(
        "GET /v1/incidents HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {ANNA}\r\nauthorization: x"
    );
    assert_eq!(running.say(&two, "").await.0, 401);
    let incident = running.client().incident(1).await.unwrap().unwrap().incident;
    assert_eq!(incident.acknowledged_by, None, "nothing was done");
}

#[tokio::test]
async fn a_name_that_is_not_this_machine_s_is_not_answered_to() {
    let running = Running::start().await;
    for host in ["evil.example", "evil.example:80", "169.254.169.254"] {
        let head = format!("GET /v1/incidents HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {ANNA}");
        let (status, body) = running.say(&head, "").await;
        assert_eq!(status, 421, "{body}");
        assert!(error(&body).contains("say `localhost` or `127.0.0.1`"), "{body}");
    }
}

#[tokio::test]
async fn what_is_not_understood_is_told_in_words() {
    let running = Running::start().await;
    let authorization =
        format!("host: 127.0.0.1:1\r\nauthorization: bearer {ANNA}\r\ncontent-type: application/json");
    let huge = format!(r#"{{"hash": "{}"}}"#, "a".repeat(70_000));
    for (what, body, status, wanted) in [
        ("POST /v1/actions/1/approve", huge.as_str(), 413, "length limit exceeded"),
        ("POST /v1/actions/1/approve", "{", 400, "EOF"),
        ("POST /v1/actions/1/approve", r#"{"hsah": "1"}"#, 422, "unknown field `hsah`"),
        ("POST /v1/silences", r#"{"for_ms": "2h", "why": "x"}"#, 422, "for_ms: invalid type"),
        ("GET /v1/incidents?state=broken", "", 400, "unknown variant `broken`"),
        ("GET /v1/incidents?stat=open", "", 400, "unknown field `stat`"),
        ("GET /v1/incidents/first", "", 404, "a number is needed in the path"),
        ("GET /v1/incidents/-1", "", 404, "a number is needed in the path"),
        ("GET /v2/incidents", "", 404, "there is nothing at `/v2/incidents`"),
        ("DELETE /v1/incidents/1", "", 405, "`/v1/incidents/1` is not asked in this way"),
    ] {
        let (is, body) = running.say(&format!("{what} HTTP/1.1\r\n{authorization}"), body).await;
        assert_eq!(is, status, "{what}: {body}");
        assert!(error(&body).contains(wanted), "{what}: {body}");
    }
    let plain =
        format!("POST /v1/actions/1/approve HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {ANNA}");
    assert_eq!(running.say(&plain, "{}").await.0, 415, "what a form of a foreign page could send is no JSON");
}

#[tokio::test]
async fn addresses_and_tokens_that_would_be_unsafe_are_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let sound = options(folder.path());
    let mut open = sound.clone();
    open.address = Some("0.0.0.0:9095".parse().unwrap());
    let why = refused(open).await;
    assert!(
        why.starts_with("`0.0.0.0:9095` can be reached from other machines")
            && why.contains("127.0.0.1:9095"),
        "{why}"
    );
    let mut without = sound.clone();
    without.tokens = nobody();
    assert!(refused(without).await.starts_with("`[control] listen` has no token"));
    let mut nowhere = sound.clone();
    nowhere.address = None;
    assert!(refused(nowhere).await.starts_with("`[control.token.anna]` is of no use without an address"));
    let mut short = sound.clone();
    short.tokens.insert("eve".into(), SecretString::from("hunter2"));
    let why = refused(short.clone()).await;
    assert!(why.contains("`[control.token.eve]` has 7 characters"), "{why}");
    assert!(!format!("{short:?} {why}").contains("hunter2"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut busy = sound;
    busy.address = Some(taken.local_addr().unwrap());
    assert!(refused(busy).await.starts_with("cannot listen at `127.0.0.1:"));
    assert!(!folder.path().join("control.sock").exists(), "nothing is left behind");
}

#[test]
fn a_token_is_not_sent_in_clear_to_another_machine() {
    let at = |address: &str| {
        Client::at(address, SecretString::from(ANNA)).map(drop).map_err(|error| error.to_string())
    };
    for near in
        ["http://127.0.0.1:9095", "http://localhost:9095/", "http://[::1]:9095", "https://ops.example"]
    {
        assert_eq!(at(near), Ok(()), "{near}");
    }
    assert_eq!(at("http://ops.example:9095"), Err("a token is not sent in clear to another machine".into()));
    assert_eq!(
        at("127.0.0.1:9095"),
        Err("`127.0.0.1:9095` is no address: write `http://127.0.0.1:9095`".into())
    );
    for none in ["ftp://127.0.0.1", "http://127.0.0.1/path", "http://u:p@127.0.0.1", "http://"] {
        assert!(at(none).is_err(), "{none}");
    }
}

#[tokio::test]
async fn no_secret_is_shown() {
    let running = Running::start().await;
    let client = running.with(ANNA);
    assert!(!format!("{client:?} {:?}", options(running.folder.path())).contains(ANNA));
    client.acknowledge(1).await.unwrap();
    running.with("wrong-and-secret-0123456789").resolve(1).await.unwrap_err();
    let page = client.incidents(&IncidentQuery::default()).await.unwrap();
    assert!(!format!("{page:?}").contains("secret"));
    let bytes = std::fs::read(running.journal()).unwrap();
    let log = std::fs::read(running.folder.path().join("journal.sqlite-wal")).unwrap();
    for secret in [ANNA, "wrong-and-secret"] {
        let is_in = |bytes: &[u8]| bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
        assert!(!is_in(&bytes) && !is_in(&log), "a secret is in the journal");
    }
}

#[test]
fn the_configuration_names_secrets_and_holds_none() {
    let read = |text: &str| toml::from_str::<ControlConfig>(text).map_err(|error| error.to_string());
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("token");
    std::fs::write(&secret, format!("{ANNA}\n")).unwrap();
    let text = format!("listen = \"127.0.0.1:9095\"\n[token.anna]\nsecret = \"file:{}\"", secret.display());
    let options = read(&text).unwrap().options(folder.path()).unwrap();
    assert_eq!(options.socket, folder.path().join("control.sock"));
    assert_eq!(options.tokens.keys().collect::<Vec<_>>(), ["anna"]);
    let literal = read(&format!("[token.anna]\nsecret = \"{ANNA}\"")).unwrap_err();
    assert!(literal.contains("a secret must not be written here"), "{literal}");
    let missing = read("[token.anna]\nsecret = \"env:NVP_CONTROL_NO_SUCH_TOKEN\"").unwrap();
    let why = missing.options(folder.path()).unwrap_err().to_string();
    assert!(why.starts_with("the secret of `[control.token.anna]`: the environment variable"), "{why}");
    assert!(read("listn = \"127.0.0.1:1\"").unwrap_err().contains("unknown field `listn`"));
}
