//! Texts of the configuration into which a call's values are inserted: `{name}`, `{ttl in ms}`, `{config.token}`, `{intent.key}`;
//! `{{` and `}}` are braces.

use std::collections::BTreeSet;

use nvp_respond::effect::WriteIntent;
use nvp_respond::value::Value;
use secrecy::ExposeSecret as _;

use super::Arguments;
use super::arguments::{as_json, as_text};
use super::measure::Measure;
use super::secrets::Fetched;

/// A text with places.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Template {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq)]
enum Piece {
    /// As it stands.
    Literal(String),
    /// A parameter, in this unit.
    Parameter(String, Option<Measure>),
    /// A setting of the provider's `config`.
    Config(String),
    /// What a write carries.
    Intent(Carried),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Carried {
    Key,
    Step,
    Attempt,
}

/// What is inserted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inserts<'a> {
    /// The call's arguments.
    pub(super) arguments: &'a Arguments,
    /// The provider's `config`.
    pub(super) config: &'a Fetched,
    /// What a write carries.
    pub(super) intent: Option<&'a WriteIntent>,
}

impl Template {
    /// Reads a text.
    ///
    /// # Errors
    /// What is wrong with a brace or what stands between two.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            let is_doubled = matches!(c, '{' | '}') && rest.next_if_eq(&c).is_some();
            if is_doubled || !matches!(c, '{' | '}') {
                literal.push(c);
                continue;
            }
            if c == '}' {
                return Err("a `}` closes nothing: write `}}` for a brace".to_owned());
            }
            if !literal.is_empty() {
                pieces.push(Piece::Literal(std::mem::take(&mut literal)));
            }
            let mut inner = String::new();
            loop {
                match rest.next() {
                    Some('}') => break,
                    Some(c) => inner.push(c),
                    None => return Err("a `{` is not closed: write `{{` for a brace".to_owned()),
                }
            }
            pieces.push(Piece::parse(inner.trim())?);
        }
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        Ok(Self { pieces })
    }

    /// The text with its values.
    ///
    /// # Errors
    /// When one of them cannot be inserted.
    pub(super) fn text(&self, inserts: Inserts<'_>) -> Result<String, String> {
        self.pieces.iter().map(|piece| piece.text(inserts)).collect()
    }

    /// The text with its values; a place that stands alone keeps its kind (a number stays one).
    ///
    /// # Errors
    /// When one of them cannot be inserted.
    pub(super) fn json(&self, inserts: Inserts<'_>) -> Result<serde_json::Value, String> {
        match self.pieces.as_slice() {
            [Piece::Parameter(name, measure)] => as_json(name, &measured(name, inserts.arguments, *measure)?),
            [Piece::Intent(Carried::Attempt)] => {
                Ok(serde_json::Value::from(carried(inserts.intent)?.attempt))
            }
            _ => self.text(inserts).map(serde_json::Value::from),
        }
    }

    /// The parameter that it is, where it is nothing else.
    pub(super) fn only_parameter(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Parameter(name, _)] => Some(name),
            _ => None,
        }
    }

    /// Whether it is the same whatever the call.
    pub(super) fn is_literal(&self) -> bool {
        self.pieces.iter().all(|piece| matches!(piece, Piece::Literal(_)))
    }

    /// Whether a setting is inserted.
    pub(super) fn has_config(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Config(_)))
    }

    /// Notes the parameters and the settings that it names.
    pub(super) fn names(&self, parameters: &mut BTreeSet<String>, config: &mut BTreeSet<String>) {
        for piece in &self.pieces {
            match piece {
                Piece::Parameter(name, _) => drop(parameters.insert(name.clone())),
                Piece::Config(name) => drop(config.insert(name.clone())),
                Piece::Literal(_) | Piece::Intent(_) => {}
            }
        }
    }

    /// Whether it inserts what only a write carries.
    pub(super) fn has_intent(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Intent(_)))
    }
}

impl Piece {
    fn parse(inner: &str) -> Result<Self, String> {
        let mut words = inner.split_whitespace();
        let name = words.next().unwrap_or_default();
        let measure = match (words.next(), words.next(), words.next()) {
            (None, ..) => None,
            (Some("in"), Some(unit), None) => Some(Measure::parse(unit)?),
            _ => return Err(format!("`{{{inner}}}` is no place: write `{{name}}` or `{{name in ms}}`")),
        };
        let is_name = |name: &str| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        match (name.split_once('.'), measure) {
            (None, _) if is_name(name) => Ok(Self::Parameter(name.to_owned(), measure)),
            (Some(("config", name)), None) if is_name(name) => Ok(Self::Config(name.to_owned())),
            (Some(("intent", "key")), None) => Ok(Self::Intent(Carried::Key)),
            (Some(("intent", "step")), None) => Ok(Self::Intent(Carried::Step)),
            (Some(("intent", "attempt")), None) => Ok(Self::Intent(Carried::Attempt)),
            _ => Err(format!(
                "`{{{inner}}}` is no place: write a parameter, `config.NAME`, `intent.key`, `intent.step` or `intent.attempt`"
            )),
        }
    }

    fn text(&self, inserts: Inserts<'_>) -> Result<String, String> {
        match self {
            Self::Literal(text) => Ok(text.clone()),
            Self::Parameter(name, measure) => as_text(name, &measured(name, inserts.arguments, *measure)?),
            Self::Config(name) => {
                let found = inserts.config.get(name);
                found
                    .map(|secret| secret.expose_secret().to_owned())
                    .ok_or_else(|| format!("`config.{name}` is not set"))
            }
            Self::Intent(Carried::Key) => carried(inserts.intent).map(|intent| intent.key.clone()),
            Self::Intent(Carried::Step) => carried(inserts.intent).map(|intent| intent.step.clone()),
            Self::Intent(Carried::Attempt) => {
                carried(inserts.intent).map(|intent| intent.attempt.to_string())
            }
        }
    }
}

fn carried(intent: Option<&WriteIntent>) -> Result<&WriteIntent, String> {
    intent.ok_or_else(|| "a read carries no intent".to_owned())
}

fn measured(name: &str, arguments: &Arguments, measure: Option<Measure>) -> Result<Value, String> {
    match measure {
        Some(measure) => Ok(Value::Number(measure.of_base(arguments.number(name)?))),
        None => arguments.value(name).cloned(),
    }
}

#[cfg(test)]
mod tests;
