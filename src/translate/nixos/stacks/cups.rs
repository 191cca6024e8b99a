//! CUPS: `services.printing`.
//!
//! Claims the packages, the unit and the files below `/etc/cups`. The module writes `Listen`, the log level and two
//! switches from options and appends `extraConf`, policies included; the other files are its texts as they are. What
//! CUPS writes itself (`printers.conf`, `ppd/`) is state and stays a human's. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::{expr::Expr, plan::Planner};
use ecow::EcoString;

const BASE: [&str; 2] = ["services", "printing"];

const STACK: Stack = Stack {
    name: "cups",
    packages: &["cups", "cups-daemon", "cups-browsed", "cups-bsd"],
    units: &["cups", "cups-browsed"],
    module: &["services", "printing"],
    also: &[],
    files: &[
        ("/etc/cups/cupsd.conf", Form::Settings(cupsd)),
        ("/etc/cups/cups-files.conf", Form::Text(&["services", "printing", "extraFilesConf"], files)),
        ("/etc/cups/cups-browsed.conf", Form::Text(&["services", "printing", "browsedConf"], whole)),
        ("/etc/cups/snmp.conf", Form::Text(&["services", "printing", "snmpConf"], whole)),
        ("/etc/cups/client.conf", Form::Text(&["services", "printing", "clientConf"], whole)),
    ],
};

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    super::shape::run(planner, &STACK);
    // the library of clients reads these without a server
    let clients = [("/etc/cups/client.conf", Form::Stays), ("/etc/cups/lpoptions", Form::Stays)];
    super::shape::texts(planner, STACK.name, &clients);
}

fn whole(text: &str) -> Option<String> {
    Some(syntax::bare(text))
}

/// Folders and accounts are the module's.
fn files(text: &str) -> Option<String> {
    Some(syntax::without(
        text,
        &[
            "SystemGroup",
            "ServerRoot",
            "DataDir",
            "ServerBin",
            "AccessLog",
            "ErrorLog",
            "PageLog",
            "TempDir",
            "SetEnv",
            "User",
            "Group",
        ],
    ))
}

fn cupsd(text: &str) -> Option<Settings> {
    let (mut settings, mut listen, mut depth) = (Settings::default(), Vec::new(), 0);
    for line in syntax::bare(text).lines() {
        let (key, value) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
        depth += i32::from(key.starts_with('<') && !key.starts_with("</"));
        let top = depth == 0;
        depth -= i32::from(key.starts_with("</"));
        match (key, value.trim()) {
            // systemd's socket has the path
            ("Listen", path) if top && path.starts_with('/') => {}
            ("Listen", address) if top => listen.push(EcoString::from(address)),
            ("Port", port) if top => listen.push(format!("*:{port}").into()),
            ("LogLevel", level) if top => settings.set(&BASE, &["logLevel"], Expr::str(level)),
            ("Browsing", on) if top => settings.set(&BASE, &["browsing"], Expr::Bool(switch(on)?)),
            ("DefaultShared", on) if top => settings.set(&BASE, &["defaultShared"], Expr::Bool(switch(on)?)),
            ("WebInterface", on) if top => settings.set(&BASE, &["webInterface"], Expr::Bool(switch(on)?)),
            _ => settings.line(&["services", "printing", "extraConf"], line),
        }
    }
    settings.set(&BASE, &["listenAddresses"], Expr::strings(listen));
    Some(settings)
}

fn switch(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "yes" | "on" | "true" => Some(true),
        "no" | "off" | "false" => Some(false),
        _ => None,
    }
}
