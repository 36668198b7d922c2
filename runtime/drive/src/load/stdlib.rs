//! The standard library: built into the binary, or read from a folder instead.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::{Problem, files};

include!(concat!(env!("OUT_DIR"), "/stdlib.rs"));

/// Where modules come from.
#[derive(Debug, Clone, Default)]
pub struct Stdlib {
    folder: Option<PathBuf>,
}

impl Stdlib {
    /// The modules built into the binary.
    #[must_use]
    pub fn built_in() -> Self {
        Self::default()
    }

    /// The modules in a folder: `std/host.nvp` there is `std.host`.
    #[must_use]
    pub fn in_folder(folder: PathBuf) -> Self {
        Self { folder: Some(folder) }
    }

    /// Why nothing can be read from here, if so.
    pub(super) fn problem(&self) -> Option<Problem> {
        let folder = self.folder.as_ref().filter(|folder| !folder.is_dir())?;
        Some(Problem::new(folder, "the standard library is read from a folder, and this is none"))
    }

    /// The names of all modules, sorted; for "did you mean".
    #[must_use]
    pub fn modules(&self) -> Vec<String> {
        match &self.folder {
            None => MODULES.iter().map(|(name, _)| (*name).to_owned()).collect(),
            Some(folder) => {
                let mut unread = Vec::new();
                let found = files::policy_files(std::slice::from_ref(folder), &mut unread);
                let mut names: Vec<_> = found.iter().filter_map(|path| module_name(folder, path)).collect();
                names.sort();
                names
            }
        }
    }

    /// All modules with what they declare, for "add `use …`"; one that cannot be read is left out, for only its `use` fails.
    #[must_use]
    pub fn library(&self) -> Vec<nvp_check::Module> {
        static BUILT_IN: OnceLock<Vec<nvp_check::Module>> = OnceLock::new();
        let declared = || self.modules().into_iter().filter_map(|module| self.declared(module)).collect();
        match &self.folder {
            None => BUILT_IN.get_or_init(declared).clone(),
            Some(_) => declared(),
        }
    }

    fn declared(&self, module: String) -> Option<nvp_check::Module> {
        let (_, bytes) = self.read(&module).ok()??;
        // Its places are of no use: the module is not part of the set.
        let file = nvp_dsl::FileId(u32::MAX);
        let text = nvp_dsl::decode(file, &bytes).ok()?;
        Some(nvp_check::Module::new(module, &nvp_dsl::parse(file, &text).file))
    }

    /// A module's file name and text; `None` where there is no such module.
    pub(super) fn read(&self, module: &str) -> Result<Option<(String, Vec<u8>)>, Problem> {
        let inside = module.replace('.', "/") + ".nvp";
        match &self.folder {
            None => {
                let place = MODULES.binary_search_by(|(name, _)| (*name).cmp(module)).ok();
                let text =
                    place.and_then(|place| MODULES.get(place)).map(|(_, text)| text.as_bytes().to_vec());
                Ok(text.map(|text| (format!("stdlib/{inside}"), text)))
            }
            Some(folder) => {
                let path = folder.join(inside);
                if !path.exists() {
                    return Ok(None);
                }
                files::read(&path).map(|bytes| Some((path.display().to_string(), bytes)))
            }
        }
    }

    /// The module that a path is, when it lies in the folder that the standard library is read from.
    pub(super) fn module_of(&self, path: &Path) -> Option<String> {
        let folder = self.folder.as_ref()?.canonicalize().ok()?;
        module_name(&folder, &path.canonicalize().ok()?)
    }
}

fn module_name(folder: &Path, path: &Path) -> Option<String> {
    let inside = path.strip_prefix(folder).ok()?.with_extension("");
    let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("."))
}
