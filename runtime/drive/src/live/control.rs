//! How people reach a run: what they do goes to the evaluation and is answered once it is durable; what they ask is read from the journal.
//!
//! This module knows no socket, no token and no wire: who somebody is, is settled by whoever calls.

use std::path::{Path, PathBuf};

use nvp_journal::{JournalError, Reader};
use nvp_respond::effect::Record;
use nvp_respond::input::Deed;
use tokio::sync::{mpsc, oneshot};

/// How many deeds may wait for the evaluation.
const WAITING_MAX: usize = 64;

/// Something that a person did.
#[derive(Debug)]
pub struct Asked {
    /// Who: the name of a token or of an account.
    pub by: String,
    /// What.
    pub deed: Deed,
    /// Where it is said what came of it.
    pub answer: oneshot::Sender<Answer>,
}

/// What came of a deed.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// What happened, in order; [`nvp_respond::effect::Event::Ignored`] says that it changes nothing, and why. What follows later (calls
    /// of providers, say) is in the journal.
    pub records: Vec<Record>,
    /// Whether it is in the journal; if not, why.
    pub durable: Result<(), JournalError>,
}

/// A deed that was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unheard {
    /// Too many wait already.
    #[error("too much is being asked at once; ask again")]
    Busy,
    /// The run is ending.
    #[error("the process is ending; ask the next one")]
    Ending,
}

/// Where people are heard. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Desk {
    deeds: mpsc::Sender<Asked>,
    journal: PathBuf,
}

impl Desk {
    /// A desk before the journal in this file, and where the evaluation hears of deeds.
    #[must_use]
    pub fn new(journal: &Path) -> (Self, mpsc::Receiver<Asked>) {
        let (deeds, heard) = mpsc::channel(WAITING_MAX);
        (Self { deeds, journal: journal.to_owned() }, heard)
    }

    /// Does something in somebody's name, and waits until it is durable.
    ///
    /// # Errors
    /// See [`Unheard`]; nothing was done then.
    pub async fn deed(&self, by: &str, deed: Deed) -> Result<Answer, Unheard> {
        let (answer, answered) = oneshot::channel();
        let asked = Asked { by: by.to_owned(), deed, answer };
        self.deeds.try_send(asked).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Unheard::Busy,
            mpsc::error::TrySendError::Closed(_) => Unheard::Ending,
        })?;
        answered.await.map_err(|_| Unheard::Ending)
    }

    /// A connection to the journal, for questions; it may block for as long as the disk takes.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn reader(&self) -> Result<Reader, JournalError> {
        Reader::open(&self.journal)
    }
}
