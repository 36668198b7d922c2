//! What was decided lately, newest first.

use ratatui::text::{Line, Span};

use super::keys::Wishes;
use super::model::{DecisionView, ViewModel};
use super::text::{count, cut, fit, width};
use super::theme::Theme;

/// How many lines it wants: its title, and one a decision or for saying that there is none.
pub(super) fn height(model: &ViewModel) -> usize {
    1 + model.decisions.len().max(1)
}

/// The pane's lines, its title among them.
pub(super) fn lines(
    model: &ViewModel,
    wishes: &Wishes,
    (columns, height): (usize, usize),
    theme: &Theme,
) -> Vec<Line<'static>> {
    let title = format!(" decisions: {} ", count(model.status.decisions));
    let rule = "─".repeat(columns.saturating_sub(width(&title)));
    let mut lines = vec![Line::styled(cut(&format!("{title}{rule}"), columns), theme.quiet())];
    let filter = wishes.filter_beside(&model.rows.common);
    let shown = model.decisions.iter().filter(|decision| decision.matches(&filter));
    let shown: Vec<_> = shown.take(height.saturating_sub(1)).collect();
    if shown.is_empty() {
        let none = if model.decisions.is_empty() { " none yet" } else { " none with this filter" };
        lines.push(Line::styled(none, theme.quiet()));
    }
    let layout = Layout::of(&shown, columns);
    lines.extend(shown.iter().map(|decision| line(decision, layout, columns, theme)));
    lines
}

/// From this many columns on, the names of labels are shown too.
const COLUMNS_WIDE: usize = 100;
/// From this many columns on, the state before is shown too.
const COLUMNS_WITH_BEFORE: usize = 72;

/// The widths of what comes before the saying.
#[derive(Debug, Clone, Copy)]
struct Layout {
    is_wide: bool,
    with_before: bool,
    change: usize,
    row: usize,
}

impl Layout {
    fn of(shown: &[&DecisionView], columns: usize) -> Self {
        let is_wide = columns >= COLUMNS_WIDE;
        let widest = |text: &dyn Fn(&DecisionView) -> usize| shown.iter().map(|d| text(d)).max().unwrap_or(0);
        let with_before = columns >= COLUMNS_WITH_BEFORE;
        let from = |decision: &DecisionView| if with_before { width(&decision.from) + 1 } else { 0 };
        let change = widest(&|decision| from(decision) + 2 + width(&decision.to.word)).min(28);
        let row =
            widest(&|decision| width(&row(decision, is_wide))).min(columns.saturating_sub(change + 15) / 2);
        Self { is_wide, with_before, change, row }
    }
}

fn row(decision: &DecisionView, with_label_names: bool) -> String {
    let labels = if with_label_names { &decision.labels } else { &decision.labels_short };
    let gap = if labels.is_empty() { "" } else { " " };
    format!("{}{gap}{labels}", decision.alert)
}

fn line(decision: &DecisionView, layout: Layout, columns: usize, theme: &Theme) -> Line<'static> {
    let clock = theme.clock(decision.at_ms);
    let before = if layout.with_before { format!("{} → ", decision.from) } else { "→ ".to_owned() };
    let to = cut(&decision.to.word, layout.change.saturating_sub(width(&before)));
    let rest = layout.change.saturating_sub(width(&before) + width(&to));
    let taken = 1 + width(&clock) + 2 + layout.change + 2 + layout.row + 2;
    Line::from(vec![
        Span::styled(format!(" {clock}  "), theme.quiet()),
        Span::raw(before),
        Span::styled(to, theme.level(decision.to.tone)),
        Span::raw(" ".repeat(rest + 2)),
        Span::styled(fit(&row(decision, layout.is_wide), layout.row), theme.strong()),
        Span::raw("  "),
        Span::raw(cut(&decision.saying, columns.saturating_sub(taken))),
    ])
}
