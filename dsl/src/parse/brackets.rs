//! What is open at a place of a text: brackets, texts, insertions.

/// Something that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    Paren,
    Brace,
    /// `{` inside a text.
    Insertion,
    /// A text; a raw one is a pattern, in which braces mean nothing.
    Text {
        raw: bool,
    },
}

impl Frame {
    pub(super) fn closing(self) -> u8 {
        match self {
            Self::Paren => b')',
            Self::Brace | Self::Insertion => b'}',
            Self::Text { .. } => b'"',
        }
    }
}

/// What is open, outermost first, each with its place. All but dropping frames costs the same however many are open.
#[derive(Debug, Default)]
pub(super) struct Open {
    frames: Vec<(Frame, usize)>,
    texts: usize,
    braces: usize,
}

impl Open {
    pub(super) fn push(&mut self, frame: Frame, at: usize) {
        self.frames.push((frame, at));
        match frame {
            Frame::Text { .. } => self.texts += 1,
            Frame::Brace | Frame::Insertion => self.braces += 1,
            Frame::Paren => {}
        }
    }

    pub(super) fn len(&self) -> usize {
        self.frames.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    pub(super) fn innermost(&self) -> Option<Frame> {
        self.frames.last().map(|(frame, _)| *frame)
    }

    pub(super) fn inside_text(&self) -> bool {
        self.texts > 0
    }

    /// How many parentheses are open inside of the innermost brace; `None` if no brace is open.
    pub(super) fn parens_in_brace(&self) -> Option<usize> {
        let parens = || self.frames.iter().rev().take_while(|(frame, _)| *frame == Frame::Paren).count();
        (self.braces > 0).then(parens)
    }

    /// The outermost text: its index and its place. All that is open inside it is on its line.
    pub(super) fn outermost_text(&self) -> Option<(usize, usize)> {
        let texts = self
            .frames
            .iter()
            .enumerate()
            .rev()
            .filter(|(_, (frame, _))| matches!(frame, Frame::Text { .. }));
        texts.take(self.texts).last().map(|(index, (_, at))| (index, *at))
    }

    /// The place of the insertion that is open in the text at an index.
    pub(super) fn insertion_of(&self, text: usize) -> Option<usize> {
        let (frame, at) = self.frames.get(text + 1)?;
        (*frame == Frame::Insertion).then_some(*at)
    }

    /// Drops what is open inside of the first `keep`, and gives it back.
    pub(super) fn drop_to(&mut self, keep: usize) -> Vec<(Frame, usize)> {
        let dropped = self.frames.split_off(keep.min(self.frames.len()));
        for (frame, _) in &dropped {
            match frame {
                Frame::Text { .. } => self.texts -= 1,
                Frame::Brace | Frame::Insertion => self.braces -= 1,
                Frame::Paren => {}
            }
        }
        dropped
    }
}
