//! Sources from outside.

#[cfg(test)]
mod host;
