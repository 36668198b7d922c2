//! Walks the audit trail and says the first row that is not as it was written.

use rusqlite::OptionalExtension as _;

use crate::audit::{Head, Row};
use crate::batch::Position;
use crate::error::JournalError;
use crate::reader::Reader;
use crate::words::Subject;

/// What a walk over the audit trail came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verification {
    /// Every row follows from the one before, and every head that was expected is there.
    ///
    /// That says nothing of rows behind the last head that was compared: they may have been cut off, or written anew with hashes that fit.
    Whole {
        /// The last row.
        head: Head,
        /// How many heads were compared, the head record among them.
        heads_compared: usize,
    },
    /// A row is not as it was written, or missing.
    Broken {
        /// Which row: the first that does not fit.
        seq: u64,
        /// What is wrong with it.
        why: String,
    },
}

impl Reader {
    /// Walks the whole audit trail as it is at this moment: each row must have the number and the hash that follow from the one before, and
    /// each head of `expected`, and the head record beside the file, must be among them.
    ///
    /// The other tables are not under the chain: that they fit the trail is not looked at. The file's own structure is, by SQLite.
    ///
    /// # Errors
    /// When the file cannot be read. A file whose structure is broken is [`JournalError::Corrupt`].
    pub fn verify(&self, expected: &[Head]) -> Result<Verification, JournalError> {
        self.structure()?;
        // Read before the trail, so that a head record written meanwhile is not ahead of what is read.
        let mut heads: Vec<Head> = expected.to_vec();
        heads.extend(self.place().read_head());
        heads.retain(|head| head.seq > 0);
        heads.sort_unstable_by_key(|head| head.seq);
        self.walk(&heads)
    }

    fn structure(&self) -> Result<(), JournalError> {
        let said: String =
            self.query("PRAGMA quick_check(1)", [], |row| row.get(0))?.into_iter().next().unwrap_or_default();
        if said == "ok" { Ok(()) } else { Err(JournalError::corrupt(self.path(), said)) }
    }

    fn walk(&self, heads: &[Head]) -> Result<Verification, JournalError> {
        let failed = |error: rusqlite::Error| JournalError::sqlite(self.path(), &error);
        let mut statement = self
            .connection()
            .prepare(
                "SELECT seq, at_ms, input, ordinal, subject, number, kind, actor, text, detail, hash
                 FROM audit ORDER BY seq",
            )
            .map_err(failed)?;
        let mut rows = statement.query([]).map_err(failed)?;
        let mut head = Head::default();
        let mut heads = heads.iter().peekable();
        let heads_compared = heads.len();
        while let Some(row) = rows.next().map_err(failed)? {
            let seq: i64 = row.get(0).map_err(failed)?;
            let wanted = head.seq + 1;
            if seq.cast_unsigned() != wanted {
                return Ok(broken(wanted, format!("it is missing: row {seq} comes next")));
            }
            head = match next(head, row) {
                Ok(Some(next)) => next,
                Ok(None) => {
                    return Ok(broken(wanted, "its hash does not follow from the row before and its fields"));
                }
                Err(error) => {
                    return Ok(broken(wanted, format!("its columns are not as they were written: {error}")));
                }
            };
            while let Some(expected) = heads.next_if(|expected| expected.seq == head.seq) {
                if expected.hash != head.hash {
                    return Ok(broken(head.seq, format!("its hash was {expected} when it was noted")));
                }
            }
        }
        match heads.next() {
            Some(expected) => Ok(broken(head.seq + 1, format!("the end is cut off: {expected} was noted"))),
            None => Ok(Verification::Whole { head, heads_compared }),
        }
    }

    /// The last row of the audit trail.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn head(&self) -> Result<Head, JournalError> {
        let head = self
            .connection()
            .query_row("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1", [], |row| {
                Ok(Head { seq: row.get::<_, i64>(0)?.cast_unsigned(), hash: row.get(1)? })
            })
            .optional()
            .map_err(|error| JournalError::sqlite(self.path(), &error))?;
        Ok(head.unwrap_or_default())
    }
}

fn broken(seq: u64, why: impl Into<String>) -> Verification {
    Verification::Broken { seq, why: why.into() }
}

/// The head after a row, if the row's hash is the one that follows.
fn next(head: Head, row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<Head>> {
    let text = |at: usize| -> rusqlite::Result<Option<&str>> { Ok(row.get_ref(at)?.as_str_or_null()?) };
    let must = |at: usize| -> rusqlite::Result<&str> { Ok(row.get_ref(at)?.as_str()?) };
    let position = match (row.get::<_, Option<i64>>(2)?, row.get::<_, Option<u32>>(3)?) {
        (Some(input), Some(ordinal)) => Some(Position { input: input.cast_unsigned(), ordinal }),
        (None, None) => None,
        // Written so by nobody.
        _ => return Ok(None),
    };
    let subject: Subject = row.get(4)?;
    let next = head.after(Row {
        at_ms: row.get(1)?,
        position,
        subject,
        number: row.get(5)?,
        kind: must(6)?,
        actor: text(7)?,
        text: must(8)?,
        detail: must(9)?,
    });
    let hash: [u8; 32] = row.get(10)?;
    Ok((hash == next.hash).then_some(next))
}
