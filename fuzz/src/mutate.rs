//! Mutations of a corpus, the same ones for the same seed.

/// Texts that make mutated policies and expositions more likely to reach further.
const WORDS: &[&str] = &[
    "for 5m",
    "over 1h",
    "by region",
    "overall",
    "default 0",
    "is red",
    "and",
    "or",
    "not",
    "{",
    "}",
    "(",
    ")",
    "\"",
    "#",
    "\0",
    "\n",
    "1e308",
    "-0",
    "NaN",
    "+Inf",
    "999999999999999999999",
    "\u{feff}",
    "é",
    "absent holds",
    "alert a { red when x > 1 }",
    "derive x = x",
    "metric m: counter of s",
    "le=\"+Inf\"",
    "# TYPE x counter",
    "# EOF",
];

/// Which part of an input is mutated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// What stands behind the first NUL: the choices that make a world for the policy before it.
    Choices,
}

/// One mutation of an input, with parts of another.
#[must_use]
pub fn mutated(input: &[u8], other: &[u8], part: Part, random: &mut fastrand::Rng) -> Vec<u8> {
    if part == Part::Choices {
        let (text, choices) = split(input);
        let mut bytes = text.to_vec();
        bytes.push(0);
        let fresh: Vec<u8> = (0..random.usize(0..64)).map(|_| random.u8(..)).collect();
        let choices = if random.bool() { fresh.as_slice() } else { choices };
        bytes.extend(with_bytes_changed(choices, split(other).1, random));
        return bytes;
    }
    if random.bool() {
        with_words_changed(input, other, random)
    } else {
        with_bytes_changed(input, other, random)
    }
}

/// An input's text and the choices behind its first NUL.
#[must_use]
pub fn split(input: &[u8]) -> (&[u8], &[u8]) {
    let end = input.iter().position(|byte| *byte == 0).unwrap_or(input.len());
    let (text, choices) = input.split_at_checked(end).unwrap_or((input, &[]));
    (text, choices.get(1..).unwrap_or_default())
}

/// Inputs for a target: the corpus as it is, then so many mutations of it.
pub fn inputs(corpus: &[Vec<u8>], mutations: usize, part: Part, seed: u64) -> impl Iterator<Item = Vec<u8>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let made = (0..mutations).filter_map(move |_| {
        let input = random.choice(corpus)?;
        let other = random.choice(corpus)?;
        Some(mutated(input, other, part, &mut random))
    });
    corpus.iter().cloned().chain(made)
}

fn with_bytes_changed(input: &[u8], other: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
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

/// What a run of bytes is to people: replacing one of a kind by another keeps more texts meaningful than flipping bits does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Name,
    Blank,
    Mark,
}

fn with_words_changed(input: &[u8], other: &[u8], random: &mut fastrand::Rng) -> Vec<u8> {
    let mut words = words(input);
    let others = self::words(other);
    for _ in 0..random.usize(1..=3) {
        if words.is_empty() {
            break;
        }
        let at = random.usize(0..words.len());
        match random.u8(0..8) {
            0 => {
                words.remove(at);
            }
            1 => {
                let end = (at + random.usize(1..12)).min(words.len());
                let copy: Vec<_> = words.get(at..end).unwrap_or_default().to_vec();
                words.splice(at..at, copy);
            }
            2 => {
                let with = random.usize(0..words.len());
                words.swap(at, with);
            }
            3 => {
                let from = random.usize(0..=others.len());
                let until = (from + random.usize(0..12)).min(others.len());
                words.splice(at..at, others.get(from..until).unwrap_or_default().iter().copied());
            }
            _ => replace(&mut words, at, &others, random),
        }
    }
    words.into_iter().flat_map(|(_, word)| word.iter().copied()).collect()
}

/// Replaces a word that is no blank by another of its kind, mostly of the same text.
fn replace<'a>(
    words: &mut [(Kind, &'a [u8])],
    near: usize,
    others: &[(Kind, &'a [u8])],
    random: &mut fastrand::Rng,
) {
    let Some(at) = (near..words.len()).find(|at| words.get(*at).is_some_and(|word| word.0 != Kind::Blank))
    else {
        return;
    };
    let Some((kind, _)) = words.get(at).copied() else { return };
    let from = if random.u8(0..4) == 0 { others } else { &*words };
    let same: Vec<&[u8]> = from.iter().filter(|word| word.0 == kind).map(|word| word.1).collect();
    let Some(word) = random.choice(same) else { return };
    if let Some(place) = words.get_mut(at) {
        place.1 = word;
    }
}

fn words(text: &[u8]) -> Vec<(Kind, &[u8])> {
    let is_word =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'%') || *byte >= 0x80;
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.first() {
        let (kind, length) = if first.is_ascii_whitespace() {
            (Kind::Blank, rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count())
        } else if is_word(first) {
            let kind = if first.is_ascii_digit() { Kind::Number } else { Kind::Name };
            (kind, rest.iter().take_while(|byte| is_word(byte)).count())
        } else {
            (Kind::Mark, 1)
        };
        let Some((word, after)) = rest.split_at_checked(length) else { break };
        words.push((kind, word));
        rest = after;
    }
    words
}
