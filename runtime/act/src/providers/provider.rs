//! What stands behind a declared provider, and how a call of it can end.

use std::fmt;
use std::pin::Pin;

use nvp_respond::effect::WriteIntent;
use nvp_respond::value::Value;

use super::{Arguments, Secrets};

/// Work under way. Dropping it stops the work as far as that can be done.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why a read gave nothing, for people. Secrets are taken out by who calls.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReadFailure(pub String);

/// Why a write is not known to be done, for people. Secrets are taken out by who calls.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotDone {
    /// It is known not to have happened.
    #[error("{0}")]
    Failed(String),
    /// It may have happened.
    #[error("{0}")]
    Unknown(String),
}

/// What stands behind a declared provider. Called from many tasks at once.
pub trait Provider: Send + Sync + fmt::Debug {
    /// Reads. Changes nothing outside.
    ///
    /// # Errors
    /// When there is no answer, or none that can be read.
    fn read<'a>(
        &'a self,
        operation: &'a str,
        arguments: &'a Arguments,
    ) -> Doing<'a, Result<Value, ReadFailure>>;

    /// Writes. `Ok` is what the other side says; whether it is so, a probe tells.
    ///
    /// # Errors
    /// [`NotDone::Failed`] only where it is known that nothing was changed.
    fn write<'a>(
        &'a self,
        operation: &'a str,
        arguments: &'a Arguments,
        intent: &'a WriteIntent,
    ) -> Doing<'a, Result<(), NotDone>>;

    /// What must appear in no answer and no failure.
    fn secrets(&self) -> &Secrets;
}

impl From<String> for ReadFailure {
    fn from(why: String) -> Self {
        Self(why)
    }
}

/// Something that was found wrong before anything was sent.
impl From<String> for NotDone {
    fn from(why: String) -> Self {
        Self::Failed(why)
    }
}

impl NotDone {
    /// What looked before the deed could not look: nothing was changed.
    pub(super) fn into_failed(self) -> Self {
        Self::Failed(self.to_string())
    }

    /// What came after the deed did not come: something may have changed.
    pub(super) fn into_unknown(self) -> Self {
        Self::Unknown(self.to_string())
    }

    /// As a read's: there, both are the same.
    pub(super) fn of_read(self) -> ReadFailure {
        match self {
            Self::Failed(why) | Self::Unknown(why) => ReadFailure(why),
        }
    }
}

/// What is said of an operation that a provider has not.
pub(super) fn no_operation(kind: &str, operation: &str) -> String {
    format!("a provider of kind `{kind}` has no `{operation}`")
}
