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
mod keeping;
mod network;
mod owners;
mod packages;
mod plan;
mod retarget;
mod services;
mod stacks;
mod units;

pub use expr::{Expr, Get, Grouping, If, Key, Op, Part};
pub use keeping::keep_secrets_by;
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
    NixRule { name: "identity", doc: "host name, domain", run: network::identity },
    NixRule {
        name: "private-keys",
        doc: "private keys never get into the store",
        run: stacks::private_keys::run,
    },
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
    NixRule {
        name: "iptables",
        doc: "texts of iptables-restore, loaded by a unit",
        run: stacks::iptables::run,
    },
    NixRule {
        name: "ifupdown",
        doc: "interfaces of ifupdown to networking.interfaces",
        run: stacks::ifupdown::run,
    },
    NixRule { name: "getty", doc: "consoles", run: stacks::getty::run },
    NixRule { name: "limits", doc: "limits.conf to security.pam.loginLimits", run: stacks::limits::run },
    NixRule {
        name: "kernel-modules",
        doc: "modules-load.d and modprobe.d to boot",
        run: stacks::kernel_modules::run,
    },
    NixRule { name: "locale", doc: "locale.gen, locale and keyboard to i18n", run: stacks::locale::run },
    NixRule { name: "hosts-file", doc: "`/etc/hosts` to networking.hosts", run: stacks::hosts_file::run },
    NixRule { name: "shells", doc: "start files of bash, zsh, fish and tcsh", run: stacks::shells::run },
    NixRule { name: "udev", doc: "rules.d to services.udev.extraRules", run: stacks::udev::run },
    NixRule { name: "pam", doc: "pam.d to security.pam.services", run: stacks::pam::run },
    NixRule {
        name: "directory-clients",
        doc: "ldap.conf and krb5.conf where libraries read them",
        run: stacks::directory_clients::run,
    },
    NixRule { name: "nscd", doc: "nscd.conf to services.nscd", run: stacks::nscd::run },
    NixRule {
        name: "cron-files",
        doc: "crontabs to services.cron.cronFiles, scripts to timers",
        run: stacks::cron_files::run,
    },
    NixRule { name: "apache", doc: "Apache of Debian to services.httpd", run: stacks::apache::run },
    NixRule {
        name: "exporters",
        doc: "exporters of Prometheus and its companions",
        run: stacks::exporters::run,
    },
    NixRule { name: "apparmor", doc: "profiles to security.apparmor", run: stacks::apparmor::run },
    NixRule { name: "openvpn", doc: "tunnels to services.openvpn.servers", run: stacks::openvpn::run },
    NixRule { name: "wireguard", doc: "tunnels of wg-quick", run: stacks::wireguard::run },
    NixRule { name: "rsyslog", doc: "rsyslog.conf to services.rsyslogd", run: stacks::rsyslog::run },
    NixRule { name: "nfs", doc: "exports and settings to services.nfs", run: stacks::nfs::run },
    NixRule { name: "bind", doc: "named.conf to services.bind", run: stacks::bind::run },
    NixRule { name: "cups", doc: "cupsd.conf and its kind to services.printing", run: stacks::cups::run },
    NixRule {
        name: "chrony",
        doc: "chrony.conf to services.chrony",
        run: |planner| stacks::shape::run(planner, &stacks::chrony::STACK),
    },
    NixRule {
        name: "haproxy",
        doc: "haproxy.cfg to services.haproxy",
        run: |planner| stacks::shape::run(planner, &stacks::haproxy::STACK),
    },
    NixRule {
        name: "memcached",
        doc: "flags to services.memcached",
        run: |planner| stacks::shape::run(planner, &stacks::memcached::STACK),
    },
    NixRule {
        name: "redis",
        doc: "redis.conf to services.redis",
        run: |planner| stacks::shape::run(planner, &stacks::redis::STACK),
    },
    NixRule {
        name: "mysql",
        doc: "option files to services.mysql.settings",
        run: |planner| stacks::shape::run(planner, &stacks::mysql::STACK),
    },
    NixRule {
        name: "fail2ban",
        doc: "jails to services.fail2ban",
        run: |planner| stacks::shape::run(planner, &stacks::fail2ban::STACK),
    },
    NixRule {
        name: "docker",
        doc: "daemon.json to virtualisation.docker",
        run: |planner| stacks::shape::run(planner, &stacks::docker::STACK),
    },
    NixRule {
        name: "containerd",
        doc: "config.toml to virtualisation.containerd",
        run: |planner| stacks::shape::run(planner, &stacks::containerd::STACK),
    },
    NixRule {
        name: "autofs",
        doc: "auto.master to services.autofs",
        run: |planner| stacks::shape::run(planner, &stacks::autofs::STACK),
    },
    NixRule {
        name: "sssd",
        doc: "sssd.conf to services.sssd",
        run: |planner| stacks::shape::run(planner, &stacks::sssd::STACK),
    },
    NixRule {
        name: "snmpd",
        doc: "snmpd.conf to services.snmpd",
        run: |planner| stacks::shape::run(planner, &stacks::snmpd::STACK),
    },
    NixRule {
        name: "collectd",
        doc: "collectd.conf to services.collectd",
        run: |planner| stacks::shape::run(planner, &stacks::collectd::STACK),
    },
    NixRule {
        name: "telegraf",
        doc: "telegraf.conf to services.telegraf",
        run: |planner| stacks::shape::run(planner, &stacks::telegraf::STACK),
    },
    NixRule {
        name: "munin",
        doc: "munin-node.conf to services.munin-node",
        run: |planner| stacks::shape::run(planner, &stacks::munin::STACK),
    },
    NixRule {
        name: "keepalived",
        doc: "keepalived.conf to services.keepalived",
        run: |planner| stacks::shape::run(planner, &stacks::keepalived::STACK),
    },
    NixRule {
        name: "unbound",
        doc: "unbound.conf to services.unbound",
        run: |planner| stacks::shape::run(planner, &stacks::unbound::STACK),
    },
    NixRule {
        name: "dnsmasq",
        doc: "dnsmasq.conf to services.dnsmasq",
        run: |planner| stacks::shape::run(planner, &stacks::dnsmasq::STACK),
    },
    NixRule {
        name: "smartd",
        doc: "smartd.conf to services.smartd",
        run: |planner| stacks::shape::run(planner, &stacks::smartd::STACK),
    },
    NixRule {
        name: "auditd",
        doc: "rules to security.audit",
        run: |planner| stacks::shape::run(planner, &stacks::auditd::STACK),
    },
    NixRule {
        name: "tftpd",
        doc: "tftpd-hpa to services.atftpd",
        run: |planner| stacks::shape::run(planner, &stacks::tftpd::STACK),
    },
    NixRule {
        name: "rsyncd",
        doc: "rsyncd.conf to services.rsyncd",
        run: |planner| stacks::shape::run(planner, &stacks::rsyncd::STACK),
    },
    NixRule {
        name: "vsftpd",
        doc: "vsftpd.conf to services.vsftpd",
        run: |planner| stacks::shape::run(planner, &stacks::vsftpd::STACK),
    },
    NixRule {
        name: "squid",
        doc: "squid.conf to services.squid",
        run: |planner| stacks::shape::run(planner, &stacks::squid::STACK),
    },
    NixRule {
        name: "varnish",
        doc: "VCL to services.varnish",
        run: |planner| stacks::shape::run(planner, &stacks::varnish::STACK),
    },
    NixRule {
        name: "elasticsearch",
        doc: "elasticsearch.yml to services.elasticsearch",
        run: |planner| stacks::shape::run(planner, &stacks::elasticsearch::STACK),
    },
    NixRule {
        name: "rabbitmq",
        doc: "rabbitmq.conf to services.rabbitmq",
        run: |planner| stacks::shape::run(planner, &stacks::rabbitmq::STACK),
    },
    NixRule {
        name: "grafana",
        doc: "grafana.ini to services.grafana.settings",
        run: |planner| stacks::shape::run(planner, &stacks::grafana::STACK),
    },
    NixRule {
        name: "jenkins",
        doc: "its defaults to services.jenkins",
        run: |planner| stacks::shape::run(planner, &stacks::jenkins::STACK),
    },
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
