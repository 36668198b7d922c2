//! All kernels of a plan, ready to run.

use std::collections::HashMap;
use std::mem::take;

use nvp_plan::ids::KernelId;
use nvp_plan::kernel::Kernel;

use crate::call::{Bits, BitsMut, Call, Lists};
use crate::check::check;
use crate::error::{CallError, CompileError};
use crate::interpreter::{self, Blocks, Slots};
use crate::native::{Isa, Native};

/// Whether kernels become machine code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// Where it can be had; else they are interpreted.
    #[default]
    Auto,
    /// Machine code or an error.
    On,
    /// The interpreter.
    Off,
}

/// All kernels of a plan. Kernels of one shape share code.
#[derive(Debug)]
pub struct Program {
    /// The shape of each kernel.
    shape_of: Vec<usize>,
    shapes: Vec<Shape>,
    /// The machine code of the shapes, in their order.
    native: Option<Native>,
    /// Why there is none although it was wanted.
    fallback: Option<CompileError>,
}

#[derive(Debug)]
struct Shape {
    kernel: Kernel,
    slots: Slots,
}

/// Memory of a caller that is kept from run to run, so that a run allocates nothing once all kernels have run once.
#[derive(Debug, Default)]
pub struct Scratch {
    lists: Lists<'static>,
    blocks: Blocks,
    words: Vec<u64>,
}

impl Program {
    /// Makes all kernels ready; a [`KernelId`] is a place in `kernels`.
    ///
    /// # Errors
    ///
    /// A malformed kernel; with [`Mode::On`] also that machine code cannot be had.
    pub fn compile(kernels: &[Kernel], mode: Mode) -> Result<Self, CompileError> {
        Self::build(kernels, mode, Isa::Host, false)
    }

    /// The same, for this machine or a plain one of its kind; `verify` has the code generator check its own work.
    pub(crate) fn build(
        kernels: &[Kernel],
        mode: Mode,
        isa: Isa,
        verify: bool,
    ) -> Result<Self, CompileError> {
        let mut program = Self::interpreted(kernels)?;
        if mode != Mode::Off {
            let shapes = program.shapes.iter().map(|shape| &shape.kernel);
            match Native::compile(shapes, isa, verify) {
                Ok(native) => program.native = Some(native),
                Err(error) if mode == Mode::On => return Err(error),
                Err(error) => program.fallback = Some(error),
            }
        }
        Ok(program)
    }

    fn interpreted(kernels: &[Kernel]) -> Result<Self, CompileError> {
        let mut known: HashMap<&Kernel, usize> = HashMap::new();
        let mut shape_of = Vec::with_capacity(kernels.len());
        let mut shapes = Vec::new();
        for (place, kernel) in kernels.iter().enumerate() {
            let shape = match known.get(kernel) {
                Some(shape) => *shape,
                None => {
                    check(kernel).map_err(|fault| CompileError::Malformed { kernel: place, fault })?;
                    known.insert(kernel, shapes.len());
                    shapes.push(Shape { kernel: kernel.clone(), slots: Slots::new(kernel) });
                    shapes.len() - 1
                }
            };
            shape_of.push(shape);
        }
        Ok(Self { shape_of, shapes, native: None, fallback: None })
    }

    /// Whether there is machine code; kernels too long for it are interpreted all the same.
    #[must_use]
    pub const fn is_native(&self) -> bool {
        self.native.is_some()
    }

    /// Why [`Mode::Auto`] fell back to the interpreter; people should be told once.
    #[must_use]
    pub const fn fallback(&self) -> Option<&CompileError> {
        self.fallback.as_ref()
    }

    /// How large the machine code of all kernels is.
    #[must_use]
    pub fn code_bytes(&self) -> usize {
        self.native.as_ref().map_or(0, Native::code_bytes)
    }

    /// How many different shapes the kernels have.
    #[must_use]
    pub const fn shapes(&self) -> usize {
        self.shapes.len()
    }

    /// Runs a kernel.
    ///
    /// # Errors
    ///
    /// Operands that do not fit the kernel; nothing is written then.
    pub fn run<'a, V, C, TV, TC>(
        &self,
        kernel: KernelId,
        call: Call<'a, V, C, TV, TC>,
        scratch: &mut Scratch,
    ) -> Result<(), CallError>
    where
        V: IntoIterator<Item = &'a [f64]>,
        C: IntoIterator<Item = Bits<'a>>,
        TV: IntoIterator<Item = &'a mut [f64]>,
        TC: IntoIterator<Item = BitsMut<'a>>,
    {
        let place = self.shape_of.get(kernel.index()).copied().ok_or(CallError::NoSuchKernel(kernel))?;
        let shape = self.shapes.get(place).ok_or(CallError::NoSuchKernel(kernel))?;
        let mut lists: Lists<'a> = take(&mut scratch.lists);
        lists.fill(call);
        let fits = lists.fit(&shape.kernel);
        let native = (self.native.as_ref())
            .is_some_and(|native| fits.is_ok() && native.run(place, &mut lists, &mut scratch.words));
        if fits.is_ok() && !native {
            interpreter::run(&shape.kernel, &shape.slots, &mut lists, &mut scratch.blocks);
        }
        scratch.lists = lists.emptied();
        fits
    }
}
