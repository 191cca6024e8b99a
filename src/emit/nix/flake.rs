//! The hosts' files, the larger texts, the recipients of secrets.

use super::{entries, factored, hardware, host, printer};
use crate::{
    diag::{Diagnostic, Result},
    emit::{Around, Hosts, OutFile, Output, codes},
    factor::Factored,
};
use ecow::EcoString;
use std::collections::{BTreeMap, BTreeSet};

/// Writes `flake.nix`, `hosts/`, `files/` and `secrets/` into the output.
///
/// # Errors
/// Gives a file that nixfmt does not accept, and names that cannot be files.
pub(crate) fn write(
    hosts: &Hosts<'_>,
    factored: &Factored,
    around: &Around,
    output: &mut Output,
) -> Result<()> {
    let mut secrets: BTreeMap<EcoString, BTreeSet<EcoString>> = BTreeMap::new();
    for (certname, translated) in hosts {
        check_name(certname)?;
        for name in translated.plan.secrets.keys() {
            secrets.entry(name.clone()).or_default().insert(certname.clone());
        }
    }
    factored::write(factored, output)?;
    hardware::write(hosts, around, output)?;
    entries::write(hosts, factored, around, output)?;
    if !secrets.is_empty() {
        output.files.insert("secrets/secrets.nix".into(), OutFile::text(recipients(&secrets)?));
    }
    Ok(())
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

/// Says where a host's file lies in the output.
pub(super) fn host_file<'f>(factored: &'f Factored, certname: &str) -> &'f str {
    factored.hosts.get(certname).map_or("", |host| host.file.as_str())
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
