//! dnsmasq: `services.dnsmasq.settings`.
//!
//! Claims the package, the unit, the file and its parts. The module writes `key=value` again, a flag for `true` and a
//! line for each element of a list; it does not make itself the host's resolver, as Debian's does without resolvconf.
//! Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack, Value},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "dnsmasq",
    packages: &["dnsmasq", "dnsmasq-base"],
    units: &["dnsmasq"],
    module: &["services", "dnsmasq"],
    also: &[(&["services", "dnsmasq", "resolveLocalQueries"], Value::Bool(false))],
    files: &[
        ("/etc/dnsmasq.conf", Form::Settings(config)),
        ("/etc/dnsmasq.d/", Form::Settings(config)),
        ("/etc/default/dnsmasq", Form::Own("options of Debian's script; the module starts dnsmasq itself")),
    ],
};

fn config(text: &str) -> Option<Settings> {
    let pairs = syntax::lines(text, &['#']).map(|line| match line.split_once('=') {
        Some((key, value)) => (key.trim(), syntax::atom(value.trim())),
        None => (line, Expr::Bool(true)),
    });
    // parts are read by the same rule
    let pairs = pairs.filter(|(key, _)| !matches!(*key, "conf-dir" | "conf-file" | "user" | "group"));
    let mut settings = Settings::default();
    for (key, value) in syntax::grouped(pairs) {
        let value = match (key.as_str(), value) {
            ("server", one @ Expr::Str(_)) => Expr::List(vec![one]),
            (_, value) => value,
        };
        settings.set(&["services", "dnsmasq", "settings"], &[&key], value);
    }
    Some(settings)
}
