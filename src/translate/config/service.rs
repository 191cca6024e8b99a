//! Services.

use crate::model::{Enable, ItemId, ItemKind, Service};
use crate::translate::{
    attributes::Attributes,
    rule::{Build, Outcome, Rule, claims_type},
};
use ecow::EcoString;

pub(crate) const RULE: Rule = Rule {
    name: "service",
    doc: "services by the name of their unit",
    claims: claims_type!("Service"),
    apply,
};

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let name = attributes.name("name");
    let name: EcoString = name.strip_suffix(".service").unwrap_or(&name).into();
    let running = match attributes.string("ensure").as_deref() {
        Some("running" | "true") => Some(true),
        Some("stopped" | "false") => Some(false),
        Some(other) => {
            attributes.manual("ensure", format!("`{other}` is no state that is known"));
            None
        }
        None => None,
    };
    let enable = match attributes.string("enable").as_deref() {
        Some("true") => Some(Enable::Enabled),
        Some("false") => Some(Enable::Disabled),
        Some("mask") => Some(Enable::Masked),
        Some("manual") => Some(Enable::Manual),
        Some("delayed") => Some(Enable::Delayed),
        Some(other) => {
            attributes.manual("enable", format!("`{other}` is no state that is known"));
            None
        }
        None => None,
    };
    let restart = attributes.string("restart");
    provider(attributes);
    attributes
        .satisfied(&["hasstatus", "hasrestart", "pattern", "status", "timeout"], "systemd knows the state");
    attributes.satisfied(&["flags", "path", "manifest", "control", "binary"], "not used with systemd");
    build.config.services.push(Service {
        name: name.clone(),
        running,
        enable,
        restart,
        from: build.from.clone(),
    });
    Outcome::item(ItemId::new(ItemKind::Service, name))
}

fn provider(attributes: &mut Attributes<'_>) {
    match attributes.string("provider").as_deref() {
        None | Some("systemd" | "debian" | "redhat") => {
            attributes.satisfied(&["provider"], "the target's services are systemd's");
        }
        Some(other) => attributes.manual("provider", format!("services of `{other}` are not systemd's")),
    }
}
