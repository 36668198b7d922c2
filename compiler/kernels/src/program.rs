//! All kernels of a plan, ready to run.

use std::collections::HashMap;
use std::mem::take;

use nvp_plan::ids::KernelId;
use nvp_plan::kernel::Kernel;

use crate::call::{Bits, BitsMut, Call, Lists};
use crate::check::check;
use crate::error::{CallError, CompileError};
use crate::interpreter::{self, Blocks, Slots};

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
}

impl Program {
    /// Makes all kernels ready; a [`KernelId`] is a place in `kernels`.
    ///
    /// # Errors
    ///
    /// A malformed kernel; with [`Mode::On`] also that machine code cannot be had.
    pub fn compile(kernels: &[Kernel], _mode: Mode) -> Result<Self, CompileError> {
        let mut known: HashMap<&Kernel, usize> = HashMap::new();
        let mut program = Self { shape_of: Vec::with_capacity(kernels.len()), shapes: Vec::new() };
        for (place, kernel) in kernels.iter().enumerate() {
            let shape = match known.get(kernel) {
                Some(shape) => *shape,
                None => {
                    check(kernel).map_err(|fault| CompileError::Malformed { kernel: place, fault })?;
                    let shape = program.shapes.len();
                    program.shapes.push(Shape { kernel: kernel.clone(), slots: Slots::new(kernel) });
                    known.insert(kernel, shape);
                    shape
                }
            };
            program.shape_of.push(shape);
        }
        Ok(program)
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
        let shape = (self.shape_of.get(kernel.index()).and_then(|shape| self.shapes.get(*shape)))
            .ok_or(CallError::NoSuchKernel(kernel))?;
        let mut lists: Lists<'a> = take(&mut scratch.lists);
        lists.fill(call);
        let fits = lists.fit(&shape.kernel);
        if fits.is_ok() {
            interpreter::run(&shape.kernel, &shape.slots, &mut lists, &mut scratch.blocks);
        }
        scratch.lists = lists.emptied();
        fits
    }
}
