//! From the bytes of a policy to what runs, by the public roads only.

use std::collections::{BTreeMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use nvp_check::typed::Policy;
use nvp_check::{Checked, Set, SetFile};
use nvp_dsl::ast::File;
use nvp_dsl::diagnostic::Severity;
use nvp_dsl::{Diagnostic, FileId};
use nvp_kernels::{Mode, Program};
use nvp_lower::LowerOptions;
use nvp_plan::Plan;

use crate::corpus::root;

/// The standard library's modules by name, parsed once.
static MODULES: LazyLock<BTreeMap<String, (FileId, String, File)>> = LazyLock::new(|| {
    let folder = root().join("stdlib/std");
    let name = |path: &Path| Some(format!("std.{}", path.file_stem()?.to_str()?));
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let modules = paths.iter().zip(1..).filter_map(|(path, id)| {
        let text = std::fs::read_to_string(path).ok()?;
        let parsed = nvp_dsl::parse(FileId(id), &text);
        assert!(parsed.diagnostics.is_empty(), "{} is broken: {:?}", path.display(), parsed.diagnostics);
        Some((name(path)?, (FileId(id), text, parsed.file)))
    });
    modules.collect()
});

/// Parses and checks a text as a policy set of one file; `None` where it cannot be parsed.
pub fn checked(text: &[u8]) -> Option<Checked> {
    let id = FileId(0);
    let text = nvp_dsl::decode(id, text).ok()?;
    let parsed = nvp_dsl::parse(id, &text);
    if parsed.diagnostics.iter().any(is_error) {
        return None;
    }
    let mut files = vec![SetFile { id, text: &text, tree: &parsed.file, module: None }];
    let mut queue = VecDeque::from([&parsed.file]);
    while let Some(tree) = queue.pop_front() {
        for used in nvp_check::uses(tree) {
            let module = MODULES.get_key_value(&used.node);
            let Some((name, (id, text, tree))) = module else { continue };
            if files.iter().all(|file| file.module != Some(name)) {
                files.push(SetFile { id: *id, text, tree, module: Some(name) });
                queue.push_back(tree);
            }
        }
    }
    let modules: Vec<_> =
        MODULES.iter().map(|(name, (_, _, tree))| nvp_check::Module::new(name.as_str(), tree)).collect();
    Some(nvp_check::check(&Set { files: &files, modules: &modules }))
}

/// Whether a diagnostic refuses the set.
pub fn is_error(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
}

/// A plan with its kernels, read by the interpreter and as machine code.
pub struct Compiled {
    pub plan: Arc<Plan>,
    pub interpreter: Arc<Program>,
    /// `None` where executable memory is forbidden.
    pub native: Option<Arc<Program>>,
}

/// Lowers and compiles what was accepted; `None` where an alert is larger than a kernel can be, which lowering may say.
///
/// # Panics
///
/// When it does not compile.
pub fn compiled(policy: &Policy) -> Option<Compiled> {
    let plan = nvp_lower::lower(policy, &LowerOptions::default()).ok()?.plan;
    let compile = |mode| match Program::compile(&plan.kernels, mode) {
        Ok(program) => Arc::new(program),
        Err(error) => panic!("what `check` accepts does not compile: {error}"),
    };
    let interpreter = compile(Mode::Off);
    let native = Some(compile(Mode::Auto)).filter(|program| program.is_native());
    Some(Compiled { interpreter, native, plan: Arc::new(plan) })
}
