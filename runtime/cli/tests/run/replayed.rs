//! The inputs of a run told once more must lead to the journal that the run has written.

use std::path::Path;
use std::sync::Arc;

use nvp_drive::generation::{self, Generation};
use nvp_drive::journaled;
use nvp_drive::load::{self, Stdlib};
use nvp_drive::state::{self, StateOptions};
use nvp_journal::{Batch, Journal, Options, Page, Position, Reader};

/// What follows from inputs, from this one on, a line each, in order.
fn consequences(journal: &Reader, first: u64) -> Vec<String> {
    let (mut lines, mut after) = (Vec::new(), None);
    loop {
        let rows = journal.trail(&Default::default(), Page { after, rows: 1_000 }).unwrap();
        let Some(last) = rows.last() else { return lines };
        after = Some(last.seq);
        lines.extend(rows.iter().filter_map(|row| {
            let Position { input, ordinal } = row.position.filter(|position| position.input >= first)?;
            Some(format!(
                "{input}.{ordinal} {:?} {:?} {} {:?} {}",
                row.subject, row.number, row.kind, row.actor, row.text
            ))
        }));
    }
}

/// Says where they differ. Nobody else may use the folder.
pub fn same_again(folder: &Path) -> Result<(), String> {
    let stdlib = Stdlib::built_in();
    let set = load::load(&[folder.join("policy.nvp")], &stdlib);
    let policy = generation::check(&set, &stdlib).policy.ok_or("the policy is not sound")?;
    let generation =
        Generation::new(Arc::new(policy), nvp_kernels::Mode::Off).map_err(|error| error.to_string())?;
    let again = Journal::open(&folder.join("again.sqlite"), Options::default()).unwrap();
    let (mut batch, mut first) = (Batch::new(), None);
    let options = StateOptions::in_folder(folder.join("kept"));
    let opened = state::open(options, &generation, &mut |input, effects| {
        first.get_or_insert(input);
        for (change, ordinal) in journaled::changes(&effects, None, 0).zip(0..) {
            batch.push_at(Position { input, ordinal }, change);
        }
    });
    if opened.map_err(|error| error.to_string())?.is_new {
        return Err("the input log is not of these policies".to_owned());
    }
    again.write(batch).and_then(|ticket| ticket.durable()).map_err(|error| error.to_string())?;
    let first = first.ok_or("the input log is empty")?;
    let told = consequences(&again.reader().unwrap(), first);
    let written = consequences(&Reader::open(&folder.join("kept/journal.sqlite")).unwrap(), first);
    if told.is_empty() {
        return Err("nothing follows from the input log".to_owned());
    }
    // What was recorded last may not have come to the journal before the end.
    match told.iter().zip(&written).find(|(told, written)| told != written) {
        Some((told, written)) => Err(format!("told again: {told}\nwritten: {written}")),
        None if written.len() > told.len() => Err(format!("no input leads to: {}", written[told.len()])),
        None => Ok(()),
    }
}
