//! unbound: `services.unbound.settings`.
//!
//! Claims the package, the unit, the file and its parts. The module writes clauses and attributes again, a repeated one
//! as a list; what it sets itself (folders, user, pid file) is left out. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;

const BASE: [&str; 3] = ["services", "unbound", "settings"];

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "unbound",
    packages: &["unbound"],
    units: &["unbound"],
    module: &["services", "unbound"],
    also: &[],
    files: &[
        ("/etc/unbound/unbound.conf", Form::Settings(config)),
        ("/etc/unbound/unbound.conf.d/", Form::Settings(config)),
        ("/etc/default/unbound", Form::Own("options of Debian's unit; the module starts unbound itself")),
    ],
};

fn config(text: &str) -> Option<Settings> {
    /// Clauses that may come several times.
    const MANY: [&str; 5] = ["forward-zone", "stub-zone", "auth-zone", "view", "rpz"];
    const OWN: [&str; 5] = ["directory", "username", "chroot", "pidfile", "auto-trust-anchor-file"];
    let mut clauses: Vec<(&str, Vec<(&str, Expr)>)> = Vec::new();
    for line in syntax::lines(text, &['#']) {
        let line = line.split(" #").next().unwrap_or(line);
        let (key, value) = line.split_once(':')?;
        let value = value.trim();
        match (value, clauses.last_mut()) {
            ("", _) => clauses.push((key, Vec::new())),
            // the parts are read by the same rule
            (_, _) if matches!(key, "include" | "include-toplevel") => {}
            (_, Some(_)) if OWN.contains(&key) => {}
            (_, Some((_, pairs))) => pairs.push((key, typed(value))),
            (_, None) => return None,
        }
    }
    let (mut settings, mut many) = (Settings::default(), Vec::new());
    for (clause, pairs) in clauses {
        let pairs = syntax::grouped(pairs.into_iter());
        if MANY.contains(&clause) {
            many.push((clause, Expr::Attrs(pairs)));
            continue;
        }
        for (key, value) in pairs {
            settings.set(&BASE, &[clause, &key], value);
        }
    }
    for (clause, value) in syntax::grouped(many.into_iter()) {
        let list = if matches!(value, Expr::List(_)) { value } else { Expr::List(vec![value]) };
        settings.set(&BASE, &[&clause], list);
    }
    syntax::unique(settings)
}

fn typed(value: &str) -> Expr {
    match value {
        "yes" => Expr::Bool(true),
        "no" => Expr::Bool(false),
        // a quoted value keeps its quotes: the module writes strings as they are
        _ => syntax::atom(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses_become_sets_and_zones_a_list() {
        let text = "server:\n  interface: ::1\n  interface: 127.0.0.1\n  do-ip6: yes\nforward-zone:\n  name: \".\"\n";
        let found = config(text).unwrap();
        let names: Vec<_> = found.options.iter().map(|(option, _)| option.join(".")).collect();
        assert_eq!(
            names,
            [
                "services.unbound.settings.server.interface",
                "services.unbound.settings.server.do-ip6",
                "services.unbound.settings.forward-zone",
            ]
        );
        assert!(matches!(&found.options[0].1, Expr::List(items) if items.len() == 2));
        assert_eq!(found.options[1].1, Expr::Bool(true));
        assert!(matches!(&found.options[2].1, Expr::List(items) if items.len() == 1));
    }
}
