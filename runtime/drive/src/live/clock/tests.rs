use std::time::Duration;

use super::{Clock, Steady};

fn steady() -> Steady {
    Steady { shown_us: 1_000_000, at: Duration::ZERO }
}

const fn us(us: u64) -> Duration {
    Duration::from_micros(us)
}

#[test]
fn it_follows_the_wall_forward_at_once() {
    let mut clock = steady();
    assert_eq!(clock.advance(1_000_500, us(500)), 1_000_500);
    assert_eq!(clock.advance(9_000_000, us(600)), 9_000_000);
}

#[test]
fn a_wall_set_back_slows_it_and_is_caught_up_with() {
    let mut clock = steady();
    // Set back by 1 s: after 1 s of the monotonic clock it is half a second on, after 2 s the wall is there again.
    assert_eq!(clock.advance(0, us(0)), 1_000_000);
    assert_eq!(clock.advance(1_000_000, us(1_000_000)), 1_500_000);
    assert_eq!(clock.advance(2_000_000, us(2_000_000)), 2_000_000);
    assert_eq!(clock.advance(2_500_000, us(2_500_000)), 2_500_000);
}

#[test]
fn frequent_calls_do_not_stop_it() {
    let mut clock = steady();
    let last = (1..=1_000_000).map(|at| clock.advance(0, us(at))).last();
    assert_eq!(last, Some(1_500_000));
}

#[test]
fn it_never_goes_back() {
    let mut clock = steady();
    let mut last = 0;
    for (place, wall) in [5, 4_000_000, 3, 2_000_000, 4_100_000, -7, 4_200_000].into_iter().enumerate() {
        let shown = clock.advance(wall, us(place as u64 * 1_000));
        assert!(shown >= last, "{shown} after {last}");
        last = shown;
    }
}

#[tokio::test]
async fn waiting_ends_at_the_instant() {
    let clock = Clock::system(0);
    let at_ms = clock.now_ms() + 20;
    clock.wait_until(at_ms).await;
    assert!(clock.now_ms() >= at_ms);
    assert_eq!(clock.until(at_ms), Duration::ZERO);
}
