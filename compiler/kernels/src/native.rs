//! Kernels as machine code: one function a kernel, made by Cranelift, in memory that is first written, then made executable, and
//! freed with the last reader.
#![expect(unsafe_code, reason = "machine code is called and its memory freed here")]

mod emit;
mod isa;
mod layout;
mod rows;
mod vectors;

use std::sync::Mutex;

use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::types;
use cranelift_codegen::isa::TargetIsa;
use cranelift_frontend::FunctionBuilderContext;
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{
    FuncId, Linkage, Module, ModuleError, ModuleReloc, ModuleRelocTarget, default_libcall_names,
};
use nvp_plan::kernel::Kernel;

pub use self::isa::Isa;
use self::layout::Layout;
use self::rows::ROW_FUNCTIONS;
use crate::call::Lists;
use crate::check::check;
use crate::error::CompileError;

/// Vectors of two rows in a step of a loop over numbers: as many as pack into half a vector of bytes, so that two conditions fill one.
/// More would make loops longer than registers last.
const NARROW: usize = 4;
/// The same where many conditions are written: each fills a vector of bytes, and is stored half as often.
const WIDE: usize = 8;
/// From as many conditions written on a kernel is wide: then its stores cost more than what it computes. Where little is stored, twice
/// the numbers in hand only lack registers.
const WIDE_FROM: usize = 8;
/// The rows of a narrow step, which row functions take. Both kinds divide a word's 64, so columns padded to words need no special end.
const STEP_ROWS: usize = 2 * NARROW;
/// The longest kernel that becomes machine code, in instructions: register allocation costs more than its length in proportion,
/// and what does not fit into registers goes through memory as the interpreter's blocks do.
const CODE_MAX: usize = 400;

/// A kernel's machine code. It is given the argument block of [`layout`].
///
/// # Safety
///
/// The block is laid out for this very kernel, and its columns hold what INVARIANT (columns fit) says.
type Entry = unsafe extern "C" fn(*const u64);

/// The machine code of kernels.
pub(crate) struct Native {
    /// The code of each kernel; `None` where it is left to the interpreter.
    entries: Vec<Option<Entry>>,
    code_bytes: usize,
    /// The memory of all code; taken when it is freed. Behind a lock only because Cranelift's module is not `Sync`.
    module: Option<Mutex<JITModule>>,
}

impl std::fmt::Debug for Native {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Native")
            .field("kernels", &self.entries.len())
            .field("code_bytes", &self.code_bytes)
            .finish()
    }
}

impl Native {
    /// Compiles checked kernels for this machine; `verify` has the code generator check its own work.
    pub(crate) fn compile<'k>(
        kernels: impl Iterator<Item = &'k Kernel>,
        target: Isa,
        verify: bool,
    ) -> Result<Self, CompileError> {
        let mut builder = JITBuilder::with_isa(isa::target(target, verify)?, default_libcall_names());
        for function in ROW_FUNCTIONS {
            builder.symbol(function.symbol, function.code as *const u8);
        }
        let mut module = JITModule::new(builder);
        let made = define(&mut module, kernels).and_then(|made| {
            module.finalize_definitions().map_err(|error| CompileError::Refused(text(&error)))?;
            Ok(made)
        });
        // From here on the module frees its memory, whatever happened.
        let mut native = Self { entries: Vec::new(), code_bytes: 0, module: None };
        let made = made.map(|(functions, code_bytes)| {
            native.code_bytes = code_bytes;
            native.entries = (functions.iter())
                .map(|function| {
                    function.map(|function| {
                        // SAFETY: `emit` gave the function this signature, and it is finalised.
                        unsafe {
                            std::mem::transmute::<*const u8, Entry>(module.get_finalized_function(function))
                        }
                    })
                })
                .collect();
        });
        native.module = Some(Mutex::new(module));
        made.map(|()| native)
    }

    /// How large all machine code is.
    pub(crate) const fn code_bytes(&self) -> usize {
        self.code_bytes
    }

    /// Runs the kernel at `place` on lists that fit it; false where it has no machine code. `words` is memory kept from call to call.
    pub(crate) fn run(&self, place: usize, lists: &mut Lists<'_>, words: &mut Vec<u64>) -> bool {
        let Some(Some(entry)) = self.entries.get(place) else { return false };
        layout::fill(words, lists);
        // SAFETY: INVARIANT (columns fit): `lists` was checked against this very kernel, so every address in the argument block has
        // as many entries as the loop touches; what is written is borrowed uniquely and so is apart from what is read; all of it
        // outlives the call. The code's memory lives as long as `self`.
        unsafe { entry(words.as_ptr()) };
        true
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        self.entries.clear();
        let module =
            self.module.take().map(|module| module.into_inner().unwrap_or_else(|broken| broken.into_inner()));
        if let Some(module) = module {
            // SAFETY: `entries` never leave `self` and are only called while it is borrowed, so nobody is inside and nobody comes.
            unsafe { module.free_memory() };
        }
    }
}

/// Defines a function for each kernel, as far as it is short enough; and the bytes of all code.
fn define<'k>(
    module: &mut JITModule,
    kernels: impl Iterator<Item = &'k Kernel>,
) -> Result<(Vec<Option<FuncId>>, usize), CompileError> {
    let generator = |error: &ModuleError| CompileError::Generator(text(error));
    let mut compiler = Compiler::default();
    let mut signature = module.make_signature();
    signature.params.push(cranelift_codegen::ir::AbiParam::new(types::I64));
    for (place, function) in ROW_FUNCTIONS.iter().enumerate() {
        let id = module
            .declare_function(function.symbol, Linkage::Import, &signature)
            .map_err(|e| generator(&e))?;
        debug_assert_eq!(id.as_u32() as usize, place, "row functions are numbered by their places");
    }
    let mut functions = Vec::new();
    let mut code_bytes = 0;
    for kernel in kernels {
        if kernel.code.len() > CODE_MAX || !Layout::new(kernel).fits(kernel) {
            functions.push(None);
            continue;
        }
        let id = module.declare_anonymous_function(&signature).map_err(|error| generator(&error))?;
        let (alignment, bytes, relocations) = compiler.compile(kernel, module.isa(), id)?;
        module
            .define_function_bytes(id, alignment, bytes, &relocations)
            .map_err(|error| generator(&error))?;
        code_bytes += bytes.len();
        functions.push(Some(id));
    }
    Ok((functions, code_bytes))
}

/// The code generator's memory, kept from kernel to kernel.
#[derive(Default)]
struct Compiler {
    context: Option<Context>,
    builder: FunctionBuilderContext,
    control: ControlPlane,
}

impl Compiler {
    fn compile(
        &mut self,
        kernel: &Kernel,
        isa: &dyn TargetIsa,
        id: FuncId,
    ) -> Result<(u64, &[u8], Vec<ModuleReloc>), CompileError> {
        let context = self.context.get_or_insert_with(Context::new);
        context.clear();
        emit::emit(kernel, isa, &mut context.func, &mut self.builder);
        context
            .compile(isa, &mut self.control)
            .map_err(|error| CompileError::Generator(format!("{:?}", error.inner)))?;
        let Some(code) = context.compiled_code() else {
            return Err(CompileError::Generator("no code came out".to_owned()));
        };
        let relocations: Vec<ModuleReloc> = (code.buffer.relocs().iter())
            .map(|relocation| ModuleReloc::from_mach_reloc(relocation, &context.func, id))
            .collect();
        // Whatever else code may want to be linked with does not exist here, and the linker would not say so but panic.
        let foreign = relocations.iter().find(|relocation| {
            !matches!(relocation.name, ModuleRelocTarget::User { .. } | ModuleRelocTarget::FunctionOffset(..))
        });
        match foreign {
            Some(foreign) => Err(CompileError::Generator(format!("the code needs {:?}", foreign.name))),
            None => Ok((u64::from(code.buffer.alignment), code.code_buffer(), relocations)),
        }
    }
}

/// What Cranelift makes of a kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The kernel in Cranelift's intermediate form, before optimisation.
    pub clif: String,
    /// How large its machine code is.
    pub code_bytes: usize,
}

/// Compiles one kernel to look at it, with the code generator checking its own work.
///
/// # Errors
///
/// A malformed kernel, or one that the code generator refuses.
pub fn listing(kernel: &Kernel, isa: Isa) -> Result<Listing, CompileError> {
    check(kernel).map_err(|fault| CompileError::Malformed { kernel: 0, fault })?;
    let isa = isa::target(isa, true)?;
    let mut compiler = Compiler::default();
    let mut context = Context::new();
    emit::emit(kernel, &*isa, &mut context.func, &mut compiler.builder);
    let clif = context.func.display().to_string();
    let id = FuncId::from_u32(ROW_FUNCTIONS.len() as u32);
    let (_, code, _) = compiler.compile(kernel, &*isa, id)?;
    Ok(Listing { clif, code_bytes: code.len() })
}

fn text(error: &ModuleError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
