//! The audit trail: rows that are only ever added, each with a hash over the row before and itself.
//!
//! The hash of a row is SHA-256 over the hash of the row before (32 zero bytes before the first) and the row's fields in this order:
//! `seq`, `at_ms`, `input`, `ordinal`, `subject`, `number`, `kind`, `actor`, `text`, `detail`. A field is a byte for what it is (0 nothing,
//! 1 integer, 2 text), then, of an integer, its 8 bytes, of a text, its length in bytes as 8 bytes and the UTF-8; the greatest byte first.
//!
//! What a chain can tell: a row that was edited, put in, taken out or moved. What no chain alone can tell: that rows at the end were cut
//! off, or that everything from some row on was written anew with hashes that fit. For that, a [`Head`] kept elsewhere is compared.

use std::fmt::Write as _;
use std::str::FromStr;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::batch::Position;
use crate::words::Subject;

/// The longest `detail`, in bytes.
pub(crate) const DETAIL_BYTES_MAX: usize = 1 << 20;

/// The last row of the audit trail at some moment. Kept elsewhere, it shows later whether rows up to it were changed or cut off.
///
/// Its text is the row's number, a colon, and its hash in hexadecimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Head {
    /// The row's number, from 1; 0 where there is none.
    pub seq: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

impl std::fmt::Display for Head {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.seq, hex::encode(self.hash))
    }
}

/// A text that is not a [`Head`]'s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a head is a row's number, a colon and 64 hexadecimal digits")]
pub struct NotAHead;

impl FromStr for Head {
    type Err = NotAHead;

    fn from_str(text: &str) -> Result<Self, NotAHead> {
        let (seq, hash) = text.trim().split_once(':').ok_or(NotAHead)?;
        let seq = seq.parse().map_err(|_| NotAHead)?;
        let mut bytes = [0; 32];
        hex::decode_to_slice(hash, &mut bytes).map_err(|_| NotAHead)?;
        Ok(Self { seq, hash: bytes })
    }
}

/// A row of the trail without its hash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row<'a> {
    pub at_ms: i64,
    pub position: Option<Position>,
    pub subject: Subject,
    pub number: Option<i64>,
    pub kind: &'a str,
    pub actor: Option<&'a str>,
    pub text: &'a str,
    pub detail: &'a str,
}

/// Adds a row behind `head` and says what the head is then.
pub(crate) fn append(connection: &Connection, head: Head, row: Row<'_>) -> rusqlite::Result<Head> {
    let next = head.after(row);
    let (input, ordinal) = columns(row.position);
    connection
        .prepare_cached(
            "INSERT INTO audit (seq, at_ms, input, ordinal, subject, number, kind, actor, text, detail, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            next.seq.cast_signed(),
            row.at_ms,
            input,
            ordinal,
            row.subject,
            row.number,
            row.kind,
            row.actor,
            row.text,
            row.detail,
            next.hash,
        ])?;
    Ok(next)
}

fn columns(position: Option<Position>) -> (Option<i64>, Option<i64>) {
    (position.map(|at| at.input.cast_signed()), position.map(|at| i64::from(at.ordinal)))
}

impl Head {
    /// The head after a row is added.
    pub(crate) fn after(self, row: Row<'_>) -> Self {
        let seq = self.seq + 1;
        let (input, ordinal) = columns(row.position);
        let mut hash = Sha256::new();
        hash.update(self.hash);
        integer(&mut hash, Some(seq.cast_signed()));
        integer(&mut hash, Some(row.at_ms));
        integer(&mut hash, input);
        integer(&mut hash, ordinal);
        text(&mut hash, Some(row.subject.as_str()));
        integer(&mut hash, row.number);
        text(&mut hash, Some(row.kind));
        text(&mut hash, row.actor);
        text(&mut hash, Some(row.text));
        text(&mut hash, Some(row.detail));
        Self { seq, hash: hash.finalize().into() }
    }
}

fn integer(hash: &mut Sha256, field: Option<i64>) {
    match field {
        None => hash.update([0]),
        Some(field) => {
            hash.update([1]);
            hash.update(field.to_be_bytes());
        }
    }
}

fn text(hash: &mut Sha256, field: Option<&str>) {
    match field {
        None => hash.update([0]),
        Some(field) => {
            hash.update([2]);
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field.as_bytes());
        }
    }
}

/// The head as a file holds it: a line.
pub(crate) fn line(head: Head) -> String {
    let mut line = String::new();
    // Writing to a text cannot fail.
    let _ = writeln!(line, "{head}");
    line
}
