//! How fast one address is told, and when the other side wants none at all.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::channels::Pace;

/// Turns of the addresses of one channel.
pub(super) struct Pacer {
    pace: Option<Pace>,
    addresses: Mutex<BTreeMap<u64, Turns>>,
}

/// Of one address.
struct Turns {
    /// When the next is due were they told at an even pace; a rest lets it fall behind by a burst.
    even: Instant,
    /// Not before.
    held_until: Instant,
}

impl Pacer {
    pub(super) fn new(pace: Option<Pace>) -> Self {
        Self { pace, addresses: Mutex::default() }
    }

    /// Waits for a turn and takes it.
    pub(super) async fn turn(&self, address: u64) {
        while let Some(pause) = self.try_turn(address, Instant::now()) {
            tokio::time::sleep(pause).await;
        }
    }

    /// Takes a turn, or says how long to wait before asking again.
    fn try_turn(&self, address: u64, now: Instant) -> Option<Duration> {
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = addresses.entry(address).or_insert(Turns { even: now, held_until: now });
        if turns.held_until > now {
            return Some(turns.held_until - now);
        }
        let pace = self.pace?;
        let even = turns.even.max(now);
        let ahead = even - now;
        let burst = pace.every.saturating_mul(pace.burst.saturating_sub(1));
        if ahead > burst {
            return Some(ahead - burst);
        }
        turns.even = even + pace.every;
        None
    }

    /// The other side wants none for a while.
    pub(super) fn hold(&self, address: u64, pause: Duration) {
        let now = Instant::now();
        let mut addresses = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = addresses.entry(address).or_insert(Turns { even: now, held_until: now });
        turns.held_until = turns.held_until.max(now + pause);
    }
}
