//! Puts the standard library's files into the binary: a table of module names and texts.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let crate_folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let stdlib = crate_folder.join("../../stdlib");
    println!("cargo::rerun-if-changed={}", stdlib.display());
    let mut files = Vec::new();
    collect(&stdlib, &mut files)?;
    files.sort();
    let mut table = String::from("/// Module names and texts of the standard library, sorted.\n");
    table.push_str("pub(super) const MODULES: &[(&str, &str)] = &[\n");
    for path in files {
        println!("cargo::rerun-if-changed={}", path.display());
        let module = module_name(&stdlib, &path);
        let absolute = path.canonicalize()?;
        writeln!(table, "    ({module:?}, include_str!({:?})),", absolute.display().to_string())
            .map_err(io::Error::other)?;
    }
    table.push_str("];\n");
    let target = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("stdlib.rs");
    fs::write(target, table)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            println!("cargo::rerun-if-changed={}", path.display());
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "nvp") {
            files.push(path);
        }
    }
    Ok(())
}

/// `stdlib/std/host.nvp` is the module `std.host`.
fn module_name(stdlib: &Path, path: &Path) -> String {
    let inside = path.strip_prefix(stdlib).unwrap_or(path).with_extension("");
    let parts: Vec<_> = inside.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    parts.join(".")
}
