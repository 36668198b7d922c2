//! Texts as they were written, on one line, for people.

use nvp_dsl::{FileId, Span};

use crate::checker::Checker;

impl Checker<'_> {
    /// What stands at a place, its comments left out, its blanks and line breaks single blanks.
    pub(crate) fn written(&self, span: Span) -> String {
        let file = self.set.files.iter().find(|file| file.id == span.file);
        let text = file.and_then(|file| file.text.get(span.start as usize..span.end as usize));
        one_line(text.unwrap_or_default())
    }

    /// An item in its canonical layout; as written where it cannot be laid out by itself.
    pub(crate) fn laid_out(&self, span: Span) -> String {
        let file = self.set.files.iter().find(|file| file.id == span.file);
        let text = file.and_then(|file| file.text.get(span.start as usize..span.end as usize));
        let text = text.unwrap_or_default();
        nvp_dsl::format(FileId(0), text).unwrap_or_else(|_| text.to_owned())
    }
}

/// A text on one line: texts in quotes as they are, comments left out.
fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut quoted, mut escaped, mut comment) = (false, false, false);
    for character in text.chars() {
        comment = comment && character != '\n';
        if comment {
            continue;
        }
        if quoted {
            quoted = escaped || character != '"';
            escaped = !escaped && character == '\\';
            out.push(character);
        } else if character == '#' {
            comment = true;
        } else if character.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else {
            quoted = character == '"';
            out.push(character);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn blanks_and_comments_go_and_quoted_texts_stay() {
        let text = "a\n  and   # why\n  b == \"x  # \\\" y\" # end";
        assert_eq!(one_line(text), "a and b == \"x  # \\\" y\"");
    }
}
