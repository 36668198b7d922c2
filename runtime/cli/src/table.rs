//! Tables of text: columns as wide as their widest cell, numbers to the right.

use unicode_width::UnicodeWidthStr as _;

/// How a column stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// At its left.
    Left,
    /// At its right.
    Right,
}

/// Rows of cells. Cells are plain; the caller colours whole lines.
#[derive(Debug)]
pub struct Table {
    align: Vec<Align>,
    rows: Vec<Vec<String>>,
}

/// The blanks between two columns.
const GAP: &str = "  ";
/// The narrowest that a column is cut to.
const CUT_MIN: usize = 16;

impl Table {
    /// A table with a head.
    pub fn new(head: &[(&str, Align)]) -> Self {
        Self {
            align: head.iter().map(|(_, align)| *align).collect(),
            rows: vec![head.iter().map(|(name, _)| (*name).to_owned()).collect()],
        }
    }

    /// Adds a row; it has a cell for each column.
    pub fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The lines, the head first. A column whose cells are all empty is left out. Where a line would be wider than `width`, the
    /// widest column is cut, but not below [`CUT_MIN`].
    pub fn lines(&self, width: Option<usize>) -> Vec<String> {
        let mut widths: Vec<usize> = (0..self.align.len()).map(|column| self.width(column)).collect();
        if let Some(width) = width {
            let shown = widths.iter().filter(|width| **width > 0).count();
            let all = widths.iter().sum::<usize>() + GAP.len() * shown.saturating_sub(1);
            if let Some(widest) = widths.iter_mut().max() {
                *widest = (*widest).min(widest.saturating_sub(all.saturating_sub(width)).max(CUT_MIN));
            }
        }
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths).zip(&self.align).filter(|((_, width), _)| **width > 0);
            let cells: Vec<_> =
                cells.map(|((cell, width), align)| padded(&cut(cell, *width), *width, *align)).collect();
            cells.join(GAP).trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }

    fn width(&self, column: usize) -> usize {
        let cells = || self.rows.iter().filter_map(|row| row.get(column));
        if cells().skip(1).all(String::is_empty) {
            return 0;
        }
        cells().map(|cell| cell.width()).max().unwrap_or_default()
    }
}

/// A text with blanks up to a width.
pub fn padded(text: &str, width: usize, align: Align) -> String {
    let blanks = " ".repeat(width.saturating_sub(text.width()));
    match align {
        Align::Left => format!("{text}{blanks}"),
        Align::Right => format!("{blanks}{text}"),
    }
}

/// A text cut to a width, with an ellipsis where it was.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut shown = String::new();
    for character in text.chars() {
        if shown.width() + character.to_string().width() + 1 > width {
            break;
        }
        shown.push(character);
    }
    shown + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_their_heads_and_empty_ones_are_left_out() {
        let mut table =
            Table::new(&[("alert", Align::Left), ("nothing", Align::Left), ("fired", Align::Right)]);
        table.row(vec!["cpu".into(), String::new(), "3".into()]);
        table.row(vec!["a name that is long".into(), String::new(), "1,200".into()]);
        assert_eq!(
            table.lines(Some(24)),
            ["alert              fired", "cpu                    3", "a name that is l…  1,200"]
        );
        assert_eq!(table.lines(None).last().unwrap(), "a name that is long  1,200");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(padded("日本", 6, Align::Right), "  日本");
    }
}
