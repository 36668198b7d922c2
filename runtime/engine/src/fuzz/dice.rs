//! Choices made of bytes: as long as there are some they decide, then a sequence that they seed goes on.
#![expect(clippy::indexing_slicing, reason = "places are taken modulo the length, which is not 0")]

/// Choices.
#[derive(Debug)]
pub(super) struct Dice<'a> {
    data: std::slice::Iter<'a, u8>,
    state: u64,
}

impl<'a> Dice<'a> {
    pub(super) fn new(data: &'a [u8]) -> Self {
        let seed = data.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self { data: data.iter(), state: seed | 1 }
    }

    /// A number below a small bound.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let byte = self.data.next().copied();
        // xorshift64*
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let drawn = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        byte.map_or(drawn, |byte| u64::from(byte) ^ (drawn & !0xff)) % bound.max(1)
    }

    /// One of these.
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        const { assert!(N > 0, "there is something to pick") };
        let place = self.below(N as u64) as usize;
        of[place % N]
    }

    /// The numbers below a count, in order or shuffled.
    pub(super) fn order(&mut self, count: usize, is_shuffled: bool) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        if is_shuffled {
            for place in (1..count).rev() {
                order.swap(place, self.below(place as u64 + 1) as usize);
            }
        }
        order
    }
}
