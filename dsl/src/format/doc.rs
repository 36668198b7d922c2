//! Documents that know where they may be broken, and the printer that breaks as little as it must (after Wadler).

/// A text with places where a line may end.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Doc {
    Text(String),
    /// A line break in a broken group; in a flat one, so many blanks.
    Line(usize),
    /// So many blanks in a column of a block; one where all stands on one line.
    Gap(usize),
    /// A comment: a line break must follow, so every group round it is broken.
    Comment(String),
    Cat(Vec<Doc>),
    /// Flat if it fits, else broken at all of its own lines.
    Group(Box<Doc>),
    /// Lines inside begin so many columns further right.
    Nest(usize, Box<Doc>),
    /// Lines inside begin where this begins.
    Align(Box<Doc>),
}

impl Doc {
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(super) fn group(parts: Vec<Self>) -> Self {
        Self::Group(Box::new(Self::Cat(parts)))
    }

    pub(super) fn nest(self, columns: usize) -> Self {
        Self::Nest(columns, Box::new(self))
    }

    pub(super) fn align(self) -> Self {
        Self::Align(Box::new(self))
    }

    /// The parts with a comma after each but the last; lines may break after the commas.
    pub(super) fn list(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut listed = Vec::new();
        for part in parts {
            if !listed.is_empty() {
                listed.extend([Self::text(","), Self::Line(1)]);
            }
            listed.push(part);
        }
        Self::group(listed)
    }

    /// Whether it cannot stand on one line.
    pub(super) fn must_break(&self) -> bool {
        match self {
            Self::Text(_) | Self::Line(_) | Self::Gap(_) => false,
            Self::Comment(_) => true,
            Self::Cat(parts) => parts.iter().any(Self::must_break),
            Self::Group(inner) | Self::Nest(_, inner) | Self::Align(inner) => inner.must_break(),
        }
    }

    /// On one line.
    pub(super) fn flat(&self) -> String {
        let mut text = String::new();
        self.flat_into(&mut text);
        text
    }

    fn flat_into(&self, text: &mut String) {
        match self {
            Self::Text(part) | Self::Comment(part) => text.push_str(part),
            Self::Gap(_) => text.push(' '),
            Self::Line(blanks) => text.extend(std::iter::repeat_n(' ', *blanks)),
            Self::Cat(parts) => parts.iter().for_each(|part| part.flat_into(text)),
            Self::Group(inner) | Self::Nest(_, inner) | Self::Align(inner) => inner.flat_into(text),
        }
    }

    /// In lines of at most `width` columns where its breaks allow that. The first line begins at `indent`, which is not written.
    pub(super) fn print(&self, indent: usize, width: usize) -> String {
        let mut printer = Printer { text: String::new(), column: indent, width };
        printer.run(self, indent);
        printer.text
    }
}

#[derive(Clone, Copy)]
struct Frame<'d> {
    doc: &'d Doc,
    indent: usize,
    flat: bool,
}

struct Printer {
    text: String,
    column: usize,
    width: usize,
}

impl Printer {
    fn run(&mut self, doc: &Doc, indent: usize) {
        let mut open = vec![Frame { doc, indent, flat: false }];
        while let Some(frame) = open.pop() {
            let Frame { doc, indent, flat } = frame;
            match doc {
                Doc::Text(text) | Doc::Comment(text) => self.write(text),
                Doc::Gap(blanks) => self.write(&" ".repeat(*blanks)),
                Doc::Line(blanks) if flat => self.write(&" ".repeat(*blanks)),
                Doc::Line(_) => self.new_line(indent),
                Doc::Cat(parts) => open.extend(parts.iter().rev().map(|doc| Frame { doc, indent, flat })),
                Doc::Nest(columns, inner) => open.push(Frame { doc: inner, indent: indent + columns, flat }),
                Doc::Align(inner) => open.push(Frame { doc: inner, indent: self.column, flat }),
                Doc::Group(inner) => {
                    let flat = flat || (!inner.must_break() && self.fits(inner, &open));
                    open.push(Frame { doc: inner, indent, flat });
                }
            }
        }
    }

    fn write(&mut self, text: &str) {
        self.text.push_str(text);
        self.column += text.chars().count();
    }

    fn new_line(&mut self, indent: usize) {
        while self.text.ends_with(' ') {
            self.text.pop();
        }
        self.text.push('\n');
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// Whether a group fits flat, with what follows it on its line.
    fn fits(&self, group: &Doc, rest: &[Frame<'_>]) -> bool {
        let Some(mut left) = self.width.checked_sub(self.column) else { return false };
        let mut open = vec![(group, true)];
        let mut rest = rest.iter().rev();
        loop {
            let Some((doc, flat)) = open.pop().or_else(|| rest.next().map(|frame| (frame.doc, frame.flat)))
            else {
                return true;
            };
            let taken = match doc {
                Doc::Text(text) => text.chars().count(),
                // a comment may stand beyond the edge
                Doc::Comment(_) => return true,
                Doc::Line(_) if !flat => return true,
                Doc::Line(blanks) | Doc::Gap(blanks) => *blanks,
                Doc::Cat(parts) => {
                    open.extend(parts.iter().rev().map(|part| (part, flat)));
                    0
                }
                Doc::Group(inner) | Doc::Nest(_, inner) | Doc::Align(inner) => {
                    open.push((inner, flat));
                    0
                }
            };
            match left.checked_sub(taken) {
                Some(still) => left = still,
                None => return false,
            }
        }
    }
}
