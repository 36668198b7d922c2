//! Choices read off an input's bytes; when they are used up, random ones that depend on nothing but the input.

/// A source of choices.
#[derive(Debug)]
pub struct Choices<'d> {
    bytes: std::slice::Iter<'d, u8>,
    random: fastrand::Rng,
}

impl<'d> Choices<'d> {
    /// The choices that `bytes` are, then those that follow from all of `seed`.
    pub fn new(seed: &[u8], bytes: &'d [u8]) -> Self {
        // FNV-1a: the same on every machine and in every version.
        let seed = seed.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self { bytes: bytes.iter(), random: fastrand::Rng::with_seed(seed) }
    }

    /// A number below `limit`; 0 where that is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        if limit < 2 {
            return 0;
        }
        match self.bytes.next() {
            Some(byte) if limit <= 256 => usize::from(*byte) % limit,
            Some(byte) => {
                (usize::from(*byte) << 8 | usize::from(self.bytes.next().copied().unwrap_or_default()))
                    % limit
            }
            None => self.random.usize(0..limit),
        }
    }

    /// True so many times in a hundred.
    pub fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of some.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.below(of.len()))
    }

    /// Puts them into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}
