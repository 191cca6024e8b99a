//! collectd: `services.collectd.extraConfig`.
//!
//! Claims the package, the unit and the files. The module writes its folders and `extraConfig` into one text; the
//! site's text without these is in it, parts stay where its own include finds them. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax,
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "collectd",
    packages: &["collectd", "collectd-core"],
    units: &["collectd"],
    module: &["services", "collectd"],
    also: &[],
    files: &[
        ("/etc/collectd/collectd.conf", Form::Text(&["services", "collectd", "extraConfig"], config)),
        ("/etc/collectd.conf", Form::Text(&["services", "collectd", "extraConfig"], config)),
        ("/etc/collectd/", Form::Stays),
        ("/etc/collectd.d/", Form::Stays),
    ],
};

fn config(text: &str) -> Option<String> {
    Some(syntax::without(text, &["BaseDir", "PIDFile", "PluginDir", "TypesDB"]))
}
