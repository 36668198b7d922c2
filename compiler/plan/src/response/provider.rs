//! What can be read and written of the outside world, and how each write is undone.

use super::formula::{Clause, ReadCall, WriteCall};
use crate::unit::Unit;

/// A provider as declared; its body (native, HTTP, a script) is the configuration's.
#[derive(Debug, Clone, PartialEq)]
pub struct Provider<L> {
    /// Its name.
    pub name: String,
    /// What its configuration must say.
    pub configs: Vec<Config>,
    /// What can be read.
    pub reads: Vec<Read>,
    /// What can be written.
    pub writes: Vec<Write<L>>,
}

/// What a provider's configuration must say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Its name.
    pub name: String,
    /// Whether it is a secret; a text otherwise.
    pub is_secret: bool,
}

/// What a parameter takes and a read gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ValueType {
    /// A number of this unit, in base units.
    Number(Unit),
    /// A text.
    Text,
    /// True or false.
    Flag,
    /// Something of the provider's own (`session`) that can only be compared and handed back.
    Handle(String),
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it takes.
    pub takes: ValueType,
    /// Whether only whole numbers are taken (a counted unit).
    pub is_whole: bool,
}

/// A read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// Whether it gives a list.
    pub is_list: bool,
    /// What it gives (each of the list).
    pub gives: ValueType,
}

/// A write.
#[derive(Debug, Clone, PartialEq)]
pub struct Write<L> {
    /// Its name.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<Parameter>,
    /// What is read just before it: the snapshot that `undo` goes back to, and by which drift is found. In its formulas, parameters
    /// are the write's.
    pub before: Vec<ReadCall<L>>,
    /// How it is taken back. In its formulas, parameters are the write's.
    pub undo: Option<WriteCall<L>>,
    /// It ends by itself after the time that this parameter says.
    pub expires: Option<u32>,
    /// Why it cannot be taken back.
    pub irreversible: Option<String>,
    /// What doing it twice means.
    pub repeat: Repeat,
    /// True when it has happened.
    pub probe: Option<Clause<L>>,
    /// The parameters whose values name what it locks.
    pub locks: Vec<u32>,
}

/// What doing a write twice means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Repeat {
    /// The same as doing it once.
    Idempotent,
    /// It must not happen twice.
    Once,
    /// The other side knows a second one by the value of this parameter.
    KeyedBy(u32),
}
