//! What does not fit between policies and configuration, as diagnostics: with the places in both.

use std::io::{self, Write as _};
use std::ops::Range;

use nvp_drive::binding::{Place, Problem};
use nvp_drive::codes;
use nvp_drive::load::LoadedFile;
use nvp_dsl::ast::{EscalationClause, ItemKind};
use nvp_dsl::{Diagnostic, FileId, SourceMap, Span, render};

use super::places::Places;
use super::{Written, shown};
use crate::failure::{Exit, Failure};
use crate::options::Color;

/// What is told of a configuration.
#[derive(Default)]
pub struct Told {
    /// The texts: those of the policies, and the configuration as it may be shown.
    pub sources: SourceMap,
    /// What is wrong, in the order of the texts.
    pub diagnostics: Vec<Diagnostic>,
}

impl Told {
    /// Finds the places of problems in the configuration and in the policies.
    pub fn new(
        problems: &[Problem],
        written: &Written,
        mut sources: SourceMap,
        files: &[LoadedFile],
    ) -> Self {
        let broken = problems.iter().find_map(|problem| match &problem.place {
            Place::Bytes(bytes) => Some(bytes.clone()),
            _ => None,
        });
        let file = sources.add(&written.name, shown::shown(&written.text, broken));
        let finder = Finder { file, text: &written.text, places: Places::of(&written.text), files };
        let mut diagnostics: Vec<_> = problems.iter().map(|problem| finder.diagnostic(problem)).collect();
        diagnostics.sort_by_key(|diagnostic| (diagnostic.primary.span.file, diagnostic.primary.span.start));
        Self { sources, diagnostics }
    }
}

/// Tells people on standard error.
pub fn tell(told: &Told, color: Color) {
    let text = render::human(&told.diagnostics, &told.sources, color.on_stderr());
    // Standard error may be gone; then there is nobody to tell.
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

/// Tells what is wrong; nothing can be run if one of it is an error.
pub fn refuse(told: &Told, color: Color) -> Result<(), Failure> {
    tell(told, color);
    let is_error = |found: &Diagnostic| found.severity == nvp_dsl::diagnostic::Severity::Error;
    if told.diagnostics.iter().any(is_error) {
        return Err(Failure::AlreadyTold(Exit::Unable));
    }
    Ok(())
}

/// The key that was meant, where one that is not known was written: the message names what was expected.
fn near_key(problem: &Problem) -> Option<&str> {
    let mut words = problem.why.split('`').skip(1).step_by(2);
    let key =
        words.next().filter(|_| problem.code == codes::UNKNOWN_KEY && !problem.help.starts_with("did"))?;
    nvp_dsl::suggest(key, words)
}

struct Finder<'f> {
    file: FileId,
    text: &'f str,
    places: Places,
    files: &'f [LoadedFile],
}

impl Finder<'_> {
    fn diagnostic(&self, problem: &Problem) -> Diagnostic {
        let span = self.span(problem);
        let mut diagnostic = if problem.is_error() {
            Diagnostic::error(problem.code, &problem.why, span)
        } else {
            Diagnostic::warning(problem.code, &problem.why, span)
        };
        if let Some((place, what)) = &problem.also
            && let Some(span) = self.place(place)
        {
            diagnostic = diagnostic.also(span, *what);
        }
        match near_key(problem) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if problem.help.is_empty() => diagnostic,
            None => diagnostic.help(&problem.help),
        }
    }

    /// Where the problem is; the beginning of the configuration where that is not written at all.
    fn span(&self, problem: &Problem) -> Span {
        let Place::Configuration(path) = &problem.place else {
            return self.place(&problem.place).unwrap_or(Span { file: self.file, start: 0, end: 0 });
        };
        let Some((mut path, mut entry)) = self.places.nearest(path) else { return self.bytes(&(0..0)) };
        // Many a message names the key that it is about.
        let known = [(codes::UNKNOWN_KIND, "kind"), (codes::UNKNOWN_ZONE, "zone")];
        let known = known.iter().filter(|(code, _)| *code == problem.code).map(|(_, key)| *key);
        let named = known.chain(problem.why.split('`').skip(1).step_by(2));
        let inner = named.filter(|word| !word.contains('.')).find_map(|word| {
            let inner = format!("{path}.{word}");
            self.places.at(&inner).map(|entry| (inner, entry))
        });
        if let Some(inner) = inner {
            (path, entry) = inner;
        }
        let is_key = problem.code == codes::UNKNOWN_KEY || problem.code == codes::UNKNOWN_NAME;
        match &entry.key {
            Some(key) if !entry.is_scalar || (is_key && !path.contains(".members")) => self.bytes(key),
            _ => self.bytes(&entry.value),
        }
    }

    fn place(&self, place: &Place) -> Option<Span> {
        match place {
            Place::Configuration(path) => {
                let entry = self.places.at(path)?;
                Some(self.bytes(entry.key.as_ref().unwrap_or(&entry.value)))
            }
            Place::Bytes(bytes) => Some(self.bytes(bytes)),
            Place::Rung { ladder, rung } => self.item(|item| match item {
                ItemKind::Escalation(it) if it.name.node == *ladder => {
                    it.clauses.iter().find_map(|clause| match &clause.node {
                        EscalationClause::Rung(it) if it.name.node == *rung => Some(clause.span),
                        _ => None,
                    })
                }
                _ => None,
            }),
            Place::Playbook(name) => self.item(|item| match item {
                ItemKind::Playbook(it) if it.name.node == *name => Some(it.name.span),
                _ => None,
            }),
            Place::Provider(name) => self.item(|item| match item {
                ItemKind::Provider(it) if it.name.node == *name => Some(it.name.span),
                _ => None,
            }),
        }
    }

    fn item(&self, find: impl Fn(&ItemKind) -> Option<Span>) -> Option<Span> {
        self.files.iter().flat_map(|file| &file.tree.items).find_map(|item| find(&item.kind))
    }

    /// A place in the configuration; of several lines the first.
    fn bytes(&self, bytes: &Range<usize>) -> Span {
        let of = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let inside = self.text.get(bytes.clone()).unwrap_or_default();
        let first = inside.lines().next().unwrap_or_default();
        Span { file: self.file, start: of(bytes.start), end: of(bytes.start + first.len()) }
    }
}
