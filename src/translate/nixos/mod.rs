//! What a host's configuration is on NixOS: option settings, files, secrets, and a decision for each item.
//!
//! In: a [`HostConfig`], the package map. Out: a [`Plan`], which `emit` prints and the ledger takes its classes
//! from, so that both always agree. Stacks (a program with its package, files and service) come first, then the
//! rules for what is left of each kind.

mod accounts;
mod calendar;
mod drop_ins;
mod execs;
mod expr;
mod files;
mod jobs;
mod network;
mod owners;
mod packages;
mod plan;
mod retarget;
mod services;
mod stacks;
mod units;

pub use expr::{Expr, Get, Grouping, If, Key, Op, Part};
pub use plan::{
    Artifact, Confidence, Decision, PackageAnswer, PackageNames, Piece, Plan, Setting, Stub, Topic,
};

use crate::model::HostConfig;
use plan::Planner;

/// A rule of the NixOS target.
pub struct NixRule {
    /// Its stable name, the one in reports where a rule has only one.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub doc: &'static str,
    run: fn(&mut Planner<'_>),
}

/// The rules in the order they run; an item is decided once, by the first that takes it.
pub static NIX_RULES: &[NixRule] = &[
    NixRule { name: "identity", doc: "host name, domain, stateVersion", run: network::identity },
    NixRule { name: "not-needed", doc: "apt's and Puppet's own files", run: stacks::not_needed::files },
    NixRule { name: "time-zone", doc: "`/etc/timezone`, `/etc/localtime`", run: network::time_zone },
    NixRule { name: "resolv-conf", doc: "`/etc/resolv.conf` verbatim", run: network::resolver },
    NixRule { name: "sshd", doc: "sshd_config to services.openssh", run: stacks::sshd::run },
    NixRule { name: "ssh-client", doc: "ssh_config to programs.ssh", run: stacks::ssh_client::run },
    NixRule { name: "sudo", doc: "sudoers to security.sudo", run: stacks::sudo::run },
    NixRule { name: "sysctl", doc: "sysctl.d to boot.kernel.sysctl", run: stacks::sysctl::run },
    NixRule {
        name: "systemd-conf",
        doc: "journald.conf, logind.conf, resolved.conf, timesyncd.conf to their modules",
        run: stacks::systemd_conf::run,
    },
    NixRule { name: "tmpfiles", doc: "tmpfiles.d to systemd.tmpfiles.rules", run: stacks::tmpfiles::run },
    NixRule { name: "shell", doc: "motd and profile.d", run: stacks::shell::run },
    NixRule {
        name: "logrotate",
        doc: "logrotate.d to services.logrotate.settings",
        run: stacks::logrotate::run,
    },
    NixRule { name: "ntp", doc: "ntp.conf to services.ntp", run: stacks::ntp::run },
    NixRule { name: "nftables", doc: "the ruleset to networking.nftables", run: stacks::nftables::run },
    NixRule { name: "nginx", doc: "nginx.conf to services.nginx", run: stacks::nginx::run },
    NixRule { name: "postfix", doc: "main.cf and maps to services.postfix", run: stacks::postfix::run },
    NixRule {
        name: "postgresql",
        doc: "settings and pg_hba to services.postgresql",
        run: stacks::postgresql::run,
    },
    NixRule { name: "prometheus", doc: "Prometheus and its node exporter", run: stacks::prometheus::run },
    NixRule { name: "rspamd", doc: "local.d to services.rspamd.locals", run: stacks::rspamd::run },
    NixRule { name: "units", doc: "systemd units of the site", run: units::run },
    NixRule { name: "drop-ins", doc: "drop-ins of units that NixOS has", run: drop_ins::run },
    NixRule { name: "groups", doc: "users.groups", run: accounts::groups },
    NixRule { name: "users", doc: "users.users", run: accounts::users },
    NixRule { name: "authorized-keys", doc: "keys of users", run: accounts::keys },
    NixRule { name: "known-hosts", doc: "programs.ssh.knownHosts", run: network::known_hosts },
    NixRule { name: "hosts", doc: "networking.hosts", run: network::hosts },
    NixRule { name: "mounts", doc: "fileSystems, swapDevices", run: network::mounts },
    NixRule { name: "files", doc: "environment.etc, tmpfiles, age", run: files::rest },
    NixRule { name: "cron", doc: "timers, lines of the system crontab", run: jobs::crons },
    NixRule { name: "services", doc: "options that enable a program", run: services::services },
    NixRule { name: "packages", doc: "environment.systemPackages by the name map", run: packages::packages },
    NixRule { name: "exec", doc: "idioms and one-time units", run: execs::execs },
    NixRule { name: "no-consumer", doc: "who reads the files that were placed", run: files::consumers },
    NixRule { name: "owners", doc: "accounts that files and jobs name", run: owners::owners },
    NixRule { name: "package-list", doc: "writes the list of packages", run: packages::write_list },
];

/// Plans a host.
#[must_use]
pub fn plan(config: &HostConfig, packages: &dyn PackageNames) -> Plan {
    let mut planner = Planner::new(config, packages);
    for rule in NIX_RULES {
        (rule.run)(&mut planner);
    }
    planner.plan
}
