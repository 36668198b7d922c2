//! Loads policy sets: paths to files or folders, and the modules of the standard library that they use.
//!
//! What cannot be read is told with its place and left out; the rest goes on. This module knows texts and trees, and nothing of
//! what they mean.

mod files;
mod stdlib;

use std::borrow::Cow;
use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use nvp_dsl::ast::{self, ItemKind};
use nvp_dsl::{Diagnostic, FileId, SourceMap, Span};

pub use files::{FILE_BYTES_MAX, FILES_MAX, SET_BYTES_MAX, policy_files, read as read_policy};
pub use stdlib::Stdlib;

/// A policy set as it was read: texts, trees, and what was wrong with either.
#[derive(Debug, Default)]
pub struct PolicySet {
    /// The texts, the standard library's modules in use included.
    pub sources: SourceMap,
    /// The trees, in the order of loading: the paths' files, sorted, then modules.
    pub files: Vec<LoadedFile>,
    /// What was wrong with the texts, by file and place.
    pub diagnostics: Vec<Diagnostic>,
    /// What could not be read at all.
    pub problems: Vec<Problem>,
    next: u32,
}

/// One file of a set.
#[derive(Debug)]
pub struct LoadedFile {
    /// Its place among the texts.
    pub id: FileId,
    /// What it says; items that could not be parsed are left out.
    pub tree: ast::File,
    /// Its module name (`std.host`), when it is one of the standard library's.
    pub module: Option<String>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct Problem {
    /// What.
    pub path: PathBuf,
    /// Why, lower case, no full stop.
    pub problem: String,
    /// How to mend it.
    pub help: Option<String>,
}

impl Problem {
    fn new(path: &Path, problem: impl Into<String>) -> Self {
        Self { path: path.to_owned(), problem: problem.into(), help: None }
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

impl PolicySet {
    /// How many files were found by the paths, without the standard library's.
    #[must_use]
    pub fn own_files(&self) -> usize {
        self.files.iter().filter(|file| file.module.is_none()).count()
    }

    /// The files found by the paths, without the standard library's.
    pub fn own(&self) -> impl Iterator<Item = FileId> + '_ {
        self.files.iter().filter(|file| file.module.is_none()).map(|file| file.id)
    }

    /// The same set with a part of a text replaced. Files keep their places among the texts.
    #[must_use]
    pub fn with_edit(&self, span: Span, replacement: &str, stdlib: &Stdlib) -> Self {
        let mut set = Self::default();
        for file in &self.files {
            let Some(source) = self.sources.file(file.id) else { continue };
            let (start, end) = (span.start as usize, span.end as usize);
            let text = match (source.text().get(..start), source.text().get(end..)) {
                (Some(before), Some(behind)) if file.id == span.file => {
                    Cow::Owned([before, replacement, behind].concat())
                }
                _ => Cow::Borrowed(source.text()),
            };
            set.add(source.name(), text.as_bytes(), file.module.clone());
        }
        let loaded = self.files.iter().filter_map(|file| file.module.clone()).collect();
        load_modules(&mut set, stdlib, loaded);
        set
    }

    fn add(&mut self, name: &str, bytes: &[u8], module: Option<String>) {
        let next = FileId(self.next);
        self.next = self.next.saturating_add(1);
        let text = match nvp_dsl::decode(next, bytes) {
            Ok(text) => text,
            Err(diagnostic) => {
                // Up to the first broken byte this text has the same places as the bytes.
                self.sources.add(name, String::from_utf8_lossy(bytes));
                self.diagnostics.push(diagnostic);
                return;
            }
        };
        let parsed = nvp_dsl::parse(next, &text);
        let id = self.sources.add(name, text);
        self.diagnostics.extend(parsed.diagnostics);
        self.files.push(LoadedFile { id, tree: parsed.file, module });
    }
}

/// Loads the files that `paths` name, the `.nvp` files below folders, and the modules that they use, transitively.
///
/// A `use` of a module that the standard library does not have is left to the checker, which knows what is near.
#[must_use]
pub fn load(paths: &[PathBuf], stdlib: &Stdlib) -> PolicySet {
    let mut set = PolicySet::default();
    set.problems.extend(stdlib.problem());
    let mut loaded = BTreeSet::new();
    for path in policy_files(paths, &mut set.problems) {
        let module = stdlib.module_of(&path);
        loaded.extend(module.clone());
        match files::read(&path) {
            Ok(bytes) => set.add(&path.display().to_string(), &bytes, module),
            Err(problem) => set.problems.push(problem),
        }
    }
    load_modules(&mut set, stdlib, loaded);
    set
}

/// Makes a set of one text that has no file, such as standard input; modules it uses are loaded too.
#[must_use]
pub fn load_text(name: &str, text: &(impl AsRef<[u8]> + ?Sized), stdlib: &Stdlib) -> PolicySet {
    let mut set = PolicySet::default();
    set.add(name, text.as_ref(), None);
    load_modules(&mut set, stdlib, BTreeSet::new());
    set
}

fn load_modules(set: &mut PolicySet, stdlib: &Stdlib, mut loaded: BTreeSet<String>) {
    let mut wanted: VecDeque<String> = set.files.iter().flat_map(|file| uses(&file.tree)).collect();
    while let Some(module) = wanted.pop_front() {
        if !loaded.insert(module.clone()) {
            continue;
        }
        match stdlib.read(&module) {
            Ok(Some((name, bytes))) => {
                set.add(&name, &bytes, Some(module));
                wanted.extend(set.files.last().into_iter().flat_map(|file| uses(&file.tree)));
            }
            Ok(None) => {}
            Err(problem) => set.problems.push(problem),
        }
    }
}

fn uses(tree: &ast::File) -> Vec<String> {
    let name = |item: &ast::Item| match &item.kind {
        ItemKind::Use(name) => Some(name.node.clone()),
        _ => None,
    };
    tree.items.iter().filter_map(name).collect()
}

#[cfg(test)]
mod tests;
