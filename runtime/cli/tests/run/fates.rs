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

    /// One of so many places.
    fn place(&mut self, count: usize) -> usize {
        usize::try_from(self.below(count as u64)).unwrap()
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

/// From a start of the process to its end.
#[derive(Debug, Clone)]
pub struct Life {
    /// Whether its time begins when the journal says that it has started, however slow the machine is; or else when it is started, and a
    /// short one ends within the recovery.
    pub is_from_ready: bool,
    pub lasts: Duration,
    /// Whether it is killed then; or else asked to end, so that the next life begins with a snapshot.
    pub is_killed: bool,
    /// Who does what, how long after that.
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
    /// The one of this number. Half of the lives end soon after they began, most of these within a recovery; half last until something may
    /// be under way: a program, a page, a look, a rollback.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut dice = Dice::new(seed.wrapping_mul(1_000_003).wrapping_add(number));
        let trouble = Trouble::ALL[dice.place(Trouble::ALL.len())];
        let count = 5 + dice.below(8);
        let lives = (0..count).map(|life| {
            let is_from_ready = dice.below(2) == 0;
            let lasts_ms_max = if is_from_ready { [400, 1_200, 2_500][dice.place(3)] } else { 1_000 };
            let lasts = dice.ms(lasts_ms_max);
            let deed = match dice.below(8) {
                0 => Some(Deed::Acknowledges),
                1 | 2 => Some(Deed::Silences(format!("{number}/{life}"))),
                _ => None,
            };
            let deed = deed.map(|deed| (dice.ms(lasts_ms_max), deed));
            Life { is_from_ready, lasts, is_killed: dice.below(8) > 0, deed }
        });
        let lives = lives.collect();
        Self { number, trouble, lives, is_killed_at_last: dice.below(2) == 0 }
    }

    /// How often its process is killed.
    pub fn kills(&self) -> usize {
        self.lives.iter().filter(|life| life.is_killed).count() + usize::from(self.is_killed_at_last)
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
