//! A PostgreSQL server and a PgBouncer of the test's own: in a temporary folder, on a free port, ended with the test.

use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::{Client, NoTls};

/// The user for servers that do not run as root (`nobody`).
const NOBODY: u32 = 65_534;
/// How long a server may take to say something.
const LONG: Duration = Duration::from_secs(120);

pub const PASSWORD: &str = "hunter2 and more";

/// A server that is ended by its own pid.
struct Server {
    child: Child,
    /// By which it ends at once, whoever is connected.
    ends_by: Signal,
    /// What it logs.
    lines: Receiver<String>,
}

/// A PostgreSQL server; its superuser is `admin`.
pub struct Cluster {
    folder: tempfile::TempDir,
    server: Server,
    pub port: u16,
}

/// A PgBouncer; its administrator is `admin`.
pub struct Bouncer {
    folder: tempfile::TempDir,
    _server: Server,
    pub port: u16,
}

/// A port that is free now.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

/// A command of a user who is not root.
fn command(program: &Path) -> Command {
    assert!(program.exists(), "`{}` is not installed: see `tests/run`", program.display());
    let mut command = Command::new(program);
    command.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C").current_dir("/").stdin(Stdio::null());
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    give(folder.path());
    folder
}

fn give(path: &Path) {
    if is_root() {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

/// Writes a file that belongs to whom the server runs as.
pub fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    give(path);
}

/// Where Debian keeps the newest server's programs.
fn programs() -> PathBuf {
    let installed =
        std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is not installed: see `tests/run`");
    let mut versions: Vec<PathBuf> = installed.map(|entry| entry.unwrap().path().join("bin")).collect();
    versions.retain(|bin| bin.join("initdb").exists());
    versions.sort();
    versions.pop().expect("PostgreSQL is not installed: see `tests/run`")
}

impl Server {
    fn start(mut command: Command, ends_by: Signal) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = child.stderr.take().unwrap();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                drop(sender.send(line));
            }
        });
        Self { child, ends_by, lines }
    }

    /// The next line that holds this.
    fn says(&self, text: &str) -> String {
        let mut seen = Vec::new();
        loop {
            match self.lines.recv_timeout(LONG) {
                Ok(line) if line.contains(text) => return line,
                Ok(line) => seen.push(line),
                Err(error) => panic!("{error}, waiting for `{text}`: {seen:#?}"),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let pid = Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        let _ = kill_process(pid, self.ends_by);
        drop(self.child.wait());
    }
}

impl Cluster {
    pub fn start(more: &[&str]) -> Self {
        Self::start_with(more, |_| {})
    }

    /// Before it starts, `prepare` may put files into its folder.
    pub fn start_with(more: &[&str], prepare: impl FnOnce(&Path)) -> Self {
        let (folder, bin) = (folder(), programs());
        let (data, password) = (folder.path().join("data"), folder.path().join("password"));
        write(&password, PASSWORD);
        let made = command(&bin.join("initdb"))
            .args(["--no-sync", "--username=admin", "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C"])
            .arg(format!("--pwfile={}", password.display()))
            .arg(format!("--pgdata={}", data.display()))
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        prepare(folder.path());
        let port = free_port();
        let mut server = command(&bin.join("postgres"));
        server.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        for setting in ["listen_addresses=127.0.0.1", "fsync=off", "max_connections=30"].iter().chain(more) {
            server.args(["-c", setting]);
        }
        server.arg("-c").arg(format!("unix_socket_directories={}", folder.path().display()));
        let server = Server::start(server, Signal::INT);
        server.says("database system is ready to accept connections");
        Self { folder, server, port }
    }

    /// How to connect.
    pub fn address(&self) -> String {
        format!("host=127.0.0.1 port={} user=admin password='{PASSWORD}' dbname=postgres", self.port)
    }

    pub async fn client(&self) -> Client {
        connect(&self.address()).await
    }

    /// A line of its log that holds this.
    pub fn says(&self, text: &str) -> String {
        self.server.says(text)
    }

    /// What `ALTER SYSTEM` has written.
    pub fn auto_conf(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("data/postgresql.auto.conf")).unwrap()
    }
}

impl Bouncer {
    /// With these databases, as PgBouncer's file says them.
    pub fn start(databases: &[&str], more: &[&str]) -> Self {
        let (folder, port) = (folder(), free_port());
        let (users, ini) = (folder.path().join("users"), folder.path().join("pgbouncer.ini"));
        write(&users, &format!("\"admin\" \"{PASSWORD}\"\n"));
        let text = format!(
            "[databases]\n{}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = scram-sha-256\n\
             auth_file = {}\nadmin_users = admin\npool_mode = transaction\ndefault_pool_size = 10\n{}\n",
            databases.join("\n"),
            users.display(),
            more.join("\n"),
        );
        write(&ini, &text);
        let mut server = command(Path::new("/usr/sbin/pgbouncer"));
        server.arg(&ini);
        let server = Server::start(server, Signal::TERM);
        server.says("process up");
        Self { folder, _server: server, port }
    }

    /// How to connect.
    pub fn address(&self, db: &str) -> String {
        format!("host=127.0.0.1 port={} user=admin password='{PASSWORD}' dbname={db}", self.port)
    }

    /// All that it shows of its configuration.
    pub async fn config(&self) -> Vec<(String, String)> {
        let client = connect(&self.address("pgbouncer")).await;
        let rows = client.simple_query("show config").await.unwrap();
        let row = |message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => {
                Some((row.get("key").unwrap().to_owned(), row.get("value").unwrap_or_default().to_owned()))
            }
            _ => None,
        };
        rows.into_iter().filter_map(row).collect()
    }

    /// Its folder, for files of the test's.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

pub async fn connect(address: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(address, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A file that holds a secret, as the configuration names it.
pub fn kept(folder: &Path, secret: &str) -> String {
    let file = folder.join("address");
    std::fs::write(&file, secret).unwrap();
    format!("file:{}", file.display())
}
