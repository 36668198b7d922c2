//! The units a policy set declares, and the look-up of any unit's name.

use std::sync::Arc;

use nvp_dsl::ast::{Ident, Quantity, UnitExpr};
use rustc_hash::FxHashMap;

use super::builtin::{NAMES, builtin};
use super::dimension::{Base, Core, Dimension};
use super::literal::Scale;
use super::money::is_money;

/// All units known to a policy set.
#[derive(Debug, Default)]
pub(crate) struct UnitTable<'a> {
    declared: FxHashMap<&'a str, (usize, Dimension, Scale)>,
    names: Vec<&'a str>,
}

/// A unit found by its name.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UnitUse {
    /// What it measures.
    pub(crate) dimension: Dimension,
    /// How it becomes base units.
    pub(crate) scale: Scale,
    /// The place of its declaration among the set's units, if it was declared.
    pub(crate) declared: Option<usize>,
}

impl<'a> UnitTable<'a> {
    /// Whether a name is taken by a unit that needs no declaration.
    pub(crate) fn is_builtin(name: &str) -> bool {
        builtin(name).is_some() || matches!(name, "time" | "data" | "text" | "condition")
    }

    /// Adds a unit of its own kind (`unit requests`).
    pub(crate) fn declare(&mut self, name: &'a str, index: usize) {
        let symbol: Arc<str> = Arc::from(name);
        let base = if is_money(name) { Base::Money(symbol) } else { Base::Counted(symbol) };
        self.insert(name, index, Dimension::base(base), Scale::ONE);
    }

    /// Adds a unit that is so many of another (`unit centisecond = 10ms`).
    pub(crate) fn define(&mut self, name: &'a str, index: usize, dimension: Dimension, scale: Scale) {
        self.insert(name, index, dimension, scale);
    }

    fn insert(&mut self, name: &'a str, index: usize, dimension: Dimension, scale: Scale) {
        if self.declared.insert(name, (index, dimension, scale)).is_none() {
            self.names.push(name);
        }
    }

    /// Finds a unit; a declared unit may be written in the plural or the singular (`unit reads`, `10ms/read`).
    pub(crate) fn find(&self, name: &str) -> Option<UnitUse> {
        if let Some((dimension, scale)) = builtin(name) {
            return Some(UnitUse { dimension, scale, declared: None });
        }
        let plural = || format!("{name}s");
        let (index, dimension, scale) = self
            .declared
            .get(name)
            .or_else(|| self.declared.get(plural().as_str()))
            .or_else(|| self.declared.get(name.strip_suffix('s')?))?;
        Some(UnitUse { dimension: dimension.clone(), scale: *scale, declared: Some(*index) })
    }

    /// All names, for "did you mean".
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        NAMES.iter().copied().chain(self.names.iter().copied())
    }

    /// The unit written after a colon; the name that is unknown otherwise. `used` is told of each declared unit met.
    pub(crate) fn expression<'u>(
        &self,
        unit: &'u UnitExpr,
        used: &mut dyn FnMut(usize),
    ) -> Result<(Dimension, Scale), &'u Ident> {
        let mut find = |name: &'u Ident| {
            let found = self.find(&name.node).ok_or(name)?;
            found.declared.into_iter().for_each(&mut *used);
            Ok(found)
        };
        let over = find(&unit.over)?;
        let Some(under) = &unit.under else { return Ok((over.dimension, over.scale)) };
        let under = find(under)?;
        let scale = over.scale.per(under.scale);
        Ok((quotient(&over.dimension, &under.dimension), scale))
    }

    /// A literal in base units; the name of the unit that is unknown otherwise.
    pub(crate) fn literal<'q>(
        &self,
        quantity: &'q Quantity,
        used: &mut dyn FnMut(usize),
    ) -> Result<(f64, Dimension), &'q str> {
        let mut find = |name: &'q str| {
            let found = self.find(name).ok_or(name)?;
            found.declared.into_iter().for_each(&mut *used);
            Ok::<UnitUse, &'q str>(found)
        };
        let under = quantity.per.as_deref().map(&mut find).transpose()?;
        let mut total = 0.0;
        let mut dimension = Dimension::plain(Core::Bare);
        for (number, unit) in &quantity.parts {
            let mut scale = Scale::ONE;
            if !unit.is_empty() {
                let over = find(unit)?;
                (dimension, scale) = (over.dimension, over.scale);
            }
            if let Some(under) = &under {
                scale = scale.per(under.scale);
            }
            total += scale.apply(*number);
        }
        if let Some(under) = &under {
            dimension = quotient(&dimension, &under.dimension);
        } else if total == 0.0 && dimension.is_bare() {
            dimension = Dimension::Zero;
        }
        Ok((total, dimension))
    }
}

/// A unit over a unit: over time it is a rate, so that `%/s` stays a ratio per second and `s/s` becomes a ratio.
fn quotient(over: &Dimension, under: &Dimension) -> Dimension {
    if under.is_time() {
        return over.per_second();
    }
    over.over(under).unwrap_or_else(|| over.clone())
}
