//! The words that stand in columns: each is an enum here, a text in the file, and a `CHECK` in the schema.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word in the file.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// The one that a word of the file means.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str() == word)
            }
        }

        impl ToSql for $name {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(self.as_str().into())
            }
        }

        impl FromSql for $name {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                let word = value.as_str()?;
                Self::parse(word).ok_or_else(|| FromSqlError::Other(format!("unknown word `{word}`").into()))
            }
        }
    };
}

words! {
    /// How grave something is, mildest first.
    Severity {
        /// For information.
        Info = "info",
        /// Something to see to.
        Minor = "minor",
        /// Something to see to soon.
        Major = "major",
        /// Something to see to now.
        Critical = "critical",
    }
}

words! {
    /// How an incident stands.
    IncidentState {
        /// Something is wrong, and nobody has said that they see to it.
        Open = "open",
        /// Somebody sees to it.
        Acknowledged = "acknowledged",
        /// It is over.
        Resolved = "resolved",
    }
}

words! {
    /// How far a notification has come: its gravest news. The instants of every step are columns of their own.
    NotificationState {
        /// It is in the outbox.
        Waiting = "waiting",
        /// The channel took it over.
        Accepted = "accepted",
        /// It left.
        Sent = "sent",
        /// It was given up, or came back.
        Failed = "failed",
        /// It arrived.
        Delivered = "delivered",
        /// Somebody saw it.
        Seen = "seen",
        /// What it tells of was acknowledged after it was made.
        Acknowledged = "acknowledged",
    }
}

words! {
    /// What became of an attempt to send a notification.
    AttemptResult {
        /// It is being sent.
        UnderWay = "under_way",
        /// The channel took it over.
        Accepted = "accepted",
        /// It left.
        Sent = "sent",
        /// It was not sent, and is to be tried again.
        Retry = "retry",
        /// It was not sent, and is given up.
        Failed = "failed",
        /// No answer came: whether it was sent is not known.
        Unknown = "unknown",
        /// The process ended meanwhile: whether it was sent is not known.
        Interrupted = "interrupted",
    }
}

words! {
    /// How far a playbook's run has come.
    ActionState {
        /// It looks whether it should.
        Planned = "planned",
        /// It waits for an approval.
        Proposed = "proposed",
        /// It was approved, and waits for what it needs.
        Approved = "approved",
        /// It does its steps, or waits whether they help.
        Running = "running",
        /// It takes back what it did.
        RollingBack = "rolling_back",
        /// It succeeded and stands as a measure.
        Standing = "standing",
        /// It is over.
        Ended = "ended",
    }
}

words! {
    /// How a run ended.
    ActionEnd {
        /// It did what it should, and that helped.
        Succeeded = "succeeded",
        /// There was nothing to change.
        NoChange = "no_change",
        /// What it did was taken back as `lift` says.
        Lifted = "lifted",
        /// It was not begun.
        Refused = "refused",
        /// It cannot be told whether it helped; what it did was taken back.
        Inconclusive = "inconclusive",
        /// It failed, and what it did was taken back.
        RolledBack = "rolled_back",
        /// It failed, and what it did could not be taken back.
        RollbackFailed = "rollback_failed",
        /// It cannot be known what it did.
        Indeterminate = "indeterminate",
        /// Nobody approved it in time.
        Expired = "expired",
        /// It would have begun, were its autonomy not `observe`.
        Observed = "observed",
    }
}

words! {
    /// How a provider's call ended.
    CallOutcome {
        /// A read's answer.
        Answered = "answered",
        /// A write was done, the other side says.
        Done = "done",
        /// It is known not to have happened.
        Failed = "failed",
        /// It is not known whether it happened.
        Unknown = "unknown",
    }
}

words! {
    /// Why a notification is sent.
    ReasonKind {
        /// A rung is called.
        Page = "page",
        /// It got worse than was told.
        Worse = "worse",
        /// An acknowledgement ran out.
        Unacknowledged = "unacknowledged",
        /// It is resolved.
        Resolved = "resolved",
        /// For information.
        Notice = "notice",
        /// A ticket to be written.
        Ticket = "ticket",
        /// A run waits for an approval.
        Approval = "approval",
        /// Somebody sees to it.
        Acknowledged = "acknowledged",
    }
}

words! {
    /// What a row of the audit trail is about.
    Subject {
        /// An incident, by its number.
        Incident = "incident",
        /// A notification, by its number.
        Notification = "notification",
        /// A playbook's run, by its number.
        Action = "action",
        /// A silence, by its number.
        Silence = "silence",
        /// Who is who.
        Roster = "roster",
        /// The process itself.
        Process = "process",
    }
}
