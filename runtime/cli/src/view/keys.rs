//! What keys do.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::model::contains;

/// The longest filter, in characters.
const FILTER_CHARS_MAX: usize = 100;

/// What the person at the keys wants to see.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Only rows with all these words.
    pub filter: String,
    /// Whether the filter is being typed.
    pub typing: bool,
    /// How many lines of the table are above the screen.
    pub scroll: usize,
}

/// What comes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing to see.
    Nothing,
    /// Draw again.
    Redraw,
    /// Forget what is on the screen and draw again.
    Repaint,
    /// End the run.
    Quit,
}

impl Wishes {
    /// The words of the filter that a row must have itself: those that all rows have in common are not shown with each.
    pub fn filter_beside(&self, common: &str) -> String {
        let own: Vec<_> = self.filter.split_whitespace().filter(|word| !contains(common, word)).collect();
        own.join(" ")
    }

    /// Does what a key says; `page` is the number of lines that the table shows.
    pub fn on_key(&mut self, key: KeyEvent, page: usize) -> Action {
        if key.kind == KeyEventKind::Release {
            return Action::Nothing;
        }
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return match key.code {
                KeyCode::Char('c') => Action::Quit,
                KeyCode::Char('l') => Action::Repaint,
                _ => Action::Nothing,
            };
        }
        if self.typing { self.type_filter(key.code) } else { self.command(key.code, page) }
    }

    fn type_filter(&mut self, key: KeyCode) -> Action {
        match key {
            KeyCode::Enter => self.typing = false,
            KeyCode::Esc => {
                self.typing = false;
                self.filter.clear();
            }
            KeyCode::Backspace => {
                self.filter.pop();
            }
            KeyCode::Char(c) if self.filter.chars().count() < FILTER_CHARS_MAX => self.filter.push(c),
            _ => return Action::Nothing,
        }
        self.scroll = 0;
        Action::Redraw
    }

    fn command(&mut self, key: KeyCode, page: usize) -> Action {
        let page = page.saturating_sub(1).max(1);
        match key {
            KeyCode::Char('q') => return Action::Quit,
            KeyCode::Char('/') => self.typing = true,
            KeyCode::Esc => {
                self.filter.clear();
                self.scroll = 0;
            }
            KeyCode::Up | KeyCode::Char('k') => self.scroll = self.scroll.saturating_sub(1),
            KeyCode::Down | KeyCode::Char('j') => self.scroll = self.scroll.saturating_add(1),
            KeyCode::PageUp => self.scroll = self.scroll.saturating_sub(page),
            KeyCode::PageDown | KeyCode::Char(' ') => self.scroll = self.scroll.saturating_add(page),
            KeyCode::Home | KeyCode::Char('g') => self.scroll = 0,
            KeyCode::End | KeyCode::Char('G') => self.scroll = usize::MAX,
            _ => return Action::Nothing,
        }
        Action::Redraw
    }
}
