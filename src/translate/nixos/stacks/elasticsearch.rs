//! Elasticsearch: `services.elasticsearch`.
//!
//! Claims the package, the unit and `elasticsearch.yml`. What the module writes from options goes there, the rest is
//! `extraConf`. Paths are the module's. Only texts of plain `key: value` lines are read. Fixture: `fixtures/stacks`.

use super::{
    shape::{Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::expr::Expr;

const BASE: [&str; 2] = ["services", "elasticsearch"];

pub(in crate::translate::nixos) const STACK: Stack = Stack {
    name: "elasticsearch",
    packages: &["elasticsearch"],
    units: &["elasticsearch"],
    module: &["services", "elasticsearch"],
    also: &[],
    files: &[("/etc/elasticsearch/elasticsearch.yml", Form::Settings(config))],
};

fn config(text: &str) -> Option<Settings> {
    let mut settings = Settings::default();
    for line in syntax::bare(text).lines().filter(|line| *line != "---") {
        let (key, value) = line.split_once(':').unwrap_or((line, ""));
        let plain = value.trim().trim_matches(|letter| matches!(letter, '"' | '\''));
        match key {
            "cluster.name" => settings.set(&BASE, &["cluster_name"], Expr::str(plain)),
            "network.host" => settings.set(&BASE, &["listenAddress"], Expr::str(plain)),
            "http.port" => settings.set(&BASE, &["port"], Expr::Int(plain.parse().ok()?)),
            "transport.port" => settings.set(&BASE, &["tcp_port"], Expr::Int(plain.parse().ok()?)),
            "path.data" | "path.logs" => {}
            _ => settings.line(&["services", "elasticsearch", "extraConf"], line),
        }
    }
    Some(settings)
}
