//! Mutations of a corpus, the same ones for the same seed.

/// Texts that make mutated policies and expositions more likely to reach further.
const WORDS: &[&str] = &[
    "for 5m", "over 1h", "by region", "overall", "default 0", "is red", "and", "or", "not", "{", "}", "(", ")", "\"", "#", "\0", "\n",
    "1e308", "-0", "NaN", "+Inf", "999999999999999999999", "\u{feff}", "é", "absent holds", "alert a { red when x > 1 }", "derive x = x",
    "metric m: counter of s", "le=\"+Inf\"", "# TYPE x counter", "# EOF",
];

/// One mutation of an input, with parts of another.
#[must_use]
pub fn mutated(input: &[u8], other: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..random.usize(1..=4) {
        let at = random.usize(0..=bytes.len());
        match random.u8(0..6) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random.u8(0..8);
                }
            }
            1 => {
                let end = (at + random.usize(0..32)).min(bytes.len());
                bytes.drain(at..end);
            }
            2 => {
                let from = random.usize(0..=other.len());
                let until = (from + random.usize(0..64)).min(other.len());
                bytes.splice(at..at, other.get(from..until).unwrap_or_default().iter().copied());
            }
            3 => {
                let word = random.choice(WORDS).copied().unwrap_or_default();
                bytes.splice(at..at, word.bytes());
            }
            4 => {
                let end = (at + random.usize(0..48)).min(bytes.len());
                let copy: Vec<u8> = bytes.get(at..end).unwrap_or_default().to_vec();
                bytes.splice(at..at, copy);
            }
            _ => bytes.truncate(at),
        }
    }
    bytes
}

/// Inputs for a target: the corpus as it is, then so many mutations of it.
pub fn inputs(corpus: &[Vec<u8>], mutations: usize, seed: u64) -> impl Iterator<Item = Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let made = (0..mutations).filter_map(move |_| {
        let input = random.choice(corpus)?;
        let other = random.choice(corpus)?;
        Some(mutated(input, other, &mut random))
    });
    corpus.to_vec().into_iter().chain(made)
}
