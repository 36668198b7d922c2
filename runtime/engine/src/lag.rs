//! A condition as it was some ticks ago: a ring of bitmaps. Before the first tick, and of rows that were not alive then, it is unknown.

use crate::bits::{Bitmap, Truth};
use crate::snapshot::kept::kept;
use nvp_kernels::{Bits, BitsMut};
use std::ops::Range;

/// The delay of one condition.
#[derive(Debug)]
pub(crate) struct Delay {
    ring: Vec<Truth>,
}

kept!(Delay { part ring });

impl Delay {
    pub(crate) fn new(ticks: u32) -> Self {
        Self { ring: vec![Truth::default(); ticks.max(1) as usize] }
    }

    pub(crate) fn resize(&mut self, rows: usize) {
        for past in &mut self.ring {
            past.resize(rows / 64);
        }
    }

    /// How many ticks back it looks.
    pub(crate) fn ticks(&self) -> usize {
        self.ring.len()
    }

    /// Of these words, gives the oldest and keeps this tick's in its place.
    pub(crate) fn tick(
        &mut self,
        tick: i64,
        words: &Range<usize>,
        alive: &Bitmap,
        of: Bits<'_>,
        to: BitsMut<'_>,
    ) {
        let length = i64::try_from(self.ring.len()).unwrap_or(i64::MAX);
        let place = usize::try_from(tick.rem_euclid(length)).unwrap_or_default();
        let Some(past) = self.ring.get_mut(place) else { return };
        let alive = alive.0.get(words.clone()).unwrap_or_default();
        let BitsMut { is_true, is_false } = past.part_mut(words.clone());
        for (past, of, to) in [(is_true, of.is_true, to.is_true), (is_false, of.is_false, to.is_false)] {
            for (((past, of), to), alive) in past.iter_mut().zip(of).zip(to).zip(alive) {
                *to = *past;
                *past = of & alive;
            }
        }
    }

    /// Forgets what was at these ticks, and at those of which they take the places.
    pub(crate) fn forget(&mut self, from: i64, to: i64) {
        let length = i64::try_from(self.ring.len()).unwrap_or(i64::MAX);
        for tick in from.max(to.saturating_sub(length))..to {
            let place = usize::try_from(tick.rem_euclid(length)).unwrap_or_default();
            self.ring.get_mut(place).into_iter().for_each(Truth::forget);
        }
    }

    pub(crate) fn bytes(&self) -> usize {
        self.ring.iter().map(Truth::bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Delay;
    use crate::bits::{Bitmap, Truth};

    #[test]
    fn it_gives_what_was_and_knows_nothing_of_before() {
        let mut delay = Delay::new(2);
        delay.resize(64);
        let alive = Bitmap(vec![0b01]);
        let seen: Vec<Option<bool>> = [Some(true), Some(false), None, Some(true), Some(true)]
            .into_iter()
            .zip(7..)
            .map(|(is, tick)| {
                let (mut of, mut to) = (Truth::default(), Truth::default());
                of.resize(1);
                to.resize(1);
                of.set(0, is);
                of.set(1, is);
                delay.tick(tick, &(0..1), &alive, of.part(0..1), to.part_mut(0..1));
                assert_eq!(to.get(1), None, "a row that is not alive is not remembered");
                to.get(0)
            })
            .collect();
        assert_eq!(seen, [None, None, Some(true), Some(false), None]);
    }
}
