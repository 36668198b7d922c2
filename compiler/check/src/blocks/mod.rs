//! The items of a set, one file a kind: what each declares and what it must say.

pub(crate) mod alert;
pub(crate) mod consts;
pub(crate) mod defaults;
pub(crate) mod derive;
pub(crate) mod expectation;
pub(crate) mod given;
pub(crate) mod metric;
pub(crate) mod says;
pub(crate) mod service;
pub(crate) mod severity;
pub(crate) mod unit;
pub(crate) mod uses;
