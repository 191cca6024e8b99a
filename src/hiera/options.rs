//! `lookup_options`: how keys are merged and converted.

use super::codes;
use crate::{
    diag::{Diagnostic, Result},
    value::{HashMap, Value, compile_regex},
};
use std::sync::Arc;

/// The options of a layer or of a module, patterns compiled.
#[derive(Debug, Default)]
pub(super) struct LookupOptions {
    keys: HashMap,
    patterns: Vec<(onig::Regex, Value)>,
}

impl LookupOptions {
    /// Compiles the merged hash of options.
    pub(super) fn compile(options: Option<&Value>) -> Result<Arc<Self>> {
        let mut compiled = Self::default();
        for (key, value) in options.and_then(Value::as_hash).into_iter().flatten() {
            match key.as_str() {
                Some(pattern) if pattern.starts_with('^') => {
                    let regex =
                        compile_regex(pattern, onig::RegexOptions::REGEX_OPTION_NONE).map_err(|found| {
                            error(&format!("the pattern `{pattern}` cannot be used: {found}"))
                        })?;
                    compiled.patterns.push((regex, value.clone()));
                }
                Some(_) | None => {
                    compiled.keys.insert(key.clone(), value.clone());
                }
            }
        }
        Ok(Arc::new(compiled))
    }

    /// Returns the options of a key: its own, or those of the first pattern that matches.
    pub(super) fn of(&self, root: &str) -> Option<&Value> {
        let own = self.keys.get(&Value::str(root)).filter(|value| !value.is_undef());
        let matching = || self.patterns.iter().find(|(pattern, _)| pattern.find(root).is_some());
        own.or_else(|| matching().map(|(_, value)| value))
    }
}

/// Checks the `lookup_options` of a layer; those of a module may name the module's keys only.
pub(super) fn validate(options: &Value, module: Option<&str>) -> Result<()> {
    let Some(entries) = options.as_hash() else {
        return Err(error("the value of `lookup_options` is no hash"));
    };
    let Some(module) = module else { return Ok(()) };
    let prefix = format!("{module}::");
    for key in entries.keys().filter_map(Value::as_str) {
        if !key.strip_prefix('^').unwrap_or(key).starts_with(&prefix) {
            let what = if key.starts_with('^') { "patterns" } else { "keys" };
            let message =
                format!("all {what} of the `lookup_options` of module `{module}` must begin with `{prefix}`");
            return Err(Box::new((*error(&message)).help(format!("`{key}` does not"))));
        }
    }
    Ok(())
}

fn error(message: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(&codes::OPTIONS, message))
}
