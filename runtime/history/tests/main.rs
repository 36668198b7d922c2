//! Recordings as files.

#[cfg(test)]
mod bad_files;
#[cfg(test)]
mod recordings;
