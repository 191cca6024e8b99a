//! `redis.conf`: `services.redis.servers."".…`.
//!
//! Claims the packages, the unit and the file. Directives with an option of their own go there, since the module
//! writes them itself; the others are `settings`, which it writes as `key value`, a repeated one as a list. Process,
//! folder and user are the module's. A `requirepass` is a secret's matter and leaves the file to a human. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;

const BASE: [&str; 4] = ["services", "redis", "servers", ""];

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "redis",
    packages: &["redis-server", "redis"],
    units: &["redis-server", "redis"],
    module: &["services", "redis", "servers", ""],
    also: &[],
    files: &[
        ("/etc/redis/redis.conf", Form::Settings(directives)),
        ("/etc/redis.conf", Form::Settings(directives)),
        ("/etc/default/redis-server", Form::Own("options of Debian's unit; the module starts redis itself")),
    ],
};

/// Directives that the module writes from options of their own.
const OPTIONS: [(&str, &str); 12] = [
    ("port", "port"),
    ("bind", "bind"),
    ("logfile", "logfile"),
    ("loglevel", "logLevel"),
    ("databases", "databases"),
    ("maxclients", "maxclients"),
    ("appendonly", "appendOnly"),
    ("appendfsync", "appendFsync"),
    ("unixsocket", "unixSocket"),
    ("unixsocketperm", "unixSocketPerm"),
    ("slowlog-log-slower-than", "slowLogLogSlowerThan"),
    ("slowlog-max-len", "slowLogMaxLen"),
];

fn directives(text: &str) -> Option<Settings> {
    const OWN: [&str; 7] =
        ["daemonize", "supervised", "pidfile", "dir", "user", "syslog-enabled", "syslog-ident"];
    const REFUSED: [&str; 5] = ["requirepass", "masterauth", "replicaof", "slaveof", "include"];
    let (mut settings, mut saves, mut rest) = (Settings::default(), Vec::new(), Vec::new());
    for line in syntax::lines(text, &['#']) {
        let (key, value) = line.split_once(char::is_whitespace)?;
        let (key, value) = (key.to_lowercase(), value.trim());
        match key.as_str() {
            key if OWN.contains(&key) => {}
            key if REFUSED.contains(&key) => return None,
            "save" => saves.push(value),
            key => match OPTIONS.iter().find(|(directive, _)| *directive == key) {
                Some((_, option)) => settings.set(&BASE, &[option], typed(value)),
                None => rest.push((key.to_owned(), Expr::str(value))),
            },
        }
    }
    if !saves.is_empty() {
        settings.set(&BASE, &["save"], points(&saves)?);
    }
    for (key, value) in syntax::grouped(rest.iter().map(|(key, value)| (key.as_str(), value.clone()))) {
        settings.set(&BASE, &["settings", &key], value);
    }
    syntax::unique(settings)
}

fn typed(value: &str) -> Expr {
    match value {
        "yes" => Expr::Bool(true),
        "no" => Expr::Bool(false),
        "\"\"" => Expr::str(""),
        _ => syntax::atom(value),
    }
}

/// Points of saving as lists of seconds and changes; `save ""` is none.
fn points(saves: &[&str]) -> Option<Expr> {
    let numbers = saves.iter().filter(|save| **save != "\"\"").flat_map(|save| save.split_whitespace());
    let numbers: Vec<i64> = numbers.map(|number| number.parse().ok()).collect::<Option<_>>()?;
    let pair = |pair: &[i64]| Expr::List(pair.iter().copied().map(Expr::Int).collect());
    numbers.len().is_multiple_of(2).then(|| Expr::List(numbers.chunks(2).map(pair).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_go_to_their_options_and_a_password_to_a_human() {
        let found =
            directives("port 6380\nappendonly yes\nsave 900 1\nsave 300 10\nmaxmemory 1gb\ndaemonize yes\n");
        let names: Vec<_> = found.unwrap().options.iter().map(|(option, _)| option.join("/")).collect();
        assert_eq!(
            names,
            [
                "services/redis/servers//port",
                "services/redis/servers//appendOnly",
                "services/redis/servers//save",
                "services/redis/servers//settings/maxmemory",
            ]
        );
        assert_eq!(directives("requirepass x\n"), None);
    }
}
