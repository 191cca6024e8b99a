//! Services of PAM: `security.pam.services.<name>.text`.
//!
//! Claims files of `/etc/pam.d`. A text takes the place of what NixOS writes for the service, and linux-pam finds its
//! own modules by their names. A text that includes Debian's common files or names a module of another package would
//! lock people out, so it is for a human. Fixture: `fixtures/stacks`.

use super::{absent, syntax};
use crate::translate::{
    Class,
    nixos::{
        expr::Expr,
        plan::{Decision, Of, Planner, Topic, file_id, plain_text},
    },
};

const RULE: &str = "pam";

/// The modules that are part of linux-pam.
const OWN: [&str; 36] = [
    "access",
    "debug",
    "deny",
    "echo",
    "env",
    "exec",
    "faildelay",
    "faillock",
    "filter",
    "ftp",
    "group",
    "issue",
    "keyinit",
    "lastlog",
    "limits",
    "listfile",
    "localuser",
    "loginuid",
    "mail",
    "mkhomedir",
    "motd",
    "namespace",
    "nologin",
    "permit",
    "pwhistory",
    "rootok",
    "securetty",
    "shells",
    "succeed_if",
    "time",
    "timestamp",
    "umask",
    "unix",
    "usertype",
    "warn",
    "wheel",
];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    for file in planner.open_below("/etc/pam.d") {
        if absent(planner, file, RULE) {
            continue;
        }
        let (Some(name), Some(text)) = (file.path.strip_prefix("/etc/pam.d/"), plain_text(file)) else {
            continue;
        };
        let id = file_id(file);
        if let Some(reason) = foreign(text) {
            planner.stub(&id, &file.from, reason.as_str());
            planner.decide(id, Decision::new(Class::Manual, RULE, reason));
            continue;
        }
        planner.reads(file.path.clone(), text);
        let option = ["security", "pam", "services", name, "text"];
        planner.set(Topic::Users, &option, Expr::str(syntax::bare(text)), Of::item(&id, &file.from));
        planner.decide(id, Decision::file(RULE, "security.pam.services.<name>.text", "PAM"));
    }
}

fn foreign(text: &str) -> Option<String> {
    for line in syntax::lines(text, &['#']) {
        if line.starts_with("@include")
            || line.split_whitespace().any(|word| word == "include" || word == "substack")
        {
            return Some(format!("it has `{line}`, which NixOS's services of PAM do not have"));
        }
        let module = line.split_whitespace().find(|word| word.ends_with(".so"))?;
        let name =
            module.rsplit('/').next().unwrap_or(module).trim_start_matches("pam_").trim_end_matches(".so");
        if !OWN.contains(&name) {
            return Some(format!("`{module}` is no module of linux-pam's own"));
        }
    }
    None
}
