//! Policies from standard input, which a path `-` stands for.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use nvp_drive::load::{FILE_BYTES_MAX, Problem};

/// What the text is called in messages.
pub const NAME: &str = "<stdin>";

/// Whether standard input is among what is named.
pub fn is_named(paths: &[PathBuf]) -> bool {
    paths.iter().any(|path| path == Path::new("-"))
}

/// All of it, when it is all that is named.
pub fn read(paths: &[PathBuf]) -> Result<Vec<u8>, Problem> {
    let problem = |problem: String, help: Option<&str>| Problem {
        path: PathBuf::from("-"),
        problem,
        help: help.map(str::to_owned),
    };
    if paths.len() > 1 {
        return Err(problem(
            "is standard input and stands alone".to_owned(),
            Some("name files, or `-`, not both"),
        ));
    }
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| problem(format!("standard input cannot be read: {error}"), None))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let help = "a policy file has no more: split it into files of one topic each";
        return Err(problem(
            format!("standard input has more than {} MiB", FILE_BYTES_MAX >> 20),
            Some(help),
        ));
    }
    Ok(bytes)
}
