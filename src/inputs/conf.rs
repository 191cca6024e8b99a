//! `environment.conf`.

use super::codes;
use crate::{
    diag::Diagnostic,
    source::{Location, SourceFile, Span},
};
use std::sync::Arc;

/// What an `environment.conf` says, values as they were written.
#[derive(Clone, Debug, Default)]
pub(super) struct EnvironmentConf {
    pub modulepath: Option<String>,
    pub manifest: Option<String>,
    pub data_provider: Option<String>,
    pub config_version: Option<(String, Location)>,
    pub found: Vec<Diagnostic>,
}

/// Reads the settings; what is wrong or without effect becomes diagnostics.
pub(super) fn parse(source: &Arc<SourceFile>) -> EnvironmentConf {
    let mut conf = EnvironmentConf::default();
    let mut start = 0;
    for line in source.text().split_inclusive('\n') {
        let span = Span::new(start as u32, (start + line.trim_end().len()) as u32);
        start += line.len();
        setting(&mut conf, line.trim(), &Location::new(source.clone(), span));
    }
    conf
}

fn setting(conf: &mut EnvironmentConf, line: &str, at: &Location) {
    if line.is_empty() || line.starts_with(['#', '[']) {
        return;
    }
    let Some((name, value)) = line.split_once('=') else {
        let message = format!("`{line}` is no setting");
        conf.found
            .push(Diagnostic::error(&codes::CONF, message).at(at.clone()).help("write `setting = value`"));
        return;
    };
    let value = value.split(" #").next().unwrap_or_default().trim();
    let value = value.trim_matches(|quote| matches!(quote, '\'' | '"')).to_owned();
    match name.trim() {
        "modulepath" => conf.modulepath = Some(value),
        "manifest" => conf.manifest = Some(value),
        "environment_data_provider" => conf.data_provider = Some(value),
        "config_version" if value.is_empty() => {}
        "config_version" => conf.config_version = Some((value, at.clone())),
        "environment_timeout" | "disable_per_environment_manifest" | "static_catalogs" | "rich_data" => {}
        other => {
            let message = format!("`{other}` is no setting of an environment");
            conf.found.push(Diagnostic::warning(&codes::CONF, message).at(at.clone()));
        }
    }
}
