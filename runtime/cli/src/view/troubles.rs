//! What a person should know about the run itself, in a few lines.

use std::time::{Duration, Instant};

use nvp_drive::live::status::{Durability, SourceStatus, Status};
use nvp_formats::DropReason;

use super::text::{count, counted};

/// How long something left out is worth a line.
const LEFT_OUT_FOR: Duration = Duration::from_secs(60);
/// Remarks that are no losses.
const REMARKS: [&str; 3] = ["not_a_number", "type_changed", "family_limit"];

/// Remembers what was left out, to tell when it grows.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    /// What was left out of each source, and when that last grew.
    left_out: Vec<(u64, Option<Instant>)>,
}

impl Troubles {
    /// What is wrong now, worst first.
    pub(super) fn of(&mut self, status: &Status, now: Instant) -> Vec<String> {
        let mut troubles = Vec::new();
        if let Some(Durability::Failing { why }) = status.state.as_ref().map(|state| &state.durability) {
            troubles.push(format!("the state is not kept: {why}"));
        }
        for source in status.sources.iter().filter(|source| source.up == Some(false)) {
            troubles.push(format!("{} gives nothing: {}", source.name, source.why));
        }
        for destination in status.destinations.iter().filter(|destination| destination.results.failing) {
            let lost =
                destination.results.dropped + destination.results.expired + destination.results.refused;
            let lost = if lost > 0 { format!(", {} lost", count(lost)) } else { String::new() };
            let waiting = counted(destination.waiting, "decision");
            troubles.push(format!("{} does not take decisions: {waiting} waiting{lost}", destination.name));
        }
        for source in status.sources.iter().filter(|source| source.up == Some(true) && !source.why.is_empty())
        {
            troubles.push(format!("{} does not give all: {}", source.name, source.why));
        }
        if status.conflicts > 0 {
            let rows = counted(status.conflicts, "row");
            troubles.push(format!("{rows} missing: several series have the same labels"));
        }
        self.left_out.resize(status.sources.len(), (0, None));
        for (source, (before, grown)) in status.sources.iter().zip(&mut self.left_out) {
            let left_out = losses(source).map(|(_, count)| count).sum();
            if left_out > *before {
                (*before, *grown) = (left_out, Some(now));
            }
            if grown.is_some_and(|at| now.saturating_duration_since(at) < LEFT_OUT_FOR) {
                let reasons: Vec<_> = losses(source).map(|(reason, number)| words(reason, number)).collect();
                troubles.push(format!("left out of {}: {}", source.name, reasons.join(", ")));
            }
        }
        troubles
    }
}

/// `1 line that is not of the format`, `1,200 late`: the reasons of formats have words of their own, the engine's are words.
fn words(reason: &str, number: u64) -> String {
    let of_formats = DropReason::ALL.into_iter().find(|known| known.name() == reason);
    of_formats.map_or_else(
        || format!("{} {}", count(number), reason.replace('_', " ")),
        |known| known.words(number),
    )
}

fn losses(source: &SourceStatus) -> impl Iterator<Item = (&'static str, u64)> + '_ {
    source.dropped.iter().copied().filter(|(reason, count)| *count > 0 && !REMARKS.contains(reason))
}

#[cfg(test)]
mod tests;
