//! The items of a set, one file a kind: what each declares and what it must say.

pub(crate) mod alert;
pub(crate) mod calendar;
pub(crate) mod consts;
pub(crate) mod defaults;
pub(crate) mod derive;
pub(crate) mod escalation;
mod event;
pub(crate) mod expectation;
pub(crate) mod given;
mod given_deed;
mod given_read;
pub(crate) mod incidents;
pub(crate) mod maintenance;
pub(crate) mod metric;
pub(crate) mod reaction;
pub(crate) mod says;
pub(crate) mod service;
pub(crate) mod severity;
pub(crate) mod team;
pub(crate) mod unit;
pub(crate) mod uses;
mod zone;
