//! What every file of the house keeps to: lengths, module docs, no dead files, no unfinished work.

use std::path::{Path, PathBuf};

use syn::spanned::Spanned;
use syn::visit::Visit;

use crate::house::{files, read, root, shown};

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_WIDTH_MAX: usize = 200;

fn rust_files() -> Vec<PathBuf> {
    files(&root())
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// Whether a file holds tests only: its functions may be long tables, its module docs short.
fn is_test(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let inside = |folder: &str| path.components().any(|part| part.as_os_str() == folder);
    inside("tests")
        || inside("benches")
        || inside("bench")
        || name == "tests.rs"
        || name.ends_with("_test.rs")
}

#[test]
fn files_are_short() {
    let long: Vec<String> = rust_files()
        .iter()
        .filter_map(|path| {
            let lines = read(path).lines().count();
            (lines > FILE_LINES_MAX).then(|| format!("{}: {lines} lines", shown(path)))
        })
        .collect();
    assert!(long.is_empty(), "over {FILE_LINES_MAX} lines; split them by topic:\n{}", long.join("\n"));
}

struct Functions<'a> {
    path: &'a Path,
    long: Vec<String>,
}

impl Functions<'_> {
    fn measure(&mut self, name: &syn::Ident, block: &syn::Block) {
        let whole = block.span();
        if is_table(block) {
            return;
        }
        let lines = whole.end().line + 1 - whole.start().line;
        if lines > FUNCTION_LINES_MAX {
            self.long.push(format!("{}:{} {name}: {lines} lines", shown(self.path), whole.start().line));
        }
    }
}

/// A function that is one `match` of short arms is a table: as long as what it lists.
fn is_table(block: &syn::Block) -> bool {
    let short = |arm: &syn::Arm| arm.body.span().end().line - arm.body.span().start().line < 4;
    match block.stmts.last() {
        Some(syn::Stmt::Expr(syn::Expr::Match(table), _)) => {
            block.stmts.len() <= 2 && table.arms.iter().all(short)
        }
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.measure(&item.sig.ident, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.measure(&item.sig.ident, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }
}

#[test]
fn functions_are_short() {
    let mut long = Vec::new();
    for path in rust_files().iter().filter(|path| !is_test(path)) {
        let file = syn::parse_file(&read(path)).unwrap_or_else(|error| panic!("{}: {error}", shown(path)));
        let mut functions = Functions { path, long: Vec::new() };
        functions.visit_file(&file);
        long.extend(functions.long);
    }
    assert!(long.is_empty(), "over {FUNCTION_LINES_MAX} lines:\n{}", long.join("\n"));
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<String> = rust_files()
        .iter()
        .filter(|path| !path.ends_with("tests.rs") && !read(path).trim_start().starts_with("//!"))
        .map(|path| shown(path))
        .collect();
    assert!(silent.is_empty(), "no `//!` at the top of:\n{}", silent.join("\n"));
}

#[test]
fn lines_fit_a_screen() {
    let mut wide = Vec::new();
    for path in rust_files().into_iter().filter(|path| !is_test(path)) {
        for (number, line) in read(&path).lines().enumerate() {
            if line.chars().count() > LINE_WIDTH_MAX {
                wide.push(format!("{}:{}", shown(&path), number + 1));
            }
        }
    }
    assert!(wide.is_empty(), "wider than {LINE_WIDTH_MAX} columns:\n{}", wide.join("\n"));
}

#[test]
fn nothing_is_left_unfinished() {
    // Put together so that this file does not find itself.
    let banned = ["todo!", "unimplemented!", "FIXME", "XX", "#[allow", "#![allow"]
        .map(|word| if word == "XX" { "XX".to_owned() + "X" } else { word.to_owned() + "" });
    let mut found = Vec::new();
    for path in rust_files().iter().filter(|path| !path.ends_with("tidy.rs")) {
        for (number, line) in read(path).lines().enumerate() {
            if let Some(word) = banned.iter().find(|word| line.contains(word.as_str())) {
                found.push(format!("{}:{}: {word}", shown(path), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "unfinished or waved through:\n{}", found.join("\n"));
}

#[test]
fn no_test_is_ignored() {
    let ignored: Vec<String> = rust_files()
        .iter()
        .filter(|path| !path.ends_with("tidy.rs") && read(path).contains("#[ignore"))
        .map(|path| shown(path))
        .collect();
    assert!(ignored.is_empty(), "{}", ignored.join("\n"));
}

/// A Rust file that no `mod` names is compiled by nobody.
#[test]
fn no_file_is_dead() {
    let mut dead = Vec::new();
    for path in rust_files() {
        let (Some(stem), Some(folder)) = (path.file_stem().and_then(|stem| stem.to_str()), path.parent())
        else {
            continue;
        };
        let is_root = matches!(stem, "lib" | "main" | "build") || manifest_names(&path);
        if is_root {
            continue;
        }
        let module = if stem == "mod" {
            folder.file_name().and_then(|name| name.to_str()).unwrap_or(stem)
        } else {
            stem
        };
        let home = if stem == "mod" { folder.parent().unwrap_or(folder) } else { folder };
        let parents = ["lib.rs", "main.rs", "mod.rs"].map(|name| home.join(name));
        let sibling = home.with_extension("rs");
        let declared = parents.iter().chain([&sibling]).filter(|parent| parent.exists()).any(|parent| {
            let text = read(parent);
            let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            [format!("mod {module};"), format!("mod r#{module};")]
                .iter()
                .any(|line| text.contains(line.as_str()))
                || text.contains(&format!("{file_name}\"]"))
        });
        // A target of its own (a test, bench or fuzz target) may declare the modules beside it.
        let by_sibling = std::fs::read_dir(home).into_iter().flatten().flatten().any(|entry| {
            let other = entry.path();
            other != path
                && other.extension().is_some_and(|extension| extension == "rs")
                && read(&other).contains(&format!("mod {module};"))
        });
        if !declared && !by_sibling {
            dead.push(shown(&path));
        }
    }
    assert!(dead.is_empty(), "named by no `mod`:\n{}", dead.join("\n"));
}

/// Whether a manifest above names the file as a target.
fn manifest_names(path: &Path) -> bool {
    path.ancestors().skip(1).take(4).any(|folder| {
        let manifest = folder.join("Cargo.toml");
        manifest.exists()
            && path
                .strip_prefix(folder)
                .is_ok_and(|inside| read(&manifest).contains(&format!("\"{}\"", inside.display())))
    })
}

/// Unsafe code lives in one crate, and each use says why it is sound.
#[test]
fn unsafe_code_stays_in_the_kernels() {
    let mut strayed = Vec::new();
    for path in rust_files().iter().filter(|path| !path.ends_with("tidy.rs")) {
        let text = read(path);
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines.iter().enumerate() {
            let code = line.trim_start();
            let uses = code.contains("unsafe {")
                || code.contains("unsafe impl")
                || code.contains("unsafe fn")
                || code.contains("unsafe extern");
            if code.starts_with("//") || !uses {
                continue;
            }
            let place = shown(path);
            // A function says it in its first lines, or in its docs; a block above itself.
            let near = lines.iter().skip(number.saturating_sub(12)).take(16);
            let above = near.into_iter().any(|line| line.contains("SAFETY:") || line.contains("# Safety"));
            let may = place.starts_with("compiler/kernels/")
                || place.starts_with("bench/")
                || place.contains("/tests/")
                || place.contains("/benches/");
            if !may || !above {
                strayed.push(format!("{place}:{}", number + 1));
            }
        }
    }
    assert!(
        strayed.is_empty(),
        "unsafe outside compiler/kernels, or without a SAFETY line:\n{}",
        strayed.join("\n")
    );
}
