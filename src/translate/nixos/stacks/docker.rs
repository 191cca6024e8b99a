//! Docker: `virtualisation.docker.daemon.settings`.
//!
//! Claims the packages, the unit and `daemon.json`. The module writes its settings as `daemon.json` again; each pair
//! is one. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "docker",
    packages: &["docker-ce", "docker.io", "docker-ce-cli", "docker", "docker-engine"],
    units: &["docker"],
    module: &["virtualisation", "docker"],
    also: &[],
    files: &[
        ("/etc/docker/daemon.json", Form::Settings(settings)),
        ("/etc/default/docker", Form::Own("read by System V's script only")),
    ],
};

fn settings(text: &str) -> Option<Settings> {
    syntax::spread(syntax::json(text)?, &["virtualisation", "docker", "daemon", "settings"])
}
