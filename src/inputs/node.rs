//! What is known of one node: its facts, ENC answer and trusted data.

use super::{Enc, PuppetDb, Reader, codes, derive_legacy_facts, facts, override_fact, trusted};
use crate::{
    diag::{Diagnostic, Result},
    maps::IndexMap,
    source::{Location, SourceFile, Span},
    value::Value,
};
use ecow::EcoString;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Where the data of nodes is, and what is changed about it.
#[derive(Clone, Debug, Default)]
pub struct NodeSources {
    /// `--facts`: a file, or a folder with one file a node.
    pub facts: Option<PathBuf>,
    /// `--puppetdb`: has the facts where `facts` is not given.
    pub puppetdb: Option<Arc<PuppetDb>>,
    /// `--enc`, likewise.
    pub enc: Option<PathBuf>,
    /// An ENC that is a program.
    pub enc_program: Option<Arc<dyn Enc>>,
    /// `--trusted`, likewise.
    pub trusted: Option<PathBuf>,
    /// `--override FACT=VALUE`.
    pub overrides: Vec<String>,
    /// `--legacy-facts derive`.
    pub derive_legacy: bool,
    /// `--node`: names or globs; empty for every node.
    pub nodes: Vec<String>,
}

/// What is known of one node.
#[derive(Clone, Debug)]
pub struct NodeInputs {
    /// The certname.
    pub certname: EcoString,
    /// The facts by name.
    pub facts: Value,
    /// `$trusted`.
    pub trusted: Value,
    /// Classes of the ENC with their parameters.
    pub classes: IndexMap<EcoString, IndexMap<EcoString, Value>>,
    /// Parameters of the ENC.
    pub parameters: IndexMap<EcoString, Value>,
    /// The environment that the ENC names.
    pub environment: Option<EcoString>,
}

/// Where the facts of a node are.
#[derive(Clone, Debug)]
pub(super) enum Facts {
    File(PathBuf),
    Stored(Arc<PuppetDb>),
}

/// Where the data of one node are.
pub(super) struct Files<'a> {
    pub facts: Option<&'a Facts>,
    pub enc: Option<&'a PathBuf>,
    pub trusted: Option<&'a PathBuf>,
}

/// Reads the data of one node.
pub(super) fn read(
    name: &str,
    files: &Files<'_>,
    sources: &NodeSources,
    reader: Reader<'_>,
) -> Result<NodeInputs> {
    let mut stored_trusted = None;
    let (written_name, mut facts) = match files.facts {
        Some(Facts::File(path)) => facts::read(path, reader)?,
        Some(Facts::Stored(puppetdb)) => {
            let (facts, trusted) = puppetdb.facts(name)?;
            stored_trusted = trusted;
            (None, facts)
        }
        None => (None, Value::hash([])),
    };
    if sources.derive_legacy {
        facts = derive_legacy_facts(&facts);
    }
    for argument in &sources.overrides {
        facts = override_fact(&facts, argument)?;
    }
    // one file given by hand need not be named after its node
    let single = sources.facts.as_deref().is_some_and(|path| reader.world.is_file(path));
    let certname = written_name.filter(|_| single).unwrap_or_else(|| name.to_owned());
    if certname.is_empty() || certname.starts_with('.') || certname.contains(['/', '\\', '\0']) {
        let message = format!("`{certname}` is no certname");
        return Err(Box::new(Diagnostic::error(&codes::NODE_DATA, message)));
    }
    let facts = facts::label_secrets(&certname, &facts);
    let given = files.trusted.map(|path| hash(path, reader)).transpose()?;
    let given = given.map(|(_, value)| value).or(stored_trusted).unwrap_or_default();
    let mut node = NodeInputs {
        trusted: trusted(&certname, &given),
        certname: certname.into(),
        facts,
        classes: IndexMap::default(),
        parameters: IndexMap::default(),
        environment: None,
    };
    if let Some(path) = files.enc {
        let (source, answer) = hash(path, reader)?;
        classify(&mut node, &answer, &source)?;
    } else if let Some(program) = &sources.enc_program {
        let (source, answer) = asked(program.as_ref(), &node.certname, reader)?;
        classify(&mut node, &answer, &source)?;
    }
    Ok(node)
}

/// Asks an ENC that is a program.
fn asked(program: &dyn Enc, certname: &str, reader: Reader<'_>) -> Result<(Arc<SourceFile>, Value)> {
    let failed = |why: String| Box::new(Diagnostic::error(&codes::PROGRAM, why));
    let written = program.answer(certname).map_err(|why| failed(format!("the ENC failed: {why}")))?;
    if written.trim().is_empty() {
        return Err(failed(format!("the ENC `{}` does not know `{certname}`", program.name())));
    }
    let source = SourceFile::new(program.name(), written);
    let value = (reader.yaml)(&source)?;
    a_hash(source, &value)
}

fn hash(path: &Path, reader: Reader<'_>) -> Result<(Arc<SourceFile>, Value)> {
    let (source, value) = reader.data(path)?;
    a_hash(source, &value)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
fn a_hash(source: Arc<SourceFile>, value: &Value) -> Result<(Arc<SourceFile>, Value)> {
    let value = facts::strings(value);
    match value {
        Value::Hash(_) => Ok((source, value)),
        Value::Undef => Ok((source, Value::hash([]))),
        _ => Err(wrong(&source, "it is not a hash")),
    }
}

fn wrong(source: &Arc<SourceFile>, what: &str) -> Box<Diagnostic> {
    let at = Location::new(source.clone(), Span::new(0, 0));
    let message = format!("`{}` cannot be used: {what}", source.path());
    Box::new(Diagnostic::error(&codes::NODE_DATA, message).at(at))
}

/// Takes an ENC's answer: classes as a list of names or a hash, parameters, environment.
fn classify(node: &mut NodeInputs, answer: &Value, source: &Arc<SourceFile>) -> Result<()> {
    match answer.get("classes") {
        None | Some(Value::Undef) => {}
        Some(Value::Str(one)) => {
            node.classes.insert(one.text().clone(), IndexMap::default());
        }
        Some(Value::Array(names)) => {
            for name in names {
                let name = name
                    .as_str()
                    .ok_or_else(|| wrong(source, "`classes` lists something that is no name"))?;
                node.classes.insert(name.into(), IndexMap::default());
            }
        }
        Some(Value::Hash(classes)) => {
            for (name, parameters) in classes.iter() {
                let name = name.as_str().ok_or_else(|| wrong(source, "a class's name is no text"))?;
                node.classes.insert(name.into(), named(parameters, source)?);
            }
        }
        Some(_) => return Err(wrong(source, "`classes` is neither a list nor a hash")),
    }
    if let Some(parameters) = answer.get("parameters") {
        node.parameters = named(parameters, source)?;
    }
    node.environment = answer.get("environment").and_then(Value::as_str).map(EcoString::from);
    Ok(())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of values are alike here")]
fn named(value: &Value, source: &Arc<SourceFile>) -> Result<IndexMap<EcoString, Value>> {
    let entries = match value {
        Value::Undef => return Ok(IndexMap::default()),
        Value::Hash(entries) => entries,
        _ => return Err(wrong(source, "parameters are not a hash")),
    };
    let entry = |(name, value): (&Value, &Value)| {
        let name = name.as_str().ok_or_else(|| wrong(source, "a parameter's name is no text"))?;
        Ok((EcoString::from(name), value.clone()))
    };
    entries.iter().map(entry).collect()
}
