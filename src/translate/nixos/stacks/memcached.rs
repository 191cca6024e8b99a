//! `/etc/memcached.conf`: `services.memcached`.
//!
//! Claims the package, the unit and Debian's file of flags. Each flag is the option that the module makes it of
//! again; a flag without one is an element of `extraOptions`, which the module appends. The daemon's user is the
//! module's. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;

const BASE: [&str; 2] = ["services", "memcached"];

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "memcached",
    packages: &["memcached"],
    units: &["memcached"],
    module: &["services", "memcached"],
    also: &[],
    files: &[
        ("/etc/memcached.conf", Form::Settings(flags)),
        ("/etc/default/memcached", Form::Own("options of Debian's unit; the module starts memcached itself")),
    ],
};

fn flags(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for line in syntax::lines(text, &['#']) {
        let (flag, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let value = value.trim();
        let number = || value.parse().ok().map(Expr::Int);
        match flag {
            "-m" => settings.set(&BASE, &["maxMemory"], number()?),
            "-p" => settings.set(&BASE, &["port"], number()?),
            "-c" => settings.set(&BASE, &["maxConnections"], number()?),
            "-l" => settings.set(&BASE, &["listen"], Expr::str(value)),
            // the module's user, its log is the journal, systemd keeps the process
            "-u" | "-d" | "-P" | "logfile" => {}
            _ if !flag.starts_with('-') => return None,
            _ => {
                let words = std::iter::once(flag).chain(value.split_whitespace());
                let option = &["services", "memcached", "extraOptions"];
                settings.elements.extend(words.map(|word| (option as syntax::Path, Expr::str(word))));
            }
        }
    }
    syntax::unique(settings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_options_or_extra() {
        let found = flags("# c\n-d\n-m 64\n-l 127.0.0.1\n-I 2m\n-u memcache\n").unwrap();
        let names: Vec<_> = found.options.iter().map(|(option, _)| option.join(".")).collect();
        assert_eq!(names, ["services.memcached.maxMemory", "services.memcached.listen"]);
        assert_eq!(found.elements.len(), 2);
        assert_eq!(flags("-m much\n"), None);
    }
}
