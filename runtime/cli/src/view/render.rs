//! The whole screen: header, troubles, incidents, table, decisions, keys.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use super::keys::Wishes;
use super::model::ViewModel;
use super::theme::Theme;
use super::{decisions, footer, header, incidents, table, text};

/// Below this many lines there is no room for decisions.
const HEIGHT_WITH_DECISIONS: u16 = 14;
/// Below this many lines there is no room for incidents.
const HEIGHT_WITH_INCIDENTS: u16 = 10;
/// The most lines of troubles.
const TROUBLES_MAX: usize = 3;

/// Draws everything. Says how many lines the table has room for, and keeps `wishes.scroll` within what there is.
pub fn render(frame: &mut Frame<'_>, model: &ViewModel, wishes: &mut Wishes, theme: &Theme) -> usize {
    let area = frame.area();
    let troubles = trouble_lines(model, usize::from(area.width), theme);
    let below = decisions_height(area.height, model);
    let above = incidents_height(area.height, model);
    let [head, trouble, opened, middle, decided, foot] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Length(u16::try_from(troubles.len()).unwrap_or_default()),
        Constraint::Length(above),
        Constraint::Min(1),
        Constraint::Length(below),
        Constraint::Length(1),
    ])
    .areas(area);
    frame.render_widget(Paragraph::new(header::lines(model, usize::from(head.width), theme)), head);
    frame.render_widget(Paragraph::new(troubles), trouble);
    if above > 0 {
        let lines = incidents::lines(model, size(opened), theme);
        frame.render_widget(Paragraph::new(lines), opened);
    }
    let page = show_table(frame, middle, model, wishes, theme);
    if below > 0 {
        let lines = decisions::lines(model, wishes, size(decided), theme);
        frame.render_widget(Paragraph::new(lines), decided);
    }
    frame.render_widget(Paragraph::new(footer::line(wishes, usize::from(foot.width), theme)), foot);
    page
}

fn show_table(
    frame: &mut Frame<'_>,
    area: Rect,
    model: &ViewModel,
    wishes: &mut Wishes,
    theme: &Theme,
) -> usize {
    let (columns, lines) = size(area);
    let page = lines.saturating_sub(1);
    let drawn = table::lines(model, wishes, columns, page, theme);
    frame.render_widget(Paragraph::new(drawn), area);
    page
}

/// At most a third of the screen is for incidents, where there is room.
fn incidents_height(height: u16, model: &ViewModel) -> u16 {
    if height < HEIGHT_WITH_INCIDENTS {
        return 0;
    }
    let wanted = u16::try_from(incidents::height(model)).unwrap_or(u16::MAX);
    wanted.min((height / 3).clamp(3, 14))
}

/// At most a third of the screen is for decisions, where there is room.
fn decisions_height(height: u16, model: &ViewModel) -> u16 {
    if height < HEIGHT_WITH_DECISIONS {
        return 0;
    }
    let wanted = u16::try_from(decisions::height(model)).unwrap_or(u16::MAX);
    wanted.min((height / 3).clamp(5, 14))
}

fn trouble_lines(model: &ViewModel, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let over = model.troubles.len().saturating_sub(TROUBLES_MAX);
    let shown = if over > 0 { TROUBLES_MAX - 1 } else { TROUBLES_MAX };
    let mut lines: Vec<_> = model
        .troubles
        .iter()
        .take(shown)
        .map(|trouble| Line::styled(text::cut(&format!(" ! {trouble}"), columns), theme.trouble()))
        .collect();
    if over > 0 {
        let more = format!(" ! and {} more", over + 1);
        lines.push(Line::styled(text::cut(&more, columns), theme.trouble()));
    }
    lines
}

fn size(area: Rect) -> (usize, usize) {
    (usize::from(area.width), usize::from(area.height))
}
