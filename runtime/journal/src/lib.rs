//! nvp-journal: what was told, done and decided, in an SQLite file that survives a crash at any instruction and that any SQLite tool reads.
//!
//! It stores rows and answers questions; what the rows mean is decided elsewhere. It knows neither the engine nor the response, no clock but
//! for its own failures, no channel and no provider. **No secret ever comes here**: every text, argument, answer and reason is redacted by
//! whoever had the secret, before it is written; nothing is looked for or removed here.
//!
//! # What is in the file
//!
//! | table | a row is |
//! |---|---|
//! | `audit` | something that happened, only ever added, each row hashed over the one before ([`Head`], [`Reader::verify`]) |
//! | `incidents`, `incident_services` | an incident as it stands, and what it is about |
//! | `notifications` | something to tell somebody; the instants at which it was accepted, sent, delivered, seen, acknowledged, failed |
//! | `notification_attempts` | an attempt to send one, begun before and ended after |
//! | `actions`, `approvals` | a playbook's run as it stands, and who approved it |
//! | `calls` | a call of a provider, intended before and ended after |
//! | `silences` | a silence |
//! | `position` | one row: how far the effects of the input log are written |
//!
//! A change adds a row to the trail and brings the other tables to what follows from it, in one transaction, so they cannot disagree. What
//! happened to an incident, a run, a notification is in the trail and nowhere else (views `incident_timeline`, `action_journal`);
//! attempts to send are in their table and not in the trail, what became of the notification is. Views ending in `_iso` show instants as
//! people read them.
//!
//! # What may be written twice
//!
//! Everything. Effects of the input log carry their [`Position`] (input, ordinal), which only rises; the position of the last one is written
//! with it, and what is not after it is skipped. So a replay of the log's tail after a crash changes nothing, whether the crash came
//! before or after the commit. Attempts have the key (notification, number) and one that is known is not written again. Where a
//! notification or a call is known by its number, the first one counts; another one under its number or key is refused.
//!
//! # What is promised
//!
//! When a [`Ticket`] says durable, the commit was flushed (`synchronous=FULL`): it is there after a kill and, as far as the disk keeps what
//! it says it flushed, after a power cut. A batch is there wholly or not at all. A failure of any kind ends the writer, is
//! told to everybody who waits and to [`Journal::health`], and lasts until [`Journal::reopen`]; nothing panics and nothing is written half.
//! The file must lie on a local disk: write-ahead logs need shared memory, which network file systems do not have.

mod action;
mod apply;
mod audit;
mod backup;
mod batch;
mod error;
mod file;
mod incident;
mod journal;
mod notification;
mod options;
mod place;
mod process;
mod queue;
pub mod reader;
mod schema;
mod silence;
mod ticket;
mod verify;
pub mod words;
mod writer;

pub use action::{ActionEvent, Call, Named, Outcome, Requested, WriteIntent};
pub use audit::{Head, NotAHead};
pub use batch::{BATCH_CHANGES_MAX, Batch, Change, Position};
pub use error::JournalError;
pub use file::Found;
pub use incident::IncidentEvent;
pub use journal::Journal;
pub use notification::{AttemptEnd, Delivery, Notification, Reason};
pub use options::Options;
pub use process::ProcessEvent;
pub use queue::{Health, Statistics};
pub use reader::{Page, Reader};
pub use schema::{APPLICATION_ID, STEPS, VERSION};
pub use silence::Silence;
pub use ticket::{Durable, Ticket};
pub use verify::Verification;
