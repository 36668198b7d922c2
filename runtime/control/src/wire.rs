//! What is said over the wire, in both directions: JSON objects. Fields may be added in `/v1`; none changes its meaning. Instants are in
//! ms since the Unix epoch.

mod action;
mod deed;
mod incident;
mod journal;
mod silence;

pub use action::{Action, ActionPage, ActionQuery, Actions, Approval, Approve, Call, NewAction};
pub use deed::{Came, Done, Fault};
pub use incident::{Incident, IncidentPage, IncidentQuery, Incidents, Notification, Standing};
pub use journal::{Backup, BackupTo, Entry, Verified, VerifyQuery};
pub use silence::{NewSilence, Silence, SilenceQuery, Silences};
