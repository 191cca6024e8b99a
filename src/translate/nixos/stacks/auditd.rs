//! Audit rules: `security.audit.rules`.
//!
//! Claims the package, the unit and the files of rules. The module loads the list in order; rules that say what
//! `auditctl -R` is to do before and after (`-D`, `-b`, `-f`, `-e`) have options or are the module's. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack, Value},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;

const BASE: [&str; 2] = ["security", "audit"];

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "auditd",
    packages: &["auditd", "audit"],
    units: &["auditd"],
    module: &["security", "auditd"],
    also: &[(&["security", "audit", "enable"], Value::Bool(true))],
    files: &[
        ("/etc/audit/rules.d/", Form::Settings(rules)),
        ("/etc/audit/audit.rules", Form::Settings(rules)),
    ],
};

fn rules(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for line in syntax::lines(text, &['#']) {
        match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["-D"] => {}
            ["-b", size] => settings.set(&BASE, &["backlogLimit"], Expr::Int(size.parse().ok()?)),
            ["-r", rate] => settings.set(&BASE, &["rateLimit"], Expr::Int(rate.parse().ok()?)),
            ["-f", mode] => {
                let mode = ["silent", "printk", "panic"].get(mode.parse::<usize>().ok()?)?;
                settings.set(&BASE, &["failureMode"], Expr::str(*mode));
            }
            ["-e", _] | ["--backlog_wait_time", _] => return None,
            _ => settings.elements.push((&["security", "audit", "rules"], Expr::str(line))),
        }
    }
    Some(settings)
}
