//! What must not be in a text: control characters, what turns the direction of writing, a channel's own markup; and too much of it.

/// What stands at the end of a text that was cut.
const CUT: &str = "… [cut]";

/// A channel's own markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escape {
    /// It has none.
    Nothing,
    /// Slack's: links, mentions and entities begin with `<` and `&`.
    Slack,
}

impl Escape {
    /// A field's text as one line, without control characters and markup.
    pub(crate) fn field(self, text: &str) -> String {
        let text = line(text);
        match self {
            Self::Nothing => text,
            Self::Slack => text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
        }
    }
}

/// Marks that turn the direction of writing can make a text look like another.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// One line: line breaks and other control characters are spaces.
pub(crate) fn line(text: &str) -> String {
    let spaced = |c: char| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c };
    text.chars().filter(|c| !turns_direction(*c)).map(spaced).collect::<String>().trim().to_owned()
}

/// Lines: control characters other than line breaks are spaces.
pub(crate) fn lines(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(line_keeping_indent).collect();
    lines.join("\n").trim_end().to_owned()
}

fn line_keeping_indent(text: &str) -> String {
    let spaced = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().filter(|c| !turns_direction(*c)).map(spaced).collect::<String>().trim_end().to_owned()
}

/// At most so many characters, with a mark where something was cut.
pub(crate) fn truncated(text: &str, characters_max: usize) -> String {
    if text.chars().count() <= characters_max {
        return text.to_owned();
    }
    let room = characters_max.saturating_sub(CUT.chars().count());
    let mut kept: String = text.chars().take(room).collect();
    // An entity cut in two would be shown as its parts.
    if let Some(at) = kept.rfind('&')
        && !kept.get(at..).unwrap_or_default().contains([';', ' '])
    {
        kept.truncate(at);
    }
    kept.push_str(CUT);
    kept.chars().take(characters_max).collect()
}
