//! The four severities of the outside world, as they are told and written down.

use nvp_plan::response::incident::Class;
use serde::{Deserialize, Serialize};

/// How grave something is, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// For information.
    Info,
    /// Something to see to.
    Minor,
    /// Something to see to soon.
    Major,
    /// Something to see to now.
    Critical,
}

impl From<Class> for Severity {
    fn from(class: Class) -> Self {
        match class {
            Class::Info => Self::Info,
            Class::Minor => Self::Minor,
            Class::Major => Self::Major,
            Class::Critical => Self::Critical,
        }
    }
}
