//! Why a recording cannot be used.

use std::io;
use std::path::{Path, PathBuf};

use nvp_formats::Dropped;

/// Why a recording cannot be used: which file, what is wrong, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    /// The file cannot be opened.
    #[error("cannot open the recording `{}`: {source}", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Reading or unpacking failed within the file.
    #[error("cannot read the recording `{}` past line {line}: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// The last whole line read.
        line: u64,
        /// What the system or the unpacking says.
        source: io::Error,
    },
    /// There is nothing in it.
    #[error("the recording `{}` is empty", path.display())]
    Empty {
        /// Which.
        path: PathBuf,
    },
    /// It is of no format known.
    #[error("`{}` is not a recording: none of its first lines is a sample", path.display())]
    UnknownFormat {
        /// Which.
        path: PathBuf,
        /// Its first line, cut.
        first_line: String,
    },
    /// It is of a known format, and none of its samples can be used.
    #[error("the recording `{}` has no usable sample in its {lines} lines", path.display())]
    NoSamples {
        /// Which.
        path: PathBuf,
        /// How many lines were read.
        lines: u64,
        /// Why they were left out.
        dropped: Box<Dropped>,
    },
}

impl RecordingError {
    /// The file it is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Open { path, .. }
            | Self::Read { path, .. }
            | Self::Empty { path }
            | Self::UnknownFormat { path, .. }
            | Self::NoSamples { path, .. } => path,
        }
    }

    /// How to mend it, in a sentence or two without a full stop.
    #[must_use]
    pub fn help(&self) -> String {
        const FORMATS: &str = "OpenMetrics text with timestamps, the output of `promtool tsdb dump`, or VictoriaMetrics JSON \
                               lines, each plain, `.gz` or `.zst`";
        match self {
            Self::Open { source, .. } if source.kind() == io::ErrorKind::IsADirectory => {
                format!("name a file: {FORMATS}")
            }
            Self::Open { .. } => "look whether the path is right and the file may be read".to_owned(),
            Self::Read { .. } => {
                "the file seems to be damaged: copy it again, or unpack what can be saved of it".to_owned()
            }
            Self::Empty { .. } => format!("record something first: {FORMATS}"),
            Self::UnknownFormat { first_line, .. } => {
                format!("a recording is {FORMATS}; this begins with `{first_line}`")
            }
            Self::NoSamples { dropped, .. } => match dropped.iter().find(|(reason, _, _)| reason.is_loss()) {
                Some((reason, count, Some(example))) => {
                    format!("{}, first in line {}: `{}`", reason.words(count), example.line, example.text)
                }
                _ => "it has comments only: record samples with their timestamps".to_owned(),
            },
        }
    }
}
