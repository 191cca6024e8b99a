//! BIND: `services.bind.configFile`.
//!
//! Claims the packages, the unit and the files below `/etc/bind`. The module runs named on the file; those that it
//! includes stay at their paths. A site that declares only the parts gets the file that Debian's package has, which
//! includes those that are declared. Fixture: `fixtures/stacks`.

use super::shape::{Form, Stack};
use crate::translate::nixos::{
    expr::Expr,
    plan::{Of, Planner, Topic},
};

const FILE: [&str; 3] = ["services", "bind", "configFile"];

const STACK: Stack = Stack {
    name: "bind",
    packages: &["bind9", "bind"],
    units: &["bind9", "named", "bind"],
    module: &["services", "bind"],
    also: &[],
    files: &[
        ("/etc/bind/named.conf", Form::Path(&FILE)),
        ("/etc/named.conf", Form::Path(&FILE)),
        ("/etc/bind/", Form::Stays),
        ("/etc/default/bind9", Form::Own("options of Debian's unit; the module starts named itself")),
        ("/etc/default/named", Form::Own("options of Debian's unit; the module starts named itself")),
    ],
};

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let declared =
        |planner: &Planner<'_>, path: &str| planner.config.files.iter().any(|file| file.path == path);
    super::shape::run(planner, &STACK);
    if !planner.is_set(&["services", "bind", "enable"]) || planner.is_set(&FILE) {
        return;
    }
    // named.conf of Debian's package without its comments
    let parts = ["options", "local", "default-zones"].map(|part| format!("/etc/bind/named.conf.{part}"));
    let lines =
        parts.iter().filter(|path| declared(planner, path)).map(|path| format!("include \"{path}\";\n"));
    let text: String = lines.collect();
    if !text.is_empty() {
        let source = planner.artifact("/etc/bind/named.conf", text.into_bytes(), false);
        planner.set(Topic::Services, &FILE, source, Of::NOBODY);
    }
    if planner
        .config
        .files
        .iter()
        .filter_map(super::super::plan::plain_text)
        .any(|text| text.contains("/var/cache/bind"))
    {
        let option = ["systemd", "tmpfiles", "rules"];
        planner.push(Topic::Files, &option, Expr::str("d /var/cache/bind 0755 named named -"), Of::NOBODY);
    }
}
