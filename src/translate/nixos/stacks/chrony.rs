//! `chrony.conf`: `services.chrony.extraConfig`.
//!
//! Claims the package, the unit and the file. The module writes its servers, drift file, keys file and
//! `extraConfig` into one text: with no servers of its own, every directive of the site stands in it once. Drift, key
//! and dump files are the module's, below `/var/lib/chrony`. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack, Value},
    syntax,
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "chrony",
    packages: &["chrony"],
    units: &["chrony", "chronyd"],
    module: &["services", "chrony"],
    also: &[(&["services", "chrony", "servers"], Value::Nothing)],
    files: &[
        ("/etc/chrony/chrony.conf", Form::Text(&["services", "chrony", "extraConfig"], directives)),
        ("/etc/chrony.conf", Form::Text(&["services", "chrony", "extraConfig"], directives)),
        ("/etc/chrony/conf.d/", Form::Stays),
        ("/etc/chrony/sources.d/", Form::Stays),
        ("/etc/default/chrony", Form::Own("options of Debian's unit; the module starts chronyd itself")),
    ],
};

/// What the module writes itself is left out; comments of chrony begin with one of four letters.
fn directives(text: &str) -> Option<String> {
    const OWN: [&str; 5] = ["driftfile", "dumpdir", "ntsdumpdir", "pidfile", "user"];
    let kept = syntax::lines(text, &['#', '!', ';', '%']);
    let kept = kept.filter(|line| !OWN.contains(&line.split_whitespace().next().unwrap_or_default()));
    Some(kept.map(|line| format!("{line}\n")).collect())
}
