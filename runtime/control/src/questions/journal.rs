//! The journal itself: its audit trail, and copies of it.

use std::path::Path;

use nvp_journal::{Head, JournalError, Reader, Verification};

use crate::wire;

/// Heads as they are written, with commas between them.
///
/// # Errors
/// Names the text that is none.
pub fn heads(text: &str) -> Result<Vec<Head>, String> {
    let heads = text.split(',').map(str::trim).filter(|head| !head.is_empty());
    heads.map(|head| head.parse().map_err(|error| format!("`{head}`: {error}"))).collect()
}

/// Walks the audit trail and looks whether these heads are in it.
///
/// # Errors
/// When the journal cannot be read.
pub fn verify(reader: &Reader, heads: &[Head]) -> Result<wire::Verified, JournalError> {
    Ok(match reader.verify(heads)? {
        Verification::Whole { head, heads_compared } => wire::Verified {
            is_whole: true,
            head: Some(head.to_string()),
            heads_compared,
            broken_at: None,
            why: None,
        },
        Verification::Broken { seq, why } => wire::Verified {
            is_whole: false,
            head: None,
            heads_compared: 0,
            broken_at: Some(seq),
            why: Some(why),
        },
    })
}

/// Writes a copy to a file that is not there yet.
///
/// # Errors
/// When there is a file already, or the disk refuses.
pub fn backup(reader: &Reader, to: &Path) -> Result<wire::Backup, JournalError> {
    let head = reader.backup(to)?;
    Ok(wire::Backup { to: to.display().to_string(), head: head.to_string() })
}
