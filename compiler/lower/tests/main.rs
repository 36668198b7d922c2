//! Lowering, case by case: `tests/cases/*.md` hold a policy and the plan it becomes. `BLESS=1` writes the plans.
#![expect(clippy::panic, clippy::expect_used, reason = "a test that cannot go on fails")]

mod cases;
mod observations;
mod responses;
mod sharing;
