//! How much of a line is believed.

/// Limits on what one line of input may hold. Whatever is over is counted and left out; the rest goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest line of text, in bytes.
    pub line_bytes_max: usize,
    /// The longest line of JSON, in bytes: one line holds all samples of a series.
    pub json_line_bytes_max: usize,
    /// The most labels of a series, without its name.
    pub labels_max: usize,
    /// The longest name of a metric or label, in bytes.
    pub name_bytes_max: usize,
    /// The longest value of a label, in bytes after unescaping.
    pub label_value_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_bytes_max: 512 << 10,
            json_line_bytes_max: 128 << 20,
            labels_max: 64,
            name_bytes_max: 1 << 10,
            label_value_bytes_max: 4 << 10,
        }
    }
}
