//! Programs with their packages, files and services, one file a stack.

pub(super) mod logrotate;
pub(super) mod nftables;
pub(super) mod nginx;
pub(super) mod not_needed;
pub(super) mod ntp;
pub(super) mod postfix;
pub(super) mod postgresql;
pub(super) mod prometheus;
pub(super) mod rspamd;
pub(super) mod shell;
pub(super) mod ssh_client;
pub(super) mod sshd;
pub(super) mod sudo;
pub(super) mod sysctl;
pub(super) mod systemd_conf;
pub(super) mod tmpfiles;

use super::plan::{Decision, Planner, file_id};
use super::services;
use crate::model::{File, ItemId, ItemKind, Service};
use crate::translate::Class;

/// Decides on a stack's package and service: the module brings both.
fn with_module(planner: &mut Planner<'_>, rule: &'static str, packages: &[&str], units: &[&str]) {
    for name in packages {
        if let Some(package) = planner.package(&[name]) {
            let id = ItemId::new(ItemKind::Package, package.name.clone());
            let decision = Decision::new(Class::Satisfied, rule, "the module brings its package");
            planner.decide(id, super::packages::version(package, decision));
        }
    }
    if let Some(service) = planner.service(units) {
        let decision = Decision::new(Class::Native, rule, "the module's service");
        planner.decide(service_id(service), services::state(service, decision));
    }
}

fn service_id(service: &Service) -> ItemId {
    ItemId::new(ItemKind::Service, service.name.clone())
}

/// Tells whether a stack's service is to run; without a service resource its package decides, as Debian starts
/// what it installs.
fn wanted(planner: &Planner<'_>, packages: &[&str], units: &[&str]) -> bool {
    match planner.service(units) {
        Some(service) => !services::is_off(service),
        None => planner.package(packages).is_some(),
    }
}

/// A folder that only held the parts of a text which is one option now.
fn folded_folder(planner: &mut Planner<'_>, path: &str, rule: &'static str) {
    if let Some(folder) = planner.open_file(path) {
        let reason = "its files are in an option; nothing reads the folder";
        planner.decide(file_id(folder), Decision::new(Class::Satisfied, rule, reason));
    }
}

/// Files that shall be absent from a folder that is not read.
pub(super) fn absent(planner: &mut Planner<'_>, file: &File, rule: &'static str) -> bool {
    if !matches!(file.kind, crate::model::FileKind::Absent { .. }) {
        return false;
    }
    let decision = Decision::new(Class::Satisfied, rule, "nothing declares this path");
    planner.decide(file_id(file), decision.flag(crate::translate::Flag::Absent));
    true
}
