//! Rules of iptables (the module firewall).

use super::presence;
use crate::model::Presence;
use crate::translate::{
    attributes::Attributes,
    compose::{Family, FirewallRule},
    rule::{Build, Outcome, Rule, claims_type},
};
use crate::value::Value;
use ecow::EcoString;

pub(crate) const RULE: Rule = Rule {
    name: "firewall",
    doc: "rules of iptables, composed to the text that iptables-restore loads",
    claims: claims_type!("Firewall"),
    apply,
};

/// The provider's order of arguments, with what it writes before each value.
const ARGUMENTS: [(&str, &str); 34] = [
    ("source", "-s"),
    ("destination", "-d"),
    ("iniface", "-i"),
    ("outiface", "-o"),
    ("proto", "-p"),
    ("src_range", "-m iprange --src-range"),
    ("dst_range", "-m iprange --dst-range"),
    ("tcp_flags", "-m tcp --tcp-flags"),
    ("uid", "-m owner --uid-owner"),
    ("gid", "-m owner --gid-owner"),
    ("mac_source", "-m mac --mac-source"),
    ("sport", "-m multiport --sports"),
    ("dport", "-m multiport --dports"),
    ("port", "-m multiport --ports"),
    ("src_type", "-m addrtype --src-type"),
    ("dst_type", "-m addrtype --dst-type"),
    ("pkttype", "-m pkttype --pkt-type"),
    ("state", "-m state --state"),
    ("ctstate", "-m conntrack --ctstate"),
    ("icmp", "-m icmp --icmp-type"),
    ("limit", "-m limit --limit"),
    ("burst", "--limit-burst"),
    ("length", "-m length --length"),
    ("jump", "-j"),
    ("goto", "-g"),
    ("todest", "--to-destination"),
    ("tosource", "--to-source"),
    ("toports", "--to-ports"),
    ("log_prefix", "--log-prefix"),
    ("log_level", "--log-level"),
    ("log_uid", "--log-uid"),
    ("reject", "--reject-with"),
    ("set_mark", "--set-xmark"),
    ("match_mark", "-m mark --mark"),
];

fn apply(attributes: &mut Attributes<'_>, build: &mut Build<'_>) -> Outcome {
    let name = attributes.name("name");
    let family = match attributes.string("provider").or_else(|| attributes.string("protocol")).as_deref() {
        Some("ip6tables" | "IPv6") => Family::V6,
        _ => Family::V4,
    };
    let table = attributes.string("table").unwrap_or_else(|| "filter".into());
    let chain = attributes.string("chain").unwrap_or_else(|| "INPUT".into());
    let written = arguments(attributes, family, &name);
    attributes.satisfied(&["line", "onduplicaterulebehaviour"], "steers the agent only");
    let arguments = (presence(attributes) == Presence::Present).then_some(written);
    let (entry, from) = (build.entry, build.from.clone());
    build.compose.rules.push(FirewallRule { entry, family, name, table, chain, arguments, from });
    Outcome::Items(Vec::new())
}

fn arguments(attributes: &mut Attributes<'_>, family: Family, name: &str) -> Result<String, String> {
    let mut words: Vec<String> = Vec::new();
    let action = attributes.string("action").map(|action| action.to_uppercase());
    for (attribute, flag) in ARGUMENTS {
        let values = match (attribute, attributes.has(attribute)) {
            ("proto", false) => vec!["tcp".into()],
            ("jump", false) => action.iter().map(EcoString::from).collect(),
            _ => values(attributes, attribute)?,
        };
        if values.is_empty() {
            continue;
        }
        let flag = if attribute == "icmp" && family == Family::V6 { "-m icmp6 --icmpv6-type" } else { flag };
        words.push(argument(attribute, flag, &values)?);
    }
    words.push(format!("-m comment --comment {}", quoted(name)));
    match attributes.unread(&["ensure", "name", "provider", "protocol", "table", "chain", "action"]) {
        Some(other) => Err(format!("the attribute `{other}` is not known here")),
        None => Ok(words.join(" ")),
    }
}

fn values(attributes: &mut Attributes<'_>, name: &str) -> Result<Vec<EcoString>, String> {
    match attributes.value(name) {
        None => Ok(Vec::new()),
        Some(Value::Bool(_)) => Ok(attributes.strings(name)),
        Some(_) => {
            let values = attributes.strings(name);
            if values.is_empty() { Err(format!("`{name}` has no value that is known")) } else { Ok(values) }
        }
    }
}

/// One argument; a negation stands before the last word of the flag.
fn argument(name: &str, flag: &str, values: &[EcoString]) -> Result<String, String> {
    if name == "log_uid" {
        return Ok(if values.iter().any(|value| value == "true") { flag.to_owned() } else { String::new() });
    }
    let bare = |value: &EcoString| {
        value.strip_prefix('!').map_or_else(|| value.to_string(), |it| it.trim_start().to_owned())
    };
    let negated = values.iter().filter(|value| value.starts_with('!')).count();
    if negated != 0 && negated != values.len() {
        return Err(format!("`{name}` negates some of its values only"));
    }
    let joined = values.iter().map(bare).collect::<Vec<_>>().join(",");
    let value = match name {
        "sport" | "dport" | "port" => joined.replace('-', ":"),
        "tcp_flags" => joined,
        _ => quoted(&joined),
    };
    let flag = match (negated, flag.rsplit_once(' ')) {
        (0, _) => flag.to_owned(),
        (_, Some((before, last))) => format!("{before} ! {last}"),
        (_, None) => format!("! {flag}"),
    };
    Ok(format!("{flag} {value}"))
}

/// A word of iptables-restore's text.
fn quoted(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./:,+%".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_written_as_the_provider_gives_them() {
        let write = |name, flag, values: &[&str]| {
            argument(name, flag, &values.iter().map(|&value| value.into()).collect::<Vec<EcoString>>())
        };
        assert_eq!(
            write("dport", "-m multiport --dports", &["80", "8000-8010"]).unwrap(),
            "-m multiport --dports 80,8000:8010"
        );
        assert_eq!(write("source", "-s", &["! 10.0.0.0/8"]).unwrap(), "! -s 10.0.0.0/8");
        assert_eq!(write("state", "-m state --state", &["! NEW"]).unwrap(), "-m state ! --state NEW");
        assert_eq!(write("log_prefix", "--log-prefix", &["[x] "]).unwrap(), "--log-prefix \"[x] \"");
        assert!(write("dport", "-m multiport --dports", &["! 80", "90"]).is_err());
    }
}
