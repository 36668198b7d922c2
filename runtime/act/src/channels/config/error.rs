//! What is wrong with the configuration of channels, people and teams.

use nvp_settings::Fault;

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
    /// What sort of thing it is.
    pub fault: Fault,
}

impl ConfigError {
    /// A problem that says its mend itself.
    pub(super) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        let fault = Fault::of(&problem);
        Self { place: place.into(), problem, help: None, fault }
    }

    /// The same of another sort than its words say.
    pub(super) fn fault(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
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
