#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| liasse_fuzz::sequence(data));
