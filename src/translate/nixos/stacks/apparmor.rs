//! AppArmor: `security.apparmor.policies.<name>.profile`.
//!
//! Claims the package, the unit and the profiles of the site. A profile confines programs by path: one of Debian's
//! paths has no program on NixOS, so that its profile is for a human. Fixture: `fixtures/stacks`.

use super::{absent, wanted, with_module};
use crate::translate::{
    Class,
    nixos::{
        expr::Expr,
        plan::{Decision, Of, Planner, Topic, file_id, plain_text},
        retarget::retarget,
    },
};

const RULE: &str = "apparmor";

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    if !wanted(planner, &["apparmor"], &["apparmor"]) {
        return;
    }
    planner.set(Topic::Services, &["security", "apparmor", "enable"], Expr::Bool(true), Of::NOBODY);
    with_module(planner, RULE, &["apparmor", "apparmor-utils"], &["apparmor"]);
    for file in planner.open_below("/etc/apparmor.d") {
        if absent(planner, file, RULE) {
            continue;
        }
        let (Some(name), Some(text)) = (file.path.strip_prefix("/etc/apparmor.d/"), plain_text(file)) else {
            continue;
        };
        let id = file_id(file);
        let found = retarget(planner.packages, text);
        if name.contains('/') || !found.done.is_empty() || !found.unknown.is_empty() {
            let reason = "it confines programs by paths of Debian";
            planner.stub(&id, &file.from, reason);
            planner.decide(id, Decision::new(Class::Manual, RULE, reason));
            continue;
        }
        let option = ["security", "apparmor", "policies", name, "profile"];
        planner.set(Topic::Services, &option, Expr::str(text), Of::item(&id, &file.from));
        planner.decide(id, Decision::file(RULE, "security.apparmor.policies", "apparmor_parser"));
    }
}
