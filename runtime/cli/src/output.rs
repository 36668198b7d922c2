//! The one way to standard output: buffered, coloured when wanted, and calm about a reader that goes away.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};

use anstyle::{AnsiColor, Style};

use crate::options::Color;

/// Standard output. It is not locked for long: when something breaks, the live view's terminal must be given back from any thread.
pub struct Output {
    writer: BufWriter<Stdout>,
    paint: Paint,
    terminal: bool,
}

impl Output {
    /// Standard output with colours as asked.
    pub fn standard(color: Color) -> Self {
        Self {
            writer: BufWriter::with_capacity(1 << 16, io::stdout()),
            paint: Paint::new(color.on_stdout()),
            terminal: io::stdout().is_terminal(),
        }
    }

    /// How to colour texts for it.
    pub fn paint(&self) -> Paint {
        self.paint
    }

    /// Its width in columns; `None` where it is no terminal and lines may be of any length.
    pub fn width(&self) -> Option<usize> {
        let size = terminal_size::terminal_size().filter(|_| self.terminal);
        size.map(|(terminal_size::Width(columns), _)| usize::from(columns).max(40))
    }

    /// Writes what is buffered.
    pub fn finish(&mut self) -> Result<(), crate::failure::Failure> {
        Ok(self.writer.flush()?)
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.writer.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Colours texts, or leaves them as they are.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// Colours on or off.
    pub fn new(on: bool) -> Self {
        Self { on }
    }

    /// Whether colours are on.
    pub fn is_on(self) -> bool {
        self.on
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// What stands out.
    pub fn bold(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// What can be passed over.
    pub fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    /// What is well.
    pub fn good(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default().bold(), text)
    }

    /// What is wrong.
    pub fn error(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default().bold(), text)
    }

    /// What may be wrong.
    pub fn warning(self, text: &str) -> String {
        self.with(AnsiColor::Yellow.on_default().bold(), text)
    }

    /// What helps.
    pub fn help(self, text: &str) -> String {
        self.with(AnsiColor::Cyan.on_default().bold(), text)
    }

    /// What a diff adds.
    pub fn added(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// What a diff takes away.
    pub fn removed(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default(), text)
    }
}
