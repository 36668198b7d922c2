//! Functions that machine code calls for a step of rows at once: the transcendental ones, and rounding where the processor has no
//! instruction for it. They are what the interpreter uses, so the results are the same.
#![expect(unsafe_code, reason = "machine code hands over a pointer to its own stack")]

use nvp_plan::kernel::Unary;

use super::STEP_ROWS;
use crate::scalar::unary;

/// A function for a step of rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowFunction {
    /// The function of one number that it computes.
    pub(super) of: Unary,
    /// Its name in object code.
    pub(super) symbol: &'static str,
    /// Itself; it replaces [`STEP_ROWS`] numbers by their results.
    ///
    /// # Safety
    ///
    /// They can be read and written, and nobody else does meanwhile.
    pub(super) code: unsafe extern "C" fn(*mut [f64; STEP_ROWS]),
}

macro_rules! row_functions {
    ($($name:ident $of:ident)*) => {
        /// All of them; a place here is the number under which generated code calls the function.
        pub(super) const ROW_FUNCTIONS: &[RowFunction] = &[$(
            RowFunction { of: Unary::$of, symbol: concat!("nvp_", stringify!($name)), code: $name },
        )*];

        $(
            unsafe extern "C" fn $name(rows: *mut [f64; STEP_ROWS]) {
                // SAFETY: only code made by `emit` calls this, with the address of a stack slot of this size and alignment that it
                // has written and that nothing else reads or writes meanwhile.
                let rows = unsafe { &mut *rows };
                for row in rows {
                    *row = unary(Unary::$of, *row);
                }
            }
        )*
    };
}

row_functions! {
    exp_rows Exp
    ln_rows Ln
    log2_rows Log2
    log10_rows Log10
    ceil_rows Ceil
    floor_rows Floor
    round_rows Round
}
