//! Rules of udev: `services.udev.extraRules`.
//!
//! Claims the files of `/etc/udev/rules.d`. NixOS puts the text into one file, `99-local.rules`: rules that must run
//! before those of systemd (a number below 99 that sets a name or a tag) are for a human. Fixture: `fixtures/stacks`.

use super::shape::{self, Form};
use crate::translate::nixos::plan::Planner;

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let form = Form::Text(&["services", "udev", "extraRules"], rules);
    shape::texts(planner, "udev", &[("/etc/udev/rules.d/", form)]);
}

fn rules(text: &str) -> Option<String> {
    let early = ["NAME=", "TAG+=", "uaccess"].iter().any(|word| text.contains(word));
    (!early).then(|| super::syntax::bare(text))
}
