//! `cargo fuzz run language`

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| novaevo_fuzz::targets::language(data));
