//! The loops of the interpreter: one function of the kernel language over one block of rows, 64 rows at a time so that the compiler
//! knows the length and uses vector instructions.

use crate::ROWS_PER_WORD;

/// 64 numbers.
pub(crate) type Chunk = [f64; ROWS_PER_WORD];

/// A number operand over a block.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Number<'a> {
    /// One for each row.
    Rows(&'a [Chunk]),
    /// One for all rows.
    All(f64),
}

/// A condition over a block: two bits a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Truth<'a> {
    pub(crate) is_true: &'a [u64],
    pub(crate) is_false: &'a [u64],
}

/// `to = f(a)`
#[inline(always)]
pub(crate) fn map(a: Number<'_>, to: &mut [Chunk], f: impl Fn(f64) -> f64) {
    match a {
        Number::Rows(a) => {
            for (to, a) in to.iter_mut().zip(a) {
                for (to, a) in to.iter_mut().zip(a) {
                    *to = f(*a);
                }
            }
        }
        Number::All(a) => to.fill([f(a); ROWS_PER_WORD]),
    }
}

/// `to = f(a, b)`
#[inline(always)]
pub(crate) fn map2(a: Number<'_>, b: Number<'_>, to: &mut [Chunk], f: impl Fn(f64, f64) -> f64) {
    match (a, b) {
        (Number::Rows(a), Number::Rows(b)) => {
            for ((to, a), b) in to.iter_mut().zip(a).zip(b) {
                for ((to, a), b) in to.iter_mut().zip(a).zip(b) {
                    *to = f(*a, *b);
                }
            }
        }
        (Number::Rows(_), Number::All(b)) => map(a, to, |a| f(a, b)),
        (Number::All(a), _) => map(b, to, |b| f(a, b)),
    }
}

/// `to = is_true where test, is_false where known and not test`
#[inline(always)]
pub(crate) fn test2(
    a: Number<'_>,
    b: Number<'_>,
    to: (&mut [u64], &mut [u64]),
    known: impl Fn(f64, f64) -> bool,
    test: impl Fn(f64, f64) -> bool,
) {
    match (a, b) {
        (Number::Rows(a), Number::Rows(b)) => {
            for (((is_true, is_false), a), b) in to.0.iter_mut().zip(to.1).zip(a).zip(b) {
                *is_true = pack2(a, b, &test);
                *is_false = pack2(a, b, &known) & !*is_true;
            }
        }
        (Number::Rows(a), Number::All(b)) => {
            for ((is_true, is_false), a) in to.0.iter_mut().zip(to.1).zip(a) {
                *is_true = pack(a, |a| test(a, b));
                *is_false = pack(a, |a| known(a, b)) & !*is_true;
            }
        }
        (Number::All(a), Number::Rows(b)) => {
            for ((is_true, is_false), b) in to.0.iter_mut().zip(to.1).zip(b) {
                *is_true = pack(b, |b| test(a, b));
                *is_false = pack(b, |b| known(a, b)) & !*is_true;
            }
        }
        (Number::All(a), Number::All(b)) => {
            to.0.fill(splat(test(a, b)));
            to.1.fill(splat(known(a, b) & !test(a, b)));
        }
    }
}

/// `to = if c then a else b`, missing where `c` is unknown.
pub(crate) fn choose(c: Truth<'_>, a: Number<'_>, b: Number<'_>, to: &mut [Chunk]) {
    for (word, ((to, is_true), is_false)) in to.iter_mut().zip(c.is_true).zip(c.is_false).enumerate() {
        let (a, b) = (a.chunk(word), b.chunk(word));
        for (row, ((to, a), b)) in to.iter_mut().zip(&a).zip(&b).enumerate() {
            let otherwise = if (is_false >> row) & 1 == 1 { *b } else { f64::NAN };
            *to = if (is_true >> row) & 1 == 1 { *a } else { otherwise };
        }
    }
}

/// A condition of one condition: `f` of its two words gives the two words of the result.
#[inline(always)]
pub(crate) fn words(a: Truth<'_>, to: (&mut [u64], &mut [u64]), f: impl Fn([u64; 2]) -> [u64; 2]) {
    for (((is_true, is_false), at), af) in to.0.iter_mut().zip(to.1).zip(a.is_true).zip(a.is_false) {
        [*is_true, *is_false] = f([*at, *af]);
    }
}

/// The same of two conditions.
#[inline(always)]
pub(crate) fn words2(
    a: Truth<'_>,
    b: Truth<'_>,
    to: (&mut [u64], &mut [u64]),
    f: impl Fn([u64; 2], [u64; 2]) -> [u64; 2],
) {
    let b = b.is_true.iter().zip(b.is_false);
    for ((((is_true, is_false), at), af), (bt, bf)) in
        to.0.iter_mut().zip(to.1).zip(a.is_true).zip(a.is_false).zip(b)
    {
        [*is_true, *is_false] = f([*at, *af], [*bt, *bf]);
    }
}

/// All rows alike.
pub(crate) const fn splat(bit: bool) -> u64 {
    if bit { u64::MAX } else { 0 }
}

impl Number<'_> {
    /// 64 rows by value; past the end missing.
    fn chunk(self, word: usize) -> Chunk {
        match self {
            Self::Rows(rows) => rows.get(word).copied().unwrap_or([f64::NAN; ROWS_PER_WORD]),
            Self::All(number) => [number; ROWS_PER_WORD],
        }
    }
}

/// A word of 64 tests.
#[inline(always)]
pub(crate) fn pack(a: &Chunk, test: impl Fn(f64) -> bool) -> u64 {
    let mut flags = [0; ROWS_PER_WORD];
    for (flag, a) in flags.iter_mut().zip(a) {
        *flag = u8::from(test(*a));
    }
    gather(&flags)
}

#[inline(always)]
fn pack2(a: &Chunk, b: &Chunk, test: impl Fn(f64, f64) -> bool) -> u64 {
    let mut flags = [0; ROWS_PER_WORD];
    for ((flag, a), b) in flags.iter_mut().zip(a).zip(b) {
        *flag = u8::from(test(*a, *b));
    }
    gather(&flags)
}

/// 64 bytes of 0 or 1 to 64 bits. The multiplication moves the lowest bit of byte `i` to bit `56 + i`; no two terms meet, so
/// nothing is carried.
#[inline(always)]
fn gather(flags: &[u8; ROWS_PER_WORD]) -> u64 {
    let mut word = 0;
    for eight in flags.as_chunks::<8>().0.iter().rev() {
        let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word = (word << 8) | bits;
    }
    word
}
