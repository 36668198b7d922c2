//! Those who use the gateway: each asks, waits for the answer, thinks, and asks again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use crate::run::peers::get;

/// How long each thinks.
const THINKING: Duration = Duration::from_millis(200);

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pages {
    /// The same few pages again and again: a cache helps.
    Few,
    /// Never the same page twice: no cache helps.
    Ever,
}

pub struct Load {
    address: SocketAddr,
    users: JoinSet<()>,
    next: Arc<AtomicU64>,
}

impl Load {
    pub fn new(address: SocketAddr) -> Self {
        // Pages that only one asks for are far from those that all ask for.
        Self { address, users: JoinSet::new(), next: Arc::new(AtomicU64::new(1_000_000)) }
    }

    /// So many more users; every second of them asks for what is not critical.
    pub fn more(&mut self, users: usize, pages: Pages) {
        for _ in 0..users {
            let (address, next, count) = (self.address.to_string(), Arc::clone(&self.next), self.users.len());
            let class = if count.is_multiple_of(2) { "critical" } else { "noncritical" };
            self.users.spawn(async move {
                let mut asked = count as u64;
                loop {
                    asked += 1;
                    let page = match pages {
                        Pages::Few => asked % 20,
                        Pages::Ever => next.fetch_add(1, Ordering::Relaxed),
                    };
                    get(&address, &format!("/{class}/{page}")).await;
                    tokio::time::sleep(THINKING).await;
                }
            });
        }
    }
}
