//! Questions and their answers: from the journal as it is on disk. They block for as long as the disk takes, and need no process.

mod actions;
mod incidents;
mod journal;
mod silences;

pub use actions::{action, actions};
pub use incidents::{incident, incidents};
pub use journal::{backup, heads, verify};
pub use silences::{silence_with_key, silence_with_number, silences};

use std::collections::VecDeque;

use nvp_journal::reader::{Entry, PAGE_ROWS_MAX};
use nvp_journal::{JournalError, Page};

use crate::wire;

/// How many rows of a timeline are told, and how many of alerts.
const TOLD_ROWS_MAX: usize = 1_000;
/// The kind of an incident's rows of alerts.
const ALERT: &str = "alert";
/// How many rows of a list are told unless said.
const ROWS: u32 = 100;

/// The part of a list that is wanted, and one more to know whether there is more.
fn page(after: Option<u64>, rows: Option<u32>) -> (Page, usize) {
    let rows = rows.unwrap_or(ROWS).clamp(1, PAGE_ROWS_MAX - 1);
    (Page { after, rows: rows + 1 }, rows as usize)
}

/// Cuts a list to what was wanted; gives where the next page begins.
fn cut<T>(list: &mut Vec<T>, rows: usize, number: impl Fn(&T) -> u64) -> Option<u64> {
    let is_more = list.len() > rows;
    list.truncate(rows);
    list.last().map(number).filter(|_| is_more)
}

/// The last rows of a part of the trail, and how many are left out. Of a storm there are as many rows of alerts as it has alerts; they have
/// a limit of their own, so that they push nothing else out.
fn last(
    mut ask: impl FnMut(Page) -> Result<Vec<Entry>, JournalError>,
) -> Result<(Vec<wire::Entry>, u64), JournalError> {
    let (mut told, mut alerts, mut left_out) = (VecDeque::new(), VecDeque::new(), 0);
    let mut after = None;
    loop {
        let rows = ask(Page { after, rows: PAGE_ROWS_MAX })?;
        let is_last = rows.len() < PAGE_ROWS_MAX as usize;
        after = rows.last().map(|row| row.seq);
        for row in rows {
            let kept = if row.kind == ALERT { &mut alerts } else { &mut told };
            if kept.len() == TOLD_ROWS_MAX {
                kept.pop_front();
                left_out += 1;
            }
            kept.push_back(entry(row));
        }
        if is_last {
            break;
        }
    }
    let mut all: Vec<wire::Entry> = told.into_iter().chain(alerts).collect();
    all.sort_unstable_by_key(|entry| entry.seq);
    Ok((all, left_out))
}

fn entry(row: Entry) -> wire::Entry {
    let Entry { seq, at_ms, kind, actor, text, detail, .. } = row;
    wire::Entry { seq, at_ms, kind, actor, text, detail }
}
