//! Places for calls under way.

use tokio::sync::{Semaphore, SemaphorePermit};

/// The places of one provider: so many at once, of which one is its own and the others are shared with all providers.
#[derive(Debug)]
pub(super) struct Slots {
    own: Semaphore,
    reserved: Semaphore,
}

/// A place; free again when dropped.
#[derive(Debug)]
pub(super) struct Slot<'s> {
    _own: Option<SemaphorePermit<'s>>,
    _shared: Option<SemaphorePermit<'s>>,
}

impl Slots {
    pub(super) fn new(at_once: usize) -> Self {
        Self { own: Semaphore::new(at_once.max(1)), reserved: Semaphore::new(1) }
    }

    /// Waits for a place. The provider's own bound comes first: calls that wait for a provider that hangs hold no shared place.
    pub(super) async fn enter<'s>(&'s self, overall: &'s Semaphore) -> Slot<'s> {
        // No semaphore here is ever closed; one that were would bound nothing, and the call's time still bounds it.
        let own = self.own.acquire().await.ok();
        let shared = tokio::select! {
            biased;
            reserved = self.reserved.acquire() => reserved.ok(),
            shared = overall.acquire() => shared.ok(),
        };
        Slot { _own: own, _shared: shared }
    }
}
