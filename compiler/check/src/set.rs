//! What is checked and what comes back.

use nvp_dsl::ast::{self, ItemKind, Name};
use nvp_dsl::diagnostic::Diagnostic;
use nvp_dsl::{FileId, Span};

use crate::library::Module;
use crate::typed;

/// A policy set: one namespace over its files.
#[derive(Debug, Clone, Copy)]
pub struct Set<'a> {
    /// The files of the set and of every module that one of them uses, directly or through another module.
    pub files: &'a [SetFile<'a>],
    /// All modules that exist, whether used or not.
    pub modules: &'a [Module],
}

/// One file of a set.
#[derive(Debug, Clone, Copy)]
pub struct SetFile<'a> {
    /// The file its spans point into.
    pub id: FileId,
    /// Its text: what is shown of playbooks as it was written.
    pub text: &'a str,
    /// Its tree.
    pub tree: &'a ast::File,
    /// The module it is, for a file of the stdlib.
    pub module: Option<&'a str>,
}

/// What checking found.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What the set means; `None` when there is an error, or where a file could not be read whole.
    pub policy: Option<typed::Policy>,
    /// Errors and warnings by file, place and code.
    pub diagnostics: Vec<Diagnostic>,
    /// What could be neither proved nor refuted, in the order of the alerts.
    pub unproved: Vec<Unproved>,
}

/// Something that the proofs could not decide, and that was therefore let pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unproved {
    /// Where.
    pub span: Span,
    /// What, for instance `whether \`yellow\` of \`gateway_slow\` ever shows before \`red\``.
    pub what: String,
}

/// The modules that a file uses, in the order written: the loader adds their files to the set, and theirs in turn.
#[must_use]
pub fn uses(tree: &ast::File) -> Vec<&Name> {
    tree.items
        .iter()
        .filter_map(|item| match &item.kind {
            ItemKind::Use(name) => Some(name),
            _ => None,
        })
        .collect()
}
