//! Where a window stands at a tick. Slots and blocks are cut at absolute ticks, so that no result depends on when the engine started.
//!
//! Ticks are counted from the Unix epoch: tick `k` takes the samples in `((k − 1)·tick, k·tick]`. Slot `g` is the ticks `g·p + 1 ..= (g + 1)·p`
//! of a pane of `p` ticks. A block is as many slots as the window's length takes, `b`. The window at tick `k` reaches back to the slot of
//! the pane boundary at or before `k − ticks`: `b` slots, or `b + 1` while the last one is still open.

/// The cut of a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    ticks: i64,
    pane: i64,
    block: i64,
}

/// A window at a tick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Phase {
    /// The place of the open slot in its block.
    pub(crate) place: usize,
    /// From which slot of the block before on the window reaches back; `None` if it lies in its own block.
    pub(crate) suffix: Option<usize>,
    /// Whether this tick is the last of the open slot.
    pub(crate) completes: bool,
    /// Whether it is then the last of the block.
    pub(crate) ends_block: bool,
    /// How many ticks the window holds.
    pub(crate) ticks: i64,
}

impl Cut {
    pub(crate) fn new(ticks: u32, pane_ticks: u32) -> Self {
        let (ticks, pane) = (i64::from(ticks.max(1)), i64::from(pane_ticks.max(1)));
        Self { ticks, pane, block: ticks.div_euclid(pane) + i64::from(ticks % pane != 0) }
    }

    /// How many slots a block has.
    pub(crate) fn block(&self) -> usize {
        usize::try_from(self.block).unwrap_or(1)
    }

    /// After how many ticks of the same in each tick a window has gone through all it can show.
    pub(crate) fn span(&self) -> i64 {
        self.ticks + self.pane + self.block * self.pane
    }

    pub(crate) fn at(&self, tick: i64) -> Phase {
        let slot = (tick - 1).div_euclid(self.pane);
        let place = slot.rem_euclid(self.block);
        let completes = tick.rem_euclid(self.pane) == 0;
        let oldest = (tick - self.ticks).div_euclid(self.pane);
        let before = (slot - oldest + 1) - (place + 1);
        Phase {
            place: usize::try_from(place).unwrap_or_default(),
            suffix: if before > 0 { usize::try_from(self.block - before).ok() } else { None },
            completes,
            ends_block: completes && place + 1 == self.block,
            ticks: tick - oldest * self.pane,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cut;

    /// Slots by the definition: those from the pane boundary at or before `tick − ticks` to that of the tick.
    fn check(ticks: u32, pane: u32) {
        let cut = Cut::new(ticks, pane);
        let block = i64::try_from(cut.block()).expect("small");
        for tick in -50..200_i64 {
            let phase = cut.at(tick);
            let oldest = (tick - i64::from(ticks)).div_euclid(i64::from(pane));
            let slot = (tick - 1).div_euclid(i64::from(pane));
            let own_block = slot.div_euclid(block) * block;
            assert!(oldest >= own_block - block, "no more than the block before is needed");
            assert!(oldest <= own_block, "all of the own block is in the window");
            let suffix =
                (oldest < own_block).then(|| usize::try_from(oldest - (own_block - block)).expect("place"));
            assert_eq!(phase.suffix, suffix, "{ticks}/{pane} at {tick}");
            assert!(
                phase.suffix.is_none_or(|suffix| suffix >= phase.place),
                "slots already used again are not asked for: {ticks}/{pane} at {tick}"
            );
            assert_eq!(phase.ticks, tick - oldest * i64::from(pane));
        }
    }

    #[test]
    fn a_window_lies_in_its_block_and_the_one_before() {
        for ticks in 1..40 {
            for pane in 1..=ticks {
                check(ticks, pane);
            }
        }
    }
}
