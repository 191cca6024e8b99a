//! Any text, as an ERB template: text or a diagnostic, within small limits; no panic, no hang, no exhausted stack.
//!
//! `cargo fuzz run ruby --sanitizer none -- -max_total_time=600 -timeout=10 -max_len=4096`
#![no_main]

use libfuzzer_sys::fuzz_target;
use migrate::{
    diag::{Code, Diagnostic, Result},
    ruby::{Host, HostBlock, Limits},
    source::SourceFile,
    templating::erb,
    value::{HashMap, Str, Value},
};
use std::sync::Arc;

/// A function that the scope does not have.
const NOTHING: Code = Code { name: "fuzz::nothing", title: "nothing", explanation: "There are no functions here." };

/// A scope with a few variables and no functions.
struct Scope(Vec<(&'static str, Value)>);

impl Host for Scope {
    fn variable(&self, name: &str) -> Option<Value> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone())
    }

    fn variables(&self) -> Arc<HashMap> {
        Arc::new(self.0.iter().map(|(name, value)| (Value::str(*name), value.clone())).collect())
    }

    fn set_variable(&self, _: &str, _: Value) -> Result<()> {
        Ok(())
    }

    fn call_function(&self, name: &str, values: &[Value], block: Option<HostBlock<'_>>) -> Result<Value> {
        match block {
            Some(block) => block(values),
            None => Err(Box::new(Diagnostic::error(&NOTHING, format!("no function `{name}`")))),
        }
    }

    fn render_template(&self, name: &str) -> Result<Str> {
        Ok(Str::new(name))
    }

    fn classes(&self) -> Vec<ecow::EcoString> {
        Vec::new()
    }

    fn tags(&self) -> Vec<ecow::EcoString> {
        Vec::new()
    }

    fn catalog_tags(&self) -> Vec<ecow::EcoString> {
        Vec::new()
    }

    fn module_name(&self) -> Option<ecow::EcoString> {
        None
    }

    fn resource(&self) -> ecow::EcoString {
        "Class[Main]".into()
    }

    fn environment(&self) -> ecow::EcoString {
        "production".into()
    }

    fn module_path(&self, _: &str) -> Option<ecow::EcoString> {
        None
    }

    fn now(&self) -> i64 {
        1_700_000_000
    }

    fn report(&self, _: Diagnostic) {}
}

fuzz_target!(|text: &str| {
    let scope = Scope(vec![
        ("s", Value::str("Hello World")),
        ("n", Value::Int(3)),
        ("l", Value::array([Value::str("b"), Value::str("a")])),
        ("h", Value::hash([(Value::str("k"), Value::Int(1))])),
    ]);
    if let Ok(script) = erb::parsed(&SourceFile::new("fuzz.erb", text)) {
        let _ = script.render_within(&scope, Limits { steps: 20_000, bytes: 4 << 20 });
    }
});
