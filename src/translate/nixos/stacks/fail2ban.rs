//! fail2ban's jails: `services.fail2ban`.
//!
//! Claims the package, the unit and the files below `/etc/fail2ban`. The module writes `jail.local` from its options:
//! the directives of `[DEFAULT]` that it writes itself have options, the others are settings of their jail. Filters and
//! actions lie where the module's folder of them is read. Fixture: `role::fail2ban`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;
use ecow::EcoString;

const BASE: [&str; 2] = ["services", "fail2ban"];

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "fail2ban",
    packages: &["fail2ban"],
    units: &["fail2ban"],
    module: &["services", "fail2ban"],
    also: &[],
    files: &[
        ("/etc/fail2ban/jail.local", Form::Settings(jails)),
        ("/etc/fail2ban/jail.d/", Form::Settings(jails)),
        ("/etc/fail2ban/fail2ban.local", Form::Settings(daemon)),
        ("/etc/fail2ban/filter.d/", Form::Stays),
        ("/etc/fail2ban/action.d/", Form::Stays),
    ],
};

fn jails(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for (section, pairs) in syntax::sections(text, &['#', ';'])? {
        let mut rest = Vec::new();
        for (key, value) in pairs {
            let value = value.filter(|_| !section.is_empty())?;
            match (section, key) {
                ("DEFAULT", "bantime") => settings.set(&BASE, &["bantime"], Expr::str(value)),
                ("DEFAULT", "maxretry") => settings.set(&BASE, &["maxretry"], Expr::Int(value.parse().ok()?)),
                ("DEFAULT", "banaction") => settings.set(&BASE, &["banaction"], Expr::str(value)),
                ("DEFAULT", "banaction_allports") => {
                    settings.set(&BASE, &["banaction-allports"], Expr::str(value));
                }
                ("DEFAULT", "ignoreip") => {
                    let addresses = value.split([' ', ',']).filter(|it| !it.is_empty()).map(EcoString::from);
                    settings.set(&BASE, &["ignoreIP"], Expr::strings(addresses));
                }
                _ => rest.push((key, syntax::atom(value))),
            }
        }
        if !rest.is_empty() {
            settings.set(&BASE, &["jails", section], Expr::attrs([("settings", Expr::attrs(rest))]));
        }
    }
    syntax::unique(settings)
}

fn daemon(text: &str) -> Option<Settings> {
    syntax::ini(text, &["services", "fail2ban", "daemonSettings"], &['#', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_have_options_and_jails_their_settings() {
        let found =
            jails("[DEFAULT]\nbantime = 1h\nignoreip = ::1 10.0.0.0/8\n[sshd]\nenabled = true\n").unwrap();
        let jail = found.options.last().unwrap();
        assert_eq!(jail.0.join("."), "services.fail2ban.jails.sshd");
        assert_eq!(jail.1, Expr::attrs([("settings", Expr::attrs([("enabled", Expr::Bool(true))]))]));
        assert_eq!(found.options[1].1, Expr::strings(["::1", "10.0.0.0/8"]));
    }
}
