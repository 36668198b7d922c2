//! The whole state as bytes, and back: a restored engine goes on as the one whose state it was would have, bit for bit.
//!
//! The bytes are a head (what they are, the version of their layout, the plan's fingerprint, a SHA-256 over all that follows) and the parts
//! of the state in a fixed order, each as `kept` says, numbers by their bits. The head keeps damaged bytes and another plan's state out;
//! it is no seal: whoever can write a snapshot can put any state into it.

pub(crate) mod kept;

use crate::engine::Engine;
use crate::options::Options;
use crate::plan_error::PlanError;
use crate::rows::Rows;
use kept::{Kept as _, Reader, Writer};
use nvp_kernels::Program;
use nvp_plan::Plan;
use sha2::{Digest as _, Sha256};
use std::fmt::{self, Write as _};
use std::sync::Arc;

const MAGIC: &[u8; 8] = b"nvp eng\0";
/// Goes up with every change of what is kept or how.
const VERSION: [u8; 2] = 1_u16.to_le_bytes();
const HASH_BYTES: usize = 32;

/// Why bytes cannot be made an engine of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// They are no snapshot.
    #[error("it is no snapshot of an evaluation")]
    Foreign,
    /// Another version of this program wrote them.
    #[error(
        "another version of this program wrote it (layout {found}, this one reads {})",
        u16::from_le_bytes(VERSION)
    )]
    Version {
        /// Its layout.
        found: u16,
    },
    /// They are the state of other policies.
    #[error("it is the state of other policies")]
    OtherPlan,
    /// They are not what was written.
    #[error("it does not hold what was written")]
    Damaged,
    /// Something in the state cannot be written.
    #[error("the state cannot be written down")]
    Unwritable,
    /// The plan itself does not fit together.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// What tells one plan from another: the SHA-256 of all that it says.
#[must_use]
pub fn fingerprint(plan: &Plan) -> [u8; HASH_BYTES] {
    struct Hashed(Sha256);
    impl fmt::Write for Hashed {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            self.0.update(text.as_bytes());
            Ok(())
        }
    }
    let mut hashed = Hashed(Sha256::new());
    // Every number of a plan reads differently from every other, and a hash takes any text.
    let _ = write!(hashed, "{plan:?}");
    hashed.0.finalize().into()
}

impl Engine {
    /// Appends the whole state, as it stands between two inputs.
    ///
    /// # Errors
    ///
    /// [`SnapshotError::Unwritable`], which does not happen; `into` is then as it was.
    pub fn snapshot(&self, into: &mut Vec<u8>) -> Result<(), SnapshotError> {
        let mut writer = Writer::new(Vec::new());
        self.write_identity(&mut writer)?;
        self.write_rows(&mut writer)?;
        let (state, plan) = (writer.finish(), fingerprint(&self.plan));
        into.extend(MAGIC.iter().chain(&VERSION).chain(&plan).chain(&digest(&plan, &state)));
        into.extend(state);
        Ok(())
    }

    /// The engine whose state this was. `plan` must be the same, `program` its kernels compiled; the bounds may be others.
    ///
    /// # Errors
    ///
    /// See [`SnapshotError`]. Bytes that are not what was written are refused, whatever they are.
    pub fn restore(
        plan: Arc<Plan>,
        program: Arc<Program>,
        options: Options,
        bytes: &[u8],
    ) -> Result<Self, SnapshotError> {
        let state = state_of(&plan, bytes)?;
        let mut engine = Self::new(plan, program, options)?;
        let mut reader = Reader::new(state);
        engine.read_identity(&mut reader)?;
        engine.make_room_as_before()?;
        engine.read_rows(&mut reader)?;
        reader.finish()?;
        engine.join_as_before();
        Ok(engine)
    }

    /// What rows there are and what stands between inputs and ticks.
    fn write_identity(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        self.time.write(to)?;
        self.watermark.write(to)?;
        self.waiting.write(to)?;
        self.table.write(to)?;
        self.targets.write(to)?;
        self.identity.write(to)?;
        self.turnover.write(to)?;
        to.value(&self.statistics)
    }

    fn read_identity(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        self.time.read(from)?;
        self.watermark.read(from)?;
        self.waiting.read(from)?;
        self.table.read(from)?;
        self.targets.read(from)?;
        self.identity.read(from)?;
        self.turnover.read(from)?;
        self.statistics = from.value()?;
        Ok(())
    }

    /// What is known of each row.
    fn write_rows(&self, to: &mut Writer) -> Result<(), SnapshotError> {
        to.value(&self.columns.keeps_all())?;
        self.columns.write(to)?;
        self.readings.write(to)?;
        self.windows.write(to)?;
        self.holds.write(to)?;
        self.clocks.write(to)?;
        self.lags.write(to)?;
        self.alerts.write(to)?;
        self.pasts.write(to)?;
        self.hole.write(to)
    }

    fn read_rows(&mut self, from: &mut Reader<'_>) -> Result<(), SnapshotError> {
        let keeps_all = from.value()?;
        self.columns.keep_all(&self.plan, &self.turnover.sizes, keeps_all);
        self.columns.read(from)?;
        self.readings.read(from)?;
        self.windows.read(from)?;
        self.holds.read(from)?;
        self.clocks.read(from)?;
        self.lags.read(from)?;
        self.alerts.read(from)?;
        self.pasts.read(from)?;
        self.hole.read(from)
    }

    /// Sizes everything for the rows that were there at the last tick, after a look whether the bytes name any that are not.
    fn make_room_as_before(&mut self) -> Result<(), SnapshotError> {
        let rows = |domain: usize| self.identity.rows.get(domain).map_or(0, Rows::len);
        let is_sized = |(domain, size): (usize, &usize)| {
            size.is_multiple_of(64) && *size <= rows(domain).next_multiple_of(64)
        };
        let domain_of = |input: u32| Some(self.readings.get(input as usize)?.domain);
        let is_there =
            |input: u32, row: u32| domain_of(input).is_some_and(|domain| (row as usize) < rows(domain));
        let removals = self.turnover.removals.iter().map(|(input, row, _)| (*input, *row));
        let homes = self.table.feeds.iter().filter(|feed| feed.is_live).map(|feed| (feed.input, feed.row));
        let is_sound = self.turnover.sizes.len() == self.plan.domains.len()
            && self.turnover.sizes.iter().enumerate().all(is_sized)
            && removals.chain(homes).all(|(input, row)| is_there(input, row));
        if !is_sound {
            return Err(SnapshotError::Damaged);
        }
        for domain in 0..self.turnover.sizes.len() {
            let rows = self.turnover.sizes.get(domain).copied().unwrap_or_default();
            self.resize(domain, rows);
        }
        Ok(())
    }

    /// Brings what follows from the rows to where it was at the last tick.
    fn join_as_before(&mut self) {
        let Some(last) = self.time.last else { return };
        self.windows.iter_mut().for_each(|window| window.resume(last));
        self.refresh_joins();
    }
}

/// The state behind a head that fits.
fn state_of<'b>(plan: &Plan, bytes: &'b [u8]) -> Result<&'b [u8], SnapshotError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(SnapshotError::Foreign)?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or(SnapshotError::Damaged)?;
    if *version != VERSION {
        return Err(SnapshotError::Version { found: u16::from_le_bytes(*version) });
    }
    let (of_plan, rest) = rest.split_first_chunk::<HASH_BYTES>().ok_or(SnapshotError::Damaged)?;
    let (written, state) = rest.split_first_chunk::<HASH_BYTES>().ok_or(SnapshotError::Damaged)?;
    if *written != digest(of_plan, state) {
        return Err(SnapshotError::Damaged);
    }
    if *of_plan != fingerprint(plan) {
        return Err(SnapshotError::OtherPlan);
    }
    Ok(state)
}

fn digest(plan: &[u8], state: &[u8]) -> [u8; HASH_BYTES] {
    Sha256::new().chain_update(plan).chain_update(state).finalize().into()
}

#[cfg(test)]
mod tests;
