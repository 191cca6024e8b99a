//! `migrate lookup`: what Hiera answers for a node, and which file and line it comes from.

use super::{
    Format, Session, Status,
    inputs::SourceArguments,
    session::{Outcome, Stop},
};
use crate::{
    compile::{self, TopScope},
    diag::Diagnostic,
    hiera::Found,
    inputs::{FLAG, NO_NODES, NodeInputs, UNSUPPORTED},
    value::Value,
};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Look keys up in Hiera for one node
#[derive(Debug, Args)]
pub(super) struct Lookup {
    /// The keys, tried in order
    #[arg(required = true, value_name = "KEY")]
    keys: Vec<String>,
    /// The control repo
    #[arg(long, default_value = ".", value_name = "REPO")]
    repo: PathBuf,
    /// How answers of several levels become one: first, unique, hash, deep
    #[arg(long, value_name = "STRATEGY")]
    merge: Option<String>,
    /// The way to the answer
    #[arg(long)]
    explain: bool,
    /// Show secrets, which are masked else
    #[arg(long)]
    show_secrets: bool,
    #[command(flatten)]
    sources: SourceArguments,
}

impl Lookup {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        if self.explain {
            let found = Diagnostic::error(&UNSUPPORTED, "`lookup --explain` is not supported yet");
            return Err(vec![found.help("without it the file and line of the answer are printed")].into());
        }
        let loaded = self.sources.load(&self.repo, session)?;
        let mut nodes = loaded.nodes.into_iter();
        let (Some((_, node)), None) = (nodes.next(), nodes.next()) else {
            let found = Diagnostic::error(&NO_NODES, "a lookup is for one node, and there are several");
            return Err(vec![found.help("name it by `--node`")].into());
        };
        let node = node?;
        let environment = node.environment.clone().unwrap_or_else(|| "production".into());
        let environment = loaded.repo.environment.clone().unwrap_or_else(|| environment.to_string());
        let hiera = compile::hiera(&loaded.repo, &loaded.options, &loaded.world)?;
        let scope = TopScope::new(&node, loaded.options.server_facts.clone(), &environment);
        let data = hiera.node();
        let merge = self.merge.as_deref().map(Value::from);
        let mut found = None;
        for key in &self.keys {
            found = data.lookup(key, merge.as_ref(), &scope)?.map(|found| (key, found));
            if found.is_some() {
                break;
            }
        }
        for warning in scope.into_warnings() {
            session.report(&warning)?;
        }
        match found {
            Some((key, found)) => self.show(key, &found, &node, session),
            None => self.nothing(session),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
    fn show(&self, key: &str, found: &Found, node: &NodeInputs, session: &mut Session<'_>) -> Outcome {
        let value = plain(&found.value, self.show_secrets);
        let sources = found.sources.iter();
        match session.format_or(Format::Text) {
            Format::Json => {
                let sources: Vec<_> = sources
                    .map(|source| json!({"file": source.file, "line": source.line, "level": source.level}))
                    .collect();
                let answer = json!({
                    "schema": "migrate/lookup/v1",
                    "node": node.certname,
                    "key": key,
                    "value": value,
                    "sources": sources,
                });
                writeln!(session.out, "{answer:#}")?;
            }
            Format::Text => {
                for source in sources {
                    writeln!(session.out, "# {}:{} ({})", source.file, source.line, source.level)?;
                }
                match &value {
                    serde_json::Value::String(text) => writeln!(session.out, "{text}")?,
                    other => writeln!(session.out, "{other:#}")?,
                }
            }
            Format::Summary | Format::Html | Format::Sarif | Format::Junit | Format::Github => {
                let found = Diagnostic::error(&FLAG, "`lookup` prints `text` or `json`");
                return Err(vec![found].into());
            }
        }
        Ok(Status::Done)
    }

    fn nothing(&self, session: &mut Session<'_>) -> Result<Status, Stop> {
        let keys: Vec<String> = self.keys.iter().map(|key| format!("`{key}`")).collect();
        writeln!(session.err, "no answer for {}", keys.join(", "))?;
        Ok(Status::Failed)
    }
}

/// A value as JSON; what is secret is masked unless it is to be shown.
fn plain(value: &Value, show_secrets: bool) -> serde_json::Value {
    match value {
        Value::Undef | Value::Default => serde_json::Value::Null,
        Value::Bool(it) => json!(it),
        Value::Int(it) => json!(it),
        Value::Float(it) => json!(it),
        Value::Str(text) if !show_secrets && text.labels().is_some() => json!("<secret>"),
        Value::Str(text) => json!(text.as_str()),
        Value::Array(items) => items.iter().map(|item| plain(item, show_secrets)).collect(),
        Value::Hash(entries) => {
            let name = |key: &Value| key.as_str().map_or_else(|| format!("{key:?}"), str::to_owned);
            let entries = entries.iter().map(|(key, inside)| (name(key), plain(inside, show_secrets)));
            serde_json::Value::Object(entries.collect())
        }
        Value::Sensitive(_) if !show_secrets => json!("<secret>"),
        Value::Sensitive(inside) => plain(inside, show_secrets),
        Value::Symbol(_)
        | Value::Regexp(_)
        | Value::Type(_)
        | Value::Binary(_)
        | Value::Timestamp(_)
        | Value::Timespan(_)
        | Value::SemVer(_)
        | Value::SemVerRange(_)
        | Value::Uri(_)
        | Value::Deferred(_)
        | Value::Iterator(_)
        | Value::Object(_) => json!(format!("{value:?}")),
    }
}
