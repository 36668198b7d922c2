//! Loading texts and folders as policy sets, with the stdlib's modules, and showing what came out.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nvp_check::{Checked, Module, Set, SetFile, check, uses};
use nvp_dsl::ast::File;
use nvp_dsl::diagnostic::Diagnostic;
use nvp_dsl::{FileId, SourceMap, parse};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository")
}

/// All `.nvp` files below a folder, or the file itself, in the order of their paths.
pub fn policies(path: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut todo = vec![path.to_owned()];
    while let Some(next) = todo.pop() {
        if next.is_dir() {
            todo.extend(
                std::fs::read_dir(&next).expect("a folder").map(|entry| entry.expect("an entry").path()),
            );
        } else if next.extension().is_some_and(|extension| extension == "nvp") {
            let name = next.strip_prefix(root()).unwrap_or(&next).display().to_string();
            found.push((name, std::fs::read_to_string(&next).expect("a readable file")));
        }
    }
    found.sort();
    found
}

/// The stdlib: modules by name.
pub fn stdlib() -> BTreeMap<String, String> {
    let folder = root().join("stdlib");
    policies(&folder)
        .into_iter()
        .map(|(name, text)| {
            let module = name.trim_start_matches("stdlib/").trim_end_matches(".nvp").replace('/', ".");
            (module, text)
        })
        .collect()
}

/// What came out of a check, with the texts to show it by.
pub struct Outcome {
    pub sources: SourceMap,
    pub syntax: Vec<Diagnostic>,
    pub checked: Checked,
}

/// Parses and checks texts together with the modules they use.
pub fn check_texts(texts: &[(String, String)]) -> Outcome {
    let library = stdlib();
    let mut sources = SourceMap::default();
    let mut syntax = Vec::new();
    let mut files: Vec<(FileId, File, Option<String>)> = Vec::new();
    let mut add =
        |name: &str, text: &str, module: Option<String>, files: &mut Vec<(FileId, File, Option<String>)>| {
            let id = sources.add(name, text);
            let parsed = parse(id, text);
            syntax.extend(parsed.diagnostics);
            files.push((id, parsed.file, module));
        };
    for (name, text) in texts {
        add(name, text, None, &mut files);
    }
    let mut at = 0;
    while at < files.len() {
        let wanted: Vec<String> = uses(&files[at].1).iter().map(|name| name.node.clone()).collect();
        for module in wanted {
            if let Some(text) = library.get(&module)
                && !files.iter().any(|(_, _, known)| known.as_deref() == Some(module.as_str()))
            {
                add(&format!("stdlib:{module}"), text, Some(module.clone()), &mut files);
            }
        }
        at += 1;
    }
    let modules: Vec<Module> = library
        .iter()
        .map(|(name, text)| Module::new(name.as_str(), &parse(FileId(u32::MAX), text).file))
        .collect();
    let text = |id| sources.file(id).map_or("", nvp_dsl::SourceFile::text);
    let set_files: Vec<SetFile<'_>> = files
        .iter()
        .map(|(id, tree, module)| SetFile { id: *id, text: text(*id), tree, module: module.as_deref() })
        .collect();
    let checked = check(&Set { files: &set_files, modules: &modules });
    Outcome { sources, syntax, checked }
}

impl Outcome {
    /// All diagnostics in a compact form: code, place, title, then what else they say.
    pub fn report(&self) -> String {
        let mut out = String::new();
        for found in self.syntax.iter().chain(&self.checked.diagnostics) {
            let place = |span: nvp_dsl::Span| {
                let file = self.sources.file(span.file);
                let position = file.map(|file| file.position(span.start));
                let name = file.map(nvp_dsl::SourceFile::name).unwrap_or_default();
                let at = position.map(|at| format!("{}:{}", at.line, at.column)).unwrap_or_default();
                if name.is_empty() { at } else { format!("{name}:{at}") }
            };
            let show = |text: &str| if text.is_empty() { String::new() } else { format!(": {text}") };
            let primary = &found.primary;
            out.push_str(&format!("{} {}\n", found.code.0, found.title));
            let at = |span| format!("{} `{}`", place(span), self.sources.text(span));
            out.push_str(&format!("  at {}{}\n", at(primary.span), show(&primary.text)));
            for label in &found.secondary {
                out.push_str(&format!("  and {}{}\n", at(label.span), show(&label.text)));
            }
            for note in &found.notes {
                out.push_str(&format!("  note: {note}\n"));
            }
            for help in &found.help {
                out.push_str(&format!("  help: {help}\n"));
            }
            if let Some(fix) = &found.fix {
                let edits: Vec<String> = fix
                    .edits
                    .iter()
                    .map(|edit| {
                        format!(
                            "{} `{}` → `{}`",
                            place(edit.span),
                            self.sources.text(edit.span),
                            edit.replacement
                        )
                    })
                    .collect();
                out.push_str(&format!("  fix: {}: {}\n", fix.title, edits.join(", ")));
            }
        }
        out
    }
}
