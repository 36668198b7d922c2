//! The page of a code: what `explain` prints, and examples that the tests run.

/// A code's page, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The code, `E0001`.
    pub code: &'static str,
    /// Its title, behind the code in the first line.
    pub title: &'static str,
    /// All of the page, Markdown.
    pub text: &'static str,
    /// The examples fenced as `nvp bad`: each gives this code.
    pub bad: Vec<&'static str>,
    /// The examples fenced as `nvp good`: each passes.
    pub good: Vec<&'static str>,
}

impl Page {
    /// Takes a page apart; `None` if it does not begin with `# CODE: title`.
    #[must_use]
    pub fn parse(text: &'static str) -> Option<Self> {
        let (code, title) = text.lines().next()?.strip_prefix("# ")?.split_once(": ")?;
        Some(Self { code, title, text, bad: fenced(text, "nvp bad"), good: fenced(text, "nvp good") })
    }
}

/// What stands in the fences with this information behind their backticks.
fn fenced(text: &'static str, information: &str) -> Vec<&'static str> {
    text.split("\n```")
        .skip(1)
        .step_by(2)
        .filter_map(|block| block.split_once('\n'))
        .filter(|(head, _)| head.trim() == information)
        .map(|(_, body)| body)
        .collect()
}
