//! The last line: the keys, or the filter being typed.

use ratatui::text::{Line, Span};

use super::keys::Wishes;
use super::text::cut;
use super::theme::Theme;

/// The line.
pub(super) fn line(wishes: &Wishes, columns: usize, theme: &Theme) -> Line<'static> {
    if wishes.typing {
        let typed = cut(&format!(" filter: {}▏", wishes.filter), columns);
        return Line::from(vec![
            Span::styled(typed, theme.strong()),
            Span::styled("   enter keep   esc clear", theme.quiet()),
        ]);
    }
    let keys = if wishes.filter.is_empty() {
        " q quit   / filter   ↑↓ PgUp PgDn scroll".to_owned()
    } else {
        format!(" filter: {}   esc show all   / change   q quit", wishes.filter)
    };
    Line::styled(cut(&keys, columns), theme.quiet())
}
