//! Kernels and operands out of any bytes: every input gives a well-formed kernel, and small changes of the input small changes of it.

use nvp_plan::kernel::{Binary, Compare, Instruction, Kernel, Reach, Register, Unary};

use super::Operands;
use crate::ROWS_PER_WORD;
use crate::check::{Kind, kind};

/// Numbers at which functions and comparisons break.
const AWKWARD: [f64; 28] = [
    f64::NAN,
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    0.499_999_999_999_999_94,
    1.5,
    2.5,
    -2.5,
    70.0,
    0.7,
    100.0,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    -f64::MIN_POSITIVE,
    5e-324,
    -5e-324,
    4_503_599_627_370_495.5,
    -4_503_599_627_370_497.0,
    9_007_199_254_740_993.0,
    709.8,
    -745.2,
    1e-300,
];

const UNARY: [Unary; 11] = [
    Unary::Negate,
    Unary::Abs,
    Unary::Ceil,
    Unary::Floor,
    Unary::Round,
    Unary::Sqrt,
    Unary::Exp,
    Unary::Ln,
    Unary::Log2,
    Unary::Log10,
    Unary::Sign,
];

const BINARY: [Binary; 6] =
    [Binary::Add, Binary::Subtract, Binary::Multiply, Binary::Divide, Binary::Min, Binary::Max];

const COMPARE: [Compare; 6] = [
    Compare::Less,
    Compare::LessOrEqual,
    Compare::Greater,
    Compare::GreaterOrEqual,
    Compare::Equal,
    Compare::NotEqual,
];

/// Bytes read one by one; past their end zeros.
pub(super) struct Bytes<'a> {
    rest: &'a [u8],
    /// State of the generator that spreads a byte over columns (xorshift; never zero).
    state: u64,
}

impl<'a> Bytes<'a> {
    pub(super) const fn new(data: &'a [u8]) -> Self {
        Self { rest: data, state: 0x9e37_79b9_7f4a_7c15 }
    }

    fn next(&mut self) -> u8 {
        match self.rest.split_first() {
            Some((first, rest)) => {
                self.rest = rest;
                *first
            }
            None => 0,
        }
    }

    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        usize::from(self.next()) % bound.max(1)
    }

    /// One of the list.
    fn one_of<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        let place = self.below(list.len());
        list.get(place).copied()
    }

    fn reach(&mut self) -> Reach {
        if self.next().is_multiple_of(4) { Reach::All } else { Reach::Row }
    }

    /// A well-formed kernel.
    pub(super) fn kernel(&mut self) -> Kernel {
        let mut kernel = Kernel::default();
        for _ in 0..self.below(5) {
            kernel.values.push(self.reach());
        }
        for _ in 0..self.below(4) {
            kernel.conditions.push(self.reach());
        }
        kernel.constants = u16::from(self.next() % 4);
        let (mut numbers, mut conditions) = (Vec::new(), Vec::new());
        for place in 0..=u16::from(self.next() % 48) {
            let instruction = self.instruction(&kernel, &numbers, &conditions);
            match kind(instruction) {
                Kind::Number => numbers.push(Register(place)),
                Kind::Condition => conditions.push(Register(place)),
            }
            kernel.code.push(instruction);
        }
        // The last ones are always results, so that the code is not all for nothing; some others are too.
        kernel.to_values.extend(numbers.last());
        kernel.to_conditions.extend(conditions.last());
        for _ in 0..self.below(4) {
            kernel.to_values.extend(self.one_of(&numbers));
            kernel.to_conditions.extend(self.one_of(&conditions));
        }
        kernel
    }

    /// An instruction that reads earlier registers; where there is none of the type it needs, a fixed condition.
    fn instruction(&mut self, kernel: &Kernel, numbers: &[Register], conditions: &[Register]) -> Instruction {
        use Instruction as I;
        let choice = self.next() % 16;
        let made = match choice {
            0 => operand(self.below(kernel.values.len()), kernel.values.len()).map(I::Value),
            1 => operand(self.below(kernel.conditions.len()), kernel.conditions.len()).map(I::Condition),
            2 => operand(self.below(usize::from(kernel.constants)), usize::from(kernel.constants))
                .map(I::Constant),
            3 | 4 => self.one_of(&UNARY).zip(self.one_of(numbers)).map(|(of, a)| I::Unary(of, a)),
            5 | 6 => {
                let of = self.one_of(&BINARY);
                of.zip(self.two(numbers)).map(|(of, (a, b))| I::Binary(of, a, b))
            }
            7 => {
                let c = self.one_of(conditions);
                c.zip(self.two(numbers)).map(|(c, (a, b))| I::Choose(c, a, b))
            }
            8 => self.two(numbers).map(|(a, b)| I::OrElse(a, b)),
            9 | 10 => {
                let of = self.one_of(&COMPARE);
                of.zip(self.two(numbers)).map(|(of, (a, b))| I::Compare(of, a, b))
            }
            11 => self.one_of(numbers).map(I::IsPresent),
            12 => {
                self.one_of(conditions).map(|a| if self.next() & 1 == 0 { I::Not(a) } else { I::IsKnown(a) })
            }
            13 => self.two(conditions).map(|(a, b)| I::And(a, b)),
            14 => self.two(conditions).map(|(a, b)| I::Or(a, b)),
            _ => {
                let c = self.one_of(conditions);
                let both = c.zip(self.two(conditions));
                both.map(|(c, (a, b))| match self.next() & 1 {
                    0 => I::OrElseCondition(a, b),
                    _ => I::ChooseCondition(c, a, b),
                })
            }
        };
        made.unwrap_or_else(|| match kernel.values.is_empty() || choice & 1 == 1 {
            false => I::Value(0),
            true => I::Fixed([None, Some(true), Some(false)].get(self.below(3)).copied().flatten()),
        })
    }

    fn two(&mut self, list: &[Register]) -> Option<(Register, Register)> {
        self.one_of(list).zip(self.one_of(list))
    }

    /// Operands that fit the kernel: a few words of rows, more than a block of the interpreter now and then.
    pub(super) fn operands(&mut self, kernel: &Kernel) -> Operands {
        let words = self.below(20);
        let rows = words * ROWS_PER_WORD;
        let entries = |reach: &Reach, all: usize| if *reach == Reach::Row { all } else { 1 };
        let values = (kernel.values.iter())
            .map(|reach| (0..entries(reach, rows)).map(|_| self.number()).collect())
            .collect();
        let conditions = (kernel.conditions.iter())
            .map(|reach| {
                let pairs = (0..entries(reach, words)).map(|_| {
                    let (t, f) = (self.random(), self.random());
                    (t, f & !t)
                });
                let (t, f): (Vec<u64>, Vec<u64>) = pairs.unzip();
                [t, f]
            })
            .collect();
        let constants = (0..kernel.constants).map(|_| self.number()).collect();
        Operands { values, conditions, constants, rows }
    }

    /// A missing or an awkward number, or any bits, or a plain one.
    fn number(&mut self) -> f64 {
        let random = self.random();
        match random % 8 {
            0 => f64::from_bits(random.rotate_left(17)),
            1 => f64::NAN,
            2..5 => (random >> 40) as f64 / 1024.0 - 4096.0,
            _ => AWKWARD.get((random >> 32) as usize % AWKWARD.len()).copied().unwrap_or_default(),
        }
    }

    /// The next state, moved on by the next byte while there are any.
    fn random(&mut self) -> u64 {
        self.state ^= u64::from(self.next()) << 23;
        self.state |= u64::from(self.state == 0);
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }
}

fn operand(place: usize, of: usize) -> Option<u16> {
    (place < of).then(|| u16::try_from(place).unwrap_or_default())
}
