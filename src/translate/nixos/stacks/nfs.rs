//! The NFS server: `services.nfs`.
//!
//! Claims the server's package and unit, `/etc/exports` and its parts, and the settings of the daemons. Exports are
//! the module's text as they are; `nfs.conf` and `idmapd.conf` are written again from sections. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::{expr::Expr, plan::Planner};

const STACK: Stack = Stack {
    name: "nfs",
    packages: &["nfs-kernel-server"],
    units: &["nfs-kernel-server", "nfs-server"],
    module: &["services", "nfs", "server"],
    also: &[],
    files: &[
        ("/etc/exports", Form::Text(&["services", "nfs", "server", "exports"], exports)),
        ("/etc/exports.d/", Form::Text(&["services", "nfs", "server", "exports"], exports)),
        ("/etc/default/nfs-kernel-server", Form::Settings(threads)),
    ],
};

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    super::shape::run(planner, &STACK);
    let common = [
        ("/etc/nfs.conf", Form::Settings(conf)),
        ("/etc/nfs.conf.d/", Form::Settings(conf)),
        ("/etc/idmapd.conf", Form::Settings(idmapd)),
        ("/etc/default/nfs-common", Form::Own("which daemons run is the module's matter")),
    ];
    super::shape::texts(planner, STACK.name, &common);
}

fn exports(text: &str) -> Option<String> {
    Some(syntax::bare(text))
}

fn conf(text: &str) -> Option<Settings> {
    syntax::ini(text, &["services", "nfs", "settings"], &['#', ';'])
}

fn idmapd(text: &str) -> Option<Settings> {
    syntax::ini(text, &["services", "nfs", "idmapd", "settings"], &['#', ';'])
}

/// Debian's assignments for the unit; what they say beside the number of threads and a port has no option.
fn threads(text: &str) -> Option<Settings> {
    let server = ["services", "nfs", "server"];
    let mut settings = Settings::default();
    for (name, value) in syntax::shell(text)? {
        match name {
            "RPCNFSDCOUNT" => settings.set(&server, &["nproc"], Expr::Int(value.parse().ok()?)),
            "RPCMOUNTDOPTS" => match value.split_whitespace().collect::<Vec<_>>().as_slice() {
                ["-p" | "--port", port] => {
                    settings.set(&server, &["mountdPort"], Expr::Int(port.parse().ok()?))
                }
                ["--manage-gids"] | [] => {}
                _ => return None,
            },
            "RPCNFSDPRIORITY" | "NEED_SVCGSSD" | "RPCSVCGSSDOPTS" if matches!(value, "" | "0" | "no") => {}
            _ => return None,
        }
    }
    Some(settings)
}
