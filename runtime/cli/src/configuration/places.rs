//! Where each key and value of a configuration stands.

use std::collections::BTreeMap;
use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Places by path: `channel.pager.url`, `scrape.0.url`.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeMap<String, Entry>);

/// What stands at a path.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The key; an entry of a list has none.
    pub key: Option<Range<usize>>,
    /// The value; of a table its head.
    pub value: Range<usize>,
    /// Whether it is neither a table nor a list.
    pub is_scalar: bool,
}

impl Places {
    /// The places of a text; none where it is no TOML.
    pub(super) fn of(text: &str) -> Self {
        let mut places = Self::default();
        if let Ok(table) = DeTable::parse(text) {
            places.table("", table.get_ref());
        }
        places
    }

    fn table(&mut self, path: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path =
                if path.is_empty() { key.get_ref().to_string() } else { format!("{path}.{}", key.get_ref()) };
            self.value(path, Some(key.span()), value);
        }
    }

    fn value(&mut self, path: String, key: Option<Range<usize>>, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::Table(table) => self.table(&path, table),
            DeValue::Array(entries) => {
                for (at, entry) in entries.iter().enumerate() {
                    self.value(format!("{path}.{at}"), None, entry);
                }
            }
            _ => {}
        }
        let is_scalar = !matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_));
        self.0.insert(path, Entry { key, value: value.span(), is_scalar });
    }

    /// What stands at the longest beginning of a path that is written, and that beginning.
    pub(super) fn nearest(&self, path: &str) -> Option<(String, &Entry)> {
        let mut path = path.replace('[', ".").replace(']', "");
        loop {
            if let Some(entry) = self.0.get(&path) {
                return Some((path, entry));
            }
            let end = path.rfind('.')?;
            path.truncate(end);
        }
    }

    /// What stands at a path.
    pub(super) fn at(&self, path: &str) -> Option<&Entry> {
        self.0.get(path)
    }
}
