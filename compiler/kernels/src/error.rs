//! What can go wrong when kernels are compiled or called.

use nvp_plan::ids::KernelId;
use thiserror::Error;

/// Why kernels could not be compiled.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CompileError {
    /// A kernel is not well formed: the plan is wrong, in every mode.
    #[error("kernel {kernel} is malformed: {fault}")]
    Malformed {
        /// Its place in the plan.
        kernel: usize,
        /// What is wrong with it.
        fault: Fault,
    },
    /// There is no native code for this machine.
    #[error("no machine code can be made for this machine: {0}")]
    Unsupported(String),
    /// The system does not let a process make memory executable (SELinux `execmem`, systemd `MemoryDenyWriteExecute`).
    #[error("executable memory is refused here: {0}")]
    Refused(String),
    /// The code generator refused a kernel.
    #[error("the code generator failed: {0}")]
    Generator(String),
}

/// What is wrong with a kernel.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// It has more instructions than registers have numbers.
    #[error("it has {0} instructions, more than 65536")]
    TooLong(usize),
    /// An instruction names an operand or a constant that the kernel does not have.
    #[error("instruction {0} names an operand that does not exist")]
    NoSuchOperand(usize),
    /// An instruction reads a register that is not defined before it.
    #[error("instruction {0} reads a register that is not defined before it")]
    NotYetDefined(usize),
    /// An instruction reads a number where a condition is, or the other way round.
    #[error("instruction {0} takes a number for a condition or a condition for a number")]
    WrongType(usize),
    /// A result is no register of its type.
    #[error("result {0} is not a register of its type")]
    BadResult(usize),
}

/// Why a kernel could not be run; found before anything is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CallError {
    /// The program has no such kernel.
    #[error("there is no kernel {}", .0.0)]
    NoSuchKernel(KernelId),
    /// The number of rows is not whole words.
    #[error("{0} rows are not a multiple of 64")]
    NotPadded(usize),
    /// A list has the wrong length.
    #[error("the kernel takes {wanted} {list}, {given} were given")]
    Count {
        /// Which list.
        list: Operand,
        /// How many the kernel has.
        wanted: usize,
        /// How many there were.
        given: usize,
    },
    /// A column is too short.
    #[error("column {place} of the {list} has {given} entries, {wanted} are needed")]
    Short {
        /// Which list.
        list: Operand,
        /// The column's place in it.
        place: usize,
        /// Entries (of bitmaps: words) needed.
        wanted: usize,
        /// Entries there are.
        given: usize,
    },
}

/// A list of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operand {
    /// Columns of numbers read.
    Values,
    /// Columns of conditions read.
    Conditions,
    /// Constants.
    Constants,
    /// Columns of numbers written.
    ToValues,
    /// Columns of conditions written.
    ToConditions,
}

impl std::fmt::Display for Operand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Values => "values",
            Self::Conditions => "conditions",
            Self::Constants => "constants",
            Self::ToValues => "values written",
            Self::ToConditions => "conditions written",
        })
    }
}
