//! What every channel can do, and what it can say of an attempt.

use std::pin::Pin;
use std::time::Duration;

use nvp_respond::effect::Notification;
use nvp_respond::input::{Delivery, IncidentNumber};

use super::Address;

/// An attempt under way.
pub type Delivering<'a> = Pin<Box<dyn Future<Output = Result<Receipt, Failure>> + Send + 'a>>;

/// A way to tell people.
pub trait Channel: Send + Sync {
    /// What it is, as `kind` of the configuration says it.
    fn kind(&self) -> &'static str;

    /// What it means to send this again when the other side may already have it.
    fn repeat(&self, notification: &Notification, address: &Address) -> Repeat;

    /// How fast the other side takes messages for one address; `None` where it sets no limit.
    fn pace(&self) -> Option<Pace> {
        None
    }

    /// Tries once.
    ///
    /// # Errors
    /// What is known of why it has not arrived, for people, without secrets.
    fn deliver<'a>(
        &'a self,
        notification: &'a Notification,
        address: &'a Address,
        attempt: Attempt,
    ) -> Delivering<'a>;

    /// Reminds it of what an earlier delivery for the incident gave as [`Receipt::remote`], so that what follows joins it.
    fn recall(&self, incident: IncidentNumber, address: &Address, remote: &str) {
        let _ = (incident, address, remote);
    }

    /// How many notifications fell back to plain text because a template of the configuration failed.
    fn template_failures(&self) -> u64 {
        0
    }
}

/// Which attempt it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempt {
    /// Which, from 1.
    pub number: u32,
    /// Whether the other side may have it from an attempt before: the process crashed meanwhile, or no answer came.
    pub in_doubt: bool,
}

impl Attempt {
    /// The first.
    pub const FIRST: Self = Self { number: 1, in_doubt: false };
}

/// What sending again means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// The other side deduplicates by a key of ours: it may be sent as often as need be.
    Keyed,
    /// The channel asks the other side first, and sends only what is not there.
    Searchable,
    /// Whoever gets it twice sees it twice: at most once more, and marked.
    Unsafe,
}

/// How fast messages may follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// One a period.
    pub every: Duration,
    /// So many at once after a rest.
    pub burst: u32,
}

/// The other side has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// How far it has come.
    pub stage: Stage,
    /// What the other side calls it.
    pub remote: Option<String>,
}

/// How far a notification has come; each step is kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The other side took it over and will see to it.
    Accepted,
    /// It left, and nobody says more.
    Sent,
    /// It is where people look.
    Delivered,
}

impl From<Stage> for Delivery {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Accepted => Self::Accepted,
            Stage::Sent => Self::Sent,
            Stage::Delivered => Self::Delivered,
        }
    }
}

/// Why an attempt failed; texts are for people and hold no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It will not work.
    Permanent(String),
    /// It has not arrived and may work later.
    Temporary {
        /// Why.
        why: String,
        /// Not before this pause, where the other side says so.
        retry_after: Option<Duration>,
    },
    /// It may have arrived: the request was on its way when the answer was lost.
    Unknown(String),
}

impl Failure {
    /// It has not arrived and may work later.
    #[must_use]
    pub fn temporary(why: impl Into<String>) -> Self {
        Self::Temporary { why: why.into(), retry_after: None }
    }

    /// Why, for people.
    #[must_use]
    pub fn why(&self) -> &str {
        match self {
            Self::Permanent(why) | Self::Temporary { why, .. } | Self::Unknown(why) => why,
        }
    }
}
