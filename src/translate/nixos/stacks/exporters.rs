//! Exporters of Prometheus and its companions, as Debian packages them: `services.prometheus.exporters.<name>`.
//!
//! Claims each package, its unit and its file below `/etc/default`, whose `ARGS` are the module's `extraFlags`. A
//! site that brings the program and its unit itself keeps these. Fixture: `fixtures/stacks`.

use super::{
    shape::{self, Form, Stack},
    syntax::{self, Settings},
};
use crate::translate::nixos::{expr::Expr, plan::Planner};
use ecow::EcoString;

macro_rules! exporter {
    ($name:literal, $flags:ident) => {
        Stack {
            name: concat!("prometheus-", $name),
            packages: &[concat!("prometheus-", $name, "-exporter")],
            units: &[concat!("prometheus-", $name, "-exporter")],
            module: &["services", "prometheus", "exporters", $name],
            also: &[],
            files: &[(concat!("/etc/default/prometheus-", $name, "-exporter"), Form::Settings($flags))],
        }
    };
}

macro_rules! flags {
    ($($function:ident $name:literal)*) => {
        $(fn $function(text: &str) -> Option<Settings> {
            arguments(text, &["services", "prometheus", "exporters", $name])
        })*
    };
}

flags! {
    node "node"
    bind "bind"
    blackbox "blackbox"
    mysqld "mysqld"
    nginx "nginx"
    postfix "postfix"
    postgres "postgres"
    redis "redis"
    snmp "snmp"
}

const STACKS: [Stack; 11] = [
    exporter!("node", node),
    exporter!("bind", bind),
    exporter!("blackbox", blackbox),
    exporter!("mysqld", mysqld),
    exporter!("nginx", nginx),
    exporter!("postfix", postfix),
    exporter!("postgres", postgres),
    exporter!("redis", redis),
    exporter!("snmp", snmp),
    Stack {
        name: "prometheus-alertmanager",
        packages: &["prometheus-alertmanager"],
        units: &["prometheus-alertmanager", "alertmanager"],
        module: &["services", "prometheus", "alertmanager"],
        also: &[],
        files: &[
            (
                "/etc/prometheus/alertmanager.yml",
                Form::Text(&["services", "prometheus", "alertmanager", "configText"], |text| {
                    Some(text.to_owned())
                }),
            ),
            ("/etc/default/prometheus-alertmanager", Form::Settings(alertmanager)),
        ],
    },
    Stack {
        name: "prometheus-pushgateway",
        packages: &["prometheus-pushgateway"],
        units: &["prometheus-pushgateway"],
        module: &["services", "prometheus", "pushgateway"],
        also: &[],
        files: &[],
    },
];

pub(in crate::translate::nixos) fn run(planner: &mut Planner<'_>) {
    STACKS.iter().for_each(|stack| shape::run(planner, stack));
}

fn alertmanager(text: &str) -> Option<Settings> {
    arguments(text, &["services", "prometheus", "alertmanager"])
}

fn arguments(text: &str, module: &[&str]) -> Option<Settings> {
    let mut settings = Settings::default();
    for (name, value) in syntax::shell(text)? {
        let words: Vec<EcoString> = value.split_whitespace().map(EcoString::from).collect();
        if name != "ARGS" || words.iter().any(|word| word.contains('\'') || word.contains("--config.file")) {
            return None;
        }
        if !words.is_empty() {
            settings.set(module, &["extraFlags"], Expr::strings(words));
        }
    }
    Some(settings)
}
