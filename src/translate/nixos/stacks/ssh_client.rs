//! `ssh_config` and its parts: `programs.ssh.extraConfig`.

use super::{absent, folded_folder};
use crate::translate::nixos::plan::{Decision, Of, Planner, Topic, file_id, plain_text};

const RULE: &str = "ssh-client";

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let mut files = planner.open_below("/etc/ssh/ssh_config.d");
    files.extend(planner.open_file("/etc/ssh/ssh_config"));
    for file in files {
        if absent(planner, file, RULE) {
            continue;
        }
        let Some(text) = plain_text(file) else { continue };
        let id = file_id(file);
        let text: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("Include"))
            .map(|line| format!("{line}\n"))
            .collect();
        planner.lines(Topic::Services, &["programs", "ssh", "extraConfig"], &text, Of::item(&id, &file.from));
        planner.decide(id, Decision::file(RULE, "in programs.ssh.extraConfig", "ssh"));
    }
    folded_folder(planner, "/etc/ssh/ssh_config.d", RULE);
}
