//! Any text as a site manifest, evaluated with a few facts: no panic, no hang, no exhausted memory or stack.
//!
//! `cargo fuzz run evaluate --sanitizer none -- -max_total_time=600 -timeout=20 -max_len=4096 -rss_limit_mb=2048`
#![no_main]

use libfuzzer_sys::fuzz_target;
use migrate::{
    catalog::write_catalog,
    diag::Result,
    eval::{
        DataHost, DataSource, Datum, Environment, EnvironmentPaths, Limits, NodeRequest, Query, Strict,
        compile_node,
    },
    source::MemoryWorld,
    syntax::PuppetVersion,
    value::Value,
};

/// A site without data.
struct NoData;

impl DataSource for NoData {
    fn lookup(&self, _: &str, _: &Query<'_>, _: &dyn DataHost) -> Result<Option<Datum>> {
        Ok(None)
    }
}

fn request() -> NodeRequest {
    let text = |text: &str| Value::str(text);
    let os = Value::hash([(text("family"), text("Debian")), (text("name"), text("Debian"))]);
    NodeRequest {
        certname: "node1.example.net".into(),
        facts: Value::hash([(text("os"), os), (text("hostname"), text("node1"))]),
        trusted: Value::hash([(text("certname"), text("node1.example.net"))]),
        server_facts: Value::hash([(text("serverversion"), text("8.10.0"))]),
        puppet_version: 8,
        strict: Strict::Warning,
        record_reads: true,
        limits: Limits { steps: 200_000, bytes: 64 << 20 },
        ..NodeRequest::default()
    }
}

fuzz_target!(|manifest: &str| {
    let world = MemoryWorld::default()
        .with("/site/manifests/site.pp", manifest)
        .with("/site/modules/m/manifests/init.pp", "class m($x = 1) { notify { \"m ${x}\": } }")
        .with("/site/modules/m/templates/t.epp", "<%= $x %>")
        .with("/site/modules/stdlib/manifests/init.pp", "class stdlib { }");
    let paths = EnvironmentPaths {
        name: "production".into(),
        root: "/site".into(),
        module_path: vec!["/site/modules".into()],
        manifest: Some("/site/manifests/site.pp".into()),
        version: PuppetVersion::V8,
        strict: Strict::Warning,
    };
    let Ok(environment) = Environment::open(paths, &world) else { return };
    let compiled = compile_node(&environment, &request(), &NoData, &world);
    if let Some(catalog) = &compiled.catalog {
        let _ = write_catalog(catalog);
    }
});
