//! containerd: `virtualisation.containerd.settings`.
//!
//! Claims the packages, the unit and `config.toml`. The module writes its settings as TOML again; each top pair is
//! one. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "containerd",
    packages: &["containerd", "containerd.io"],
    units: &["containerd"],
    module: &["virtualisation", "containerd"],
    also: &[],
    files: &[("/etc/containerd/config.toml", Form::Settings(settings))],
};

fn settings(text: &str) -> Option<Settings> {
    syntax::spread(syntax::toml(text)?, &["virtualisation", "containerd", "settings"])
}
