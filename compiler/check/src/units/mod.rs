//! Units and dimensions: what may be added to, compared with, or divided by what.
//!
//! It knows no names of metrics and no expressions: only units, their algebra, and the literals that carry them.

mod algebra;
mod builtin;
mod declared;
mod dimension;
mod literal;
mod money;

pub(crate) use algebra::Clash;
pub(crate) use declared::UnitTable;
pub(crate) use dimension::{Base, Core, Dimension};
pub(crate) use literal::{Scale, literal_text};

#[cfg(test)]
mod tests;
