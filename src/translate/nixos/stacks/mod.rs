//! Programs with their packages, files and services, one file a stack.

pub(super) mod apache;
pub(super) mod apparmor;
pub(super) mod auditd;
pub(super) mod autofs;
pub(super) mod bind;
pub(super) mod chrony;
pub(super) mod collectd;
pub(super) mod containerd;
pub(super) mod cron_files;
pub(super) mod cups;
pub(super) mod directory_clients;
pub(super) mod dnsmasq;
pub(super) mod docker;
pub(super) mod elasticsearch;
pub(super) mod exporters;
pub(super) mod fail2ban;
pub(super) mod getty;
pub(super) mod grafana;
pub(super) mod haproxy;
pub(super) mod hosts_file;
pub(super) mod ifupdown;
pub(super) mod iptables;
pub(super) mod jenkins;
pub(super) mod keepalived;
pub(super) mod kernel_modules;
pub(super) mod limits;
pub(super) mod locale;
pub(super) mod logrotate;
pub(super) mod memcached;
pub(super) mod munin;
pub(super) mod mysql;
pub(super) mod nfs;
pub(super) mod nftables;
pub(super) mod nginx;
pub(super) mod not_needed;
pub(super) mod nscd;
pub(super) mod ntp;
pub(super) mod openvpn;
pub(super) mod pam;
pub(super) mod postfix;
pub(super) mod postgresql;
pub(super) mod private_keys;
pub(super) mod prometheus;
pub(super) mod rabbitmq;
pub(super) mod redis;
pub(super) mod rspamd;
pub(super) mod rsyncd;
pub(super) mod rsyslog;
pub(super) mod shape;
pub(super) mod shell;
pub(super) mod shells;
pub(super) mod smartd;
pub(super) mod snmpd;
pub(super) mod squid;
pub(super) mod ssh_client;
pub(super) mod sshd;
pub(super) mod sssd;
pub(super) mod sudo;
mod syntax;
pub(super) mod sysctl;
pub(super) mod systemd_conf;
pub(super) mod telegraf;
pub(super) mod tftpd;
pub(super) mod tmpfiles;
pub(super) mod udev;
pub(super) mod unbound;
pub(super) mod varnish;
pub(super) mod vsftpd;
pub(super) mod wireguard;

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
        // a unit of the site's own is no module's
        Some(service) if own_unit(planner, service) => false,
        Some(service) => !services::is_off(service),
        None => planner.package(packages).is_some(),
    }
}

fn own_unit(planner: &Planner<'_>, service: &Service) -> bool {
    let path = format!("/etc/systemd/system/{}.service", service.name);
    planner.config.files.iter().any(|file| file.path == path && crate::translate::nixos::plan::is_text(file))
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
