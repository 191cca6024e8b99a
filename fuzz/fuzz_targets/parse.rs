//! Any text, as a manifest and as a template: no panic, no hang, no exhausted stack.
//!
//! `cargo fuzz run parse --sanitizer none -- -max_total_time=600 -timeout=10 -max_len=8192`
#![no_main]

use libfuzzer_sys::fuzz_target;
use migrate::{
    source::SourceFile,
    syntax::{Mode, Options, parse, pn},
};

fuzz_target!(|text: &str| {
    for mode in [Mode::Manifest, Mode::Epp] {
        let parsed = parse(SourceFile::new("fuzz.pp", text), mode, &Options::default());
        if let Some(ast) = &parsed.ast {
            let _ = pn::to_json(ast);
        }
    }
});
