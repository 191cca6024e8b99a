//! The munin node: `services.munin-node.extraConfig`.
//!
//! Claims the package, the unit and `munin-node.conf`. The module writes log, pid, user and port itself, then
//! `extraConfig`, where a later line counts. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax,
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "munin-node",
    packages: &["munin-node"],
    units: &["munin-node"],
    module: &["services", "munin-node"],
    also: &[],
    files: &[
        ("/etc/munin/munin-node.conf", Form::Text(&["services", "munin-node", "extraConfig"], config)),
        (
            "/etc/munin/plugin-conf.d/",
            Form::Text(&["services", "munin-node", "extraPluginConfig"], |text| Some(syntax::bare(text))),
        ),
    ],
};

fn config(text: &str) -> Option<String> {
    Some(syntax::without(
        text,
        &["log_file", "pid_file", "background", "setsid", "user", "group", "log_level"],
    ))
}
