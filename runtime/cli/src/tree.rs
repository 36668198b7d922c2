//! Trees of values as text.

use std::fmt::Write as _;

use nvp_drive::value_tree::{Value, ValueTree};
use unicode_width::UnicodeWidthStr as _;

use crate::output::Paint;

/// The farthest column at which values stand.
const VALUE_COLUMN_MAX: usize = 96;

/// A tree's lines, each after `indent`, values in one column.
pub fn text(tree: &ValueTree, indent: &str, paint: Paint) -> String {
    let lines = tree.lines();
    let width_of = |branch: &str, text: &str| branch.width() + text.width();
    let widest = lines.iter().map(|line| width_of(&line.branch, &line.text)).max().unwrap_or_default();
    let column = widest.min(VALUE_COLUMN_MAX);
    let mut text = String::new();
    for line in &lines {
        let blanks = " ".repeat(column.saturating_sub(width_of(&line.branch, &line.text)));
        let value = colored(&line.value, paint);
        // Writing to a text cannot fail.
        let _ = writeln!(text, "{indent}{}{}{blanks}  {value}", paint.dim(&line.branch), line.text);
    }
    text
}

fn colored(value: &Value, paint: Paint) -> String {
    let shown = value.shown();
    match value {
        Value::Condition(Some(true)) => paint.good(shown),
        Value::Condition(None) | Value::Missing => paint.warning(shown),
        Value::Several => paint.dim(shown),
        Value::Condition(Some(false)) | Value::Number { .. } => shown.to_owned(),
    }
}
