//! `$settings::*`: what the compiling server's settings are.
//!
//! In: `data/settings.json` (`tests/oracle/settings.rb` asks real Puppet), what `--setting` gives, and the options of
//! this compile. Out: values. A setting that depends on the server (its folders, its names) and was not given has no
//! value here: guessing one would be wrong on most servers.

use super::{codes, compiler::Compiler, scope::Var, variables::Missing};
use crate::{catalog::read_value, diag::Diagnostic, maps::IndexMap, syntax::Strict, value::Value};
use ecow::EcoString;
use serde::Deserialize;
use std::sync::LazyLock;

static TABLE: LazyLock<IndexMap<EcoString, Version>> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../data/settings.json")).unwrap_or_default());

/// The settings of one major version.
#[derive(Debug, Default, Deserialize)]
struct Version {
    /// Defaults that are the same on every server.
    known: IndexMap<EcoString, serde_json::Value>,
    /// Names of the others.
    server: Vec<EcoString>,
}

impl Compiler<'_> {
    /// Looks a setting up by its bare name.
    pub(crate) fn setting(&self, name: &str) -> Result<Var, Missing> {
        let table = TABLE.get(if self.request.puppet_version >= 8 { "8" } else { "7" });
        let default = table.and_then(|table| table.known.get(name)).map(read_value);
        if let Some(given) = self.request.settings.get(name) {
            return Ok(Var::plain(typed(given, default.as_ref())));
        }
        if let Some(own) = self.own_setting(name) {
            return Ok(Var::plain(own));
        }
        match default {
            Some(value) => Ok(Var::plain(value)),
            None if name == "all_local"
                || table.is_some_and(|table| table.server.iter().any(|it| it == name)) =>
            {
                Err(Missing::Setting)
            }
            None => Err(Missing::Unknown(None)),
        }
    }

    fn own_setting(&self, name: &str) -> Option<Value> {
        let strict = match self.request.strict {
            Strict::Off => "off",
            Strict::Warning => "warning",
            Strict::Error => "error",
        };
        Some(match name {
            "environment" => Value::str(self.env.paths().name.clone()),
            "strict" => Value::str(strict),
            "strict_variables" => Value::Bool(self.request.strict_variables),
            _ => return None,
        })
    }
}

/// Says that a setting is the server's own.
pub(crate) fn of_the_server(name: &str) -> Diagnostic {
    let bare = name.strip_prefix("::").unwrap_or(name);
    let bare = bare.strip_prefix("settings::").unwrap_or(bare);
    let message = format!("the setting `{bare}` depends on the server, and it was not given");
    let found = Diagnostic::error(&codes::SETTING, message);
    if bare == "all_local" {
        return found.help("read the one setting that is needed, as `$settings::NAME`");
    }
    found.help(format!("give it by `--setting {bare}=VALUE`; `puppet config print {bare} --section server` on the server says it"))
}

/// Gives text from the command line the kind of the default.
fn typed(given: &Value, default: Option<&Value>) -> Value {
    let text = given.to_str();
    let as_default = match default {
        Some(Value::Bool(_)) => text.parse().ok().map(Value::Bool),
        Some(Value::Int(_)) => text.parse().ok().map(Value::Int),
        _ => None,
    };
    as_default.unwrap_or_else(|| given.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_have_settings_and_given_text_gets_the_kind_of_the_default() {
        for version in ["7", "8"] {
            let table = TABLE.get(version).unwrap();
            assert!(table.known.len() > 100 && table.server.iter().any(|name| name == "vardir"), "{version}");
        }
        assert_eq!(typed(&Value::str("8141"), Some(&Value::Int(8140))), Value::Int(8141));
        assert_eq!(typed(&Value::str("true"), Some(&Value::Bool(false))), Value::Bool(true));
        assert_eq!(typed(&Value::str("x"), Some(&Value::Int(1))), Value::str("x"));
    }
}
