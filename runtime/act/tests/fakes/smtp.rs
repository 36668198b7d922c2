//! A mail server: EHLO, STARTTLS, AUTH PLAIN, one mailbox after the other. It keeps every letter as often as it comes.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// How the server behaves.
#[derive(Debug, Clone, Default)]
pub struct Behaviour {
    pub offers_starttls: bool,
    /// What `AUTH PLAIN` must say, in base64; without it nobody may log in.
    pub credentials: Option<&'static str>,
    /// Answers to RCPT for addresses that contain the text.
    pub refuse: Vec<(&'static str, &'static str)>,
    /// Answers to letters, one each; `250` after them. An empty one takes the letter and breaks the connection.
    pub after_letter: Vec<&'static str>,
    /// Breaks the connection instead of answering DATA, so often.
    pub breaks_before_letter: u32,
}

/// A letter as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    pub text: String,
    pub was_encrypted: bool,
    pub was_logged_in: bool,
}

impl Letter {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\r\n\r\n").next().unwrap();
        head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// The server; it ends with the test's runtime.
pub struct Smtp {
    pub address: SocketAddr,
    pub letters: Arc<Mutex<Vec<Letter>>>,
    /// All lines that came in the clear.
    pub clear: Arc<Mutex<Vec<String>>>,
    behaviour: Arc<Mutex<Behaviour>>,
    acceptor: TlsAcceptor,
}

impl Smtp {
    /// Starts one; its certificate is left in `folder` and returned.
    pub async fn start(folder: &Path, behaviour: Behaviour) -> (Arc<Self>, PathBuf) {
        drop(rustls::crypto::ring::default_provider().install_default());
        let certified = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let path = folder.join("ca.pem");
        std::fs::write(&path, certified.cert.pem()).unwrap();
        let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).unwrap();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certified.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let smtp = Arc::new(Self {
            address: listener.local_addr().unwrap(),
            letters: Arc::default(),
            clear: Arc::default(),
            behaviour: Arc::new(Mutex::new(behaviour)),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        });
        let theirs = Arc::clone(&smtp);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let smtp = Arc::clone(&theirs);
                tokio::spawn(async move { smtp.serve(stream).await });
            }
        });
        (smtp, path)
    }

    pub fn letters(&self) -> Vec<Letter> {
        self.letters.lock().unwrap().clone()
    }

    async fn serve(&self, mut stream: tokio::net::TcpStream) {
        stream.write_all(b"220 fake ESMTP\r\n").await.unwrap();
        let mut session = Session { is_encrypted: false, is_logged_in: false };
        if self.talk(&mut stream, &mut session).await
            && let Ok(mut tls) = self.acceptor.accept(stream).await
        {
            session.is_encrypted = true;
            self.talk(&mut tls, &mut session).await;
        }
    }

    /// Talks until the end; whether TLS is to begin.
    async fn talk(&self, stream: &mut (impl AsyncRead + AsyncWrite + Unpin), session: &mut Session) -> bool {
        let mut lines = BufReader::new(stream);
        let mut to = String::new();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).await.unwrap_or(0) == 0 {
                return false;
            }
            let line = line.trim_end();
            if !session.is_encrypted {
                self.clear.lock().unwrap().push(line.to_owned());
            }
            let behaviour = self.behaviour.lock().unwrap().clone();
            let answer = match line.split([' ', ':']).next().unwrap().to_ascii_uppercase().as_str() {
                "EHLO" => greeting(&behaviour, session),
                "STARTTLS" => {
                    lines.get_mut().write_all(b"220 go ahead\r\n").await.unwrap();
                    return true;
                }
                "AUTH"
                    if behaviour.credentials.is_some_and(|wanted| line == format!("AUTH PLAIN {wanted}")) =>
                {
                    session.is_logged_in = true;
                    "235 welcome\r\n".to_owned()
                }
                "AUTH" => "535 5.7.8 bad credentials\r\n".to_owned(),
                "MAIL" if behaviour.credentials.is_some() && !session.is_logged_in => {
                    "530 5.7.0 log in first\r\n".to_owned()
                }
                "MAIL" => "250 sender\r\n".to_owned(),
                "RCPT" => match behaviour.refuse.iter().find(|(part, _)| line.contains(part)) {
                    Some((_, answer)) => format!("{answer}\r\n"),
                    None => {
                        to = line.split(['<', '>']).nth(1).unwrap().to_owned();
                        "250 recipient\r\n".to_owned()
                    }
                },
                "DATA" if behaviour.breaks_before_letter > 0 => {
                    self.behaviour.lock().unwrap().breaks_before_letter -= 1;
                    return false;
                }
                "DATA" => {
                    lines.get_mut().write_all(b"354 go on\r\n").await.unwrap();
                    match self.letter(&mut lines, &to, session).await {
                        Some(answer) => answer,
                        None => return false,
                    }
                }
                _ => "221 bye\r\n".to_owned(),
            };
            if lines.get_mut().write_all(answer.as_bytes()).await.is_err() {
                return false;
            }
        }
    }

    /// Takes a letter; the answer, or nothing where the connection is to break.
    async fn letter(
        &self,
        lines: &mut BufReader<impl AsyncRead + Unpin>,
        to: &str,
        session: &Session,
    ) -> Option<String> {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).await.unwrap_or(0) == 0 {
                return None;
            }
            if line == ".\r\n" {
                break;
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
        let mut behaviour = self.behaviour.lock().unwrap();
        let answer = if behaviour.after_letter.is_empty() {
            "250 2.0.0 taken"
        } else {
            behaviour.after_letter.remove(0)
        };
        if answer.is_empty() || answer.starts_with("250") {
            let (was_encrypted, was_logged_in) = (session.is_encrypted, session.is_logged_in);
            let letter = Letter { to: to.to_owned(), text, was_encrypted, was_logged_in };
            self.letters.lock().unwrap().push(letter);
        }
        (!answer.is_empty()).then(|| format!("{answer}\r\n"))
    }
}

struct Session {
    is_encrypted: bool,
    is_logged_in: bool,
}

fn greeting(behaviour: &Behaviour, session: &Session) -> String {
    let mut answer = "250-fake\r\n".to_owned();
    if behaviour.offers_starttls && !session.is_encrypted {
        answer.push_str("250-STARTTLS\r\n");
    }
    if behaviour.credentials.is_some() {
        answer.push_str("250-AUTH PLAIN LOGIN\r\n");
    }
    answer.push_str("250 8BITMIME\r\n");
    answer
}
