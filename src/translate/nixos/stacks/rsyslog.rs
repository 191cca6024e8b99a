//! `rsyslog.conf` and `/etc/rsyslog.d`: `services.rsyslogd`.
//!
//! Claims the package, the unit and the files. The module loads `imuxsock` on journald's socket and sets the work
//! folder before `defaultConfig` and `extraConfig`: with an empty `defaultConfig` and the site's text without these
//! two, what is logged where is as it was. Parts stay where the text's own include finds them. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax,
};
use crate::translate::nixos::{
    expr::Expr,
    plan::{Of, Planner, Topic},
};

const TEXT: [&str; 3] = ["services", "rsyslogd", "extraConfig"];

const STACK: Stack = Stack {
    name: "rsyslog",
    packages: &["rsyslog"],
    units: &["rsyslog", "rsyslogd"],
    module: &["services", "rsyslogd"],
    also: &[],
    files: &[
        ("/etc/rsyslog.conf", Form::Text(&TEXT, config)),
        ("/etc/rsyslog.d/", Form::Stays),
        ("/etc/default/rsyslog", Form::Own("options of Debian's unit; the module starts rsyslogd itself")),
    ],
};

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let main = planner.open_file("/etc/rsyslog.conf").is_some();
    let parts = planner.config.files.iter().any(|file| file.path.starts_with("/etc/rsyslog.d/"));
    super::shape::run(planner, &STACK);
    if planner.is_set(&TEXT) {
        planner.set(Topic::Services, &["services", "rsyslogd", "defaultConfig"], Expr::str(""), Of::NOBODY);
    } else if parts && !main && planner.is_set(&["services", "rsyslogd", "enable"]) {
        // Debian's own rsyslog.conf reads the parts first, then writes what NixOS's default writes elsewhere
        let include = "$IncludeConfig /etc/rsyslog.d/*.conf\n";
        planner.lines(Topic::Services, &TEXT, include, Of::NOBODY);
    }
}

fn config(text: &str) -> Option<String> {
    let own = |line: &&str| {
        let line = line.to_lowercase();
        let loads =
            line.starts_with("$modload") || line.starts_with("module(") || line.starts_with("module (");
        let rights = line.starts_with("$privdropto");
        (loads && line.contains("imuxsock")) || line.starts_with("$workdirectory") || rights
    };
    Some(syntax::lines(text, &['#']).filter(|line| !own(line)).map(|line| format!("{line}\n")).collect())
}
