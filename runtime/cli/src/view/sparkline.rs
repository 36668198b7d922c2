//! A line of bars: the last values, from the lowest up. Values that differ by little look as if they did.

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The least spread that fills all bars, as a share of the greatest value.
const SPREAD_MIN: f64 = 0.2;

/// The last `columns` values as bars, right-aligned; a blank where there was no value.
pub(super) fn sparkline(values: &[f64], columns: usize) -> String {
    let shown = values.get(values.len().saturating_sub(columns)..).unwrap_or_default();
    let finite = || shown.iter().copied().filter(|value| value.is_finite());
    let low = finite().fold(f64::INFINITY, f64::min);
    let high = finite().fold(f64::NEG_INFINITY, f64::max);
    let blanks = columns.saturating_sub(shown.len());
    std::iter::repeat_n(' ', blanks).chain(shown.iter().map(|value| bar(*value, low, high))).collect()
}

fn bar(value: f64, low: f64, high: f64) -> char {
    if value.is_nan() {
        return ' ';
    }
    // Halves: the spread of two huge numbers may be infinite.
    let half_spread = (high / 2.0 - low / 2.0).max(high.abs().max(low.abs()) / 2.0 * SPREAD_MIN);
    let share = match value {
        f64::INFINITY => 1.0,
        f64::NEG_INFINITY => 0.0,
        _ if half_spread > 0.0 => (value / 2.0 - low / 2.0) / half_spread,
        _ => 0.0,
    };
    let place = (share * (BARS.len() - 1) as f64).round() as usize;
    BARS.get(place).copied().unwrap_or('█')
}

#[cfg(test)]
mod tests;
