//! `migrate parse`: parse and validate manifests and templates.

use super::{Format, Session, Status, activation::deliver, session::Outcome};
use crate::{
    diag::{Code, Diagnostic, Severity},
    source::SourceFile,
    syntax::{self, Mode, Options, PuppetVersion, Strict},
};
use clap::{Args, ValueEnum};
use rayon::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A path that cannot be read.
const UNREADABLE: Code = Code {
    name: "parse::unreadable",
    title: "a path that cannot be read",
    explanation: "The file or folder is not there, or may not be read.",
};
/// A text that is not UTF-8.
const ENCODING: Code = Code {
    name: "parse::encoding",
    title: "a file that is not UTF-8",
    explanation: "Puppet reads manifests and templates as UTF-8; convert the file, for example with `iconv`.",
};
/// A folder with nothing to parse.
const NOTHING: Code = Code {
    name: "parse::nothing",
    title: "no manifests or templates",
    explanation: "Folders are searched for `.pp` and `.epp` files; none was found.",
};

/// The codes of this command.
pub(super) const CODES: &[Code] = &[UNREADABLE, ENCODING, NOTHING];

/// Parse and validate manifests and templates
#[derive(Debug, Args)]
pub(super) struct Parse {
    /// Files and folders; folders are searched for `.pp` and `.epp`
    #[arg(default_value = ".", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Folders of modules, separated by `:`; a definition there must fit its file's name. Default: those of
    /// `environment.conf`, else `modules` and `site`
    #[arg(long, value_name = "A:B")]
    modulepath: Option<String>,
    /// What `strict` is set to; default that of the Puppet version
    #[arg(long, value_enum)]
    strict: Option<StrictLevel>,
    /// The Puppet whose language is meant
    #[arg(long, value_name = "7|8", default_value_t = 8, value_parser = clap::value_parser!(u8).range(7..=8))]
    puppet_version: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StrictLevel {
    Off,
    Warning,
    Error,
}

/// What was found in a file.
struct Checked {
    file: String,
    found: Vec<Diagnostic>,
}

impl Checked {
    fn refused(&self) -> bool {
        self.found.iter().any(|found| found.severity() == Severity::Error)
    }
}

impl Parse {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        super::activation::text_or_json(session)?;
        let checked = session.on_threads(|| self.check());
        let refused = checked.iter().filter(|checked| checked.refused()).count();
        if session.format_or(Format::Text) != Format::Json {
            for diagnostic in checked.iter().flat_map(|checked| &checked.found) {
                session.report(diagnostic)?;
            }
        }
        deliver(session, &to_json(&checked), || format!("{} files, {refused} refused\n", checked.len()))?;
        Ok(if refused > 0 { Status::Failed } else { Status::Done })
    }

    fn check(&self) -> Vec<Checked> {
        let files: Vec<(PathBuf, usize)> = self
            .paths
            .iter()
            .enumerate()
            .flat_map(|(root, path)| find(path).map(move |file| (file, root)))
            .collect();
        let options: Vec<Options> = self.paths.iter().map(|path| self.options(path)).collect();
        let mut checked: Vec<Checked> = files
            .par_iter()
            .map(|(path, root)| check(path, options.get(*root).unwrap_or(&Options::default())))
            .collect();
        let empty =
            self.paths.iter().enumerate().filter(|(index, _)| !files.iter().any(|(_, root)| root == index));
        checked.extend(empty.map(|(_, path)| nothing(path)));
        checked
    }

    fn options(&self, root: &Path) -> Options {
        let version = if self.puppet_version == 7 { PuppetVersion::V7 } else { PuppetVersion::V8 };
        let strict = match self.strict {
            None => version.default_strict(),
            Some(StrictLevel::Off) => Strict::Off,
            Some(StrictLevel::Warning) => Strict::Warning,
            Some(StrictLevel::Error) => Strict::Error,
        };
        let module_path = match &self.modulepath {
            Some(given) => given.split(':').map(PathBuf::from).collect(),
            None => module_path(root),
        };
        Options { version, strict, module_path, manifest: None }
    }
}

/// Finds manifests and templates in the order of their names; a file given by name is taken whatever its name is.
fn find(path: &Path) -> impl Iterator<Item = PathBuf> {
    let given = path.to_owned();
    let walk = walkdir::WalkDir::new(path).follow_links(true).sort_by_file_name().into_iter();
    let visible = walk.filter_entry(|entry| entry.depth() == 0 || !is_hidden(entry.file_name()));
    let files = visible.filter_map(Result::ok).filter(|entry| !entry.file_type().is_dir());
    files.map(walkdir::DirEntry::into_path).filter(move |file| *file == given || is_source(file))
}

fn is_hidden(name: &std::ffi::OsStr) -> bool {
    name.to_string_lossy().starts_with('.')
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "pp" || extension == "epp")
}

fn check(path: &Path, options: &Options) -> Checked {
    let file = path.to_string_lossy();
    let file = file.strip_prefix("./").unwrap_or(&file).to_owned();
    let found = match std::fs::read(path).map(String::from_utf8) {
        Ok(Ok(text)) => {
            let mode = if file.ends_with(".epp") { Mode::Epp } else { Mode::Manifest };
            syntax::parse(SourceFile::new(file.as_str(), text), mode, options).diagnostics
        }
        Ok(Err(error)) => {
            let at = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
            let message = format!("the file is not UTF-8: the first wrong byte is in line {line}");
            vec![Diagnostic::error(&ENCODING, message).in_file(file.as_str()).help("convert it with `iconv`")]
        }
        Err(error) => vec![unreadable(&file, &error.to_string())],
    };
    Checked { file, found }
}

fn unreadable(file: &str, why: &str) -> Diagnostic {
    Diagnostic::error(&UNREADABLE, format!("cannot be read: {why}")).in_file(file)
}

fn nothing(path: &Path) -> Checked {
    let file = path.to_string_lossy().into_owned();
    let found = match std::fs::metadata(path) {
        Ok(_) => Diagnostic::warning(&NOTHING, "no `.pp` or `.epp` file is in it").in_file(file.as_str()),
        Err(error) => unreadable(&file, &error.to_string()),
    };
    Checked { file, found: vec![found] }
}

/// Returns the folders of modules of the environment that a path lies in.
fn module_path(root: &Path) -> Vec<PathBuf> {
    let inside = |dir: &&Path| dir.join("environment.conf").is_file() || dir.join("modules").is_dir();
    let Some(environment) = root.ancestors().find(inside) else { return Vec::new() };
    let settings = std::fs::read_to_string(environment.join("environment.conf")).unwrap_or_default();
    let lines = settings.lines().filter_map(|line| line.split_once('='));
    let given =
        lines.filter(|(key, _)| key.trim() == "modulepath").map(|(_, value)| value.trim()).next_back();
    let dirs = given.unwrap_or("modules:site").split(':').filter(|dir| !dir.is_empty() && !dir.contains('$'));
    dirs.map(|dir| environment.join(dir)).collect()
}

fn to_json(checked: &[Checked]) -> Value {
    let of = |checked: &Checked, severity| -> Vec<Value> {
        checked.found.iter().filter(|found| found.severity() == severity).map(entry).collect()
    };
    let files: Vec<Value> = checked
        .iter()
        .map(|checked| {
            json!({
                "file": checked.file,
                "ok": !checked.refused(),
                "errors": of(checked, Severity::Error),
                "warnings": of(checked, Severity::Warning),
            })
        })
        .collect();
    json!({ "schema": "migrate/parse/v1", "files": files })
}

fn entry(found: &Diagnostic) -> Value {
    let at = found.line_column();
    json!({
        "code": found.code().name,
        "line": at.map(|at| at.line),
        "column": at.map(|at| at.column),
        "message": found.message(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_s_modules_are_found_from_within() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("environment.conf"), "modulepath = site:mods:$basemodulepath\n")
            .unwrap();
        let inner = dir.path().join("site/a/manifests");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(inner.join("init.pp"), "class b { $x = \n}\n").unwrap();
        assert_eq!(module_path(&inner), [dir.path().join("site"), dir.path().join("mods")]);
        let parse = Parse { paths: vec![inner], modulepath: None, strict: None, puppet_version: 8 };
        let checked = parse.check();
        let json = to_json(&checked);
        assert_eq!(json["files"][0]["errors"][0]["line"], 2);
        assert_eq!(json["files"][0]["ok"], false);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let dir = tempfile::tempdir().unwrap();
        let bad = dir.path().join("a.pp");
        std::fs::write(&bad, b"\n$a = '\xFF'").unwrap();
        let parse = |path: PathBuf| {
            let parse = Parse { paths: vec![path], modulepath: None, strict: None, puppet_version: 8 };
            parse.check().remove(0).found.remove(0)
        };
        assert_eq!(parse(bad).code().name, "parse::encoding");
        assert_eq!(parse(dir.path().join("gone")).code().name, "parse::unreadable");
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(parse(empty.path().to_owned()).code().name, "parse::nothing");
    }
}
