//! What is said when a run has ended.

use nvp_drive::instant::show_duration;
use nvp_drive::live::status::{Durability, Status};

use crate::words;

/// `watched policies/host for 3m12s: 38 ticks, 4 decisions; 1 red and 2 yellow stand`
pub fn text(title: &str, status: &Status) -> String {
    let passed = status.now_ms.saturating_sub(status.started_ms).max(0) / 1_000 * 1_000;
    let ticks = words::count(status.ticks, "tick", "ticks");
    let decisions = words::count(status.decisions, "decision", "decisions");
    let standing: Vec<String> = status
        .standing
        .iter()
        .rev()
        .filter(|(_, rows)| *rows > 0)
        .map(|(level, rows)| format!("{} {level}", words::grouped(*rows)))
        .collect();
    let standing =
        if standing.is_empty() { "nothing stands".to_owned() } else { words::listed(&standing, 9) };
    let mut text = format!("watched {title} for {}: {ticks}, {decisions}; {standing}", show_duration(passed));
    for destination in &status.destinations {
        let results = destination.results;
        let lost = results.refused + results.expired + results.dropped;
        if lost > 0 {
            let lost = words::count(lost, "decision", "decisions");
            text.push_str(&format!("\n{lost} did not reach {}", destination.name));
        }
    }
    if let Some(Durability::Failing { why }) = status.state.as_ref().map(|state| &state.durability) {
        text.push_str(&format!("\nthe last of its state is not kept: {why}"));
    }
    text
}
