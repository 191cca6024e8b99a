//! `/etc/sudoers` and `/etc/sudoers.d`: `security.sudo`.
//!
//! NixOS writes sudoers from `extraRules`, then `extraConfig`; the last matching entry wins. Everything stays text
//! in its order, unless all of it is plain rules.

use super::{absent, folded_folder};
use crate::{
    model::{File, ItemId, ItemKind},
    translate::{
        Class, Flag,
        nixos::{
            plan::{Decision, Of, Planner, Topic, file_id, plain_text},
            retarget::{in_file, retarget},
        },
    },
};

const RULE: &str = "sudo";
const TEXT: [&str; 3] = ["security", "sudo", "extraConfig"];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let main = planner.open_file("/etc/sudoers");
    let mut files: Vec<&File> = main.into_iter().collect();
    files.extend(planner.open_below("/etc/sudoers.d"));
    for file in files {
        if !absent(planner, file, RULE) {
            fold(planner, file);
        }
    }
    folded_folder(planner, "/etc/sudoers.d", RULE);
    if let Some(package) = planner.package(&["sudo"]) {
        let id = ItemId::new(ItemKind::Package, package.name.clone());
        planner.decide(id, Decision::new(Class::Satisfied, RULE, "security.sudo is on by default"));
    }
}

fn fold(planner: &mut Planner<'_>, file: &File) {
    let Some(text) = plain_text(file) else { return };
    let id = file_id(file);
    let kept: String = text.lines().filter(|line| !is_noise(line)).map(|line| format!("{line}\n")).collect();
    let found = retarget(planner.packages, &kept);
    let of = Of::item(&id, &file.from);
    planner.lines(Topic::Users, &TEXT, &in_file(&found), of);
    let mode = "NixOS writes sudoers with mode 0440";
    // a rule for a program that is not there never matches
    let reason = match found.unknown.first() {
        Some(path) => format!(
            "in security.sudo.extraConfig; `{path}` is not on NixOS, so that its rule matches nothing"
        ),
        None => "in security.sudo.extraConfig".to_owned(),
    };
    let decision = Decision::file(RULE, reason, "sudo")
        .flag_if(!found.done.is_empty(), Flag::Retargeted)
        .field("mode", Class::Satisfied, mode)
        .field("validate_cmd", Class::Satisfied, "sudoers are checked when they are built");
    planner.decide(id, decision);
}

/// Lines that mean nothing in a text of its own: comments, includes, Debian's own path.
fn is_noise(line: &str) -> bool {
    let line = line.trim();
    let include = line.starts_with("@includedir") || line.starts_with("#includedir");
    let comment = line.starts_with('#') && !line.starts_with("#include");
    let path = line.starts_with("Defaults") && line.contains("secure_path");
    line.is_empty() || include || comment || path
}
