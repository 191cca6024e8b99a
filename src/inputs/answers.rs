//! The settings file: answers to function calls that a compile cannot compute (`[functions]`), the PuppetDB
//! (`[puppetdb]`), and the target (`[target]`, `[site]`, `[groups]`, `[tags]`).
//!
//! In: the file's text. Out: [`Settings`], whose [`Answers`] are asked by a function's name and arguments before
//! anything is called.

use super::{
    PuppetDbSettings, Reader, Target, codes, is_address,
    target::{Gateways, Globs, Rows, SiteRow, TargetRow, Unusable},
};
use crate::{
    diag::{Diagnostic, Result},
    maps::IndexMap,
    source::{Location, SourceFile, Span},
    value::Value,
};
use ecow::EcoString;
use serde::Deserialize;
use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What `migrate.toml` says.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Answers to function calls.
    pub functions: Answers,
    /// The PuppetDB; paths are relative to the file's folder.
    pub puppetdb: Option<PuppetDbSettings>,
    /// What hosts are converted to.
    pub target: Target,
}

/// Answers to function calls.
#[derive(Clone, Debug, Default)]
pub struct Answers(IndexMap<EcoString, Answer>);

/// What one function answers.
#[derive(Clone, Debug, Default)]
struct Answer {
    by_arguments: Vec<(Vec<Value>, Value)>,
    fixed: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    functions: IndexMap<String, Row>,
    puppetdb: Option<PuppetDbRow>,
    #[serde(default)]
    target: TargetRow,
    #[serde(default)]
    site: SiteRow,
    #[serde(default)]
    groups: Globs,
    #[serde(default)]
    tags: Globs,
    #[serde(default)]
    gateways: Gateways,
}

/// `[puppetdb]`: what the flags of a PuppetDB say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PuppetDbRow {
    location: String,
    ca: Option<PathBuf>,
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl PuppetDbRow {
    fn settings(self, folder: &Path) -> PuppetDbSettings {
        let path = |path: Option<PathBuf>| path.map(|path| folder.join(path));
        let location = match is_address(&self.location) {
            true => self.location,
            false => folder.join(self.location).to_string_lossy().into_owned(),
        };
        PuppetDbSettings { location, ca: path(self.ca), cert: path(self.cert), key: path(self.key) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    value: Option<toml::Value>,
    #[serde(default)]
    undef: bool,
    #[serde(default)]
    sensitive: bool,
    arguments: Option<Vec<toml::Value>>,
    #[serde(default)]
    answers: Vec<Row>,
}

impl Settings {
    /// Reads a settings file.
    ///
    /// # Errors
    /// Gives a file that cannot be read, and the place where it cannot be understood.
    pub fn read(path: &Path, reader: Reader<'_>) -> Result<Self> {
        Self::parse(&reader.text(path)?, path.parent().unwrap_or(Path::new("")))
    }

    /// Reads the text of a settings file in a folder.
    ///
    /// # Errors
    /// Gives the place where it cannot be understood.
    pub fn parse(source: &Arc<SourceFile>, folder: &Path) -> Result<Self> {
        let file: File = toml::from_str(source.text()).map_err(|error| broken(source, &error))?;
        let mut functions = IndexMap::default();
        for (name, row) in file.functions {
            let answer = row.answer().map_err(|why| {
                let message = format!("`functions.{name}` {why}");
                Box::new(Diagnostic::error(&codes::SETTINGS, message).in_file(source.path()))
            })?;
            functions.insert(EcoString::from(name.strip_prefix("::").unwrap_or(&name)), answer);
        }
        let puppetdb = file.puppetdb.map(|row| row.settings(folder));
        let (groups, tags, gateways) = (file.groups, file.tags, file.gateways);
        let rows = Rows { target: file.target, site: file.site, groups, tags, gateways };
        let target = rows.target().map_err(|found| unusable(source, found))?;
        Ok(Self { functions: Answers(functions), puppetdb, target })
    }
}

impl Answers {
    /// Returns the answer to a call: that for these arguments, else the function's fixed value; `None` where there is
    /// none and the function itself is to be called.
    #[must_use]
    pub fn get(&self, function: &str, arguments: &[Value]) -> Option<&Value> {
        let answer = self.0.get(function)?;
        let fits = |(given, _): &&(Vec<Value>, Value)| given == arguments;
        answer.by_arguments.iter().find(fits).map(|(_, value)| value).or(answer.fixed.as_ref())
    }

    /// Tells whether a function has answers, for these arguments or for others.
    #[must_use]
    pub fn knows(&self, function: &str) -> bool {
        self.0.contains_key(function)
    }
}

impl Row {
    fn answer(self) -> Result<Answer, &'static str> {
        if self.arguments.is_some() {
            return Err("has `arguments` outside of `answers`");
        }
        let fixed = self.given()?;
        if fixed.is_none() && self.answers.is_empty() {
            return Err("has neither `value` nor `answers`");
        }
        let mut by_arguments = Vec::with_capacity(self.answers.len());
        for row in self.answers {
            if !row.answers.is_empty() {
                return Err("has `answers` inside of `answers`");
            }
            let value = row.given()?.ok_or("has an answer without `value`")?;
            let arguments = row.arguments.ok_or("has an answer without `arguments`")?;
            by_arguments.push((arguments.iter().map(value_of).collect(), value));
        }
        Ok(Answer { by_arguments, fixed })
    }

    fn given(&self) -> Result<Option<Value>, &'static str> {
        let value = match (&self.value, self.undef) {
            (Some(_), true) => return Err("has `value` and `undef`"),
            (Some(value), false) => value_of(value),
            (None, true) => Value::Undef,
            (None, false) => return Ok(None),
        };
        Ok(Some(if self.sensitive { Value::Sensitive(Arc::new(value)) } else { value }))
    }
}

/// A value of TOML as Puppet's; a date is its text.
fn value_of(value: &toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::str(text.as_str()),
        toml::Value::Integer(it) => Value::Int(*it),
        toml::Value::Float(it) => Value::Float(*it),
        toml::Value::Boolean(it) => Value::Bool(*it),
        toml::Value::Datetime(it) => Value::str(it.to_string()),
        toml::Value::Array(items) => Value::array(items.iter().map(value_of)),
        toml::Value::Table(entries) => {
            Value::hash(entries.iter().map(|(key, item)| (Value::str(key.as_str()), value_of(item))))
        }
    }
}

fn broken(source: &Arc<SourceFile>, error: &toml::de::Error) -> Box<Diagnostic> {
    let found = Diagnostic::error(&codes::SETTINGS, error.message().replace('\n', " "));
    Box::new(at(source, found, error.span()))
}

fn unusable(source: &Arc<SourceFile>, found: Unusable) -> Box<Diagnostic> {
    let diagnostic = Diagnostic::error(&codes::SETTINGS, found.message).help(found.help);
    Box::new(at(source, diagnostic, Some(found.span)))
}

fn at(source: &Arc<SourceFile>, found: Diagnostic, span: Option<Range<usize>>) -> Diagnostic {
    let span =
        span.and_then(|span| Some(Span::new(u32::try_from(span.start).ok()?, u32::try_from(span.end).ok()?)));
    match span {
        Some(span) => found.at(Location { source: source.clone(), span }),
        None => found.in_file(source.path()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::SecretsBy;
    use super::*;

    fn parse(text: &str) -> Result<Answers> {
        settings(text).map(|settings| settings.functions)
    }

    fn settings(text: &str) -> Result<Settings> {
        Settings::parse(&SourceFile::new("migrate.toml", text), Path::new("/etc/migrate"))
    }

    #[test]
    fn a_puppetdb_is_named_with_paths_beside_the_file() {
        let text =
            "[puppetdb]\nlocation = \"https://db.example.net:8081\"\nca = \"ca.pem\"\nkey = \"/k.pem\"\n";
        let found = settings(text).unwrap().puppetdb.unwrap();
        assert_eq!(found.location, "https://db.example.net:8081");
        assert_eq!((found.ca, found.key), (Some("/etc/migrate/ca.pem".into()), Some("/k.pem".into())));
        let recorded = settings("[puppetdb]\nlocation = \"db.json\"\n").unwrap().puppetdb.unwrap();
        assert_eq!(recorded.location, "/etc/migrate/db.json");
    }

    #[test]
    fn an_answer_is_found_by_arguments_before_the_fixed_value() {
        let text = "[functions.generate]\nvalue = \"none\"\nanswers = [{arguments = [\"/bin/date\", 1], value = \
                    {a = [1, 2.5, true]}}]\n[functions.\"::vault::read\"]\nundef = true\n";
        let answers = parse(text).unwrap();
        let found = answers.get("generate", &["/bin/date".into(), Value::Int(1)]).unwrap();
        assert_eq!(found.get("a").unwrap().as_array().unwrap().len(), 3);
        assert_eq!(answers.get("generate", &["/bin/date".into()]), Some(&"none".into()));
        assert_eq!(answers.get("vault::read", &[]), Some(&Value::Undef));
        assert!(answers.get("other", &[]).is_none() && answers.knows("generate"));
    }

    #[test]
    fn a_sensitive_answer_is_wrapped() {
        let answers =
            parse("[functions.secret]\nanswers = [{arguments = [], value = \"x\", sensitive = true}]\n");
        assert!(matches!(answers.unwrap().get("secret", &[]), Some(Value::Sensitive(_))));
    }

    #[test]
    fn the_target_is_read_and_has_defaults() {
        let text = "[target]\nnixos = \"25.05\"\nsecrets = \"sops\"\n[site]\nname = \"acme\"\n\
                    [groups]\nweb = [\"web*\"]\nall = [\"*\"]\n[tags]\ncanary = [\"web01*\"]\n";
        let target = settings(text).unwrap().target;
        assert_eq!((target.nixos.as_str(), target.site.as_str()), ("25.05", "acme"));
        assert_eq!(target.secrets, SecretsBy::Sops);
        assert_eq!(target.group("web01.example.net").unwrap(), "web", "the first group counts");
        assert_eq!(target.group("db01.example.net").unwrap(), "all");
        assert_eq!(target.tags("web01.example.net").count(), 1);
        assert_eq!(settings("").unwrap().target, Target::default());
    }

    #[test]
    fn the_settings_that_init_writes_are_the_defaults() {
        let found = settings(include_str!("../../templates/migrate.toml")).unwrap();
        assert_eq!(found.target, Target::default());
    }

    #[test]
    fn a_target_that_cannot_be_used_is_refused_at_its_place_with_the_way_out() {
        for (text, place) in [
            ("[target]\nnixos = \"24.12\"\n", 2),
            ("[target]\n\nsecrets = \"vault\"\n", 3),
            ("[target]\nadmins = [\"AGE-SECRET-KEY-1\"]\n", 2),
            ("[site]\nname = \"services\"\n", 2),
            ("[site]\nname = \"a.b\"\n", 2),
            ("[groups]\n\"../up\" = [\"*\"]\n", 2),
            ("[tags]\ncanary = [\"\"]\n", 2),
            ("[gateways]\n\"192.0.2.0/33\" = \"192.0.2.1\"\n", 2),
            ("[gateways]\n\"192.0.2.0/24\" = \"gw\"\n", 2),
        ] {
            let found = settings(text).unwrap_err();
            assert_eq!(found.line_column().unwrap().line, place, "{text}");
            assert!(found.help_line().is_some(), "{text}");
        }
    }

    #[test]
    fn what_nothing_reads_is_refused() {
        for text in [
            "[target]\nnixpkgs = \"x\"\n",
            "[site]\nurl = \"x\"\n",
            "[function.x]\nvalue = 1\n",
            "[functions.x]\nvalues = 1\n",
            "[puppetdb]\nurl = \"x\"\n",
            "[functions.x]\n",
            "[functions.x]\nanswers = [{value = 1}]\n",
            "[functions.x]\nvalue = 1\nundef = true\n",
            "[functions.x]\narguments = []\nvalue = 1\n",
        ] {
            assert_eq!(parse(text).unwrap_err().code().name, "inputs::settings", "{text}");
        }
    }
}
