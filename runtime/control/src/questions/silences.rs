//! Silences.

use nvp_journal::reader::SilenceRow;
use nvp_journal::{JournalError, Page, Reader};

use super::{cut, page};
use crate::wire;

/// A page of silences; those that hold at `now_ms` unless all are wanted.
///
/// # Errors
/// When the journal cannot be read.
pub fn silences(
    reader: &Reader,
    query: &wire::SilenceQuery,
    now_ms: i64,
) -> Result<wire::Silences, JournalError> {
    let (page, rows) = page(query.after, query.rows);
    let at_ms = Some(now_ms).filter(|_| !query.all);
    let mut silences: Vec<_> = reader.silences(at_ms, page)?.into_iter().map(shown).collect();
    let next = cut(&mut silences, rows, |silence| silence.number);
    Ok(wire::Silences { silences, next })
}

/// The silence of this number.
///
/// # Errors
/// When the journal cannot be read.
pub fn silence_with_number(reader: &Reader, number: u64) -> Result<Option<wire::Silence>, JournalError> {
    let page = Page { after: number.checked_add(1), rows: 1 };
    let found = reader.silences(None, page)?.into_iter().next();
    Ok(found.filter(|silence| silence.number == number).map(shown))
}

/// The silence with this key that holds at `now_ms`.
///
/// # Errors
/// When the journal cannot be read.
pub fn silence_with_key(
    reader: &Reader,
    key: &str,
    now_ms: i64,
) -> Result<Option<wire::Silence>, JournalError> {
    let mut query = wire::SilenceQuery { rows: Some(u32::MAX), ..wire::SilenceQuery::default() };
    loop {
        let wire::Silences { silences, next } = silences(reader, &query, now_ms)?;
        if let Some(found) = silences.into_iter().find(|silence| silence.key == key) {
            return Ok(Some(found));
        }
        let Some(next) = next else { return Ok(None) };
        query.after = Some(next);
    }
}

fn shown(row: SilenceRow) -> wire::Silence {
    wire::Silence {
        number: row.number,
        key: row.silence.key,
        alert: row.silence.alert,
        service: row.silence.service,
        labels: row.silence.labels.into_iter().collect(),
        from_ms: row.silence.from_ms,
        to_ms: row.silence.to_ms,
        why: row.silence.why,
        made_by: row.made_by,
        made_ms: row.made_ms,
        ended_by: row.ended_by,
        ended_ms: row.ended_ms,
    }
}
