//! Whether a destination works: said once for each change, not once for each failure.

/// Whether the last attempts worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Health {
    /// Nothing was tried yet.
    #[default]
    Unknown,
    /// The last attempt worked.
    Working,
    /// The last attempt failed.
    Failing,
}

/// What is worth a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// It worked, or was not tried, and now fails.
    Broke,
    /// It failed and now works.
    Recovered,
}

impl Health {
    /// Notes an attempt; says when that changes something.
    pub(crate) fn note(&mut self, worked: bool) -> Option<Change> {
        let before = std::mem::replace(self, if worked { Self::Working } else { Self::Failing });
        match (before, worked) {
            (Self::Unknown | Self::Working, false) => Some(Change::Broke),
            (Self::Failing, true) => Some(Change::Recovered),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
