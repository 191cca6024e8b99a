//! rspamd's `local.d` and `override.d`: `services.rspamd.locals` and `overrides`.

use super::{absent, wanted, with_module};
use crate::translate::nixos::{
    expr::Expr,
    plan::{Decision, Of, Planner, Topic, file_id, plain_text},
};

const RULE: &str = "rspamd";
const NAMES: [&str; 1] = ["rspamd"];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    if !wanted(planner, &NAMES, &NAMES) {
        return;
    }
    planner.set(Topic::Services, &["services", "rspamd", "enable"], Expr::Bool(true), Of::NOBODY);
    with_module(planner, RULE, &NAMES, &NAMES);
    for (folder, option) in [("/etc/rspamd/local.d", "locals"), ("/etc/rspamd/override.d", "overrides")] {
        for file in planner.open_below(folder) {
            if absent(planner, file, RULE) {
                continue;
            }
            let Some(text) = plain_text(file) else { continue };
            let Some(name) = file.path.rsplit('/').next() else { continue };
            let id = file_id(file);
            let path = ["services", "rspamd", option, name, "text"];
            planner.set(Topic::Services, &path, Expr::str(text), Of::item(&id, &file.from));
            planner.decide(id, Decision::file(RULE, format!("services.rspamd.{option}"), "rspamd"));
        }
    }
}
