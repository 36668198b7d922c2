//! An expression with the value of each of its parts: what people are shown when they ask why.

use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeStruct as _, Serializer};

/// An expression with its value and its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueTree {
    /// The expression as people know it.
    pub text: String,
    /// What it was.
    pub value: Value,
    /// Its parts.
    pub parts: Vec<ValueTree>,
}

/// What an expression was.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number.
    Number {
        /// In base units: seconds, bytes, 1 for 100 %.
        number: f64,
        /// As people read it: `350 ms`.
        shown: String,
    },
    /// No number was there.
    Missing,
    /// True, false, or unknown.
    Condition(Option<bool>),
    /// It has several values, one a series, and none for the row asked about.
    Several,
}

impl Value {
    /// As people read it.
    #[must_use]
    pub fn shown(&self) -> &str {
        match self {
            Self::Number { shown, .. } => shown,
            Self::Missing => "missing",
            Self::Condition(Some(true)) => "true",
            Self::Condition(Some(false)) => "false",
            Self::Condition(None) => "unknown",
            Self::Several => "one a series",
        }
    }
}

/// A chain of `and` or `or` longer than this is not written out above its parts, in characters.
const CHAIN_CHARS_MAX: usize = 72;

impl ValueTree {
    /// The tree as lines of text, parts indented below what they belong to. It is made to be read: a chain of `and` or `or` is one
    /// level, numbers that stand for themselves (`500ms`) are left out, and what stands twice has its parts only once.
    #[must_use]
    pub fn lines(&self) -> Vec<TreeLine> {
        let mut lines = Vec::new();
        self.add_lines("", "", &mut BTreeSet::new(), &mut lines);
        lines
    }

    fn add_lines<'t>(
        &'t self,
        first: &str,
        rest: &str,
        seen: &mut BTreeSet<&'t str>,
        lines: &mut Vec<TreeLine>,
    ) {
        let chain = self.chain();
        let text = match &chain {
            Some((operator, _)) if self.text.chars().count() > CHAIN_CHARS_MAX => operator.words(),
            _ => &self.text,
        };
        lines.push(TreeLine { branch: first.to_owned(), text: text.to_owned(), value: self.value.clone() });
        if !seen.insert(&self.text) {
            return;
        }
        let parts = chain.map_or_else(|| self.parts.iter().collect(), |(_, parts)| parts);
        let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_literal()).collect();
        for (place, part) in parts.iter().enumerate() {
            let last = place + 1 == parts.len();
            let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            part.add_lines(&format!("{rest}{branch}"), &format!("{rest}{below}"), seen, lines);
        }
    }

    /// The operands of a chain of one operator, in order.
    fn chain(&self) -> Option<(Chain, Vec<&Self>)> {
        let operator = self.operator()?;
        let mut operands = Vec::new();
        let mut node = self;
        while let [left, right] = node.parts.as_slice() {
            operands.push(right);
            if left.operator() != Some(operator) || !node.text.starts_with(&left.text) {
                operands.push(left);
                break;
            }
            node = left;
        }
        operands.reverse();
        Some((operator, operands))
    }

    /// The operator that puts its two parts together; the right one may stand in parentheses, and so may the left.
    fn operator(&self) -> Option<Chain> {
        let [left, right] = self.parts.as_slice() else { return None };
        [Chain::And, Chain::Or].into_iter().find(|operator| {
            let word = operator.word();
            let without = |text: &str| text.replace(['(', ')'], "");
            without(&self.text) == format!("{} {word} {}", without(&left.text), without(&right.text))
        })
    }

    /// Whether it is a number written as such.
    fn is_literal(&self) -> bool {
        let starts_as_number =
            self.text.trim_start_matches('-').starts_with(|first: char| first.is_ascii_digit());
        let is_one_token = !self.text.contains(' ');
        self.parts.is_empty() && starts_as_number && is_one_token
    }
}

/// What a chain is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chain {
    And,
    Or,
}

impl Chain {
    fn word(self) -> &'static str {
        match self {
            Self::And => "and",
            Self::Or => "or",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::And => "all of these",
            Self::Or => "one of these",
        }
    }
}

/// A line of a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct TreeLine {
    /// The branches before the text.
    pub branch: String,
    /// The expression.
    pub text: String,
    /// Its value.
    pub value: Value,
}

/// `{"text": "cpu > 90%", "is": true, "parts": [{"text": "cpu", "value": 0.93, "shown": "93 %"}]}`; of a missing number the value
/// is null, of an unknown condition `is`.
impl Serialize for ValueTree {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("ValueTree", 4)?;
        object.serialize_field("text", &self.text)?;
        match &self.value {
            Value::Number { number, shown } => {
                object.serialize_field("value", &JsonNumber(*number))?;
                object.serialize_field("shown", shown)?;
            }
            Value::Missing => object.serialize_field("value", &None::<f64>)?,
            Value::Condition(is) => object.serialize_field("is", is)?,
            Value::Several => {}
        }
        if !self.parts.is_empty() {
            object.serialize_field("parts", &self.parts)?;
        }
        object.end()
    }
}

/// A number in JSON, which knows no infinity: that is a text there, and missing is null.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JsonNumber(pub f64);

impl Serialize for JsonNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            number if number.is_nan() => serializer.serialize_none(),
            f64::INFINITY => serializer.serialize_str("Infinity"),
            f64::NEG_INFINITY => serializer.serialize_str("-Infinity"),
            // -0 and whole numbers alike are written as the shortest text that reads back the same.
            number => serializer.serialize_f64(number),
        }
    }
}

#[cfg(test)]
mod tests;
