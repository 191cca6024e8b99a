//! Grafana: `services.grafana.settings`.
//!
//! Claims the package, the unit and `grafana.ini`. Sections and keys are the module's own shape; it writes them as INI
//! again. Folders of data are the module's. Dashboards and sources that Grafana provisions stay where the text names
//! them. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "grafana",
    packages: &["grafana", "grafana-enterprise"],
    units: &["grafana-server", "grafana"],
    module: &["services", "grafana"],
    also: &[],
    files: &[("/etc/grafana/grafana.ini", Form::Settings(config)), ("/etc/grafana/", Form::Stays)],
};

fn config(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for (section, pairs) in syntax::sections(text, &['#', ';'])? {
        let section = if section.is_empty() { "DEFAULT" } else { section };
        for (key, value) in pairs {
            match (section, key) {
                ("paths", "data" | "logs") => {}
                _ => {
                    let base = ["services", "grafana", "settings"];
                    settings.set(&base, &[section, key], syntax::atom(value?));
                }
            }
        }
    }
    syntax::unique(settings)
}
