//! Prometheus with its own configuration.

use super::{wanted, with_module};
use crate::translate::nixos::{
    expr::Expr,
    plan::{Decision, Of, Planner, Topic, file_id, plain_text},
};

const RULE: &str = "prometheus";
const SERVER: [&str; 1] = ["prometheus"];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    if !wanted(planner, &SERVER, &SERVER) {
        return;
    }
    planner.set(Topic::Services, &["services", "prometheus", "enable"], Expr::Bool(true), Of::NOBODY);
    with_module(planner, RULE, &SERVER, &SERVER);
    let Some(file) = planner.open_file("/etc/prometheus/prometheus.yml") else { return };
    let Some(text) = plain_text(file) else { return };
    let id = file_id(file);
    planner.reads("prometheus", text);
    let source = planner.artifact(&file.path, text.as_bytes().to_vec(), false);
    let read = Expr::Apply(vec!["builtins".into(), "readFile".into()], vec![source]);
    planner.set(Topic::Services, &["services", "prometheus", "configText"], read, Of::item(&id, &file.from));
    planner.decide(id, Decision::file(RULE, "services.prometheus.configText", "prometheus"));
}
