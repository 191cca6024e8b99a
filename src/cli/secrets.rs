//! `migrate secrets import`: encrypts what is at hand to those who need it, without printing any of it.
//!
//! In: the inputs of a conversion with the keys of eyaml, folders of private mounts. Out: `secrets/NAME.age` in the
//! output folder; names, never values, on the terminal. The program `age` encrypts: it is started once a secret, gets the
//! plaintext on its standard input and the recipients as arguments.

use super::{
    InputArguments, Session, Status,
    conversion::{Conversion, convert},
    session::Outcome,
};
use crate::{
    catalog::Catalog,
    diag::{Code, Diagnostic, Result},
    emit,
    inputs::{FLAG, SecretsBy},
    model::SecretRef,
    translate::{slug, whole_secret_id},
    value::Value,
};
use clap::{Args, Subcommand};
use ecow::EcoString;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// A secret that was not encrypted.
pub(super) const NOT_IMPORTED: Code = Code {
    name: "secrets::not-imported",
    title: "a secret that could not be encrypted",
    explanation: "Its plaintext is not at hand (`--eyaml-keys`, `--private NAME=DIR`), differs from host to host under one \
                  name, a host that needs it has no known public key, or `age` refused. The message says which; encrypt \
                  it by hand.",
};

/// All codes of this command.
pub(super) const CODES: &[Code] = &[NOT_IMPORTED];

/// Work on the secrets of a conversion
#[derive(Debug, Args)]
pub(super) struct Secrets {
    #[command(subcommand)]
    command: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Encrypt what eyaml or a private mount has, into the output folder; prints no value
    Import(Box<Import>),
}

/// Encrypt what eyaml or a private mount has, into the output folder; prints no value
#[derive(Debug, Args)]
struct Import {
    #[command(flatten)]
    inputs: InputArguments,
    /// The folder of a mount that is `NAME=secret` in the conversion
    #[arg(long = "private", value_name = "NAME=DIR")]
    private: Vec<String>,
    /// The program that encrypts: `age`, or `rage`, which takes the same arguments
    #[arg(long, value_name = "PROGRAM", default_value = "age")]
    age: PathBuf,
    /// Encrypt again what is there already
    #[arg(long)]
    force: bool,
}

impl Secrets {
    pub(super) fn run(&self, session: &mut Session<'_>) -> Outcome {
        let Action::Import(import) = &self.command;
        import.run(session)
    }
}

impl Import {
    fn run(&self, session: &mut Session<'_>) -> Outcome {
        let missing = || {
            Diagnostic::error(&FLAG, "`--out` is missing").help("name the output of `convert`: `--out DIR`")
        };
        let folder = session.common.out.clone().ok_or_else(|| vec![missing()])?;
        emit::check_folder(&folder)?;
        let private = self.private()?;
        let conversion = convert(&self.inputs.repo, self.inputs.sources(), session)?;
        if conversion.around.target.secrets == SecretsBy::Sops {
            let help = "`sops secrets/NAME.yaml` makes each; its rules are in `.sops.yaml`";
            let found = Diagnostic::error(&NOT_IMPORTED, "files of sops are not written here").help(help);
            return Err(vec![found].into());
        }
        let known = plaintexts(&conversion);
        let mut left = 0;
        for (name, hosts) in emit::needed(&conversion.translated()) {
            let path = folder.join(format!("secrets/{name}.age"));
            if path.exists() && !self.force {
                writeln!(session.out, "{name}: is there")?;
                continue;
            }
            let sealed = plain(name, &conversion, &known, &private).and_then(|plain| {
                let keys = recipients(&conversion, &hosts)?;
                seal(&self.age, &plain, &keys)
            });
            match sealed.and_then(|sealed| write(&path, &sealed)) {
                Ok(()) => writeln!(session.out, "{name}: encrypted for {}", listed(&hosts))?,
                Err(why) => {
                    left += 1;
                    session.report(&Diagnostic::warning(&NOT_IMPORTED, format!("`{name}`: {why}")))?;
                }
            }
        }
        Ok(if left == 0 { Status::Done } else { Status::Failed })
    }

    fn private(&self) -> Result<BTreeMap<String, PathBuf>> {
        let pair = |given: &String| {
            let split = given.split_once('=').map(|(name, folder)| (name.to_owned(), PathBuf::from(folder)));
            split.ok_or_else(|| {
                let message = format!("`--private {given}` cannot be understood");
                Box::new(Diagnostic::error(&FLAG, message).help("write `--private NAME=DIR`"))
            })
        };
        self.private.iter().map(pair).collect()
    }
}

fn listed(hosts: &BTreeSet<&EcoString>) -> String {
    hosts.iter().map(|host| host.as_str()).collect::<Vec<_>>().join(", ")
}

/// The plaintexts of the catalogs' secrets by the name of their files; several where hosts differ.
type Plaintexts = BTreeMap<EcoString, BTreeSet<String>>;

fn plaintexts(conversion: &Conversion) -> Plaintexts {
    let mut found = Plaintexts::new();
    for (catalog, host) in conversion.catalogs().zip(&conversion.hosts) {
        collect(catalog, &host.config.host.hostname, &mut found);
    }
    found
}

fn collect(catalog: &Catalog, host: &str, found: &mut Plaintexts) {
    for resource in catalog.resources.values() {
        for (name, parameter) in &resource.parameters {
            labelled(&parameter.value, found);
            let whole = parameter.sensitive.then(|| parameter.value.as_str()).flatten();
            let unlabelled = !matches!(&parameter.value, Value::Str(text) if text.labels().is_some());
            if let Some(plain) = whole.filter(|_| unlabelled) {
                let id = whole_secret_id(host, &resource.reference, name);
                found.entry(slug(&id)).or_default().insert(plain.to_owned());
            }
        }
    }
}

fn labelled(value: &Value, found: &mut Plaintexts) {
    if let Value::Str(text) = value {
        for range in text.labels().map(|labels| labels.ranges()).unwrap_or_default() {
            if let Some(plain) = text.get(range.range.clone()).filter(|_| !range.secret.opaque) {
                let id = SecretRef::from(&*range.secret).id;
                found.entry(slug(&id)).or_default().insert(plain.to_owned());
            }
        }
    }
    if let Value::Sensitive(inner) = value {
        labelled(inner, found);
    }
    value.as_array().unwrap_or_default().iter().for_each(|item| labelled(item, found));
    value.as_hash().into_iter().flat_map(|entries| entries.values()).for_each(|item| labelled(item, found));
}

/// The one plaintext of a name.
fn plain(
    name: &str,
    conversion: &Conversion,
    known: &Plaintexts,
    private: &BTreeMap<String, PathBuf>,
) -> Result<Vec<u8>, String> {
    let found: Vec<&String> = known.get(name).into_iter().flatten().collect();
    match found.as_slice() {
        [one] => return Ok(one.as_bytes().to_vec()),
        [] => {}
        several => return Err(format!("{} hosts or places have different values of it", several.len())),
    }
    let id =
        conversion.hosts.iter().find_map(|host| host.plan.secrets.get(name)).map(|secret| secret.id.clone());
    let file = id.as_deref().and_then(|id| {
        let (mount, below) = id.split_once('/')?;
        Some(private.get(mount)?.join(below))
    });
    match file {
        Some(path) => {
            fs::read(&path).map_err(|found| format!("`{}` cannot be read: {found}", path.display()))
        }
        None => Err("its plaintext is not at hand".to_owned()),
    }
}

fn recipients(conversion: &Conversion, hosts: &BTreeSet<&EcoString>) -> Result<Vec<String>, String> {
    let around = &conversion.around;
    let mut keys: Vec<String> = around.target.admins.iter().map(ToString::to_string).collect();
    if around.target.secrets == SecretsBy::AgenixRekey {
        // the hosts' own copies are made by `agenix rekey`
        return if keys.is_empty() {
            Err("`admins` of migrate.toml names nobody".to_owned())
        } else {
            Ok(keys)
        };
    }
    for host in hosts {
        let key = emit::host_key(around, host).ok_or_else(|| format!("no public key of {host} is known"))?;
        keys.push(key.to_string());
    }
    Ok(keys)
}

/// Encrypts by a program; neither its arguments nor what is said of its end holds the plaintext.
fn seal(program: &Path, plain: &[u8], recipients: &[String]) -> Result<Vec<u8>, String> {
    let shown = program.display();
    let started = Command::new(program)
        .arg("--encrypt")
        .args(recipients.iter().flat_map(|key| ["--recipient", key]))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let mut child = started.map_err(|found| format!("`{shown}` cannot be started: {found}"))?;
    let stdin = child.stdin.take();
    // it may write before it has read everything
    let (given, output) = std::thread::scope(|scope| {
        let given = scope.spawn(move || stdin.is_some_and(|mut stdin| stdin.write_all(plain).is_ok()));
        let output = child.wait_with_output();
        (given.join().unwrap_or(false), output)
    });
    let output = output.map_err(|found| format!("`{shown}`: {found}"))?;
    let fine = output.status.success() && given && !output.stdout.is_empty();
    let plain_in_clear = plain.len() > 3 && output.stdout.windows(plain.len()).any(|window| window == plain);
    if plain_in_clear {
        return Err(format!("`{shown}` gave the plaintext back; nothing was written"));
    }
    if fine { Ok(output.stdout) } else { Err(format!("`{shown}` ended with {}", output.status)) }
}

/// Writes beside the place and renames: nothing half-written is left.
fn write(path: &Path, sealed: &[u8]) -> Result<(), String> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let written = fs::create_dir_all(parent).and_then(|()| {
        let mut file = tempfile::NamedTempFile::new_in(parent)?;
        file.write_all(sealed)?;
        file.persist(path).map(drop).map_err(|found| found.error)
    });
    written.map_err(|found| format!("`{}` cannot be written: {found}", path.display()))
}
