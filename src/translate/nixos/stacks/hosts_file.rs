//! `/etc/hosts` as a file: `networking.hosts`.
//!
//! Claims the file. Each line is an address with its names, which NixOS writes again; the lines of `localhost` are
//! NixOS's own. Fixture: `fixtures/stacks`.

use super::{
    shape::{self, Form},
    syntax::{self, Settings},
};
use crate::translate::nixos::{expr::Expr, plan::Planner};
use ecow::EcoString;

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    shape::texts(planner, "hosts-file", &[("/etc/hosts", Form::Settings(hosts))]);
}

fn hosts(text: &str) -> Option<Settings> {
    let mut found: Vec<(&str, Vec<EcoString>)> = Vec::new();
    for line in syntax::lines(text, &['#']) {
        let line = line.split('#').next().unwrap_or(line);
        let (address, names) = line.trim().split_once(char::is_whitespace)?;
        let usual = |name: &&str| matches!(*name, "localhost") && matches!(address, "127.0.0.1" | "::1");
        let names = names.split_whitespace().filter(|name| !usual(name)).map(EcoString::from);
        match found.iter_mut().find(|(known, _)| *known == address) {
            Some((_, all)) => all.extend(names),
            None => found.push((address, names.collect())),
        }
    }
    let mut settings = Settings::default();
    for (address, names) in found.into_iter().filter(|(_, names)| !names.is_empty()) {
        settings.set(&["networking", "hosts"], &[address], Expr::strings(names));
    }
    Some(settings)
}
