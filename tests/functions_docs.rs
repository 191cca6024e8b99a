//! `docs/functions.md` is made from the table of builtins: `UPDATE=1 cargo test --test functions_docs` writes it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test says what is wrong by failing, and prints what it looked at"
)]

use migrate::functions::{Function, Generation, functions};
use std::path::Path;

fn section(out: &mut String, module: &str, title: &str) {
    let rows: Vec<&Function> = functions().iter().filter(|it| it.module == module).collect();
    out.push_str(&format!("\n## {title} ({})\n\n", rows.len()));
    for it in rows {
        let api = if it.generation == Generation::Three { " *(3.x)*" } else { "" };
        out.push_str(&format!("### `{}`{api}\n\n{}\n\n```puppet\n", it.name, it.doc));
        for signature in it.signatures {
            let text = match signature.split_at_checked(2) {
                Some(("7 ", rest)) => format!("{rest}  # until Puppet 7"),
                Some(("8 ", rest)) => format!("{rest}  # from Puppet 8 on"),
                _ => (*signature).to_owned(),
            };
            out.push_str(&format!("{text}\n"));
        }
        out.push_str("```\n\n");
    }
}

fn document() -> String {
    let mut out = String::from(
        "# Builtin functions\n\nMade from the table in `src/functions` by `UPDATE=1 cargo test --test functions_docs`; do \
         not edit.\n\nHow signatures are written: `$x?` may be left out, `$x*` repeats, `$x+` repeats and is given once at \
         least, `&$block` is a lambda. A function *(3.x)* only counts its arguments and sees `undef` as an empty string, \
         as in Puppet. The functions of a module are visible where the module is on the module path.\n",
    );
    let mut modules: Vec<&str> = functions().iter().map(|it| it.module).collect();
    modules.sort_unstable_by_key(|it| (*it != "puppet", *it));
    modules.dedup();
    for module in modules {
        let title = if module == "puppet" { "Puppet's own".to_owned() } else { format!("Module `{module}`") };
        section(&mut out, module, &title);
    }
    format!("{}\n", out.trim_end())
}

#[test]
fn the_reference_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/functions.md");
    let made = document();
    if std::env::var("UPDATE").is_ok() {
        std::fs::write(&path, &made).unwrap();
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == made, "docs/functions.md is not current: UPDATE=1 cargo test --test functions_docs");
}
