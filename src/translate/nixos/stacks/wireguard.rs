//! Tunnels of wg-quick: `networking.wg-quick.interfaces.<name>.configFile`.
//!
//! Claims the unit `wg-quick@<name>` and its file. wg-quick reads the file at its path, which holds a private key: it
//! is put together at activation, never in the store. A tunnel whose key stands in a plain text is for a human.
//! Fixture: `fixtures/stacks`.

use super::service_id;
use crate::translate::{
    Class, Flag,
    nixos::{
        expr::Expr,
        files,
        plan::{Decision, Of, Planner, Topic, file_id, plain_text},
    },
};

const RULE: &str = "wireguard";

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    for file in planner.open_below("/etc/wireguard") {
        let name = file.path.rsplit('/').next().and_then(|name| name.strip_suffix(".conf"));
        let Some(name) = name else { continue };
        let id = file_id(file);
        let unit = format!("wg-quick@{name}");
        if plain_text(file).is_some_and(|text| text.contains("PrivateKey")) {
            let reason = "a private key in a plain text, which must not get into the store";
            planner.stub(&id, &file.from, reason);
            planner.decide(id, Decision::new(Class::Manual, RULE, reason).flag(Flag::NeedsSecret));
            continue;
        }
        let mut decision = files::place(planner, file, &id);
        let option = ["networking", "wg-quick", "interfaces", name, "configFile"];
        planner.set(Topic::Network, &option, Expr::Str(file.path.clone()), Of::item(&id, &file.from));
        decision.consumer = Some("wg-quick".into());
        planner.decide(id, decision);
        if let Some(service) = planner.service(&[&unit]) {
            let decision = Decision::new(Class::Native, RULE, option.join("."));
            planner.decide(service_id(service), decision);
        }
    }
}
