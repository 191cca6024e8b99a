//! `migrate lookup`: what Hiera answers for a node, and the way to it.

use super::{
    Format, Session, Status,
    inputs::SourceArguments,
    session::{Outcome, Stop},
};
use crate::{
    compile::Fleet,
    diag::{Diagnostic, Result},
    eval::TopScope,
    functions,
    hiera::{Explanation, Found, NodeData, Query, inspect},
    inputs::{FLAG, NO_NODES},
    value::Value,
};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::PathBuf;

/// Look keys up in Hiera for one node
#[derive(Debug, Args)]
pub(super) struct Lookup {
    /// The keys, tried in order
    #[arg(required_unless_present = "explain_options", value_name = "KEY")]
    keys: Vec<String>,
    /// The control repo
    #[arg(long, default_value = ".", value_name = "REPO")]
    repo: PathBuf,
    /// How answers of several levels become one
    #[arg(long, value_enum, value_name = "STRATEGY")]
    merge: Option<Merge>,
    /// What marks items that are to be removed (with `--merge deep`)
    #[arg(long, value_name = "PREFIX")]
    knock_out_prefix: Option<String>,
    /// Sort merged arrays (with `--merge deep`)
    #[arg(long)]
    sort_merged_arrays: bool,
    /// Merge hashes at the same index of two arrays (with `--merge deep`)
    #[arg(long)]
    merge_hash_arrays: bool,
    /// The type that the answer must have
    #[arg(long = "type", value_name = "TYPE")]
    value_type: Option<String>,
    /// The answer where there is none in the data
    #[arg(long, value_name = "VALUE")]
    default: Option<String>,
    /// Compile the catalog first, so that variables of the manifests are set
    #[arg(long, short = 'c')]
    compile: bool,
    /// The way to the answer
    #[arg(long)]
    explain: bool,
    /// The way to the `lookup_options` of the key
    #[arg(long)]
    explain_options: bool,
    /// The form of the result; `s` is text. Default: `yaml`, and `s` for a way
    #[arg(long, value_enum, value_name = "FORMAT")]
    render_as: Option<Rendering>,
    /// Show secrets, which are masked else
    #[arg(long)]
    show_secrets: bool,
    #[command(flatten)]
    sources: SourceArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Merge {
    First,
    Unique,
    Hash,
    Deep,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Rendering {
    S,
    Json,
    Yaml,
}

/// What came of the lookup.
struct Answer {
    /// The key with what was found for it, or the default.
    found: Result<Option<(String, Found)>>,
    explanation: Option<Explanation>,
}

/// The key that Puppet looks up to explain the options of keys without a module.
const NO_KEY: &str = "__global__";

impl Lookup {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        let merge = self.merge()?;
        let loaded = self.sources.load(&self.repo, session)?;
        let fleet = Fleet::for_lookups(&loaded.repo, &loaded.options, &loaded.world)?;
        let [name] = loaded.list.selected() else {
            let message = match loaded.list.selected().len() {
                0 => "a lookup is for a node, and there is none",
                _ => "a lookup is for one node, and there are several",
            };
            return Err(vec![Diagnostic::error(&NO_NODES, message).help("name it by `--node`")].into());
        };
        let node = loaded.node(name)?;
        let certname = node.certname.clone();
        let asked =
            fleet.in_top_scope(node, self.compile, |data, scope| self.ask(data, scope, merge.as_ref()));
        let (answer, warnings) = asked?;
        for warning in &warnings {
            session.report(warning)?;
        }
        match answer.explanation {
            Some(way) => self.show_way(way, answer.found, &certname, session),
            None => match answer.found? {
                Some((key, found)) => self.show(&key, &found, &certname, session),
                None => self.nothing(session),
            },
        }
    }

    /// Reads the merge and the flags that go with it.
    fn merge(&self) -> Result<Option<Value>> {
        let deep = self.knock_out_prefix.is_some() || self.sort_merged_arrays || self.merge_hash_arrays;
        if deep && self.merge != Some(Merge::Deep) {
            let message =
                "`--knock-out-prefix`, `--sort-merged-arrays` and `--merge-hash-arrays` need `--merge deep`";
            return Err(Box::new(Diagnostic::error(&FLAG, message)));
        }
        let name = match self.merge {
            None => return Ok(None),
            Some(Merge::First) => "first",
            Some(Merge::Unique) => "unique",
            Some(Merge::Hash) => "hash",
            Some(Merge::Deep) => "deep",
        };
        let mut options = vec![("strategy".into(), name.into())];
        if self.merge == Some(Merge::Deep) {
            options.push(("sort_merged_arrays".into(), Value::Bool(self.sort_merged_arrays)));
            options.push(("merge_hash_arrays".into(), Value::Bool(self.merge_hash_arrays)));
        }
        let prefix = self.knock_out_prefix.as_deref();
        options.extend(prefix.map(|prefix| ("knockout_prefix".into(), prefix.into())));
        Ok(Some(Value::hash(options)))
    }

    fn ask(&self, data: &NodeData<'_>, scope: &TopScope<'_, '_>, merge: Option<&Value>) -> Answer {
        if self.explain || self.explain_options {
            data.start_explaining(Explanation::new(self.explain_options && !self.explain));
        }
        let found = self.search(data, scope, merge);
        Answer { found, explanation: data.take_explanation() }
    }

    fn search(
        &self,
        data: &NodeData<'_>,
        scope: &TopScope<'_, '_>,
        merge: Option<&Value>,
    ) -> Result<Option<(String, Found)>> {
        let query = Query { merge, ..Query::default() };
        let keys = if self.keys.is_empty() { &[NO_KEY.to_owned()] } else { self.keys.as_slice() };
        let mut answer = None;
        for key in keys {
            if let Some(found) = data.lookup(key, &query, scope.host())? {
                answer = Some((key.clone(), found));
                break;
            }
        }
        if answer.is_none() {
            let default = || Found {
                value: Value::str(self.default.as_deref().unwrap_or_default()),
                sources: Vec::new(),
            };
            answer = self.default.as_ref().and_then(|_| Some((keys.first()?.clone(), default())));
        }
        if let (Some(wanted), Some((_, found))) = (&self.value_type, &answer) {
            scope.check(wanted, &found.value)?;
        }
        Ok(answer)
    }

    /// Prints the way; that there is no answer is a part of it.
    fn show_way(
        &self,
        mut way: Explanation,
        found: Result<Option<(String, Found)>>,
        node: &str,
        session: &mut Session<'_>,
    ) -> Outcome {
        match &found {
            Ok(Some(_)) => {}
            Ok(None) => way.text(self.missing()),
            Err(found) => way.text(found.one_line()),
        }
        let mask = |value: &Value| masked(value, self.show_secrets);
        match (self.render_as, session.format_or(Format::Text)) {
            (Some(Rendering::Yaml), _) => write!(session.out, "{}", functions::yaml(&mask(&way.to_data())))?,
            (Some(Rendering::Json), _) => writeln!(session.out, "{}", plain(&mask(&way.to_data())))?,
            (Some(Rendering::S), _) | (None, Format::Text) => {
                let text = way.to_text(&|scalar| inspect(&mask(scalar)));
                writeln!(session.out, "{text}")?;
            }
            (None, Format::Json) => {
                let way = plain(&mask(&way.to_data()));
                let answer = json!({"schema": "migrate/lookup/v1", "node": node, "explanation": way});
                writeln!(session.out, "{answer:#}")?;
            }
            (None, _) => return Err(wrong_format()),
        }
        Ok(Status::Done)
    }

    /// What Puppet says where there is no answer.
    fn missing(&self) -> String {
        match self.keys.as_slice() {
            [only] => format!("Function lookup() did not find a value for the name '{only}'"),
            several => {
                let names: Vec<String> = several.iter().map(|name| format!("'{name}'")).collect();
                format!("Function lookup() did not find a value for any of the names [{}]", names.join(", "))
            }
        }
    }

    fn show(&self, key: &str, found: &Found, node: &str, session: &mut Session<'_>) -> Outcome {
        let value = masked(&found.value, self.show_secrets);
        match (self.render_as, session.format_or(Format::Text)) {
            (Some(Rendering::S), _) => writeln!(session.out, "{}", text(&value))?,
            (Some(Rendering::Json), _) => writeln!(session.out, "{}", plain(&value))?,
            (Some(Rendering::Yaml), _) | (None, Format::Text) => {
                if session.common.verbose > 0 {
                    for source in &found.sources {
                        writeln!(session.out, "# {}:{} ({})", source.file, source.line, source.level)?;
                    }
                }
                write!(session.out, "{}", functions::yaml(&value))?;
            }
            (None, Format::Json) => {
                let sources = found
                    .sources
                    .iter()
                    .map(|source| json!({"file": source.file, "line": source.line, "level": source.level}));
                let answer = json!({
                    "schema": "migrate/lookup/v1",
                    "node": node,
                    "key": key,
                    "value": plain(&value),
                    "sources": sources.collect::<Vec<_>>(),
                });
                writeln!(session.out, "{answer:#}")?;
            }
            (None, _) => return Err(wrong_format()),
        }
        Ok(Status::Done)
    }

    fn nothing(&self, session: &mut Session<'_>) -> Result<Status, Stop> {
        let keys: Vec<String> = self.keys.iter().map(|key| format!("`{key}`")).collect();
        writeln!(session.err, "no answer for {}", keys.join(", "))?;
        Ok(Status::Failed)
    }
}

fn wrong_format() -> Stop {
    vec![Diagnostic::error(&FLAG, "`lookup` prints `text` or `json`")].into()
}

/// Puts `<secret>` where secrets are, unless they are to be shown.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values hold no secret")]
fn masked(value: &Value, show_secrets: bool) -> Value {
    match value {
        Value::Str(text) if !show_secrets && text.labels().is_some() => Value::str("<secret>"),
        Value::Sensitive(_) if !show_secrets => Value::str("<secret>"),
        Value::Sensitive(inside) => masked(inside, show_secrets),
        Value::Array(items) => Value::array(items.iter().map(|item| masked(item, show_secrets))),
        Value::Hash(entries) => {
            Value::hash(entries.iter().map(|(key, inside)| (key.clone(), masked(inside, show_secrets))))
        }
        other => other.clone(),
    }
}

/// A value as Ruby's `to_s` gives it.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are inspected")]
fn text(value: &Value) -> String {
    match value {
        Value::Undef => String::new(),
        Value::Str(text) => text.to_string(),
        other => inspect(other),
    }
}

/// A value as JSON.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are shown as text")]
fn plain(value: &Value) -> serde_json::Value {
    match value {
        Value::Undef | Value::Default => serde_json::Value::Null,
        Value::Bool(it) => json!(it),
        Value::Int(it) => json!(it),
        Value::Float(it) => json!(it),
        Value::Str(text) => json!(text.as_str()),
        Value::Symbol(name) => json!(name.as_str()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Hash(entries) => {
            let name = |key: &Value| text(key).trim_start_matches(':').to_owned();
            let entries = entries.iter().map(|(key, inside)| (name(key), plain(inside)));
            serde_json::Value::Object(entries.collect())
        }
        other => json!(other.to_str().as_str()),
    }
}
