//! Programs that are started beside a compile with `--allow-exec`: an ENC for each node, and `config_version` once.
//!
//! In: their command lines. Out: what they wrote, or why there is nothing.

use super::programs::run;
use crate::{
    diag::{Diagnostic, Result},
    inputs::{CONF_IGNORED, Enc, PROGRAM, Repo},
    maps::HashMap,
};
use ecow::EcoString;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

/// An ENC that is a program; each node is asked for once a run.
#[derive(Debug)]
struct EncProgram {
    words: Vec<String>,
    answers: Mutex<HashMap<String, Result<String, String>>>,
}

impl Enc for EncProgram {
    fn name(&self) -> String {
        self.words.join(" ")
    }

    fn answer(&self, certname: &str) -> Result<String, String> {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = answers.get(certname) {
            return known.clone();
        }
        let mut command = self.words.clone();
        command.push(certname.to_owned());
        let answer = run(&command, false);
        answers.insert(certname.to_owned(), answer.clone());
        answer
    }
}

/// Returns the ENC's command line where it is a program: a file of `--enc` that may be executed and has no name of
/// data, or Puppet's own setting.
pub(super) fn enc_command(enc: Option<&Path>, settings: &[String]) -> Option<Vec<String>> {
    if let Some(path) = enc {
        return is_program(path).then(|| vec![path.to_string_lossy().into_owned()]);
    }
    let value = |key: &str| settings.iter().rev().find_map(|it| it.strip_prefix(key)?.strip_prefix('='));
    let command = value("external_nodes").filter(|command| *command != "none")?;
    (value("node_terminus") == Some("exec")).then(|| command.split_whitespace().map(str::to_owned).collect())
}

fn is_program(path: &Path) -> bool {
    let data = path.extension().is_some_and(|it| ["yaml", "yml", "json"].iter().any(|name| it == *name));
    let executable = |found: fs::Metadata| found.is_file() && found.permissions().mode() & 0o111 != 0;
    !data && fs::metadata(path).is_ok_and(executable)
}

/// Makes an ENC of a command line.
///
/// # Errors
/// Gives that nothing may be started.
pub(super) fn enc(words: Vec<String>, allowed: bool) -> Result<Arc<dyn Enc>> {
    if !allowed {
        let message = format!("the ENC `{}` is a program, and nothing may be started", words.join(" "));
        let help = "give `--allow-exec`, or its answers by `--enc DIR`, one file a node";
        return Err(Box::new(Diagnostic::error(&PROGRAM, message).help(help)));
    }
    let mut words = words;
    if let Some(program) = words.first_mut()
        && let Ok(path) = std::path::absolute(PathBuf::from(&*program))
    {
        *program = path.to_string_lossy().into_owned();
    }
    Ok(Arc::new(EncProgram { words, answers: Mutex::default() }))
}

/// Returns the catalogs' version: the given one, that of `config_version`, or 0.
///
/// # Errors
/// Gives a program that failed, and a command that is another one in each environment.
pub(super) fn catalog_version(
    given: Option<&str>,
    repo: &Repo,
    allowed: bool,
    by_enc: bool,
    warnings: &mut Vec<Diagnostic>,
) -> Result<EcoString> {
    let (None, Some((command, at))) = (given, &repo.config_version) else {
        return Ok(given.unwrap_or("0").into());
    };
    if !allowed {
        let message = "`config_version` starts a program, which is not done; the catalog's version is 0";
        let help = "give `--allow-exec`, or the version by `--catalog-version`";
        warnings.push(Diagnostic::warning(&CONF_IGNORED, message).at(at.clone()).help(help));
        return Ok("0".into());
    }
    let failed = |why: String| Box::new(Diagnostic::error(&PROGRAM, why).at(at.clone()));
    if command.contains("$environment") && by_enc && repo.environment.is_none() {
        let why =
            "`config_version` is another program in each environment, and the ENC may name several".into();
        return Err(Box::new(failed(why).help("give `--environment` or `--catalog-version`")));
    }
    let name = repo.environment.as_deref().unwrap_or("production");
    let command = command.replace("${environment}", name).replace("$environment", name);
    let words = ["/bin/sh".to_owned(), "-c".to_owned(), in_repo(&command, &repo.root)];
    let wrote = run(&words, true).map_err(|why| failed(format!("`config_version` failed: {why}")))?;
    Ok(wrote.trim().into())
}

/// A path that is not absolute is one of the environment's folder.
fn in_repo(command: &str, root: &Path) -> String {
    if command.starts_with(['/', '$']) {
        return command.to_owned();
    }
    let path = root.join(command);
    std::path::absolute(&path).unwrap_or(path).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_enc_is_a_program_by_its_setting_or_its_mode() {
        let settings = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let both = settings(&["node_terminus=exec", "external_nodes=/opt/enc --all"]);
        assert_eq!(enc_command(None, &both), Some(vec!["/opt/enc".to_owned(), "--all".to_owned()]));
        assert_eq!(enc_command(None, &settings(&["external_nodes=/opt/enc"])), None);
        assert_eq!(enc_command(Some(Path::new("/bin/sh")), &[]), Some(vec!["/bin/sh".to_owned()]));
        assert_eq!(enc_command(Some(Path::new("/etc/passwd")), &[]), None);
        assert_eq!(enc(vec!["/opt/enc".to_owned()], false).unwrap_err().code().name, "inputs::needs-program");
    }
}
