//! Who may decrypt what: the hosts that need a secret, by their own SSH keys, and the site's people.
//!
//! In: the secrets of the hosts' plans, the machines' keys, the settings. Out: `secrets/secrets.nix` for agenix,
//! `secrets/rekey.nix` for agenix-rekey, `.sops.yaml` for sops. A host without a known key is said where its key would
//! stand, never left out.

use super::{host, printer};
use crate::{
    diag::Result,
    emit::{Around, Hosts, OutFile, Output},
    inputs::SecretsBy,
};
use ecow::EcoString;
use std::collections::{BTreeMap, BTreeSet};

/// The hosts that need each secret, by the secret's name.
pub(crate) type Needed<'a> = BTreeMap<&'a EcoString, BTreeSet<&'a EcoString>>;

/// Returns which hosts need which secret.
#[must_use]
pub(crate) fn needed<'a>(hosts: &Hosts<'a>) -> Needed<'a> {
    let mut needed: Needed<'a> = BTreeMap::new();
    for translated in hosts.values() {
        for name in translated.plan.secrets.keys() {
            needed.entry(name).or_default().insert(&translated.config.host.certname);
        }
    }
    needed
}

/// The key of a host that its secrets are encrypted to.
pub(crate) fn host_key<'a>(around: &'a Around, certname: &str) -> Option<&'a EcoString> {
    around.machines.get(certname)?.host_keys.first()
}

/// Writes what the chosen way of keeping secrets needs.
///
/// # Errors
/// Gives a text that nixfmt does not accept: a fault of this program.
pub(super) fn write(hosts: &Hosts<'_>, around: &Around, output: &mut Output) -> Result<()> {
    let needed = needed(hosts);
    if needed.is_empty() {
        return Ok(());
    }
    let (path, text) = match around.target.secrets {
        SecretsBy::Agenix => ("secrets/secrets.nix", recipients(&needed, around)?),
        SecretsBy::AgenixRekey => ("secrets/rekey.nix", rekey(around)?),
        SecretsBy::Sops => (".sops.yaml", rules(&needed, around)),
    };
    output.files.insert(path.into(), OutFile::text(text));
    Ok(())
}

fn recipients(needed: &Needed<'_>, around: &Around) -> Result<String> {
    let hosts: BTreeSet<&EcoString> = needed.values().flatten().copied().collect();
    let mut text = String::from(
        "# Who may decrypt each secret, for agenix: the hosts that need it, by their own SSH keys, and the people below.\n\
         # `migrate secrets import` encrypts what is at hand, `agenix -e NAME.age` the rest.\nlet\n",
    );
    let admins: Vec<String> = around.target.admins.iter().map(|key| printer::quoted(key)).collect();
    text.push_str(&format!(
        "# `admins` of migrate.toml\nadmins = [\n{}\n];\n\nhosts = {{\n",
        admins.join("\n")
    ));
    for certname in hosts {
        let key = match host_key(around, certname) {
            Some(key) => printer::quoted(key),
            None => format!(
                "throw {}",
                printer::quoted(&format!(
                    "no key of {certname} is known: put its ssh_host_ed25519_key.pub here"
                ))
            ),
        };
        text.push_str(&format!("{} = {key};\n", printer::name(certname)));
    }
    text.push_str("};\nin\n{\n");
    for (name, hosts) in needed {
        let keys: Vec<String> = hosts.iter().map(|host| format!("hosts.{}", printer::name(host))).collect();
        let file = printer::name(&format!("{name}.age"));
        text.push_str(&format!("{file}.publicKeys = admins ++ [ {} ];\n", keys.join(" ")));
    }
    text.push_str("}\n");
    host::format("secrets/secrets.nix", &text)
}

/// The part of agenix-rekey that all hosts share; each host's key is in its file under `hardware/hosts/`.
fn rekey(around: &Around) -> Result<String> {
    let admins: Vec<String> = around.target.admins.iter().map(|key| printer::quoted(key)).collect();
    let text = format!(
        "# Secrets are encrypted to the master identities, and by `agenix rekey` to each host that needs them.\n\
         {{ config, ... }}:\n\n{{\nage.rekey = {{\n\
         # the identity that decrypts on the machine of whoever rekeys; its public half may be in a file beside\n\
         masterIdentities = [ ./master.pub ];\n\
         # `admins` of migrate.toml\nextraEncryptionPubkeys = [\n{}\n];\n\
         storageMode = \"local\";\n\
         localStorageDir = ./. + \"/rekeyed/${{config.networking.hostName}}\";\n}};\n}}\n",
        admins.join("\n")
    );
    host::format("secrets/rekey.nix", &text)
}

/// The rules of creation for sops: a file a secret, to the same recipients.
fn rules(needed: &Needed<'_>, around: &Around) -> String {
    let mut text = String::from(
        "# Who may decrypt each secret, for sops: the hosts that need it, by their own SSH keys, and the people of\n\
         # `admins` in migrate.toml. `sops secrets/NAME.yaml` makes or edits one; its key in the file is NAME.\n\
         creation_rules:\n",
    );
    for (name, hosts) in needed {
        text.push_str(&format!("  - path_regex: ^secrets/{}\\.yaml$\n    age:\n", name.replace(".", "\\.")));
        for key in &around.target.admins {
            text.push_str(&format!("      - {key}\n"));
        }
        for certname in hosts {
            match host_key(around, certname) {
                Some(key) => text.push_str(&format!("      - {key} # {certname}\n")),
                None => text.push_str(&format!(
                    "      # no key of {certname} is known: put its ssh_host_ed25519_key.pub here\n"
                )),
            }
        }
    }
    text
}
