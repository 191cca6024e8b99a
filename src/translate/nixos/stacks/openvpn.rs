//! OpenVPN's tunnels: `services.openvpn.servers.<name>.config`.
//!
//! Claims the package, the units and the files of `/etc/openvpn`. The module runs one openvpn a text; what the text
//! names by path stays there. Fixture: `fixtures/stacks`.

use super::service_id;
use crate::{
    model::{ItemId, ItemKind},
    translate::{
        Class,
        nixos::{
            expr::Expr,
            plan::{Decision, Of, Planner, Topic, file_id, plain_text},
        },
    },
};

const RULE: &str = "openvpn";

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    for file in planner.open_below("/etc/openvpn") {
        let name = file.path.rsplit('/').next().and_then(|name| name.strip_suffix(".conf"));
        let (Some(name), Some(text)) = (name, plain_text(file)) else { continue };
        let id = file_id(file);
        planner.reads(file.path.clone(), text);
        let option = ["services", "openvpn", "servers", name, "config"];
        planner.set(Topic::Services, &option, Expr::str(text), Of::item(&id, &file.from));
        planner.decide(id, Decision::file(RULE, "services.openvpn.servers.<name>.config", "openvpn"));
        for unit in ["openvpn@", "openvpn-server@", "openvpn-client@"] {
            if let Some(service) = planner.service(&[&format!("{unit}{name}")]) {
                let decision = Decision::new(Class::Native, RULE, "services.openvpn.servers");
                planner.decide(service_id(service), decision);
            }
        }
    }
    if !planner.is_set(&["services", "openvpn", "servers"]) {
        return;
    }
    if let Some(package) = planner.package(&["openvpn"]) {
        let id = ItemId::new(ItemKind::Package, package.name.clone());
        planner.decide(id, Decision::new(Class::Satisfied, RULE, "services.openvpn brings it"));
    }
    if let Some(service) = planner.service(&["openvpn"]) {
        planner.decide(service_id(service), Decision::new(Class::Native, RULE, "one unit a server"));
    }
}
