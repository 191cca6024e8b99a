//! smartd: `services.smartd`.
//!
//! Claims the package, the unit and `smartd.conf`. A `DEVICESCAN` line is `autodetect` with its directives as
//! `defaults.autodetected`; each other line is an element of `devices`. smartd itself reads nothing after a
//! `DEVICESCAN`. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;

const BASE: [&str; 2] = ["services", "smartd"];

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "smartd",
    packages: &["smartmontools"],
    units: &["smartd", "smartmontools"],
    module: &["services", "smartd"],
    also: &[],
    files: &[
        ("/etc/smartd.conf", Form::Settings(config)),
        (
            "/etc/default/smartmontools",
            Form::Own("options of Debian's unit; the module starts smartd itself"),
        ),
    ],
};

fn config(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for line in syntax::lines(text, &['#']) {
        let (device, options) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        match device {
            "DEFAULT" => return None,
            "DEVICESCAN" => {
                let defaults = Expr::str(options.trim());
                settings.set(&BASE, &["defaults", "autodetected"], defaults);
                return Some(settings);
            }
            _ => {
                let pair = [("device", Expr::str(device)), ("options", Expr::str(options.trim()))];
                settings.elements.push((&["services", "smartd", "devices"], Expr::attrs(pair)));
            }
        }
    }
    settings.set(&BASE, &["autodetect"], Expr::Bool(false));
    Some(settings)
}
