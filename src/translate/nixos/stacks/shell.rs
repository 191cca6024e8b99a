//! What login shells read and show: `/etc/motd`, `/etc/profile.d`.

use super::{absent, folded_folder};
use crate::translate::nixos::{
    expr::Expr,
    plan::{Decision, Of, Planner, Topic, file_id, plain_text},
};

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    if let Some(file) = planner.open_file("/etc/motd")
        && let Some(text) = plain_text(file)
    {
        let id = file_id(file);
        planner.set(Topic::Host, &["users", "motd"], Expr::str(text), Of::item(&id, &file.from));
        planner.decide(id, Decision::file("motd", "users.motd", "pam_motd"));
    }
    for file in planner.open_below("/etc/profile.d") {
        if absent(planner, file, "profile") || !file.path.ends_with(".sh") {
            continue;
        }
        let Some(text) = plain_text(file) else { continue };
        let id = file_id(file);
        let option = ["environment", "loginShellInit"];
        planner.lines(Topic::Host, &option, text, Of::item(&id, &file.from));
        planner.decide(id, Decision::file("profile", "in environment.loginShellInit", "login shells"));
    }
    folded_folder(planner, "/etc/profile.d", "profile");
}
