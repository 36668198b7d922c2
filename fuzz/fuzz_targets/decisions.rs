//! `cargo fuzz run decisions`

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| novaevo_fuzz::targets::decisions(data));
