//! What an expression can see from where it stands.

use rustc_hash::FxHashMap;

use crate::deeds::SlotId;
use crate::expr::Operand;

/// The surroundings of the expression being checked.
#[derive(Debug, Default)]
pub(crate) struct Scope<'a> {
    /// The place of its file in the set.
    pub(crate) file: usize,
    /// What an elided subject stands for.
    pub(crate) subject: Option<Operand>,
    /// The parameters of the function being inlined.
    pub(crate) parameters: FxHashMap<&'a str, Parameter>,
    /// Whether only constants may be read.
    pub(crate) constants_only: bool,
    /// How deep the recursion is, inlined functions included.
    pub(crate) depth: usize,
    /// How many calls are being inlined in one another.
    pub(crate) calls: usize,
    /// `now` where a test is written: its start, in seconds since the epoch.
    pub(crate) now_s: Option<f64>,
}

/// What a parameter stands for.
#[derive(Debug, Clone)]
pub(crate) enum Parameter {
    /// A number or a condition.
    Operand(Operand),
    /// A text.
    Text(TextValue),
    /// A handle of a provider's own, or a list: what only a playbook has.
    Thing(SlotId),
    /// An argument that could not be checked: its problem is reported.
    Failed,
}

/// What is known of a text.
#[derive(Debug, Clone)]
pub(crate) enum TextValue {
    /// It is this.
    Known(String),
    /// Nothing: the function is checked without a call.
    Open,
    /// What only the playbook knows.
    Local(SlotId),
}

impl Scope<'_> {
    /// The surroundings of an item of a file.
    pub(crate) fn of_file(file: usize) -> Self {
        Self { file, ..Self::default() }
    }
}
