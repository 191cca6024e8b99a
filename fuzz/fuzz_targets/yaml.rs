//! Any text as a YAML data file, for both Psychs and as an agent's cache, and as HOCON: a document or a diagnostic;
//! no panic, no hang, no exhausted stack.
//!
//! `cargo fuzz run yaml --sanitizer none -- -max_total_time=600 -timeout=10 -max_len=8192`
#![no_main]

use libfuzzer_sys::fuzz_target;
use migrate::{
    hiera::{
        read_hocon,
        yaml::{Psych, Rules, read},
    },
    source::SourceFile,
};

fuzz_target!(|text: &str| {
    let file = SourceFile::new("fuzz.yaml", text);
    for (psych, objects) in [(Psych::Four, false), (Psych::Five, false), (Psych::Five, true)] {
        let _ = read(&file, Rules { psych, objects });
    }
    let _ = read_hocon(&file);
});
