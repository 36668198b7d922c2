//! What the text formats share: numbers, the writing of a series, `# TYPE` lines, and the memory of what was read before.

pub(crate) mod families;
pub(crate) mod number;
pub(crate) mod prefixes;
pub(crate) mod reader;
pub(crate) mod sample;
pub(crate) mod syntax;
