//! Markdown pages as tests read them: fenced blocks with their info strings.

/// A fenced block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block<'a> {
    /// What stands after the opening fence.
    pub info: &'a str,
    /// What is between the fences.
    pub text: &'a str,
    /// The line of the opening fence, from 1.
    pub line: usize,
}

/// The fenced blocks of a page, in order.
pub fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut found = Vec::new();
    let mut open: Option<(&str, usize, usize)> = None;
    let mut at = 0;
    for (number, line) in page.split_inclusive('\n').enumerate() {
        let next = at + line.len();
        if let Some(info) = line.trim_end().strip_prefix("```") {
            match open.take() {
                Some((info, start, line)) => found.push(Block { info, text: &page[start..at], line }),
                None => open = Some((info.trim(), next, number + 1)),
            }
        }
        at = next;
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}
