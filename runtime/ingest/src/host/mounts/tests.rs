use std::sync::{Condvar, Mutex};

use super::*;

const ROOM: Room = Room { size_bytes: 1.0, free_bytes: 1.0, avail_bytes: 1.0, files: 1.0, files_free: 1.0 };

/// Whether the dead file server is still dead.
static DEAD: Mutex<bool> = Mutex::new(true);
static WAKE: Condvar = Condvar::new();

fn fake(path: &Path) -> Result<Room, String> {
    if path.starts_with("/refused") {
        return Err("no".to_owned());
    }
    if path.starts_with("/dead") {
        drop(WAKE.wait_while(DEAD.lock().unwrap(), |dead| *dead).unwrap());
    }
    Ok(ROOM)
}

#[test]
fn who_does_not_answer_stops_nobody_and_is_asked_again_later() {
    let paths = ["/a", "/dead", "/refused", "/b"].map(PathBuf::from);
    let mut mounts = Mounts::default();
    let short = Duration::from_millis(20);
    let wanted = [Answer::Known(ROOM), Answer::Silent, Answer::Refused("no".to_owned()), Answer::Known(ROOM)];
    assert_eq!(mounts.ask_with(&paths, short, fake), wanted);
    // Now it is known to be silent: nobody waits for it, however long the patience.
    assert_eq!(mounts.ask_with(&paths, Duration::from_secs(3_600), fake), wanted);
    assert_eq!(mounts.silent.len(), 1);

    *DEAD.lock().unwrap() = false;
    WAKE.notify_all();
    let reply = mounts.silent.remove(Path::new("/dead")).unwrap().recv();
    assert_eq!(reply, Ok((1, Answer::Known(ROOM))));
    let all = mounts.ask_with(&paths, Duration::from_secs(3_600), fake);
    assert_eq!(all.get(1), Some(&Answer::Known(ROOM)));
}

#[test]
fn the_root_answers() {
    let answers = Mounts::default().ask(&["/".into(), "/nowhere/at/all".into()]);
    assert!(
        matches!(&*answers, [Answer::Known(room), Answer::Refused(_)] if room.size_bytes > 0.0),
        "{answers:?}"
    );
}
