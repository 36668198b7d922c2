//! Decisions as data: what an alert's row became, when, and why; as a line of the decision log and as a line for people.

mod explain;

use std::collections::BTreeMap;
use std::fmt;

use serde::ser::{SerializeStruct as _, Serializer};
use serde::{Deserialize, Serialize};

use crate::value_tree::{JsonNumber, ValueTree};

pub use explain::{Renderer, value_tree};
pub(crate) use explain::{shown_value, state_of};

/// One decision. As JSON it is a line of the decision log:
/// `{"at": <ms>, "decision": "alert", "name": …, "labels": {…}, "from": …, "to": …, "why": {…}}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// The tick, in ms since the Unix epoch.
    pub at_ms: i64,
    /// The alert.
    pub name: String,
    /// The row's labels.
    pub labels: BTreeMap<String, String>,
    /// What it was.
    pub from: State,
    /// What it is now.
    pub to: State,
    /// Why.
    pub why: Why,
}

/// The state of an alert's row, as the decision log names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// No level set.
    Ok,
    /// No level set, and one would be were every `for` served.
    Pending,
    /// This level.
    Level(String),
    /// The row ended.
    Forgotten,
}

impl State {
    /// Whether a level stands.
    #[must_use]
    pub fn is_level(&self) -> bool {
        matches!(self, Self::Level(_))
    }

    /// Its name in the decision log.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Ok => "ok",
            Self::Pending => "pending",
            Self::Level(level) => level,
            Self::Forgotten => "forgotten",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

/// Which clause led to a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// `when` of the level.
    When,
    /// `when` would be true were its `for` served, or no longer would.
    Pending,
    /// `clear when` of the level, or its default.
    Clear,
    /// `absent`: what was read was missing.
    Absent,
    /// The row ended.
    Forgotten,
    /// It changed too often and was held at its highest level, or is no longer held.
    Flapping,
}

/// Why a decision was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Why {
    /// The clause that led to it.
    pub clause: Clause,
    /// Whether the row changes too often and is held at its highest level.
    pub flapping: bool,
    /// The level whose clause it is.
    pub level: Option<String>,
    /// What that level is on the outside: `critical`, `major`, `minor`, `info`.
    pub severity: Option<String>,
    /// The subject's value in base units, NaN where it was missing; `None` for an alert without a subject.
    pub value: Option<f64>,
    /// The value as people read it.
    pub shown: Option<String>,
    /// What the policy says of it.
    pub says: Option<String>,
    /// Where to read what to do.
    pub runbook: Option<String>,
    /// The service it belongs to.
    pub service: Option<String>,
    /// The clause's expression with the values of its parts.
    pub tree: Option<ValueTree>,
}

#[cfg(test)]
impl Why {
    /// A clause alone.
    pub(crate) fn of(clause: Clause) -> Self {
        Self {
            clause,
            flapping: clause == Clause::Flapping,
            level: None,
            severity: None,
            value: None,
            shown: None,
            says: None,
            runbook: None,
            service: None,
            tree: None,
        }
    }
}

impl Serialize for Decision {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Decision", 7)?;
        object.serialize_field("at", &self.at_ms)?;
        object.serialize_field("decision", "alert")?;
        object.serialize_field("name", &self.name)?;
        object.serialize_field("labels", &self.labels)?;
        object.serialize_field("from", &self.from)?;
        object.serialize_field("to", &self.to)?;
        object.serialize_field("why", &self.why)?;
        object.end()
    }
}

/// What does not apply is left out; a missing value is null.
impl Serialize for Why {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Why", 10)?;
        object.serialize_field("clause", &self.clause)?;
        if self.flapping {
            object.serialize_field("flapping", &true)?;
        }
        if let Some(value) = self.value {
            object.serialize_field("value", &JsonNumber(value))?;
        }
        let texts = [
            ("level", &self.level),
            ("severity", &self.severity),
            ("shown", &self.shown),
            ("says", &self.says),
            ("runbook", &self.runbook),
            ("service", &self.service),
        ];
        for (name, text) in texts {
            if let Some(text) = text {
                object.serialize_field(name, text)?;
            }
        }
        if let Some(tree) = &self.tree {
            object.serialize_field("tree", tree)?;
        }
        object.end()
    }
}

impl Decision {
    /// The decision as a line of the decision log, without its line break.
    #[must_use]
    pub fn json(&self) -> String {
        // A decision has only texts, numbers and maps of texts: nothing that JSON cannot say.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The alert with its labels: `gateway_slow{region="eu"}`.
    #[must_use]
    pub fn row(&self) -> String {
        format!("{}{}", self.name, labels_of(&self.labels))
    }

    /// What to say of it: the policy's `says`, else the clause with the value.
    #[must_use]
    pub fn saying(&self) -> String {
        let value = self.why.shown.as_deref().map(|shown| format!(" at {shown}")).unwrap_or_default();
        let level = self.why.level.as_deref().unwrap_or_default();
        match (self.why.clause, &self.why.says) {
            (Clause::When, Some(says)) => says.clone(),
            (Clause::When, None) => format!("`{level}` is true{value}"),
            (Clause::Pending, _) if self.to == State::Pending => format!("waiting for its `for`{value}"),
            (Clause::Pending, _) => format!("no longer so{value}"),
            (Clause::Clear, _) => format!("`{level}` cleared{value}"),
            (Clause::Absent, _) if self.to.is_level() => "data are missing".to_owned(),
            (Clause::Absent, _) => "data are missing, which clears it".to_owned(),
            (Clause::Forgotten, _) => "no data for so long that the row ended".to_owned(),
            (Clause::Flapping, _) if self.to.is_level() => "it changes too often and is held".to_owned(),
            (Clause::Flapping, _) => "it has been calm and is no longer held".to_owned(),
        }
    }
}

/// Labels as they are written in a selector: `{region="eu", service="shop"}`; nothing for none.
#[must_use]
pub fn labels_of(labels: &BTreeMap<String, String>) -> String {
    if labels.is_empty() {
        return String::new();
    }
    let pairs: Vec<_> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    format!("{{{}}}", pairs.join(", "))
}

/// The decision as a line for people: `2022-08-22T04:03:00Z  ok → red  gateway_slow{region="eu"}  p95 is 620 ms`.
impl fmt::Display for Decision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = crate::instant::show_instant(self.at_ms);
        write!(formatter, "{at}  {} → {}  {}  {}", self.from, self.to, self.row(), self.saying())
    }
}

#[cfg(test)]
mod tests;
