//! For which machine code is made.

use std::sync::Arc;

use cranelift_codegen::isa::{self, TargetIsa};
use cranelift_codegen::settings::{self, Configurable};

use crate::error::CompileError;

/// For which machine code is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Isa {
    /// This one, with all that its processor has.
    Host,
    /// This one, with nothing but what every processor of its kind has.
    Plain,
    /// x86-64-v2, whatever this machine is: for texts and counts that must be the same everywhere.
    Baseline,
}

/// The target; `verify` has the code generator check its own work, for tests.
pub(super) fn target(isa: Isa, verify: bool) -> Result<Arc<dyn TargetIsa>, CompileError> {
    let unsupported = |why: &dyn std::fmt::Display| CompileError::Unsupported(why.to_string());
    let mut flags = settings::builder();
    let wanted = [
        ("opt_level", "speed"),
        ("enable_verifier", if verify { "true" } else { "false" }),
        // Long kernels may spill more than a page; the guard page must not be jumped over.
        ("enable_probestack", "true"),
        ("probestack_strategy", "inline"),
        ("use_colocated_libcalls", "false"),
        ("is_pic", "false"),
        // Nothing unwinds through a kernel: what it calls does not panic.
        ("unwind_info", "false"),
    ];
    for (name, value) in wanted {
        flags.set(name, value).map_err(|error| unsupported(&error))?;
    }
    let builder = match isa {
        Isa::Host | Isa::Plain if cfg!(not(all(target_endian = "little", target_pointer_width = "64"))) => {
            return Err(unsupported(&"it is not a little-endian machine of 64 bits"));
        }
        Isa::Host | Isa::Plain => {
            cranelift_native::builder_with_options(isa == Isa::Host).map_err(|error| unsupported(&error))?
        }
        Isa::Baseline => {
            let mut builder =
                isa::lookup_by_name("x86_64-unknown-linux-gnu").map_err(|error| unsupported(&error))?;
            for feature in ["has_sse3", "has_ssse3", "has_sse41", "has_sse42", "has_popcnt", "has_cmpxchg16b"]
            {
                builder.enable(feature).map_err(|error| unsupported(&error))?;
            }
            builder
        }
    };
    builder.finish(settings::Flags::new(flags)).map_err(|error| unsupported(&error))
}

/// Whether the target rounds vectors of numbers by an instruction.
pub(super) fn rounds(isa: &dyn TargetIsa) -> bool {
    isa.isa_flags()
        .iter()
        .find(|flag| flag.name == "has_sse41")
        .is_none_or(|flag| flag.as_bool() == Some(true))
}
