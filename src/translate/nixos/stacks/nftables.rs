//! `/etc/nftables.conf`: `networking.nftables`.

use super::{wanted, with_module};
use crate::translate::nixos::{
    expr::Expr,
    plan::{Decision, Of, Planner, Topic, file_id, plain_text},
};

const RULE: &str = "nftables";
const NAMES: [&str; 1] = ["nftables"];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    if !wanted(planner, &NAMES, &NAMES) {
        return;
    }
    let Some(file) = planner.open_file("/etc/nftables.conf") else { return };
    let Some(text) = plain_text(file) else { return };
    let id = file_id(file);
    let of = Of::item(&id, &file.from);
    let text = match text.strip_prefix("#!") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest),
        None => text,
    };
    planner.reads("the ruleset of nftables", text);
    let source = planner.artifact("/etc/nftables.conf", text.as_bytes().to_vec(), false);
    let nftables = |option| ["networking", "nftables", option];
    // the site's own ruleset is the whole firewall
    planner.set(Topic::Network, &["networking", "firewall", "enable"], Expr::Bool(false), of);
    planner.set(Topic::Network, &nftables("enable"), Expr::Bool(true), of);
    planner.set(Topic::Network, &nftables("rulesetFile"), source, of);
    if text.contains("include \"/") {
        // the check runs where the included files are not
        planner.set(Topic::Network, &nftables("checkRuleset"), Expr::Bool(false), of);
    }
    planner.decide(
        id,
        Decision::file(RULE, "networking.nftables.rulesetFile", "nft").field(
            "mode",
            crate::translate::Class::Satisfied,
            "the unit runs nft on the text",
        ),
    );
    with_module(planner, RULE, &NAMES, &NAMES);
}
