//! The hosts' files, the larger texts, the recipients of secrets.

use super::{
    entries, host,
    printer::{self, Paths},
};
use crate::{
    diag::{Diagnostic, Result},
    emit::{Around, Hosts, OutFile, Output, Place, codes},
    translate::nixos::Artifact,
};
use ecow::EcoString;
use std::collections::{BTreeMap, BTreeSet};

/// Writes `flake.nix`, `hosts/`, `files/` and `secrets/` into the output.
///
/// # Errors
/// Gives a file that nixfmt does not accept, and names that cannot be files.
pub(crate) fn write(hosts: &Hosts<'_>, around: &Around, output: &mut Output) -> Result<()> {
    let shared = shared_artifacts(hosts);
    let mut secrets: BTreeMap<EcoString, BTreeSet<EcoString>> = BTreeMap::new();
    for (certname, translated) in hosts {
        check_name(certname)?;
        let paths = HostPaths { certname, shared: &shared };
        let printed = host::print(certname, &translated.plan, &paths)?;
        let file = host_file(certname);
        for (at, setting) in translated.plan.settings.iter().enumerate() {
            let Some(line) = printed.lines.get(&at) else { continue };
            for item in &setting.items {
                let place = Place { file: file.clone(), line: *line };
                output.places.entry((certname.clone(), item.clone())).or_default().push(place);
            }
        }
        output.files.insert(file, OutFile::text(printed.text));
        for (key, artifact) in &translated.plan.artifacts {
            let path = paths.place(key);
            let file = OutFile { bytes: artifact.bytes.clone(), executable: artifact.executable };
            output.files.insert(path, file);
        }
        for name in translated.plan.secrets.keys() {
            secrets.entry(name.clone()).or_default().insert(certname.clone());
        }
    }
    entries::write(hosts, around, output)?;
    if !secrets.is_empty() {
        output.files.insert("secrets/secrets.nix".into(), OutFile::text(recipients(&secrets)?));
    }
    Ok(())
}

/// Says where a host's file lies in the output.
pub(super) fn host_file(certname: &str) -> String {
    format!("hosts/{certname}.nix")
}

/// A certname becomes the name of a file: letters, digits, `.`, `-` and `_`, as Puppet allows.
fn check_name(certname: &str) -> Result<()> {
    let fine = |letter: char| letter.is_ascii_alphanumeric() || ".-_".contains(letter);
    if !certname.is_empty()
        && certname.chars().all(fine)
        && !certname.starts_with('.')
        && certname != "default.nix"
    {
        return Ok(());
    }
    let message = format!("node `{}` cannot be the name of a file", certname.escape_debug());
    Err(Box::new(Diagnostic::error(&codes::BAD_NAME, message)))
}

/// Keys of files whose bytes are the same on every host that has them, and that several hosts have.
fn shared_artifacts<'a>(hosts: &Hosts<'a>) -> BTreeSet<&'a EcoString> {
    let mut seen: BTreeMap<&EcoString, (usize, &Artifact, bool)> = BTreeMap::new();
    for (key, artifact) in hosts.values().flat_map(|translated| &translated.plan.artifacts) {
        let known = seen.entry(key).or_insert((0, artifact, true));
        known.0 += 1;
        known.2 &= known.1 == artifact;
    }
    seen.into_iter().filter(|(_, (count, _, same))| *same && *count > 1).map(|(key, _)| key).collect()
}

struct HostPaths<'a> {
    certname: &'a str,
    shared: &'a BTreeSet<&'a EcoString>,
}

impl HostPaths<'_> {
    /// Where a file lies in the output. Names that Nix or a file system would not take are made plain.
    fn place(&self, key: &str) -> String {
        let plain = |part: &str| {
            let safe = part.chars().map(|letter| {
                if letter.is_ascii_alphanumeric() || "._-+=".contains(letter) { letter } else { '_' }
            });
            let safe: String = safe.collect();
            if safe.chars().all(|letter| letter == '.') { format!("_{safe}") } else { safe }
        };
        let safe = key.split('/').filter(|part| !part.is_empty()).map(plain).collect::<Vec<_>>().join("/");
        let owner =
            if self.shared.iter().any(|known| known.as_str() == key) { "common" } else { self.certname };
        format!("files/{owner}/{safe}")
    }
}

impl Paths for HostPaths<'_> {
    fn file(&self, key: &str) -> String {
        format!("../{}", self.place(key))
    }

    fn path(&self, path: &str) -> String {
        format!("../{path}")
    }
}

/// `secrets/secrets.nix` of agenix: who may decrypt what. The hosts' keys are for a human to fill in.
fn recipients(secrets: &BTreeMap<EcoString, BTreeSet<EcoString>>) -> Result<String> {
    let hosts: BTreeSet<&EcoString> = secrets.values().flatten().collect();
    let mut text = String::from(
        "# Recipients of each secret for agenix: put each host's /etc/ssh/ssh_host_ed25519_key.pub here, then\n\
         # `agenix -e NAME.age` for every entry.\nlet\nhosts = {\n",
    );
    for host in hosts {
        text.push_str(&format!("{} = \"\"; # TODO\n", printer::name(host)));
    }
    text.push_str("};\nin\n{\n");
    for (name, hosts) in secrets {
        let keys: Vec<String> = hosts.iter().map(|host| format!("hosts.{}", printer::name(host))).collect();
        text.push_str(&format!(
            "{}.publicKeys = [ {} ];\n",
            printer::name(&format!("{name}.age")),
            keys.join(" ")
        ));
    }
    text.push_str("}\n");
    host::format("secrets/secrets.nix", &text)
}
