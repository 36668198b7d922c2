//! Opening recordings for a verb, with a progress bar, and telling what is wrong with them.

use std::path::Path;

use nvp_history::{Options, Recording, RecordingError};

use crate::failure::Failure;
use crate::options::Global;
use crate::progress;

/// Reads a recording.
pub fn open(path: &Path, global: &Global) -> Result<Recording, Failure> {
    let bar = progress::bytes(0, &path.display().to_string(), global);
    let opened = Recording::open(path, Options::default(), &mut |read, total| {
        bar.set_length(total);
        bar.set_position(read);
    });
    bar.finish_and_clear();
    opened.map_err(|error| failure(&error))
}

/// What is wrong with a recording, and how to mend it.
pub fn failure(error: &RecordingError) -> Failure {
    Failure::new(error.to_string()).help(error.help())
}
