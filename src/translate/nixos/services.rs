//! Services without a rule of their own: options that enable them, what NixOS runs anyway.

use super::{
    expr::Expr,
    plan::{Decision, Of, Planner, Topic},
};
use crate::{
    model::{Enable, ItemId, ItemKind, Service},
    translate::{Class, Flag},
};
use ecow::{EcoString, eco_format};

const RULE: &str = "services";

/// Units of Debian with the option that enables the same program on NixOS.
const ENABLE: [(&str, &[&str]); 41] = [
    ("apache2", &["services", "httpd", "enable"]),
    ("auditd", &["security", "auditd", "enable"]),
    ("avahi-daemon", &["services", "avahi", "enable"]),
    ("bind9", &["services", "bind", "enable"]),
    ("chrony", &["services", "chrony", "enable"]),
    ("chronyd", &["services", "chrony", "enable"]),
    ("collectd", &["services", "collectd", "enable"]),
    ("cups", &["services", "printing", "enable"]),
    ("dnsmasq", &["services", "dnsmasq", "enable"]),
    ("docker", &["virtualisation", "docker", "enable"]),
    ("dovecot", &["services", "dovecot2", "enable"]),
    ("fail2ban", &["services", "fail2ban", "enable"]),
    ("fstrim.timer", &["services", "fstrim", "enable"]),
    ("grafana-server", &["services", "grafana", "enable"]),
    ("haproxy", &["services", "haproxy", "enable"]),
    ("httpd", &["services", "httpd", "enable"]),
    ("irqbalance", &["services", "irqbalance", "enable"]),
    ("libvirtd", &["virtualisation", "libvirtd", "enable"]),
    ("lldpd", &["services", "lldpd", "enable"]),
    ("mariadb", &["services", "mysql", "enable"]),
    ("munin-node", &["services", "munin-node", "enable"]),
    ("mysql", &["services", "mysql", "enable"]),
    ("nfs-kernel-server", &["services", "nfs", "server", "enable"]),
    ("nfs-server", &["services", "nfs", "server", "enable"]),
    ("nscd", &["services", "nscd", "enable"]),
    ("postgresql", &["services", "postgresql", "enable"]),
    ("qemu-guest-agent", &["services", "qemuGuest", "enable"]),
    ("rpcbind", &["services", "rpcbind", "enable"]),
    ("rsyslog", &["services", "rsyslogd", "enable"]),
    ("smartd", &["services", "smartd", "enable"]),
    ("smartmontools", &["services", "smartd", "enable"]),
    ("sshguard", &["services", "sshguard", "enable"]),
    ("squid", &["services", "squid", "enable"]),
    ("systemd-resolved", &["services", "resolved", "enable"]),
    ("systemd-timesyncd", &["services", "timesyncd", "enable"]),
    ("tftpd-hpa", &["services", "atftpd", "enable"]),
    ("thermald", &["services", "thermald", "enable"]),
    ("tor", &["services", "tor", "enable"]),
    ("unbound", &["services", "unbound", "enable"]),
    ("vnstat", &["services", "vnstat", "enable"]),
    ("vsftpd", &["services", "vsftpd", "enable"]),
];

/// Options that are on by default, so that "not running" must be written.
const ON_BY_DEFAULT: [&str; 2] = ["systemd-timesyncd", "nscd"];

/// Units that every NixOS host runs.
const BASE: [&str; 10] = [
    "dbus",
    "systemd-journald",
    "systemd-logind",
    "systemd-udevd",
    "systemd-tmpfiles-clean.timer",
    "getty@tty1",
    "systemd-networkd-wait-online",
    "udev",
    "user@",
    "systemd-user-sessions",
];

/// Sets of settings that NixOS reads once the module is on, and that have no default.
const NO_DEFAULT: [&[&str]; 1] = [&["services", "grafana", "settings"]];

/// Turns a module on.
pub(super) fn enable(planner: &mut Planner<'_>, option: &[&str], of: Of<'_>) {
    planner.set(Topic::Services, option, Expr::Bool(true), of);
    let module = option.split_last().map_or(option, |(_, module)| module);
    for settings in NO_DEFAULT {
        if settings.starts_with(module) && !planner.is_set(settings) {
            planner.set(Topic::Services, settings, Expr::Attrs(Vec::new()), of);
        }
    }
}

/// The name that a unit of Debian has on NixOS.
pub(super) fn unit_of(name: &str) -> EcoString {
    match name {
        "ssh" => "sshd".into(),
        "apache2" => "httpd".into(),
        "ntpsec" | "ntp" => "ntpd".into(),
        "bind9" => "bind".into(),
        "mariadb" => "mysql".into(),
        "smartmontools" => "smartd".into(),
        _ if name.starts_with("postgresql@") => "postgresql".into(),
        _ => name.into(),
    }
}

/// Tells whether a unit of Debian is one that this host has on NixOS: decided so by a stack, to be enabled, or there.
pub(super) fn is_there(planner: &Planner<'_>, name: &str) -> bool {
    if BASE.contains(&name) {
        return true;
    }
    let Some(service) = planner.service(&[name]) else { return false };
    let id = ItemId::new(ItemKind::Service, service.name.clone());
    match planner.plan.decisions.get(&id) {
        Some(decision) => matches!(decision.verdict.class, Class::Native | Class::Unit),
        None => !is_off(service) && ENABLE.iter().any(|(unit, _)| *unit == name),
    }
}

/// Tells whether a service is declared that this option enables.
pub(super) fn of_module(planner: &Planner<'_>, option: &[&str]) -> bool {
    ENABLE.iter().any(|(unit, its)| *its == option && planner.service(&[unit]).is_some())
}

pub(super) fn services(planner: &mut Planner<'_>) {
    for service in &planner.config.services {
        let id = ItemId::new(ItemKind::Service, service.name.clone());
        if planner.is_open(&id) {
            let decision = one(planner, service, &id);
            if decision.verdict.class == Class::Manual {
                planner.stub(&id, &service.from, decision.verdict.reason.clone());
            }
            planner.decide(id, decision);
        }
    }
}

/// Tells whether a service shall not run, by what is told.
pub(super) fn is_off(service: &Service) -> bool {
    let disabled = matches!(service.enable, Some(Enable::Disabled | Enable::Masked));
    service.running == Some(false) && (disabled || service.enable.is_none())
        || disabled && service.running.is_none()
}

fn one(planner: &mut Planner<'_>, service: &Service, id: &ItemId) -> Decision {
    let name = service.name.as_str();
    let off = is_off(service);
    if name == "cron" || name == "crond" {
        return cron(planner, off);
    }
    let of = Of::item(id, &service.from);
    if BASE.contains(&name) && !off {
        return Decision::new(Class::Satisfied, RULE, "every NixOS host runs it");
    }
    let option = ENABLE.iter().find(|(unit, _)| *unit == name).map(|(_, option)| *option);
    match option {
        Some(option) if off && ON_BY_DEFAULT.contains(&name) => {
            planner.set(Topic::Services, option, Expr::Bool(false), of);
            Decision::new(Class::Native, RULE, eco_format!("{} = false", option.join(".")))
        }
        _ if off => Decision::new(Class::Satisfied, RULE, "nothing enables it").flag(Flag::Absent),
        Some(option) => {
            enable(planner, option, of);
            state(service, Decision::new(Class::Native, RULE, option.join(".")))
        }
        None => Decision::new(Class::Manual, RULE, "no module of NixOS is known for this service"),
    }
}

/// `running` without `enabled` and the other way round have no option of NixOS.
pub(super) fn state(service: &Service, decision: Decision) -> Decision {
    let decision = match service.restart {
        Some(_) => {
            decision.field("restart", Class::Satisfied, "the module knows how to reload or restart it")
        }
        None => decision,
    };
    match (service.running, service.enable) {
        (Some(false), Some(Enable::Enabled)) => {
            decision.field("ensure", Class::Manual, "stopped now but started at boot")
        }
        (Some(true), Some(Enable::Disabled | Enable::Manual | Enable::Masked)) => {
            decision.field("enable", Class::Manual, "started by the agent but not at boot")
        }
        _ => decision,
    }
}

/// Cron runs where jobs were left to it; timers need none.
fn cron(planner: &Planner<'_>, off: bool) -> Decision {
    let option: [EcoString; 3] = ["services".into(), "cron".into(), "enable".into()];
    let used = planner.plan.settings.iter().any(|setting| setting.option == option);
    match (used, off) {
        (true, false) => Decision::new(Class::Native, RULE, "services.cron.enable"),
        (true, true) => Decision::new(Class::Manual, RULE, "cron shall not run, but there are jobs for it"),
        (false, _) => Decision::new(Class::Satisfied, RULE, "every job is a timer"),
    }
}
