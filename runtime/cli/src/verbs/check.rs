//! `check`

use std::path::PathBuf;

use clap::Args;

use crate::failure::{Exit, Failure};
use crate::options::Global;
use crate::output::Output;

/// What `check` understands.
#[derive(Debug, Args)]
pub struct Arguments {
    /// Files, or folders with `.nvp` files below them
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
}

/// Does it.
pub fn run(arguments: &Arguments, _global: &Global, _out: &mut Output) -> Result<Exit, Failure> {
    Err(Failure::new(format!("cannot read {}: this verb is being laid out", arguments.paths.len())))
}
