//! telegraf: `services.telegraf.extraConfig`.
//!
//! Claims the package, the unit and the files. The module writes its attribute set as TOML again; each top pair is an
//! option, and one that two files have is a finding. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "telegraf",
    packages: &["telegraf"],
    units: &["telegraf"],
    module: &["services", "telegraf"],
    also: &[],
    files: &[
        ("/etc/telegraf/telegraf.conf", Form::Settings(config)),
        ("/etc/telegraf/telegraf.d/", Form::Settings(config)),
        ("/etc/default/telegraf", Form::Own("variables of Debian's unit")),
    ],
};

fn config(text: &str) -> Option<Settings> {
    syntax::spread(syntax::toml(text)?, &["services", "telegraf", "extraConfig"])
}
