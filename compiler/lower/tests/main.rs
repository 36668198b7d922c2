//! Lowering, case by case: `tests/cases/*.md` hold a policy and the plan it becomes. `BLESS=1` writes the plans.

mod cases;
mod sharing;
