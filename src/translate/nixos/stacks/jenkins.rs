//! Jenkins: `services.jenkins`.
//!
//! Claims the package, the unit and `/etc/default/jenkins`. Port and folder are options; another assignment than
//! those that Debian's script alone reads leaves the file to a human. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;

const BASE: [&str; 2] = ["services", "jenkins"];

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "jenkins",
    packages: &["jenkins"],
    units: &["jenkins"],
    module: &["services", "jenkins"],
    also: &[],
    files: &[("/etc/default/jenkins", Form::Settings(defaults))],
};

fn defaults(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for (name, value) in syntax::shell(text)? {
        match name {
            "HTTP_PORT" => settings.set(&BASE, &["port"], Expr::Int(value.parse().ok()?)),
            "JENKINS_HOME" => settings.set(&BASE, &["home"], Expr::str(value)),
            "NAME" | "JENKINS_USER" | "JENKINS_GROUP" | "JENKINS_WAR" | "RUN_STANDALONE" | "PIDFILE" => {}
            _ => return None,
        }
    }
    Some(settings)
}
