//! Colours, or none: every word stands for itself, colour only underlines it.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::style::{Color, Modifier, Style};

use super::model::Tone;

/// How things look to the person at the terminal.
#[derive(Debug, Clone)]
pub struct Theme {
    /// Whether to use colours.
    pub color: bool,
    /// The time zone of the clock shown.
    pub zone: TimeZone,
}

impl Theme {
    /// A level's word.
    pub(super) fn level(&self, tone: Tone) -> Style {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        if !self.color {
            return match tone {
                Tone::Critical | Tone::Major => bold.add_modifier(Modifier::REVERSED),
                Tone::Minor => bold,
                Tone::Info | Tone::Pending | Tone::Ok | Tone::Gone => Style::new(),
            };
        }
        match tone {
            Tone::Critical | Tone::Major => bold.fg(Color::White).bg(Color::Red),
            Tone::Minor => bold.fg(Color::Black).bg(Color::Yellow),
            Tone::Info => bold.fg(Color::Cyan),
            Tone::Pending => Style::new().fg(Color::Yellow),
            Tone::Ok => Style::new().fg(Color::Green),
            Tone::Gone => self.quiet(),
        }
    }

    /// A sparkline.
    pub(super) fn line(&self, tone: Tone) -> Style {
        let color = match tone {
            Tone::Critical | Tone::Major => Color::Red,
            Tone::Minor | Tone::Pending => Color::Yellow,
            Tone::Info => Color::Cyan,
            Tone::Ok | Tone::Gone => Color::Green,
        };
        if self.color { Style::new().fg(color) } else { Style::new() }
    }

    /// What can be passed over.
    pub(super) fn quiet(&self) -> Style {
        if self.color { Style::new().fg(Color::DarkGray) } else { Style::new().add_modifier(Modifier::DIM) }
    }

    /// What stands out.
    pub(super) fn strong(&self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is wrong with the run itself.
    pub(super) fn trouble(&self) -> Style {
        if self.color { Style::new().fg(Color::Red) } else { self.strong() }
    }

    /// A bar across the screen.
    pub(super) fn bar(&self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// The time of day, such as `14:05:09`.
    pub(super) fn clock(&self, at_ms: i64) -> String {
        self.format(at_ms, "%H:%M:%S")
    }

    /// The time of day to the minute, such as `14:05`.
    pub(super) fn clock_to_minutes(&self, at_ms: i64) -> String {
        self.format(at_ms, "%H:%M")
    }

    /// Day and time with the zone, such as `2026-11-22 14:05:09 CET`.
    pub(super) fn day_and_clock(&self, at_ms: i64) -> String {
        self.format(at_ms, "%Y-%m-%d %H:%M:%S %Z")
    }

    fn format(&self, at_ms: i64, format: &str) -> String {
        Timestamp::from_millisecond(at_ms).map_or_else(
            |_| "-".to_owned(),
            |instant| instant.to_zoned(self.zone.clone()).strftime(format).to_string(),
        )
    }
}
