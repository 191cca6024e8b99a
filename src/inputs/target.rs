//! What the settings file says about the target: the release of NixOS, how secrets are kept, the site's name, groups
//! and tags of hosts.
//!
//! In: the tables `[target]`, `[site]`, `[groups]`, `[tags]` and
//! `[gateways]`. Out: [`Target`], or the place of what cannot be used
//! with the way out.

use super::list::matches_glob;
use crate::maps::IndexMap;
use ecow::EcoString;
use serde::Deserialize;
use std::{net::IpAddr, ops::Range};
use toml::Spanned;

/// The release of NixOS where nothing else is told.
const RELEASE: &str = "24.11";
/// The name of the site's options where nothing else is told.
const SITE: &str = "site";

/// How secrets get to hosts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum SecretsBy {
    /// agenix: each secret is encrypted to the keys of the hosts that need it.
    #[default]
    Agenix,
    /// agenix-rekey: each secret is encrypted to a master key, and by a command to the hosts.
    AgenixRekey,
    /// sops-nix: a file of secrets a host.
    Sops,
}

/// What hosts are converted to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The release of NixOS, such as `24.11`, or `unstable`.
    pub nixos: EcoString,
    /// How secrets get to hosts.
    pub secrets: SecretsBy,
    /// Public keys of the people who may read and change secrets: SSH or age.
    pub admins: Vec<EcoString>,
    /// The namespace of the site's own options.
    pub site: EcoString,
    /// Groups of hosts by name, each with globs of certnames; the first that matches counts.
    pub groups: IndexMap<EcoString, Vec<EcoString>>,
    /// Tags of hosts by name, each with globs of certnames; all that match count.
    pub tags: IndexMap<EcoString, Vec<EcoString>>,
    /// Default gateways by network (`192.0.2.0/24`), which facts do not tell.
    pub gateways: IndexMap<EcoString, EcoString>,
}

impl Default for Target {
    fn default() -> Self {
        Self {
            nixos: RELEASE.into(),
            secrets: SecretsBy::default(),
            admins: Vec::new(),
            site: SITE.into(),
            groups: IndexMap::default(),
            tags: IndexMap::default(),
            gateways: IndexMap::default(),
        }
    }
}

impl Target {
    /// Returns the group of a host, where one of the settings names it.
    #[must_use]
    pub fn group(&self, certname: &str) -> Option<&EcoString> {
        self.groups.iter().find(|(_, globs)| any(globs, certname)).map(|(name, _)| name)
    }

    /// Returns the tags of a host that the settings give it.
    pub fn tags<'a>(&'a self, certname: &'a str) -> impl Iterator<Item = &'a EcoString> {
        self.tags.iter().filter(move |(_, globs)| any(globs, certname)).map(|(name, _)| name)
    }
}

fn any(globs: &[EcoString], certname: &str) -> bool {
    globs.iter().any(|glob| matches_glob(glob, certname))
}

/// The tables as they are written.
pub(super) struct Rows {
    pub(super) target: TargetRow,
    pub(super) site: SiteRow,
    pub(super) groups: Globs,
    pub(super) tags: Globs,
    pub(super) gateways: Gateways,
}

/// Addresses of gateways by network.
pub(super) type Gateways = IndexMap<Spanned<String>, Spanned<String>>;

/// Lists of globs by name.
pub(super) type Globs = IndexMap<Spanned<String>, Vec<Spanned<String>>>;

/// `[target]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TargetRow {
    nixos: Option<Spanned<String>>,
    secrets: Option<Spanned<String>>,
    #[serde(default)]
    admins: Vec<Spanned<String>>,
}

/// `[site]`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SiteRow {
    name: Option<Spanned<String>>,
}

/// What cannot be used, where it stands, and the way out.
#[derive(Debug)]
pub(super) struct Unusable {
    pub(super) message: String,
    pub(super) span: Range<usize>,
    pub(super) help: &'static str,
}

fn refused<T>(given: &Spanned<String>, what: &str, help: &'static str) -> Result<T, Unusable> {
    let message = format!("`{}` {what}", given.get_ref().escape_debug());
    Err(Unusable { message, span: given.span(), help })
}

impl Rows {
    /// Reads the tables.
    pub(super) fn target(self) -> Result<Target, Unusable> {
        let mut target = Target::default();
        if let Some(nixos) = self.target.nixos {
            target.nixos = release(&nixos)?;
        }
        if let Some(secrets) = self.target.secrets {
            target.secrets = secrets_by(&secrets)?;
        }
        target.admins = self.target.admins.iter().map(public_key).collect::<Result<_, _>>()?;
        if let Some(name) = self.site.name {
            target.site = site(&name)?;
        }
        let folder = "is no name of a group";
        let help = "a group is a folder under `hosts/`: letters, digits, `-` and `_`, with a letter first";
        target.groups = globs(self.groups, folder, help)?;
        let help = "a tag is a word: letters, digits, `-` and `_`, with a letter first";
        target.tags = globs(self.tags, "is no tag", help)?;
        target.gateways = gateways(self.gateways)?;
        Ok(target)
    }
}

fn release(given: &Spanned<String>) -> Result<EcoString, Unusable> {
    let text = given.get_ref().as_str();
    let known = match text.split_once('.') {
        Some((year, month)) => {
            let digits = |part: &str| part.len() == 2 && part.chars().all(|letter| letter.is_ascii_digit());
            digits(year) && ["05", "11"].contains(&month)
        }
        None => text == "unstable",
    };
    let help = "write a release such as `nixos = \"24.11\"`, or `\"unstable\"`";
    if known { Ok(text.into()) } else { refused(given, "is no release of NixOS", help) }
}

fn secrets_by(given: &Spanned<String>) -> Result<SecretsBy, Unusable> {
    Ok(match given.get_ref().as_str() {
        "agenix" => SecretsBy::Agenix,
        "agenix-rekey" => SecretsBy::AgenixRekey,
        "sops" => SecretsBy::Sops,
        _ => {
            let help = "write `\"agenix\"`, `\"agenix-rekey\"` or `\"sops\"`";
            return refused(given, "is no way of keeping secrets that is known here", help);
        }
    })
}

fn public_key(given: &Spanned<String>) -> Result<EcoString, Unusable> {
    let text = given.get_ref().as_str();
    let mut words = text.split_whitespace();
    let known = match words.next() {
        Some("ssh-ed25519" | "ssh-rsa") => words.next().is_some_and(|key| key.starts_with("AAAA")),
        Some(key) => key.starts_with("age1"),
        None => false,
    };
    let plain =
        text.chars().all(|letter| letter.is_ascii_graphic() && !"\"\\$".contains(letter) || letter == ' ');
    let help = "write the public half: `ssh-ed25519 AAAA…` or `age1…`";
    if known && plain { Ok(text.into()) } else { refused(given, "is no public key", help) }
}

/// Names of options that NixOS has at its top, which a site's options cannot share.
const TAKEN: [&str; 34] = [
    "age",
    "assertions",
    "boot",
    "config",
    "console",
    "containers",
    "disko",
    "documentation",
    "dysnomia",
    "ec2",
    "environment",
    "fileSystems",
    "fonts",
    "hardware",
    "i18n",
    "ids",
    "jobs",
    "lib",
    "location",
    "meta",
    "networking",
    "nix",
    "nixpkgs",
    "options",
    "oci",
    "power",
    "powerManagement",
    "programs",
    "qt",
    "security",
    "services",
    "sops",
    "system",
    "systemd",
];

fn site(given: &Spanned<String>) -> Result<EcoString, Unusable> {
    let text = given.get_ref().as_str();
    let more = ["swapDevices", "time", "users", "virtualisation", "warnings", "xdg", "zramSwap", "imports"];
    if TAKEN.contains(&text) || more.contains(&text) {
        return refused(
            given,
            "is a name of NixOS's own options",
            "take another name, such as the organisation's",
        );
    }
    let help = "the site's options are `NAME.…`: letters, digits, `-` and `_`, with a letter first";
    if word(text) { Ok(text.into()) } else { refused(given, "cannot be the name of an option", help) }
}

/// A word that is a Nix identifier and the name of a folder.
fn word(text: &str) -> bool {
    const KEYWORDS: [&str; 10] =
        ["assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"];
    let fine = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    text.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && text.chars().all(fine)
        && !KEYWORDS.contains(&text)
}

fn gateways(rows: Gateways) -> Result<IndexMap<EcoString, EcoString>, Unusable> {
    let mut found = IndexMap::default();
    for (network, gateway) in rows {
        let help = "write `\"192.0.2.0/24\" = \"192.0.2.1\"`";
        let parts = network.get_ref().split_once('/');
        let fits = parts.is_some_and(|(base, prefix)| {
            let width = base.parse::<IpAddr>().map(|base| if base.is_ipv4() { 32 } else { 128 });
            width.is_ok_and(|width| prefix.parse::<u8>().is_ok_and(|prefix| prefix <= width))
        });
        if !fits {
            return refused(&network, "is no network", help);
        }
        if gateway.get_ref().parse::<IpAddr>().is_err() {
            return refused(&gateway, "is no address", help);
        }
        found.insert(network.into_inner().into(), gateway.into_inner().into());
    }
    Ok(found)
}

fn globs(
    rows: Globs,
    what: &str,
    help: &'static str,
) -> Result<IndexMap<EcoString, Vec<EcoString>>, Unusable> {
    let mut found = IndexMap::default();
    for (name, globs) in rows {
        if !word(name.get_ref()) || name.get_ref() == "default" {
            return refused(&name, what, help);
        }
        if let Some(empty) = globs.iter().find(|glob| glob.get_ref().is_empty()) {
            return refused(empty, "matches no host", "write globs of certnames, such as `\"web*\"`");
        }
        let globs = globs.into_iter().map(|glob| EcoString::from(glob.into_inner())).collect();
        found.insert(name.into_inner().into(), globs);
    }
    Ok(found)
}
