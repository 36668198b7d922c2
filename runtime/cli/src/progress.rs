//! Progress bars: on standard error, and only when a person looks at it.

use std::io::IsTerminal as _;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::options::Global;

/// A bar over the bytes of a file.
pub fn bytes(total: u64, name: &str, global: &Global) -> ProgressBar {
    bar(total, &format!("reading {name}  {{wide_bar}}  {{binary_bytes}} of {{binary_total_bytes}}"), global)
}

/// A bar over samples.
pub fn samples(total: u64, global: &Global) -> ProgressBar {
    bar(total, "running  {wide_bar}  {human_pos} of {human_len} samples", global)
}

/// A bar over changes of policies.
pub fn changes(total: u64, global: &Global) -> ProgressBar {
    bar(total, "changing  {wide_bar}  {human_pos} of {human_len} changes", global)
}

/// A count of states, of which nobody knows how many there are.
pub fn states() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("exploring  {human_pos} states, {msg} waiting");
    ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn bar(total: u64, template: &str, global: &Global) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let colored = template.replace("{wide_bar}", "{wide_bar:.cyan/dim}");
    let template = if global.color.on_stderr() { colored.as_str() } else { template };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr())
        .with_style(style.progress_chars("━━─"))
}
