//! What pest makes of `grammar.pest`.

use pest_derive::Parser;

/// The recogniser; `Rule` is generated beside it.
#[derive(Parser)]
#[grammar = "grammar.pest"]
pub(super) struct Grammar;
