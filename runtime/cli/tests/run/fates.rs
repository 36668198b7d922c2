//! What happens to a plant whose process is killed again and again: drawn from a seed, so that it can happen once more.

use std::time::Duration;

use super::plant::Trouble;

/// Numbers that look like chance (splitmix64).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// One of `0..below`.
    fn below(&mut self, below: u64) -> u64 {
        self.next() % below
    }

    fn ms(&mut self, below: u64) -> Duration {
        Duration::from_millis(self.below(below))
    }
}

/// Something that a person does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    Acknowledges,
    /// With this key of his own.
    Silences(String),
}

/// From a start of the process to its being killed.
#[derive(Debug, Clone)]
pub struct Life {
    pub lasts: Duration,
    /// Who does what, how long after the start.
    pub deed: Option<(Duration, Deed)>,
}

/// All that happens to a plant.
#[derive(Debug, Clone)]
pub struct Fate {
    pub number: u64,
    pub trouble: Trouble,
    pub lives: Vec<Life>,
    /// Whether the last process, which is left alone until all is over, is killed then too; or else asked to end.
    pub is_killed_at_last: bool,
}

impl Fate {
    /// The one of this number. Most lives end within a recovery, before the first tick or soon after; some last until something is
    /// verified or taken back.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut dice = Dice::new(seed.wrapping_mul(1_000_003).wrapping_add(number));
        let trouble = Trouble::ALL[usize::try_from(dice.below(Trouble::ALL.len() as u64)).unwrap()];
        let count = 5 + dice.below(8);
        let lives = (0..count).map(|life| {
            let lasts_ms_max = [300, 1_500, 1_500, 3_500][usize::try_from(dice.below(4)).unwrap()];
            let lasts = dice.ms(lasts_ms_max);
            let deed = match dice.below(8) {
                0 => Some(Deed::Acknowledges),
                1 | 2 => Some(Deed::Silences(format!("{number}/{life}"))),
                _ => None,
            };
            Life { lasts, deed: deed.map(|deed| (dice.ms(lasts_ms_max), deed)) }
        });
        let lives = lives.collect();
        Self { number, trouble, lives, is_killed_at_last: dice.below(2) == 0 }
    }

    /// How often its process is killed.
    pub fn kills(&self) -> usize {
        self.lives.len() + usize::from(self.is_killed_at_last)
    }
}

#[test]
fn the_same_seed_is_the_same_fate() {
    let shown = |seed, number| format!("{:?}", Fate::of(seed, number));
    assert_eq!(shown(7, 3), shown(7, 3));
    assert_ne!(shown(7, 3), shown(8, 3));
    let kinds: Vec<_> = (0..100).map(|number| Fate::of(7, number).trouble).collect();
    assert!(Trouble::ALL.iter().all(|trouble| kinds.contains(trouble)), "every trouble comes: {kinds:?}");
}
