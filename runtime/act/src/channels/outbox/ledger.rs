//! Where attempts are written down: before they are made, so that after a crash it is known what may have arrived, and after.

use std::pin::Pin;
use std::time::Duration;

use nvp_respond::input::NotificationNumber;

use crate::channels::Stage;

/// How an attempt ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The other side has it, so far, and calls it so.
    Told(Stage, Option<String>),
    /// It was not sent; it is tried again after this pause.
    Again {
        /// Why, for people, without secrets.
        why: String,
        /// The pause.
        pause: Duration,
    },
    /// It is not known whether it arrived; it is tried again after this pause.
    Unknown {
        /// Why, for people, without secrets.
        why: String,
        /// The pause.
        pause: Duration,
    },
    /// It is given up.
    GivenUp {
        /// Why, for people, without secrets.
        why: String,
    },
}

/// Something that remembers attempts. Where it cannot, it says so elsewhere: a page goes out all the same.
pub trait Ledger: Send + Sync {
    /// An attempt is about to be made; it is once this is over.
    fn begun(
        &self,
        notification: NotificationNumber,
        attempt: u32,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;

    /// It has ended.
    fn ended(&self, notification: NotificationNumber, attempt: u32, ended: Ended);
}
