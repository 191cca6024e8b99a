//! Files of the site below `/etc/tmpfiles.d`: lines of `systemd.tmpfiles.rules`.

use super::{absent, folded_folder};
use crate::translate::nixos::{
    expr::Expr,
    plan::{Decision, Of, Planner, Topic, file_id, plain_text},
    retarget::retarget,
};

const RULE: &str = "tmpfiles";

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    for file in planner.open_below("/etc/tmpfiles.d") {
        if absent(planner, file, RULE) {
            continue;
        }
        // a text with secrets, and one that names programs of Debian, is left
        let text = plain_text(file).filter(|text| file.path.ends_with(".conf") && is_plain(planner, text));
        let Some(text) = text else { continue };
        let id = file_id(file);
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let option = ["systemd", "tmpfiles", "rules"];
            planner.push(Topic::Files, &option, Expr::str(line), Of::item(&id, &file.from));
        }
        planner.decide(id, Decision::file(RULE, "its lines in systemd.tmpfiles.rules", "systemd-tmpfiles"));
    }
    folded_folder(planner, "/etc/tmpfiles.d", RULE);
}

fn is_plain(planner: &Planner<'_>, text: &str) -> bool {
    let found = retarget(planner.packages, text);
    found.done.is_empty() && found.unknown.is_empty()
}
