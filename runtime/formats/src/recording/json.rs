//! VictoriaMetrics' JSON lines: a series and all its samples in one object.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};

use super::Sink;
use crate::dropped::DropReason;
use crate::limits::Limits;
use crate::series::{SeriesKey, WireKind};
use crate::text::number;
use crate::text::reader::Reader;

/// Reads such lines; its memory is the columns of one line, reused.
#[derive(Debug, Default)]
pub(super) struct Lines {
    values: Vec<f64>,
    instants: Vec<i64>,
}

impl Lines {
    /// Reads one line. Nothing of a line that cannot be read is taken.
    pub(super) fn line(
        &mut self,
        line: &[u8],
        number: u64,
        reader: &mut Reader,
        sink: &mut Sink<'_>,
    ) -> Result<(), DropReason> {
        if line.trim_ascii().is_empty() {
            return Ok(());
        }
        if std::str::from_utf8(line).is_err() {
            return Err(DropReason::NotUtf8);
        }
        self.values.clear();
        self.instants.clear();
        let mut json = serde_json::Deserializer::from_slice(line);
        let object = Object { lines: self };
        let metric = de::DeserializeSeed::deserialize(object, &mut json)
            .and_then(|metric| json.end().map(|()| metric));
        let key = key(metric.map_err(|_| DropReason::BadLine)?, &reader.limits)?;
        if self.values.len() != self.instants.len() {
            return Err(DropReason::BadLine);
        }
        let series = sink.table.intern(&key, WireKind::Unknown).ok_or(DropReason::SeriesLimit)?;
        for (&instant_ms, &value) in self.instants.iter().zip(&self.values) {
            if number::believed(instant_ms).is_none() {
                sink.dropped.count(DropReason::BadTimestamp, number, instant_ms.to_string().as_bytes());
                continue;
            }
            if value.is_nan() {
                sink.dropped.count(DropReason::NotANumber, number, b"null or NaN");
            }
            sink.out.push(series, instant_ms, value);
        }
        Ok(())
    }
}

/// The key of the labels of a line, if they keep the limits.
fn key(metric: Vec<(String, String)>, limits: &Limits) -> Result<SeriesKey, DropReason> {
    let (mut name, mut labels) = (String::new(), Vec::<(String, String)>::new());
    for (label, value) in metric {
        let is_name = label == "__name__";
        if label.is_empty() {
            return Err(DropReason::BadLine);
        }
        if label.len() > limits.name_bytes_max || (is_name && value.len() > limits.name_bytes_max) {
            return Err(DropReason::NameTooLong);
        }
        if is_name && name.is_empty() {
            name = value;
        } else if is_name || labels.iter().any(|(other, _)| *other == label) {
            return Err(DropReason::RepeatedLabel);
        } else if value.len() > limits.label_value_bytes_max {
            return Err(DropReason::LabelTooLong);
        } else if labels.len() >= limits.labels_max {
            return Err(DropReason::TooManyLabels);
        } else {
            labels.push((label, value));
        }
    }
    if name.is_empty() { Err(DropReason::BadLine) } else { Ok(SeriesKey::new(name, labels)) }
}

/// The object of a line: gives its labels, and fills the columns on the way.
struct Object<'a> {
    lines: &'a mut Lines,
}

impl<'de> de::DeserializeSeed<'de> for Object<'_> {
    type Value = Vec<(String, String)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Vec<(String, String)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `metric`, `values` and `timestamps`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut metric = None;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "metric" if metric.is_none() => metric = Some(map.next_value::<Pairs>()?.0),
                "metric" => return Err(de::Error::duplicate_field("metric")),
                "values" if self.lines.values.is_empty() => {
                    map.next_value_seed(Column { into: &mut self.lines.values, read: |Value(value)| value })?;
                }
                "timestamps" if self.lines.instants.is_empty() => {
                    map.next_value_seed(Column {
                        into: &mut self.lines.instants,
                        read: |instant: i64| instant,
                    })?;
                }
                "values" | "timestamps" => return Err(de::Error::custom("a column stands twice")),
                _ => {
                    map.next_value::<de::IgnoredAny>()?;
                }
            }
        }
        metric.ok_or_else(|| de::Error::missing_field("metric"))
    }
}

/// Labels in the order of the line, so that a repeated one is seen.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("labels with texts as values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
        let mut pairs = Vec::new();
        while let Some(pair) = map.next_entry()? {
            pairs.push(pair);
        }
        Ok(Pairs(pairs))
    }
}

/// An array that is read into a column.
struct Column<'a, W, T> {
    into: &'a mut Vec<T>,
    read: fn(W) -> T,
}

impl<'de, W: Deserialize<'de>, T> de::DeserializeSeed<'de> for Column<'_, W, T> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, W: Deserialize<'de>, T> Visitor<'de> for Column<'_, W, T> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<(), A::Error> {
        while let Some(wire) = array.next_element()? {
            self.into.push((self.read)(wire));
        }
        Ok(())
    }
}

/// A value: a number, `null` for NaN, or a number as a text (`"Infinity"`).
struct Value(f64);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl Visitor<'_> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, null or a number as a text")
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value(value as f64))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value(f64::NAN))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
        number::value(text.as_bytes())
            .map(Value)
            .ok_or_else(|| de::Error::invalid_value(de::Unexpected::Str(text), &self))
    }
}
