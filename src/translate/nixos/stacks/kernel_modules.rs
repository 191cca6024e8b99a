//! Kernel modules: `boot.kernelModules`, `boot.blacklistedKernelModules`, `boot.extraModprobeConfig`.
//!
//! Claims `/etc/modules`, `modules-load.d` and `modprobe.d`. NixOS writes the names into one `modules-load.d` file, a
//! blacklist and the rest into one of `modprobe.d`: systemd and modprobe read the same lines. Fixture: `fixtures/stacks`.

use super::{
    shape::{self, Form},
    syntax::{self, Settings},
};
use crate::translate::nixos::{expr::Expr, plan::Planner};

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let files = [
        ("/etc/modules", Form::Settings(modules)),
        ("/etc/modules-load.d/", Form::Settings(modules)),
        ("/etc/modprobe.d/", Form::Settings(modprobe)),
        ("/etc/modprobe.conf", Form::Settings(modprobe)),
    ];
    shape::texts(planner, "kernel-modules", &files);
}

/// One module a line; parameters after it are modprobe.d's matter.
fn modules(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for line in syntax::lines(text, &['#', ';']) {
        let name = Some(line).filter(|line| !line.contains(char::is_whitespace))?;
        settings.elements.push((&["boot", "kernelModules"], Expr::str(name)));
    }
    Some(settings)
}

fn modprobe(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for line in syntax::lines(text, &['#']) {
        match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["blacklist", name] => {
                settings.elements.push((&["boot", "blacklistedKernelModules"], Expr::str(*name)))
            }
            _ => settings.line(&["boot", "extraModprobeConfig"], line),
        }
    }
    Some(settings)
}
