//! Getting bodies: from targets that behave, and from those that do not.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use nvp_formats::TextFormat;
use nvp_ingest::scrape::{Body, Event, Fetcher, Scrape, ScrapeError, Scrapes, TargetError, watch};
use tokio::io::AsyncWriteExt as _;
use tokio::sync::mpsc;

use crate::server::{Server, end, head, ok};

const TEXT: &str = "text/plain; version=0.0.4";

/// A target with more said about it, in TOML.
fn target(url: &str, more: &str) -> Scrape {
    let text = format!("[[scrape]]\nurl = \"{url}\"\n{more}\n");
    Scrapes::read(&text).unwrap().scrape.remove(0)
}

async fn fetch(url: &str, more: &str) -> Result<Body, ScrapeError> {
    Fetcher::new(&target(url, more)).unwrap().fetch().await
}

#[tokio::test]
async fn a_body_comes_with_its_format_packed_or_not() {
    let server = Server::saying(ok(TEXT, b"up 1\n")).await;
    let body = fetch(&server.url(), "timeout = \"7s\"").await.unwrap();
    assert_eq!(body, Body { bytes: b"up 1\n".to_vec(), format: TextFormat::Prometheus });
    let request = server.requests().remove(0);
    assert!(request.contains("accept: application/openmetrics-text;version=1.0.0;"), "{request}");
    assert!(
        request.contains("user-agent: novaevo-policy/") && request.contains("accept-encoding: gzip"),
        "{request}"
    );
    assert!(request.contains("x-prometheus-scrape-timeout-seconds: 7\r\n"), "{request}");

    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(b"up 1\n# EOF\n").unwrap();
    let server = Server::saying(ok(
        "application/openmetrics-text\r\ncontent-encoding: gzip",
        &packed.finish().unwrap(),
    ))
    .await;
    let body = fetch(&server.url(), "").await.unwrap();
    assert_eq!(body, Body { bytes: b"up 1\n# EOF\n".to_vec(), format: TextFormat::OpenMetrics });
}

#[tokio::test]
async fn who_hangs_is_given_up() {
    for sent in ["", "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nup"] {
        let server = Server::start(move |mut stream, _| async move {
            stream.write_all(sent.as_bytes()).await.unwrap();
            std::future::pending::<()>().await;
        })
        .await;
        let fetched = fetch(&server.url(), "timeout = \"150ms\"").await;
        assert_eq!(fetched, Err(ScrapeError::Timeout(Duration::from_millis(150))), "after {sent:?}");
        assert_eq!(fetched.unwrap_err().to_string(), "no answer within 0.15 s (`timeout`)");
    }
}

#[tokio::test]
async fn who_sends_one_on_for_ever_is_given_up() {
    let server =
        Server::saying(b"HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n".as_slice())
            .await;
    assert_eq!(fetch(&server.url(), "").await, Err(ScrapeError::Redirects));
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn who_sends_too_much_is_cut_off() {
    let announced =
        Server::saying(b"HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\nup 1\n".as_slice()).await;
    assert_eq!(fetch(&announced.url(), "").await, Err(ScrapeError::TooLarge(64 << 20)));

    let flood = Server::start(|mut stream, _| async move {
        let chunk = [b"100000\r\n".as_slice(), &[b'x'; 1 << 20], b"\r\n"].concat();
        let mut sent = stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await;
        for _ in 0..1_024 {
            if sent.is_ok() {
                sent = stream.write_all(&chunk).await;
            }
        }
    })
    .await;
    let cut = fetch(&flood.url(), "").await.unwrap_err();
    assert_eq!(cut, ScrapeError::TooLarge(64 << 20));
    assert_eq!(
        cut.to_string(),
        "its answer is larger than 64 MiB (`body_bytes_max`): let it show less, or allow more"
    );
    assert_eq!(fetch(&flood.url(), "body_bytes_max = 1000").await, Err(ScrapeError::TooLarge(1_000)));

    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..256 {
        bomb.write_all(&[b'x'; 1 << 20]).unwrap();
    }
    let bomb =
        Server::saying(ok(&format!("{TEXT}\r\ncontent-encoding: gzip"), &bomb.finish().unwrap())).await;
    assert_eq!(fetch(&bomb.url(), "").await, Err(ScrapeError::TooLarge(64 << 20)));
}

#[tokio::test]
async fn who_lies_or_breaks_off_is_not_believed() {
    for answer in [
        b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nup 1\n".as_slice(),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nup 1\n\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nup 1\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5\r\n\r\nup 1\n",
    ] {
        let server = Server::saying(answer).await;
        let fetched = fetch(&server.url(), "").await;
        assert!(
            matches!(fetched, Err(ScrapeError::Body(_))),
            "{fetched:?} of {}",
            String::from_utf8_lossy(answer)
        );
    }
    let shorter =
        Server::saying(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nup 1\nmore 2\n".as_slice()).await;
    assert_eq!(fetch(&shorter.url(), "").await.map(|body| body.bytes), Ok(b"up 1\n".to_vec()));
    for nonsense in [b"".as_slice(), b"\0\xff\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n"] {
        let server = Server::saying(nonsense).await;
        let fetched = fetch(&server.url(), "").await;
        assert!(matches!(fetched, Err(ScrapeError::Connect(_))), "{fetched:?}");
    }
    let error = Server::saying(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\n\r\n".as_slice()).await;
    let fetched = fetch(&error.url(), "").await.unwrap_err();
    assert_eq!(fetched.to_string(), "it answers 503 Service Unavailable");
    let nobody = error.url();
    drop(error);
    // The port is free again once the server's task has ended, which aborting does not wait for.
    while !matches!(fetch(&nobody, "").await, Err(ScrapeError::Connect(_))) {}
}

#[tokio::test]
async fn secrets_are_sent_to_the_target_alone_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        format!("file:{}", path.display())
    };
    let password = file("password", "hunter2\n");
    let elsewhere = Server::saying(ok(TEXT, b"up 1\n")).await;
    // The same port under another name is another host.
    let away = format!("http://localhost:{}/metrics", elsewhere.address.port());
    let answer = format!("HTTP/1.1 302 Found\r\nlocation: {away}\r\ncontent-length: 0\r\n\r\n");
    let server = Server::saying(answer).await;

    let basic = format!("basic = {{ username = \"u\", password = \"{password}\" }}");
    let configured = target(&server.url(), &basic);
    let fetcher = Fetcher::new(&configured).unwrap();
    fetcher.fetch().await.unwrap();
    // `u:hunter2` in base 64, in lower case as the server keeps it.
    assert!(
        server.requests().concat().contains("authorization: basic dtpodw50zxiy"),
        "{:?}",
        server.requests()
    );
    assert!(!elsewhere.requests().concat().contains("authorization"), "{:?}", elsewhere.requests());
    assert!(!format!("{configured:?} {fetcher:?}").contains("hunter2"));

    let token = file("token", "t0k3n");
    let bearer = format!("bearer = \"{token}\"");
    let fetcher = Fetcher::new(&target(&elsewhere.url(), &bearer)).unwrap();
    fetcher.fetch().await.unwrap();
    file("token", "renewed");
    fetcher.fetch().await.unwrap();
    let requests = elsewhere.requests().concat();
    assert!(
        requests.contains("authorization: bearer t0k3n")
            && requests.contains("authorization: bearer renewed")
    );

    for (text, wanted) in [
        ("", format!("the secret in `{token}` is empty")),
        ("two\nlines", "the secret is not one line of text".to_owned()),
    ] {
        file("token", text);
        assert_eq!(fetcher.fetch().await.unwrap_err().to_string(), wanted);
    }
    let missing = "bearer = \"env:NOVAEVO_NO_SUCH_VARIABLE\"";
    let refused = fetch(&elsewhere.url(), missing).await.unwrap_err();
    assert_eq!(refused.to_string(), "the environment variable `NOVAEVO_NO_SUCH_VARIABLE` is not set");
}

#[tokio::test]
async fn certificates_are_looked_at() {
    let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
    drop(rustls::crypto::ring::default_provider().install_default());
    let tls = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(tls));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://localhost:{}/metrics", listener.local_addr().unwrap().port());
    let server = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                head(&mut stream).await;
                end(&mut stream, &ok(TEXT, b"up 1\n")).await;
            }
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let ca = folder.path().join("ca.pem");
    std::fs::write(&ca, certified.cert.pem()).unwrap();
    let ca = format!("tls = {{ ca = \"{}\" }}", ca.display());
    assert_eq!(fetch(&url, &ca).await.map(|body| body.bytes), Ok(b"up 1\n".to_vec()));
    assert_eq!(fetch(&url, "tls = { insecure = true }").await.map(|body| body.bytes), Ok(b"up 1\n".to_vec()));
    let refused = fetch(&url, "").await;
    assert!(matches!(&refused, Err(ScrapeError::Connect(why)) if why.contains("certificate")), "{refused:?}");
    server.abort();

    for content in ["", "-----BEGIN CERTIFICATE-----\nnot base 64!\n-----END CERTIFICATE-----\n"] {
        let broken = folder.path().join("broken.pem");
        std::fs::write(&broken, content).unwrap();
        let made = Fetcher::new(&target(&url, &format!("tls = {{ ca = \"{}\" }}", broken.display())));
        assert!(matches!(made, Err(TargetError::Certificates { .. })), "{made:?}");
    }
}

#[tokio::test]
async fn a_watched_target_is_scraped_until_nobody_listens() {
    let server = Server::saying(ok(TEXT, b"up 1\n")).await;
    let fetcher = Fetcher::new(&target(&server.url(), "")).unwrap();
    let (sender, mut events) = mpsc::channel(1);
    let watching = tokio::spawn(watch(3, fetcher, Duration::from_millis(20), sender));
    let mut last_ms = 0;
    for _ in 0..3 {
        let Some(Event::Began { target: 3, at_ms }) = events.recv().await else { panic!("no beginning") };
        let Some(Event::Ended(outcome)) = events.recv().await else { panic!("no end") };
        assert_eq!((outcome.target, outcome.at_ms), (3, at_ms));
        assert_eq!(outcome.body.map(|body| body.bytes), Ok(b"up 1\n".to_vec()));
        assert!(at_ms > last_ms && outcome.took > Duration::ZERO);
        last_ms = at_ms;
    }
    drop(events);
    watching.await.unwrap();
}
