//! RabbitMQ: `services.rabbitmq.configItems`.
//!
//! Claims the package, the unit and the files. `rabbitmq.conf` is `key = value`, which the module writes again;
//! `enabled_plugins` is a list. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;
use ecow::EcoString;

const BASE: [&str; 2] = ["services", "rabbitmq"];

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "rabbitmq",
    packages: &["rabbitmq-server", "rabbitmq"],
    units: &["rabbitmq-server", "rabbitmq"],
    module: &["services", "rabbitmq"],
    also: &[],
    files: &[
        ("/etc/rabbitmq/rabbitmq.conf", Form::Settings(items)),
        ("/etc/rabbitmq/enabled_plugins", Form::Settings(plugins)),
    ],
};

fn items(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for line in syntax::lines(text, &['#']) {
        let (key, value) = line.split_once('=')?;
        settings.set(&BASE, &["configItems", key.trim()], Expr::str(value.trim()));
    }
    syntax::unique(settings)
}

/// `[a,b].`
fn plugins(text: &str) -> Option<Settings> {
    let lines: String = syntax::lines(text, &['%']).collect();
    let names = lines.strip_prefix('[')?.strip_suffix("].")?.split(',').map(str::trim);
    let mut settings = Settings::default();
    let names = names.filter(|name| !name.is_empty()).map(EcoString::from);
    settings.set(&BASE, &["plugins"], Expr::strings(names));
    Some(settings)
}
