//! Texts of iptables-restore(8): a unit that loads them before the network is up.
//!
//! Claims `/etc/iptables/rules.v4` and `rules.v6` (declared, or composed of `firewall` resources) and the service that
//! loads them on Debian. NixOS's own firewall has chains, accepts and refuses of its own: it is turned off, so that
//! what is loaded is the text and nothing else. `networking.firewall` is used for none of it: a site's rules for
//! output and its own chains have no options there. Fixture: `fixtures/stacks`.

use super::service_id;
use crate::translate::{
    Class,
    nixos::{
        expr::{Expr, Part},
        plan::{Decision, Of, Planner, Topic, file_id, plain_text},
        services,
    },
};

const RULE: &str = "iptables";
const TEXTS: [(&str, &str); 2] =
    [("/etc/iptables/rules.v4", "iptables-restore"), ("/etc/iptables/rules.v6", "ip6tables-restore")];
const UNITS: [&str; 4] = ["netfilter-persistent", "iptables-persistent", "iptables", "ip6tables"];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    let (mut commands, mut names) = (Vec::new(), false);
    for (path, program) in TEXTS {
        let Some(file) = planner.open_file(path) else { continue };
        let Some(text) = plain_text(file) else { continue };
        names |= has_names(text);
        let source = planner.artifact(path, text.as_bytes().to_vec(), false);
        commands.push(Expr::Text(vec![
            Part::Expr(Expr::select("pkgs.iptables")),
            Part::Text(format!("/bin/{program} ").into()),
            Part::Expr(source),
        ]));
        planner.decide(file_id(file), decision(program));
    }
    if commands.is_empty() {
        return;
    }
    planner.set(Topic::Network, &["networking", "firewall", "enable"], Expr::Bool(false), Of::NOBODY);
    planner.set(
        Topic::Network,
        &["systemd", "services", "iptables-rules"],
        unit(commands, names),
        Of::NOBODY,
    );
    for service in planner.config.services.iter().filter(|service| UNITS.contains(&service.name.as_str())) {
        let decision = Decision::new(Class::Unit, RULE, "a unit loads the rules at boot and at a switch");
        planner.decide(service_id(service), services::state(service, decision));
    }
}

fn decision(program: &str) -> Decision {
    let decision = Decision::file(RULE, "loaded as it is by a unit of its own", program);
    ["owner", "group", "mode"].iter().fold(decision, |decision, field| {
        decision.field(field, Class::Satisfied, "the unit reads the text in the store")
    })
}

/// Before the network is up, as Debian's unit; after names can be resolved, where the text has some.
fn unit(commands: Vec<Expr>, names: bool) -> Expr {
    let mut entries = vec![("description", Expr::str("rules of iptables"))];
    let order = match names {
        true => vec![("after", "nss-lookup.target"), ("wantedBy", "multi-user.target")],
        false => vec![
            ("before", "network-pre.target"),
            ("wants", "network-pre.target"),
            ("wantedBy", "sysinit.target"),
        ],
    };
    entries.extend(order.into_iter().map(|(option, target)| (option, Expr::strings([target]))));
    if !names {
        entries.push(("unitConfig", Expr::attrs([("DefaultDependencies", Expr::Bool(false))])));
    }
    let service = [
        ("Type", Expr::str("oneshot")),
        ("RemainAfterExit", Expr::Bool(true)),
        ("ExecStart", Expr::List(commands)),
    ];
    entries.push(("serviceConfig", Expr::attrs(service)));
    Expr::attrs(entries)
}

/// Tells whether a source or a destination is the name of a host.
fn has_names(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).any(|pair| match pair {
        ["-s" | "-d", address] => address.chars().any(char::is_alphabetic) && !address.contains(':'),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_hosts_are_no_addresses() {
        assert!(super::has_names("-A INPUT -s mail -j ACCEPT"));
        assert!(!super::has_names("-A INPUT -s 10.0.0.1/8 -d fe80::1 -j ACCEPT"));
    }
}
