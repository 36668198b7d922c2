//! The socket as a file: who may use it, what is replaced, what is refused, and what is left.

use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixListener;
use std::path::Path;

use nvp_control::{Client, ClientError, Control, ControlOptions, SOCKET};
use nvp_drive::live::control::Desk;

use crate::server::{Running, nobody, refused};

fn alone(folder: &Path) -> ControlOptions {
    ControlOptions { socket: folder.join(SOCKET), address: None, tokens: nobody() }
}

#[tokio::test]
async fn only_this_account_may_use_it_and_it_goes_with_the_process() {
    let running = Running::start().await;
    let socket = running.socket();
    assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    let others: Vec<_> =
        std::fs::read_dir(running.folder.path()).unwrap().map(|entry| entry.unwrap()).collect();
    let folders = others.iter().filter(|entry| entry.file_type().unwrap().is_dir()).count();
    assert_eq!(folders, 0, "nothing is left of how it was made");
    let folder = running.end().await;
    assert!(!socket.exists());
    let gone = Client::over_socket(&folder.path().join(SOCKET)).unwrap_err();
    assert!(matches!(gone, ClientError::NobodyThere { .. }), "{gone:?}");
}

#[tokio::test]
async fn one_that_a_dead_process_left_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join(SOCKET);
    drop(UnixListener::bind(&socket).unwrap());
    assert!(socket.exists(), "the file stays, nobody hears");
    let dead = Client::over_socket(&socket).unwrap_err();
    assert_eq!(dead.to_string(), format!("no process is heard at `{}`", socket.display()));
    let control = Control::listen(alone(folder.path())).await.unwrap();
    assert!(Client::over_socket(&socket).is_ok());
    drop(control);
    assert!(!socket.exists());
}

#[tokio::test]
async fn a_living_one_is_not_taken_over() {
    let running = Running::start().await;
    let why = refused(alone(running.folder.path())).await;
    assert!(why.starts_with("another process is heard at `"), "{why}");
    assert!(running.client().incident(1).await.unwrap().is_some(), "it still answers");
    // One that does not know our lock is not either.
    let folder = tempfile::tempdir().unwrap();
    let foreign = UnixListener::bind(folder.path().join(SOCKET)).unwrap();
    assert!(refused(alone(folder.path())).await.starts_with("another process is heard at `"));
    drop(foreign);
    assert!(Control::listen(alone(folder.path())).await.is_ok());
}

#[tokio::test]
async fn what_cannot_be_a_socket_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let deep = folder.path().join("a".repeat(120));
    assert!(
        refused(alone(&deep)).await.contains("is too long for a socket, of which the system takes 107 bytes")
    );
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let why = refused(alone(&file)).await;
    assert!(why.starts_with("no control socket can be made at `"), "{why}");
    let new = folder.path().join("state/of/ours");
    let control = Control::listen(alone(&new)).await.unwrap();
    assert!(std::fs::metadata(control.socket()).unwrap().file_type().is_socket());
}

#[tokio::test]
async fn one_that_somebody_put_in_its_place_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let (desk, _heard) = Desk::new(&folder.path().join("journal.sqlite"));
    let running = Running::before(folder, desk).await;
    std::fs::remove_file(running.socket()).unwrap();
    let theirs = UnixListener::bind(running.socket()).unwrap();
    let folder = running.end().await;
    assert!(folder.path().join(SOCKET).exists());
    drop(theirs);
}
