//! What is given to the response beside the evaluation's ticks and the clock, as it is recorded: what becomes of what it wanted done, and
//! what people do.

use nvp_respond::input::{CallNumber, Deed, Delivery, Input, NotificationNumber, Numbers, Outcome};
use nvp_respond::roster::Roster;
use serde::{Deserialize, Serialize};

/// An input of the response, with what it is made of. Instants are in ms since the Unix epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Given {
    /// The process started (again).
    Started {
        /// When.
        now_ms: i64,
    },
    /// Numbers that were given before, as the journal knows.
    Numbers(Numbers),
    /// Who is who.
    Roster(Roster),
    /// Nothing new may be done outside, and why; or it may again.
    Halted(Option<String>),
    /// A provider's call has ended.
    Outcome {
        /// Which.
        call: CallNumber,
        /// How; without secrets.
        outcome: Outcome,
    },
    /// A notification has come farther.
    Delivery {
        /// Which.
        notification: NotificationNumber,
        /// How far.
        delivery: Delivery,
    },
    /// A person did something.
    Deed {
        /// Who.
        by: String,
        /// What.
        deed: Deed,
    },
}

impl Given {
    /// As the response takes it.
    #[must_use]
    pub fn as_input(&self) -> Input<'_> {
        match self {
            Self::Started { now_ms } => Input::Started { now_ms: *now_ms },
            Self::Numbers(numbers) => Input::Numbers(numbers),
            Self::Roster(roster) => Input::Roster(roster),
            Self::Halted(why) => Input::Halted(why.as_deref()),
            Self::Outcome { call, outcome } => Input::Outcome { call: *call, outcome },
            Self::Delivery { notification, delivery } => {
                Input::Delivery { notification: *notification, delivery }
            }
            Self::Deed { by, deed } => Input::Deed { by, deed },
        }
    }
}
