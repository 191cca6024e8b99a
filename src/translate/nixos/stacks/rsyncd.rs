//! The rsync daemon: `services.rsyncd.settings`.
//!
//! Claims the unit and `rsyncd.conf`. Modules are sections, what stands before them is `global`; the module writes both
//! again. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "rsyncd",
    packages: &[],
    units: &["rsync", "rsyncd"],
    module: &["services", "rsyncd"],
    also: &[],
    files: &[
        ("/etc/rsyncd.conf", Form::Settings(config)),
        ("/etc/default/rsync", Form::Own("options of Debian's script; the module starts rsync itself")),
    ],
};

fn config(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for (section, pairs) in syntax::sections(text, &['#', ';'])? {
        let section = if section.is_empty() { "global" } else { section };
        for (key, value) in pairs {
            match key {
                "pid file" | "lock file" => {}
                _ => settings.set(&["services", "rsyncd", "settings"], &[section, key], syntax::atom(value?)),
            }
        }
    }
    syntax::unique(settings)
}
