//! Two lines at the top: what is watched and when; how the run is and how many stand where.

use ratatui::text::{Line, Span};

use super::model::{Tone, ViewModel};
use super::text::{count, counted, cut, width};
use super::theme::Theme;

/// The lag from which on it is a louder word, in ticks.
const LAG_TICKS_MAX: i64 = 2;

/// Both lines.
pub(super) fn lines(model: &ViewModel, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    vec![title(model, columns, theme), state(model, columns, theme)]
}

fn title(model: &ViewModel, columns: usize, theme: &Theme) -> Line<'static> {
    let clock = theme.day_and_clock(model.status.now_ms);
    let room = columns.saturating_sub(width(&clock) + 3);
    let common =
        if model.rows.common.is_empty() { String::new() } else { format!("  {}", model.rows.common) };
    let title = cut(&format!(" novaevo-policy  {}{common}", model.title), room);
    let gap = columns.saturating_sub(width(&title) + width(&clock) + 1);
    Line::from(format!("{title}{}{clock} ", " ".repeat(gap))).style(theme.bar())
}

fn state(model: &ViewModel, columns: usize, theme: &Theme) -> Line<'static> {
    let counts = counts(model, theme);
    let taken: usize = counts.iter().map(|span| width(&span.content)).sum();
    let mut left = " ".to_owned();
    for fact in facts(model) {
        let gap = if width(&left) > 1 { "  " } else { "" };
        if width(&left) + gap.len() + width(&fact) + taken + 3 <= columns {
            left = left + gap + fact.as_str();
        }
    }
    let gap = columns.saturating_sub(width(&left) + taken + 1);
    let mut spans = vec![Span::raw(left), Span::raw(" ".repeat(gap))];
    spans.extend(counts);
    Line::from(spans)
}

/// Facts about the run; the ones that matter most first.
fn facts(model: &ViewModel) -> Vec<String> {
    let status = &model.status;
    let (up, all) = status.sources_up();
    let sources = if up == all {
        format!("{} up", counted(all as u64, "source"))
    } else {
        format!("{up} of {} up", counted(all as u64, "source"))
    };
    let lag = match status.lag_ms(status.now_ms) {
        None => "no tick yet".to_owned(),
        Some(lag) if lag > LAG_TICKS_MAX.saturating_mul(status.tick_ms) => {
            format!("LATE by {}", seconds(lag))
        }
        Some(lag) => format!("lag {}", seconds(lag)),
    };
    vec![
        sources,
        lag,
        format!("tick {}", nvp_drive::instant::show_duration(status.tick_ms)),
        counted(status.alert_rules, "alert"),
        format!("generation {}", status.generation),
        format!("{} series", count(status.series)),
        counted(status.files, "file"),
    ]
}

fn seconds(ms: i64) -> String {
    if ms < 10_000 {
        format!("{}.{} s", ms / 1_000, ms % 1_000 / 100)
    } else {
        format!("{} s", count((ms / 1_000).unsigned_abs()))
    }
}

/// How many rows stand at each level, worst first, and how many are ok.
fn counts(model: &ViewModel, theme: &Theme) -> Vec<Span<'static>> {
    let mut spans = Vec::new();
    for (level, rows) in model.status.standing.iter().rev().filter(|(_, rows)| *rows > 0) {
        let tone = model.rows.standing.iter().find(|row| *row.level.word == **level);
        let tone = tone.map_or(Tone::Info, |row| row.level.tone);
        spans.push(Span::styled(format!(" {} {level} ", count(*rows)), theme.level(tone)));
        spans.push(Span::raw(" "));
    }
    spans.push(Span::styled(format!("{} ok", count(model.rows.ok as u64)), theme.level(Tone::Ok)));
    spans
}
