//! What is wrong with the configuration of channels, people and teams.

/// A problem: where, what, and how to mend it. Shows no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`[{place}]`: {problem}{}", help.as_deref().map(|help| format!(": {help}")).unwrap_or_default())]
pub struct ConfigError {
    /// The table and key, as `channel.pager`.
    pub place: String,
    /// What is wrong.
    pub problem: String,
    /// How to mend it, where that is not said yet.
    pub help: Option<String>,
}

impl ConfigError {
    /// A problem that says its mend itself.
    pub(super) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into(), help: None }
    }

    /// The same with a mend.
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Names for people: `a`, `b`.
pub(super) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
