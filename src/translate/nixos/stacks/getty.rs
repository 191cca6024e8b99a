//! Consoles: `getty@<terminal>` and `serial-getty@<terminal>`.
//!
//! Claims these services. The template is systemd's own on both sides; an instance is wanted by the target of
//! consoles, as `systemctl enable` makes it. Fixture: `fixtures/stacks`.

use super::service_id;
use crate::translate::{
    Class,
    nixos::{
        expr::Expr,
        plan::{Decision, Of, Planner, Topic},
        services,
    },
};
use ecow::EcoString;

const RULE: &str = "getty";

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    for service in &planner.config.services {
        let name: EcoString = service.name.trim_end_matches(".service").into();
        let terminal = ["getty@", "serial-getty@"].iter().any(|template| name.starts_with(template));
        if !terminal || name == "getty@tty1" || services::is_off(service) {
            continue;
        }
        let id = service_id(service);
        let option = ["systemd", "services", &name];
        let entry =
            Expr::attrs([("enable", Expr::Bool(true)), ("wantedBy", Expr::strings(["getty.target"]))]);
        planner.set(Topic::Services, &option, entry, Of::item(&id, &service.from));
        let decision = Decision::new(Class::Unit, RULE, "systemd's own template, wanted by getty.target");
        planner.decide(id, services::state(service, decision));
    }
}
