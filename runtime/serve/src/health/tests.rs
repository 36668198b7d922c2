use std::time::{Duration, Instant};

use nvp_drive::live::status::Status;

use super::{alive, ready};

#[test]
fn a_loop_that_stands_still_is_not_alive() {
    let status = Status::default();
    assert_eq!(alive(&status, status.published + Duration::from_secs(60)), Ok(()));
    let why = alive(&status, status.published + Duration::from_secs(75)).unwrap_err();
    assert_eq!(why, "the evaluation has not moved for 75 s");
    assert_eq!(alive(&status, Instant::now()), Ok(()));
}

#[test]
fn ready_with_the_first_tick() {
    let mut status = Status::default();
    assert_eq!(ready(&status).unwrap_err(), "no tick has closed yet");
    status.last_tick_ms = Some(1_000);
    assert_eq!(ready(&status), Ok(()));
}
