//! The rows: those that stand, worst first; then, as room permits, the ok ones nearest to their threshold.
//!
//! Only the lines on the screen are laid out, however many rows there are.

use nvp_drive::instant::show_duration;
use ratatui::text::{Line, Span};

use super::keys::Wishes;
use super::model::{RowView, ViewModel};
use super::sparkline::sparkline;
use super::text::{count, cut, fit, fit_right, width};
use super::theme::Theme;

/// The columns' widths. A column of width 0 is not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Widths {
    level: usize,
    alert: usize,
    labels: usize,
    value: usize,
    threshold: usize,
    since: usize,
    line: usize,
    /// Whether labels have room for their names.
    with_label_names: bool,
}

/// From this many columns on, thresholds have a column.
const COLUMNS_WITH_THRESHOLD: usize = 110;
/// The longest sparkline.
const LINE_MAX: usize = 60;
/// The shortest sparkline that says something.
const LINE_MIN: usize = 8;
/// Blanks between columns.
const GAP: usize = 2;

/// A line of the table.
#[derive(Debug, Clone, Copy)]
enum Item<'m> {
    Row(&'m RowView),
    Note(&'m str),
}

/// The head and the `page` lines below it.
pub(super) fn lines(
    model: &ViewModel,
    wishes: &mut Wishes,
    columns: usize,
    page: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let filter = wishes.filter_beside(&model.rows.common);
    let (standing, nearest) =
        (matching(&model.rows.standing, &filter), matching(&model.rows.nearest, &filter));
    let notes = if wishes.filter.is_empty() {
        Notes::of(model)
    } else {
        Notes::of_filtered(model, standing.len(), nearest.len())
    };
    let mut items: Vec<Item<'_>> = Vec::with_capacity(standing.len() + nearest.len() + 2);
    items.extend(standing.into_iter().map(Item::Row));
    items.extend(notes.above.as_deref().map(Item::Note));
    items.extend(notes.between.as_deref().map(Item::Note));
    items.extend(nearest.into_iter().map(Item::Row));
    let scroll = wishes.scroll.min(items.len().saturating_sub(page.max(1)));
    let shown = items.get(scroll..(scroll + page).min(items.len())).unwrap_or_default();
    let widths = Widths::for_rows(shown, columns, model.status.now_ms);
    let mut lines = vec![head(&widths, columns, theme)];
    for item in shown {
        lines.push(match item {
            Item::Row(row) => row_line(row, &widths, model.status.now_ms, theme),
            Item::Note(note) => Line::styled(cut(&format!(" {note}"), columns), theme.quiet()),
        });
    }
    wishes.scroll = scroll;
    lines
}

fn matching<'m>(rows: &'m [RowView], filter: &str) -> Vec<&'m RowView> {
    rows.iter().filter(|row| row.matches(filter)).collect()
}

/// Lines that are no rows.
struct Notes {
    /// After the rows that stand.
    above: Option<String>,
    /// Before the rows that are ok.
    between: Option<String>,
}

impl Notes {
    fn of(model: &ViewModel) -> Self {
        let above = match (model.rows.standing_more, model.rows.standing.is_empty()) {
            (0, true) if model.status.last_tick_ms.is_none() => Some("waiting for the first tick".to_owned()),
            (0, true) => Some("nothing stands".to_owned()),
            (0, false) => None,
            (more, _) => Some(not_shown(more)),
        };
        let missing = match model.rows.missing {
            0 => String::new(),
            missing => format!(", {} of them without a value", count(missing as u64)),
        };
        let order = if model.rows.nearest.is_empty() { "" } else { "; nearest to a threshold first" };
        let between =
            (model.rows.ok > 0).then(|| format!("{} ok{missing}{order}", count(model.rows.ok as u64)));
        Self { above, between }
    }

    /// With a filter, what is said is of the rows that it lets through.
    fn of_filtered(model: &ViewModel, standing: usize, nearest: usize) -> Self {
        let rows = &model.rows;
        let above = (rows.standing_more > 0).then(|| not_shown(rows.standing_more));
        let (found, looked_at) = (count(nearest as u64), count(rows.nearest.len() as u64));
        let between = match (standing, nearest) {
            (0, 0) => Some("none with this filter".to_owned()),
            (_, 0) => None,
            _ if rows.ok > rows.nearest.len() => {
                Some(format!("{found} ok with this filter among the {looked_at} nearest to a threshold"))
            }
            _ => Some(format!("{found} ok with this filter; nearest to a threshold first")),
        };
        Self { above, between }
    }
}

fn not_shown(more: usize) -> String {
    format!("not shown: {} more", count(more as u64))
}

impl Widths {
    /// Widths for the rows shown: names and labels get what they need as far as there is room, the rest is the sparkline's.
    fn for_rows(items: &[Item<'_>], columns: usize, now_ms: i64) -> Self {
        let rows =
            || items.iter().filter_map(|item| if let Item::Row(row) = item { Some(*row) } else { None });
        let widest =
            |text: &dyn Fn(&RowView) -> usize, least: usize| rows().map(text).max().unwrap_or(0).max(least);
        let level = widest(&|row| width(&row.level.word), 5).min(12);
        let value =
            widest(&|row| width(&row.value), 8).min(if columns >= COLUMNS_WITH_THRESHOLD { 20 } else { 13 });
        let since = widest(&|row| width(&since(row, now_ms)), 6).min(8);
        let threshold = if columns >= COLUMNS_WITH_THRESHOLD {
            widest(&|row| width(&row.threshold), 5).min(20)
        } else {
            0
        };
        let gaps = GAP * if threshold > 0 { 6 } else { 5 } + 1;
        let room = columns.saturating_sub(level + value + since + threshold + gaps + LINE_MIN);
        let (names, full) = (widest(&|row| width(&row.alert), 5), widest(&|row| width(&row.labels), 0));
        let with_label_names = names + full <= room;
        let short = widest(&|row| width(&row.labels_short), 0);
        let (alert, labels) = share(room, names, if with_label_names { full } else { short });
        let line = (room + LINE_MIN).saturating_sub(alert + labels).min(LINE_MAX);
        Self { level, alert, labels, value, threshold, since, line, with_label_names }
    }
}

/// Divides `room` between names and labels: both if they fit; else names come first, but leave labels a third.
fn share(room: usize, names: usize, labels: usize) -> (usize, usize) {
    let names = names.min(room.saturating_sub(labels.min(room / 3)));
    (names, labels.min(room - names))
}

fn head(widths: &Widths, columns: usize, theme: &Theme) -> Line<'static> {
    let mut cells = vec![fit("level", widths.level), fit("alert", widths.alert)];
    if widths.labels > 0 {
        cells.push(fit("labels", widths.labels));
    }
    cells.push(fit_right("value", widths.value));
    if widths.threshold > 0 {
        cells.push(fit("limit", widths.threshold));
    }
    cells.push(fit_right("for", widths.since));
    cells.push(fit("lately", widths.line));
    let text = format!(" {}", cells.join(&" ".repeat(GAP)));
    Line::styled(fit(&text, columns), theme.quiet())
}

fn row_line(row: &RowView, widths: &Widths, now_ms: i64, theme: &Theme) -> Line<'static> {
    let gap = || Span::raw(" ".repeat(GAP));
    let word = cut(&row.level.word, widths.level);
    let rest = " ".repeat(widths.level.saturating_sub(width(&word)));
    let mut spans =
        vec![Span::raw(" "), Span::styled(word, theme.level(row.level.tone)), Span::raw(rest), gap()];
    spans.push(Span::styled(fit(&row.alert, widths.alert), theme.strong()));
    if widths.labels > 0 {
        let labels = if widths.with_label_names { &row.labels } else { &row.labels_short };
        spans.extend([gap(), Span::raw(fit(labels, widths.labels))]);
    }
    spans.extend([gap(), Span::styled(fit_right(&row.value, widths.value), theme.strong())]);
    if widths.threshold > 0 {
        spans.extend([gap(), Span::styled(fit(&row.threshold, widths.threshold), theme.quiet())]);
    }
    spans.extend([gap(), Span::raw(fit_right(&since(row, now_ms), widths.since))]);
    spans.extend([gap(), Span::styled(sparkline(&row.history, widths.line), theme.line(row.level.tone))]);
    Line::from(spans)
}

fn since(row: &RowView, now_ms: i64) -> String {
    show_duration(now_ms.saturating_sub(row.since_ms).max(0) / 1_000 * 1_000)
}
